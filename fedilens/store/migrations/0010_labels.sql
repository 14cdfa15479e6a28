-- What people said about texts. A label holds its text's hash, never the text, and goes when the document goes.
CREATE TABLE labels (
    content_hash UUID NOT NULL,
    debate VARCHAR NOT NULL,
    target VARCHAR NOT NULL,
    label VARCHAR NOT NULL,             -- favor, against or none; unclear: this person could not tell either
    who VARCHAR NOT NULL,               -- who labelled; nobody whose posts are counted
    labelled_at TIMESTAMPTZ NOT NULL
);
