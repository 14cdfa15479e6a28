-- Digests that went out, with the version that stands now: what it rests on may be edited, deleted or withdrawn later.
CREATE TABLE published (
    digest_id UUID NOT NULL,            -- of the version that stands
    debate VARCHAR NOT NULL,
    window_start TIMESTAMPTZ NOT NULL,
    window_end TIMESTAMPTZ NOT NULL,
    published_at TIMESTAMPTZ NOT NULL,
    corrected_at TIMESTAMPTZ            -- the last time
);
