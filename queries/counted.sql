-- Who was counted in a window, for which reason and by whose word? (until=now, window=7d)
SELECT c.consent, c.reason, c.source, count(DISTINCT p.account_id) AS people, count(*) AS posts,
       count(DISTINCT p.instance) AS instances
FROM counted_posts p
JOIN consent_decisions c USING (account_id)
WHERE p.created_at >= $until::TIMESTAMPTZ - $window::INTERVAL AND p.created_at < $until::TIMESTAMPTZ
GROUP BY ALL
ORDER BY people DESC, c.consent, c.reason, c.source;
