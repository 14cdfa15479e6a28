-- Which texts were posted over and over, by how many people, and in what way? (until=now, window=7d, posts=2)
-- hashtag stuffing: more hashtags than words; variation: a few words changed; cross-post: accounts of one name on
-- several servers; repetition: one account; copy: several.
WITH tags AS (
    SELECT status_id, count(*) AS tags FROM status_tags GROUP BY status_id
), names AS (
    SELECT account_id, any_value(lower(split_part(acct, '@', 1))) AS name FROM account_names GROUP BY account_id
), repeated AS (
    SELECT p.original, count(*) AS posts, count(DISTINCT p.account_id) AS people,
           count(DISTINCT p.instance) AS instances, bool_or(d.likeness = 'variation') AS varied,
           avg(coalesce(t.tags, 0)) AS tags, avg(d.words) AS words, count(DISTINCT n.name) AS names
    FROM counted_posts p
    JOIN documents d USING (content_hash)
    LEFT JOIN tags t USING (status_id)
    LEFT JOIN names n USING (account_id)
    WHERE p.created_at >= $until::TIMESTAMPTZ - $window::INTERVAL AND p.created_at < $until::TIMESTAMPTZ
    GROUP BY p.original
    HAVING posts >= $posts::INTEGER
)
SELECT r.posts, r.people, r.instances,
       CASE WHEN r.tags > r.words THEN 'hashtag stuffing'
            WHEN r.varied THEN 'variation'
            WHEN r.people = 1 THEN 'repetition'
            WHEN r.instances > 1 AND r.names = 1 THEN 'cross-post'
            ELSE 'copy' END AS reason,
       d.text
FROM repeated r
JOIN documents d ON d.content_hash = r.original
ORDER BY r.posts DESC, d.text;
