-- What did `fedilens run` do last?
SELECT job, moment, started_at, ended_at, coalesce(error, 'ok') AS outcome
FROM job_runs
ORDER BY job;
