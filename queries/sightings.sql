-- How many posts did each polled server show, and how many did it show alone? (until=now, window=7d)
WITH seen AS (
    SELECT DISTINCT g.instance, g.status_id
    FROM sightings g JOIN statuses s USING (status_id)
    WHERE s.created_at >= $until::TIMESTAMPTZ - $window::INTERVAL AND s.created_at < $until::TIMESTAMPTZ
), times AS (
    SELECT status_id, count(*) AS servers FROM seen GROUP BY status_id
)
SELECT seen.instance, count(*) AS posts, count(*) FILTER (times.servers = 1) AS only_here
FROM seen JOIN times USING (status_id)
GROUP BY seen.instance
ORDER BY posts DESC, seen.instance;
