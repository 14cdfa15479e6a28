-- How far has each delivery come, unfinished ones first? (most=50)
WITH deliveries AS (
    SELECT delivery, channel, count(*) AS parts, count(*) FILTER (state = 'sent') AS sent,
           bool_or(state = 'parked') AS parked, bool_or(state = 'sending') AS sending,
           max(attempts) AS attempts, min(planned_at) AS planned_at,
           min(due_at) FILTER (state IN ('planned', 'sending')) AS next_try,
           arg_max(error, changed_at) FILTER (state <> 'sent') AS error
    FROM publications
    GROUP BY delivery, channel
)
SELECT delivery, channel, parts, sent,
       CASE WHEN parked THEN 'parked' WHEN sent = parts THEN 'sent' WHEN sending THEN 'sending' ELSE 'planned' END
           AS progress,
       attempts, planned_at, next_try, error
FROM deliveries
ORDER BY sent = parts, planned_at DESC, delivery
LIMIT $most::INTEGER;
