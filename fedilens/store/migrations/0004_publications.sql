-- What goes out, and what the bot was told. What a delivery says, and to whom, stands in publication_drafts
-- alone, and is removed with the part's success (a digest's text can always be made again).

CREATE TABLE publications (
    publication_id UUID NOT NULL,
    delivery VARCHAR NOT NULL,          -- names a delivery for good, such as thread/ai/2025-02-01T08:00
    channel VARCHAR NOT NULL,           -- account or mail
    part SMALLINT NOT NULL,             -- from 1
    state VARCHAR NOT NULL,             -- planned, sending, sent or parked
    attempts INTEGER NOT NULL,
    doubts INTEGER NOT NULL,            -- attempts of which nobody knows whether they came through
    error VARCHAR,
    remote_id VARCHAR,
    planned_at TIMESTAMPTZ NOT NULL,
    due_at TIMESTAMPTZ NOT NULL,        -- not tried before
    changed_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE publication_drafts (
    publication_id UUID NOT NULL,
    draft VARCHAR NOT NULL,             -- JSON
    attachment BLOB                     -- the picture, or the whole mail
);

-- Each thing that somebody told the bot, answered once. What was said is not kept.
CREATE TABLE commands (
    command_id UUID NOT NULL,           -- a keyed hash of the post's address
    account_id UUID NOT NULL,
    name VARCHAR NOT NULL,              -- digest, target, topics, help, subscribe …; ignored where none is answered
    answered BOOLEAN NOT NULL,
    received_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE subscriptions (
    account_id UUID NOT NULL,
    acct VARCHAR NOT NULL,              -- needed to answer; gone with the subscription
    remote_id VARCHAR NOT NULL,         -- the post under which digests are answered
    visibility VARCHAR NOT NULL,
    period VARCHAR NOT NULL,            -- daily or weekly
    subscribed_at TIMESTAMPTZ NOT NULL
);

-- What people told the bot about being counted. Of an account only the keyed hash stands here.
CREATE TABLE choices (
    account_id UUID NOT NULL,
    choice VARCHAR NOT NULL,            -- opted-out or opted-in
    chosen_at TIMESTAMPTZ NOT NULL
);

-- The last run of each scheduled job: `moment` is the last one that was done, which decides about the next one.
CREATE TABLE job_runs (
    job VARCHAR NOT NULL,
    moment TIMESTAMPTZ,
    started_at TIMESTAMPTZ NOT NULL,
    ended_at TIMESTAMPTZ NOT NULL,
    error VARCHAR
);

-- Rules of servers that the operator has read and confirmed, by a hash of their text.
CREATE TABLE confirmed_rules (
    instance VARCHAR NOT NULL,
    rules_hash UUID NOT NULL,
    confirmed_at TIMESTAMPTZ NOT NULL
);
