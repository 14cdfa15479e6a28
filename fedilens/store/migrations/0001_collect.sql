-- What is collected. Ids are keyed 128-bit hashes (see fedilens/consent/pseudonyms.py); there are no
-- indexes and no primary keys: with them, storing a thousand posts at a million takes forty times as long
-- (measured), and every write checks its keys by joins in bulk. What identifies people stands in
-- status_links, status_texts and account_names alone, so that retention empties those tables.

CREATE TABLE accounts (
    account_id UUID NOT NULL,
    instance VARCHAR NOT NULL,          -- the host that the account lives on
    bot BOOLEAN NOT NULL,
    first_seen_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE account_names (
    account_id UUID NOT NULL,
    acct VARCHAR NOT NULL,
    display_name VARCHAR NOT NULL,
    collected_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE consent_decisions (
    account_id UUID NOT NULL,
    consent VARCHAR NOT NULL,           -- aggregate or quotable; of the excluded only counts are kept
    reason VARCHAR NOT NULL,
    decided_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE statuses (
    status_id UUID NOT NULL,
    account_id UUID NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    edited_at TIMESTAMPTZ,
    collected_at TIMESTAMPTZ NOT NULL,
    language VARCHAR,                   -- as the server says
    visibility VARCHAR NOT NULL,
    is_reply BOOLEAN NOT NULL,
    has_warning BOOLEAN NOT NULL,
    content_hash UUID                   -- of its document; NULL until it is analysed
);

CREATE TABLE status_links (
    status_id UUID NOT NULL,
    uri VARCHAR NOT NULL,
    url VARCHAR,
    collected_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE status_texts (
    status_id UUID NOT NULL,
    content VARCHAR NOT NULL,           -- HTML, as the server gave it
    spoiler_text VARCHAR NOT NULL,
    card_url VARCHAR,
    collected_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE status_tags (
    status_id UUID NOT NULL,
    tag VARCHAR NOT NULL,
    position SMALLINT NOT NULL
);

CREATE TABLE sightings (
    status_id UUID NOT NULL,
    instance VARCHAR NOT NULL,          -- the server that showed it
    tag VARCHAR NOT NULL,
    remote_id VARCHAR NOT NULL,
    seen_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE cursors (
    instance VARCHAR NOT NULL,
    tag VARCHAR NOT NULL,
    newest_id VARCHAR,                  -- forward reading goes on after this remote id
    newest_at TIMESTAMPTZ,
    backfill_id VARCHAR,                -- walking back goes on before this remote id
    backfill_posts INTEGER NOT NULL,
    backfill_done BOOLEAN NOT NULL,
    swept_at TIMESTAMPTZ
);

CREATE TABLE poll_runs (
    instance VARCHAR NOT NULL,
    tag VARCHAR NOT NULL,
    started_at TIMESTAMPTZ NOT NULL,
    ended_at TIMESTAMPTZ NOT NULL,
    pages INTEGER NOT NULL,
    seen INTEGER NOT NULL,
    new INTEGER NOT NULL,
    excluded INTEGER NOT NULL,
    broken INTEGER NOT NULL,
    error VARCHAR
);

-- How many were left out, by the day of their posts and the reason, as HyperLogLog registers: they can be
-- counted over any window, and name nobody.
CREATE TABLE exclusion_sketches (
    day DATE NOT NULL,
    reason VARCHAR NOT NULL,
    counted VARCHAR NOT NULL,           -- people or posts
    bucket SMALLINT NOT NULL,
    rank TINYINT NOT NULL
);

CREATE TABLE store_facts (
    name VARCHAR NOT NULL,
    value VARCHAR NOT NULL
);
