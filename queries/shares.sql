-- What share of people is for and against each target, as last estimated for a window? (debate=ai, until=now, window=7d)
SELECT target, kind, value, low, high, n, method
FROM estimates
WHERE debate = $debate AND kind IN ('favor', 'against', 'favor_change', 'against_change')
  AND window_start = $until::TIMESTAMPTZ - $window::INTERVAL AND window_end = $until::TIMESTAMPTZ
ORDER BY target, kind;
