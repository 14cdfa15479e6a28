-- How many people said something for or against each target, as detected, before any correction? (debate=ai, until=now, window=7d, tag=)
-- One person, one voice: where somebody wrote both, the surer of the two counts.
WITH person AS (
    SELECT p.account_id, t.target,
           arg_max(t.label, greatest(t.favor, t.against)) FILTER (t.label IN ('favor', 'against')) AS label,
           bool_or(t.label = 'unclear') AS hesitant
    FROM counted_posts p
    JOIN stances t USING (content_hash)
    WHERE t.debate = $debate
      AND p.created_at >= $until::TIMESTAMPTZ - $window::INTERVAL AND p.created_at < $until::TIMESTAMPTZ
      AND ($tag = '' OR p.status_id IN (SELECT status_id FROM status_tags WHERE tag = $tag))
    GROUP BY p.account_id, t.target
)
SELECT target,
       count(*) FILTER (label = 'favor') AS favor,
       count(*) FILTER (label = 'against') AS against,
       count(*) FILTER (label IS NULL AND hesitant) AS unclear,
       count(*) AS people_read
FROM person
GROUP BY target
ORDER BY count(label) DESC, target;
