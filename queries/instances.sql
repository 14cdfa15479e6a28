-- From which instances do people write, and does one of them dominate? (until=now, window=7d)
SELECT instance, count(DISTINCT account_id) AS people, count(*) AS posts,
       round(count(DISTINCT account_id) / sum(count(DISTINCT account_id)) OVER (), 3) AS share_of_people
FROM counted_posts
WHERE created_at >= $until::TIMESTAMPTZ - $window::INTERVAL AND created_at < $until::TIMESTAMPTZ
GROUP BY instance
ORDER BY people DESC, instance;
