-- Which posts show best what each topic of a window is about? For the operator. (until=now, window=7d)
SELECT c.cluster_id, c.label, m.closeness, any_value(l.url) AS url, any_value(d.text) AS text
FROM topic_window($until::TIMESTAMPTZ - $window::INTERVAL, $until::TIMESTAMPTZ) w
JOIN clusters c USING (window_start, window_end)
JOIN cluster_members m ON m.cluster_id = c.cluster_id AND m.window_start = w.window_start AND m.window_end = w.window_end
JOIN documents d USING (content_hash)
JOIN statuses s USING (content_hash)
JOIN status_links l USING (status_id)
WHERE m.exemplar AND c.level = 'topic'
GROUP BY c.cluster_id, c.label, m.closeness, m.content_hash
ORDER BY c.label, m.closeness DESC;
