-- Which sentences show a stance on a target? For the operator. (target, debate=ai, until=now, window=7d)
SELECT t.label, round(greatest(t.favor, t.against), 2) AS probability, s.text AS sentence, any_value(l.url) AS url
FROM stances t
JOIN sentences s ON s.content_hash = t.content_hash AND s.position = t.evidence
JOIN counted_posts p ON p.content_hash = t.content_hash
JOIN status_links l USING (status_id)
WHERE t.debate = $debate AND t.target = $target AND t.label IN ('favor', 'against')
  AND p.created_at >= $until::TIMESTAMPTZ - $window::INTERVAL AND p.created_at < $until::TIMESTAMPTZ
GROUP BY t.label, t.favor, t.against, s.text
ORDER BY t.label DESC, probability DESC, s.text;
