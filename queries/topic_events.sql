-- What happened to topics at the refits of a window: born, grown, shrunk, split, merged, died? (until=now, window=7d)
SELECT window_end, kind, label, before, now, chance, cluster_id, other_id
FROM cluster_events
WHERE window_end > $until::TIMESTAMPTZ - $window::INTERVAL AND window_end <= $until::TIMESTAMPTZ
ORDER BY window_end DESC, greatest(before, now) DESC, kind, label;
