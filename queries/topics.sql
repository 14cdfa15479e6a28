-- Which topics does a window have, and how many people speak of them? (until=now, window=7d, people=1)
SELECT c.cluster_id, c.label, any_value(t.label) AS theme, c.keywords, count(DISTINCT p.account_id) AS people,
       count(DISTINCT p.status_id) AS posts, count(DISTINCT p.instance) AS instances
FROM topic_window($until::TIMESTAMPTZ - $window::INTERVAL, $until::TIMESTAMPTZ) w
JOIN clusters c USING (window_start, window_end)
LEFT JOIN clusters t ON t.cluster_id = c.parent_id AND t.window_start = c.window_start AND t.window_end = c.window_end
JOIN cluster_members m ON m.cluster_id = c.cluster_id AND m.window_start = w.window_start AND m.window_end = w.window_end
JOIN counted_posts p ON p.original = m.content_hash
WHERE c.level = 'topic'
  AND p.created_at >= $until::TIMESTAMPTZ - $window::INTERVAL AND p.created_at < $until::TIMESTAMPTZ
GROUP BY c.cluster_id, c.label, c.keywords
HAVING people >= $people::INTEGER
ORDER BY people DESC, posts DESC, c.label;
