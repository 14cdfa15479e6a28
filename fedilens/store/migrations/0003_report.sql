-- What is told, and the views that the questions in queries/ stand on.

CREATE TABLE estimates (
    kind VARCHAR NOT NULL,              -- favor, against, favor_change, against_change
    debate VARCHAR NOT NULL,
    target VARCHAR NOT NULL,
    window_start TIMESTAMPTZ NOT NULL,
    window_end TIMESTAMPTZ NOT NULL,
    value DOUBLE NOT NULL,
    low DOUBLE NOT NULL,                -- 95 % interval
    high DOUBLE NOT NULL,
    n INTEGER NOT NULL,                 -- people it rests on
    method VARCHAR NOT NULL,
    computed_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE digests (
    digest_id UUID NOT NULL,
    debate VARCHAR NOT NULL,
    audience VARCHAR NOT NULL,
    window_start TIMESTAMPTZ NOT NULL,
    window_end TIMESTAMPTZ NOT NULL,
    lead VARCHAR NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE digest_figures (
    digest_id UUID NOT NULL,
    name VARCHAR NOT NULL,
    value DOUBLE NOT NULL,
    low DOUBLE,
    high DOUBLE,
    n INTEGER,
    query VARCHAR NOT NULL              -- the file in queries/ that gives it
);

-- A row a post that counts: by people, analysed, whatever its language.
CREATE VIEW counted_posts AS
SELECT s.status_id, s.account_id, s.created_at, s.content_hash, s.is_reply,
       a.instance, d.language, d.words, coalesce(d.duplicate_of, s.content_hash) AS original
FROM statuses s
JOIN accounts a USING (account_id)
JOIN documents d USING (content_hash)
WHERE NOT a.bot;

-- About how many people and posts were left out in a window, by reason: the HyperLogLog estimate with linear
-- counting for small numbers (Flajolet et al. 2007), over the 1,024 registers of each reason.
CREATE MACRO excluded_between(window_from, window_until) AS TABLE
WITH registers AS (
    SELECT reason, counted, bucket, max(rank) AS rank
    FROM exclusion_sketches
    WHERE day >= CAST(window_from AS DATE) AND CAST(day AS TIMESTAMPTZ) < window_until
    GROUP BY ALL
), sums AS (
    SELECT reason, counted, 1024 - count(*) AS empty, sum(pow(2.0, -rank)) + 1024 - count(*) AS harmonic
    FROM registers
    GROUP BY ALL
), raw AS (
    SELECT reason, counted, empty, 0.7213 / (1 + 1.079 / 1024) * 1024 * 1024 / harmonic AS estimate
    FROM sums
)
SELECT reason, counted,
       CAST(round(CASE WHEN estimate <= 2560 AND empty > 0 THEN 1024 * ln(1024 / empty) ELSE estimate END) AS BIGINT)
           AS about
FROM raw;
