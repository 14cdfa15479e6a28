-- Which companies, products, laws and people in public roles are named, and by how many people? (until=now, window=7d, people=2)
SELECT e.name, e.label, count(DISTINCT p.account_id) AS people, count(DISTINCT p.instance) AS instances
FROM entities e
JOIN counted_posts p USING (content_hash)
WHERE p.created_at >= $until::TIMESTAMPTZ - $window::INTERVAL AND p.created_at < $until::TIMESTAMPTZ
GROUP BY ALL
HAVING people >= $people::INTEGER
ORDER BY people DESC, e.name;
