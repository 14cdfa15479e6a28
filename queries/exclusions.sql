-- About how many people and posts were left out, and for which reason? (until=now, window=7d)
SELECT reason,
       coalesce(max(about) FILTER (counted = 'people'), 0) AS people,
       coalesce(max(about) FILTER (counted = 'posts'), 0) AS posts
FROM excluded_between($until::TIMESTAMPTZ - $window::INTERVAL, $until::TIMESTAMPTZ)
GROUP BY reason
ORDER BY people DESC, reason;
