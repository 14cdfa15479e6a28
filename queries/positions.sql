-- Where does each person stand on each target, from -1 (against) to 1 (for), as detected? Camps are made of it. For the operator. (debate=ai, until=now, window=7d)
-- One person, one voice: where somebody wrote both, the surer of the two counts. The size is the certainty.
SELECT p.account_id, t.target,
       arg_max(CASE t.label WHEN 'favor' THEN t.favor ELSE -t.against END, greatest(t.favor, t.against)) AS side
FROM counted_posts p
JOIN stances t USING (content_hash)
WHERE t.debate = $debate AND t.label IN ('favor', 'against')
  AND p.created_at >= $until::TIMESTAMPTZ - $window::INTERVAL AND p.created_at < $until::TIMESTAMPTZ
GROUP BY p.account_id, t.target
ORDER BY p.account_id, t.target;
