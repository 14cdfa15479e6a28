-- How did the last readings of each timeline go? (runs=3)
SELECT instance, tag, started_at, pages, seen, new, excluded, broken, coalesce(error, 'ok') AS outcome
FROM poll_runs
QUALIFY row_number() OVER (PARTITION BY instance, tag ORDER BY started_at DESC) <= $runs::INTEGER
ORDER BY instance, tag, started_at DESC;
