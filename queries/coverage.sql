-- Which servers showed how many posts together? What is known about the posts that none showed rests on it. (until=now, window=7d)
WITH seen AS (
    SELECT g.status_id, list(DISTINCT g.instance ORDER BY g.instance) AS servers
    FROM sightings g JOIN statuses s USING (status_id)
    WHERE s.created_at >= $until::TIMESTAMPTZ - $window::INTERVAL AND s.created_at < $until::TIMESTAMPTZ
    GROUP BY g.status_id
)
SELECT servers, count(*) AS posts
FROM seen
GROUP BY servers
ORDER BY posts DESC, servers;
