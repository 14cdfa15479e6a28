-- Which arguments are made inside a topic? (id=, until=now, window=7d)
SELECT c.label, c.keywords, count(DISTINCT p.account_id) AS people, count(DISTINCT p.status_id) AS posts
FROM topic_window($until::TIMESTAMPTZ - $window::INTERVAL, $until::TIMESTAMPTZ) w
JOIN clusters c USING (window_start, window_end)
JOIN cluster_members m ON m.cluster_id = c.cluster_id AND m.window_start = w.window_start AND m.window_end = w.window_end
JOIN counted_posts p ON p.original = m.content_hash
WHERE c.level = 'argument' AND starts_with(CAST(c.parent_id AS VARCHAR), $id)
  AND p.created_at >= $until::TIMESTAMPTZ - $window::INTERVAL AND p.created_at < $until::TIMESTAMPTZ
GROUP BY c.cluster_id, c.label, c.keywords
ORDER BY people DESC, posts DESC, c.label;
