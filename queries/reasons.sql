-- Which reasons are given, by how many people on how many instances? (debate=ai, until=now, window=7d, people=1, target=)
SELECT m.target, m.side, m.reason,
       count(DISTINCT p.account_id) AS people, count(DISTINCT p.instance) AS instances
FROM reason_matches m
JOIN counted_posts p USING (content_hash)
WHERE m.debate = $debate AND ($target = '' OR m.target = $target)
  AND p.created_at >= $until::TIMESTAMPTZ - $window::INTERVAL AND p.created_at < $until::TIMESTAMPTZ
GROUP BY ALL
HAVING people >= $people::INTEGER
ORDER BY people DESC, instances DESC, m.target, m.side, m.reason;
