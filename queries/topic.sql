-- What is one topic about: its life so far, a row a window? For arguments inside it ask `arguments`. (id=)
SELECT c.window_start, c.window_end, c.label, c.keywords, count(DISTINCT p.account_id) AS people,
       count(DISTINCT p.status_id) AS posts, count(DISTINCT p.instance) AS instances,
       (SELECT list(e.kind ORDER BY e.kind) FROM cluster_events e
        WHERE e.cluster_id = c.cluster_id AND e.window_start = c.window_start AND e.window_end = c.window_end) AS events
FROM clusters c
JOIN cluster_members m USING (cluster_id, window_start, window_end)
JOIN counted_posts p ON p.original = m.content_hash
  AND p.created_at >= c.window_start AND p.created_at < c.window_end
WHERE starts_with(CAST(c.cluster_id AS VARCHAR), $id)
GROUP BY c.cluster_id, c.window_start, c.window_end, c.label, c.keywords
ORDER BY c.window_end DESC, c.window_start DESC;
