-- The ledger: every decision about who is counted, with its reason, whose word it was, and when. Of who is left out
-- only the reason and the day stand; who asked for it stands in `choices`, by a keyed hash.

ALTER TABLE consent_decisions ADD COLUMN source VARCHAR DEFAULT 'account';  -- account, bot, operator or program
ALTER TABLE consent_decisions ADD COLUMN locked BOOLEAN;        -- the flags that it was decided by; NULL: not said
ALTER TABLE consent_decisions ADD COLUMN noindex BOOLEAN;
ALTER TABLE consent_decisions ADD COLUMN indexable BOOLEAN;
ALTER TABLE consent_decisions ADD COLUMN discoverable BOOLEAN;
ALTER TABLE consent_decisions ADD COLUMN flags_since TIMESTAMPTZ;  -- since when they are so; NULL: they were not kept yet

CREATE TABLE consent_changes (
    account_id UUID,                    -- NULL for who is left out
    consent VARCHAR NOT NULL,           -- aggregate, quotable or excluded
    reason VARCHAR NOT NULL,
    source VARCHAR NOT NULL,
    decided_at TIMESTAMPTZ NOT NULL     -- of who is left out the day
);
INSERT INTO consent_changes SELECT account_id, consent, reason, 'account', decided_at FROM consent_decisions;

ALTER TABLE choices ADD COLUMN source VARCHAR DEFAULT 'bot';  -- whom they told: the bot or the operator

-- Rules that the operator read and found to forbid this are not confirmed: such a server is left alone.
ALTER TABLE confirmed_rules ADD COLUMN allowed BOOLEAN DEFAULT true;
