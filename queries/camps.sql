-- How do the camps of a window stand on each target, what do all share, and what divides them most? (debate=ai, until=now, window=7d)
WITH told AS (
    SELECT * FROM estimates
    WHERE debate = $debate
      AND window_start = $until::TIMESTAMPTZ - $window::INTERVAL AND window_end = $until::TIMESTAMPTZ
), shares AS (
    SELECT target,
           list({camp: kind[6:], "for": round(value, 2), low: round(low, 2), high: round(high, 2), people: n}
                ORDER BY kind) AS camps,
           min(low) AS lowest, max(high) AS highest, count(*) AS camps_told
    FROM told WHERE kind SIMILAR TO 'camp_\d+'
    GROUP BY target
)
SELECT s.target,
       CASE WHEN s.camps_told < (SELECT count(*) FROM told WHERE kind LIKE 'camp\_size\_%' ESCAPE '\') THEN ''
            WHEN s.lowest > 0.5 THEN 'common ground: for'
            WHEN s.highest < 0.5 THEN 'common ground: against'
            WHEN c.value < 0.05 THEN 'divides' ELSE '' END AS verdict,
       round(g.value, 2) AS gap, c.value AS chance, s.camps
FROM shares s
LEFT JOIN told g ON g.target = s.target AND g.kind = 'camp_gap'
LEFT JOIN told c ON c.target = s.target AND c.kind = 'camp_chance'
ORDER BY verdict DESC, gap DESC, s.target;
