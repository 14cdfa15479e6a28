-- When a post was last looked at again: was it edited, is it still there? (`store_facts` holds `rewrite` while the
-- file still has bytes of what was deleted.)
CREATE TABLE rechecks (
    status_id UUID NOT NULL,
    checked_at TIMESTAMPTZ NOT NULL
);
