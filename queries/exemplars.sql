-- Which posts show best what each topic of a window is about? For the operator. (until=now, window=7d)
SELECT c.cluster_id, c.label, m.closeness, any_value(l.url) AS url, any_value(d.text) AS text
FROM clusters c
JOIN cluster_members m USING (cluster_id)
JOIN documents d USING (content_hash)
JOIN statuses s USING (content_hash)
JOIN status_links l USING (status_id)
WHERE m.exemplar
  AND c.window_start = $until::TIMESTAMPTZ - $window::INTERVAL AND c.window_end = $until::TIMESTAMPTZ
GROUP BY c.cluster_id, c.label, m.closeness, m.content_hash
ORDER BY c.label, m.closeness DESC;
