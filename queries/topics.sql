-- Which topics does a window have, and how many people speak of them? (until=now, window=7d, people=1)
SELECT c.cluster_id, c.label, c.keywords, count(DISTINCT p.account_id) AS people,
       count(DISTINCT p.status_id) AS posts, count(DISTINCT p.instance) AS instances
FROM clusters c
JOIN cluster_members m USING (cluster_id)
JOIN counted_posts p ON p.original = m.content_hash
WHERE c.window_start = $until::TIMESTAMPTZ - $window::INTERVAL AND c.window_end = $until::TIMESTAMPTZ
  AND p.created_at >= c.window_start AND p.created_at < c.window_end
GROUP BY ALL
HAVING people >= $people::INTEGER
ORDER BY people DESC, posts DESC, c.label;
