-- Which figures does a digest hold, and which query gives each? (digest=last)
SELECT f.name, f.value, f.low, f.high, f.n, f.query
FROM digest_figures f
JOIN digests d USING (digest_id)
WHERE CAST(d.digest_id AS VARCHAR) = $digest
   OR ($digest = 'last' AND d.digest_id = (SELECT digest_id FROM digests ORDER BY created_at DESC, digest_id LIMIT 1))
ORDER BY f.name;
