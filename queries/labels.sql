-- How many labels did people give, by target, label and who? For the operator. (debate=ai)
SELECT target, label, who, count(*) AS labels, max(labelled_at) AS latest
FROM labels
WHERE debate = $debate
GROUP BY ALL
ORDER BY target, label, who;
