-- How many posts repeat another one, or have more hashtags than words, and of how many people? (until=now, window=7d)
WITH tags AS (
    SELECT status_id, count(*) AS tags FROM status_tags GROUP BY status_id
), posts AS (
    SELECT p.account_id, coalesce(t.tags, 0) > p.words AS stuffed,
           row_number() OVER (PARTITION BY p.original ORDER BY p.created_at, p.status_id) > 1 AS repeated
    FROM counted_posts p
    LEFT JOIN tags t USING (status_id)
    WHERE p.created_at >= $until::TIMESTAMPTZ - $window::INTERVAL AND p.created_at < $until::TIMESTAMPTZ
)
SELECT 'repeated' AS kind, count(*) AS posts, count(DISTINCT account_id) AS people FROM posts WHERE repeated HAVING count(*) > 0
UNION ALL
SELECT 'stuffed', count(*), count(DISTINCT account_id) FROM posts WHERE stuffed HAVING count(*) > 0
ORDER BY kind;
