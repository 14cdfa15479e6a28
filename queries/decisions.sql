-- What was decided in a window about who is counted, why and by whose word, of how many people? (until=now, window=30d)
SELECT consent, reason, source, count(*) AS decisions, count(DISTINCT account_id) AS people_who_stand,
       min(decided_at) AS first_at, max(decided_at) AS last_at
FROM consent_changes
WHERE decided_at >= $until::TIMESTAMPTZ - $window::INTERVAL AND decided_at < $until::TIMESTAMPTZ
GROUP BY consent, reason, source
ORDER BY decisions DESC, consent, reason, source;
