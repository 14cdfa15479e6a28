-- Which digests were made, and what did they say first? (digests=20)
SELECT digest_id, created_at, debate, audience, window_start, window_end, lead
FROM digests
ORDER BY created_at DESC
LIMIT $digests::INTEGER;
