-- Which digests went out, and which were corrected since?
SELECT debate, window_start, window_end, published_at, corrected_at, digest_id
FROM published
ORDER BY window_end DESC, debate;
