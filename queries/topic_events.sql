-- What happened to topics: born, grown, shrunk, split, merged, died? (until=now, window=7d)
SELECT e.window_end, e.kind, e.label, e.before, e.now, e.chance, e.cluster_id, e.other_id
FROM topic_window($until::TIMESTAMPTZ - $window::INTERVAL, $until::TIMESTAMPTZ) w
JOIN cluster_events e USING (window_start, window_end)
ORDER BY greatest(e.before, e.now) DESC, e.kind, e.label;
