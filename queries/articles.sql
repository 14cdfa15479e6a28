-- Which articles are linked by how many people on how many instances? (until=now, window=7d, people=2, instances=2)
SELECT k.url, count(DISTINCT p.account_id) AS people, count(DISTINCT p.instance) AS instances
FROM document_links k
JOIN counted_posts p USING (content_hash)
WHERE p.created_at >= $until::TIMESTAMPTZ - $window::INTERVAL AND p.created_at < $until::TIMESTAMPTZ
GROUP BY k.url
HAVING people >= $people::INTEGER AND count(DISTINCT p.instance) >= $instances::INTEGER
ORDER BY people DESC, instances DESC, k.url;
