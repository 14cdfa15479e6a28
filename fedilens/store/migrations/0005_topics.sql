-- Topics with a life: a cluster_id stays the same from window to window while its topic does, so a cluster has
-- a row a window, and so have its members.

ALTER TABLE clusters ADD COLUMN level VARCHAR DEFAULT 'topic';  -- theme, topic or argument
ALTER TABLE clusters ADD COLUMN parent_id UUID;                 -- the wider cluster of the same window
ALTER TABLE clusters ADD COLUMN centre FLOAT[];                 -- what new documents are compared with; topics only

ALTER TABLE cluster_members ADD COLUMN window_start TIMESTAMPTZ;
ALTER TABLE cluster_members ADD COLUMN window_end TIMESTAMPTZ;
UPDATE cluster_members SET window_start = c.window_start, window_end = c.window_end
FROM clusters c WHERE c.cluster_id = cluster_members.cluster_id;

-- What happened to a topic from the window before (the latest one that ended earlier) to this one.
CREATE TABLE cluster_events (
    cluster_id UUID NOT NULL,           -- the topic that it happened to: the new one of a split, the one that ended
    other_id UUID,                      -- split: where it came from; merged: where it went
    kind VARCHAR NOT NULL,              -- born, grown, shrunk, split, merged or died
    window_start TIMESTAMPTZ NOT NULL,
    window_end TIMESTAMPTZ NOT NULL,
    label VARCHAR NOT NULL,
    now INTEGER NOT NULL,               -- documents
    before INTEGER NOT NULL,
    chance DOUBLE,                      -- p-value of a growth or shrinking
    computed_at TIMESTAMPTZ NOT NULL
);

-- The window whose topics answer for a moment: the one asked for if it was computed, else the latest before.
CREATE MACRO topic_window(window_from, window_until) AS TABLE
SELECT window_start, window_end FROM clusters
WHERE window_end <= window_until
ORDER BY (window_start = window_from AND window_end = window_until) DESC, window_end DESC, window_start DESC
LIMIT 1;
