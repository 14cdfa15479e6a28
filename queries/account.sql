-- What is held of one account, what was decided about it, when and by whose word? For the operator. (acct)
SELECT n.acct, a.instance, a.bot, a.first_seen_at, c.consent, c.reason, c.source, c.decided_at,
       c.locked, c.noindex, c.indexable, c.discoverable, c.flags_since,
       (SELECT list({consent: consent, reason: reason, source: source, decided_at: decided_at} ORDER BY decided_at)
        FROM consent_changes h WHERE h.account_id = a.account_id) AS decisions,
       (SELECT count(*) FROM statuses s WHERE s.account_id = a.account_id) AS posts,
       (SELECT min(collected_at) FROM statuses s WHERE s.account_id = a.account_id) AS held_since
FROM account_names n
JOIN accounts a USING (account_id)
JOIN consent_decisions c USING (account_id)
WHERE lower(n.acct) = lower(ltrim($acct, '@'));
