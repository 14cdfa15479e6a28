-- Which texts were posted over and over, and by how many people? (until=now, window=7d, posts=2)
SELECT count(*) AS posts, count(DISTINCT p.account_id) AS people, count(DISTINCT p.instance) AS instances, d.text
FROM counted_posts p
JOIN documents d ON d.content_hash = p.original
WHERE p.created_at >= $until::TIMESTAMPTZ - $window::INTERVAL AND p.created_at < $until::TIMESTAMPTZ
GROUP BY p.original, d.text
HAVING posts >= $posts::INTEGER
ORDER BY posts DESC, d.text;
