-- How many posts and people are there on each day? (until=now, window=30d)
SELECT strftime(created_at, '%Y-%m-%d') AS day, count(*) AS posts, count(DISTINCT account_id) AS people
FROM counted_posts
WHERE created_at >= $until::TIMESTAMPTZ - $window::INTERVAL AND created_at < $until::TIMESTAMPTZ
GROUP BY day
ORDER BY day;
