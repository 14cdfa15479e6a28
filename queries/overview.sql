-- How many posts, people and instances are there, and how many people were left out? (until=now, window=7d, tag=)
WITH span AS (
    SELECT $until::TIMESTAMPTZ - $window::INTERVAL AS start, $until::TIMESTAMPTZ AS stop
), counted AS (
    SELECT count(*) AS posts, count(DISTINCT account_id) AS people, count(DISTINCT instance) AS instances,
           count(*) FILTER (is_reply) AS replies
    FROM counted_posts, span
    WHERE created_at >= start AND created_at < stop
      AND ($tag = '' OR status_id IN (SELECT status_id FROM status_tags WHERE tag = $tag))
), machines AS (
    SELECT count(DISTINCT s.account_id) AS bots
    FROM statuses s JOIN accounts a USING (account_id), span
    WHERE a.bot AND s.created_at >= start AND s.created_at < stop
), left_out AS (
    SELECT coalesce(sum(about), 0) AS people_excluded
    FROM excluded_between((SELECT start FROM span), (SELECT stop FROM span))
    WHERE counted = 'people' AND reason <> 'own-post'
)
SELECT posts, people, instances, replies, bots, people_excluded, people + people_excluded AS people_seen
FROM counted, machines, left_out;
