-- Which topics have more or less of the people's attention than in the window before? (until=now, window=7d, z=1.96)
-- Shares of people with Wilson's interval, their change with Newcombe's (1998, method 10), which takes the people of
-- both windows for different ones: where many are the same it is wider than it need be. z = 1.96 gives 95 %.
WITH spans AS (
    SELECT 1 AS now, $until::TIMESTAMPTZ - $window::INTERVAL AS since, $until::TIMESTAMPTZ AS until
    UNION ALL
    SELECT 0, $until::TIMESTAMPTZ - 2 * $window::INTERVAL, $until::TIMESTAMPTZ - $window::INTERVAL
), posts AS (
    SELECT s.now, s.since, s.until, p.account_id, p.original
    FROM spans s JOIN counted_posts p ON p.created_at >= s.since AND p.created_at < s.until
), everybody AS (
    SELECT now, count(DISTINCT account_id)::DOUBLE AS n FROM posts GROUP BY now
), refits AS (
    SELECT 1 AS now, w.* FROM topic_window($until::TIMESTAMPTZ - $window::INTERVAL, $until::TIMESTAMPTZ) w
    UNION ALL
    SELECT 0, w.* FROM topic_window(
        $until::TIMESTAMPTZ - 2 * $window::INTERVAL, $until::TIMESTAMPTZ - $window::INTERVAL) w
), speakers AS (
    SELECT r.now, m.cluster_id, count(DISTINCT p.account_id) AS people
    FROM refits r
    JOIN clusters c ON c.window_start = r.window_start AND c.window_end = r.window_end AND c.level = 'topic'
    JOIN cluster_members m ON m.cluster_id = c.cluster_id AND m.window_start = r.window_start
      AND m.window_end = r.window_end
    JOIN posts p ON p.now = r.now AND p.original = m.content_hash
    GROUP BY r.now, m.cluster_id
), counts AS (
    SELECT cluster_id, coalesce(max(people) FILTER (s.now = 1), 0) AS k, coalesce(max(people) FILTER (s.now = 0), 0) AS k0
    FROM speakers s GROUP BY cluster_id
), shares AS (
    SELECT c.*, k / a.n AS share, wilson_low(k, a.n, $z::DOUBLE) AS low, wilson_high(k, a.n, $z::DOUBLE) AS high,
           k0 / b.n AS share0, wilson_low(k0, b.n, $z::DOUBLE) AS low0, wilson_high(k0, b.n, $z::DOUBLE) AS high0
    FROM counts c JOIN everybody a ON a.now = 1 LEFT JOIN everybody b ON b.now = 0
)
SELECT s.cluster_id, (SELECT arg_max(label, window_end) FROM clusters c WHERE c.cluster_id = s.cluster_id) AS label,
       k AS people, round(share, 3) AS share, round(low, 3) AS low, round(high, 3) AS high,
       k0 AS people_before, round(share0, 3) AS share_before,
       round(share - share0, 3) AS change,
       round(share - share0 - sqrt((share - low) ** 2 + (high0 - share0) ** 2), 3) AS change_low,
       round(share - share0 + sqrt((high - share) ** 2 + (share0 - low0) ** 2), 3) AS change_high
FROM shares s
ORDER BY people DESC, people_before DESC, label;
