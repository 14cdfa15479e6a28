-- What is known of one post? For the operator. (uri)
SELECT l.uri, l.url, n.acct, a.bot, c.consent, c.reason AS consent_reason, s.created_at, s.edited_at, s.collected_at,
       s.visibility, s.is_reply, d.language, d.text,
       (SELECT list(tag ORDER BY position, tag) FROM status_tags WHERE status_id = s.status_id) AS tags,
       (SELECT list(url ORDER BY url) FROM document_links WHERE content_hash = s.content_hash) AS links,
       (SELECT list(DISTINCT name ORDER BY name) FROM entities WHERE content_hash = s.content_hash) AS entities,
       (SELECT list({instance: instance, tag: tag, remote_id: remote_id} ORDER BY instance, tag)
        FROM sightings WHERE status_id = s.status_id) AS sightings,
       (SELECT list({debate: t.debate, target: t.target, label: t.label, favor: round(t.favor, 3),
                     against: round(t.against, 3), none: round(t.none, 3), evidence: e.text}
                    ORDER BY t.debate, t.target)
        FROM stances t LEFT JOIN sentences e ON e.content_hash = t.content_hash AND e.position = t.evidence
        WHERE t.content_hash = s.content_hash) AS stances,
       (SELECT list({debate: debate, target: target, label: label, who: who} ORDER BY debate, target, who)
        FROM labels WHERE content_hash = s.content_hash) AS labels,
       (SELECT list(DISTINCT label ORDER BY label) FROM clusters JOIN cluster_members USING (cluster_id, window_start, window_end)
        WHERE level = 'topic' AND content_hash = coalesce(d.duplicate_of, s.content_hash)) AS topics
FROM status_links l
JOIN statuses s USING (status_id)
JOIN accounts a USING (account_id)
JOIN consent_decisions c USING (account_id)
LEFT JOIN account_names n USING (account_id)
LEFT JOIN documents d USING (content_hash)
WHERE l.uri = $uri OR l.url = $uri;
