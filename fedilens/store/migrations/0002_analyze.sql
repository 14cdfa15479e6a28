-- What is found in the texts. A document stands for every status with the same cleaned text.

CREATE TABLE documents (
    content_hash UUID NOT NULL,
    text VARCHAR NOT NULL,
    language VARCHAR NOT NULL,          -- as decided from the post's field and detection; 'und' if unknown
    words INTEGER NOT NULL,
    duplicate_of UUID,                  -- the document that this one nearly repeats
    analyzed_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE document_links (
    content_hash UUID NOT NULL,
    url VARCHAR NOT NULL                -- without tracking tails
);

CREATE TABLE sentences (
    content_hash UUID NOT NULL,
    position SMALLINT NOT NULL,
    text VARCHAR NOT NULL,
    lemmas VARCHAR[] NOT NULL
);

CREATE TABLE entities (
    content_hash UUID NOT NULL,
    position SMALLINT NOT NULL,         -- of the sentence
    name VARCHAR NOT NULL,
    label VARCHAR NOT NULL
);

CREATE TABLE embeddings (
    content_hash UUID NOT NULL,
    position SMALLINT NOT NULL,         -- of the sentence; -1 is the whole document
    model VARCHAR NOT NULL,
    vector FLOAT[] NOT NULL
);

CREATE TABLE stances (
    content_hash UUID NOT NULL,
    debate VARCHAR NOT NULL,
    target VARCHAR NOT NULL,
    detector VARCHAR NOT NULL,          -- which embedding model and which trained head
    label VARCHAR NOT NULL,             -- favor, against, none or unclear
    favor FLOAT NOT NULL,
    against FLOAT NOT NULL,
    none FLOAT NOT NULL,
    evidence SMALLINT                   -- position of the sentence that shows it
);

CREATE TABLE reason_matches (
    content_hash UUID NOT NULL,
    debate VARCHAR NOT NULL,
    target VARCHAR NOT NULL,
    side VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    similarity FLOAT NOT NULL
);

CREATE TABLE clusters (
    cluster_id UUID NOT NULL,
    window_start TIMESTAMPTZ NOT NULL,
    window_end TIMESTAMPTZ NOT NULL,
    model VARCHAR NOT NULL,
    label VARCHAR NOT NULL,
    keywords VARCHAR[] NOT NULL,
    computed_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE cluster_members (
    cluster_id UUID NOT NULL,
    content_hash UUID NOT NULL,
    closeness FLOAT NOT NULL,           -- cosine to the cluster's centre
    exemplar BOOLEAN NOT NULL
);
