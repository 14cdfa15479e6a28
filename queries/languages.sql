-- Which languages are written in, and which of them are read for stances? (debate=ai, until=now, window=7d)
SELECT p.language, count(*) AS posts, count(DISTINCT p.account_id) AS people,
       bool_or(p.content_hash IN (SELECT content_hash FROM stances WHERE debate = $debate)) AS read
FROM counted_posts p
WHERE p.created_at >= $until::TIMESTAMPTZ - $window::INTERVAL AND p.created_at < $until::TIMESTAMPTZ
GROUP BY p.language
ORDER BY people DESC, p.language;
