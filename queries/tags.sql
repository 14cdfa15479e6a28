-- Which other hashtags go with the debate? (until=now, window=7d, people=2)
SELECT t.tag, count(DISTINCT p.account_id) AS people, count(*) AS posts, count(DISTINCT p.instance) AS instances
FROM status_tags t
JOIN counted_posts p USING (status_id)
WHERE p.created_at >= $until::TIMESTAMPTZ - $window::INTERVAL AND p.created_at < $until::TIMESTAMPTZ
GROUP BY t.tag
HAVING people >= $people::INTEGER
ORDER BY people DESC, posts DESC, t.tag;
