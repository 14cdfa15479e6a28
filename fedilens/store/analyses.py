"""What was found in the texts. Work to do is found by what is missing, so every job can be run again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np

from fedilens.store.bulk import incoming, insert_missing
from fedilens.store.connection import Database
from fedilens.store.readings import WHOLE, Embedded, ReasonMatch, Scored, add_embedded, replace_stances
from fedilens.store.statuses import drop_orphans
from fedilens.types import Document, Sentence, Stance, Window

_DOCUMENT = (
    "content_hash UUID, text VARCHAR, language VARCHAR, words INTEGER, duplicate_of UUID, analyzed_at TIMESTAMPTZ"
)


@dataclass(frozen=True, slots=True)
class RawText:
    """A stored status whose text was not read yet. `content` and `spoiler_text` as the server gave them."""

    status_id: UUID
    content: str
    spoiler_text: str
    language: str | None
    tags: tuple[str, ...]
    card_url: str | None


@dataclass(frozen=True, slots=True)
class CleanedStatus:
    """What came of a raw text: its document, tags (the server's and those in the text) and links."""

    status_id: UUID
    document: Document
    tags: tuple[str, ...]
    links: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ComparedText:
    """A document's text, with the document that it was found to repeat and the text of that one."""

    content_hash: UUID
    text: str
    original: UUID | None
    original_text: str | None


@dataclass(frozen=True, slots=True)
class Likeness:
    """What a document is among the others: original, or a copy or variation of the document `original`."""

    kind: str
    original: UUID | None = None


@dataclass(frozen=True, slots=True)
class AnalysisStore:
    """Loads what is missing and saves what was found."""

    database: Database

    def uncleaned(self, *, most: int) -> list[RawText]:
        """Statuses whose text has not been read, in the order of their ids."""
        with self.database.read() as connection:
            rows = connection.execute(
                "SELECT s.status_id, t.content, t.spoiler_text, s.language, "
                "  list(g.tag ORDER BY g.position) FILTER (g.tag IS NOT NULL), any_value(t.card_url) "
                "FROM (SELECT * FROM statuses WHERE content_hash IS NULL ORDER BY status_id LIMIT $most) s "
                "JOIN status_texts t USING (status_id) LEFT JOIN status_tags g USING (status_id) "
                "GROUP BY ALL ORDER BY s.status_id",
                {"most": most},
            ).fetchall()
        return [RawText(row[0], row[1], row[2], row[3], tuple(row[4] or ()), row[5]) for row in rows]

    def save_cleaned(self, cleaned: Sequence[CleanedStatus], *, now: datetime) -> None:
        """Links each status to its document, and adds documents that are new."""
        documents = [
            {
                "content_hash": one.document.content_hash,
                "text": one.document.text,
                "language": one.document.language,
                "words": len(one.document.text.split()),
                "duplicate_of": None,
                "analyzed_at": now,
            }
            for one in cleaned
        ]
        tags = [
            {"status_id": one.status_id, "tag": tag, "position": position}
            for one in cleaned
            for position, tag in enumerate(one.tags)
        ]
        links = [{"content_hash": one.document.content_hash, "url": url} for one in cleaned for url in one.links]
        pairs = [{"status_id": one.status_id, "content_hash": one.document.content_hash} for one in cleaned]
        with self.database.write() as connection:
            insert_missing(connection, "documents", documents, _DOCUMENT, key=("content_hash",))
            insert_missing(
                connection,
                "status_tags",
                tags,
                "status_id UUID, tag VARCHAR, position SMALLINT",
                key=("status_id", "tag"),
            )
            insert_missing(
                connection, "document_links", links, "content_hash UUID, url VARCHAR", key=("content_hash", "url")
            )
            with incoming(connection, pairs, "status_id UUID, content_hash UUID") as source:
                connection.execute(
                    f"UPDATE statuses SET content_hash = i.content_hash FROM {source} i "
                    "WHERE statuses.status_id = i.status_id"
                )
            drop_orphans(connection)

    def to_compare(self, *, reach: timedelta) -> list[ComparedText]:
        """The texts around those not compared yet, oldest post first: what near-duplicates are looked for in.

        Around means posted at most `reach` before the first of them or after the last. None if all are compared.
        """
        with self.database.read() as connection:
            rows = connection.execute(
                "WITH fresh AS (SELECT min(s.created_at) AS first, max(s.created_at) AS last "
                "  FROM documents d JOIN statuses s USING (content_hash) WHERE d.likeness IS NULL) "
                "SELECT d.content_hash, d.text, d.duplicate_of, o.text "
                "FROM fresh JOIN statuses s "
                "  ON s.created_at >= fresh.first - $reach AND s.created_at <= fresh.last + $reach "
                "JOIN documents d USING (content_hash) LEFT JOIN documents o ON o.content_hash = d.duplicate_of "
                "GROUP BY ALL ORDER BY min(s.created_at), d.content_hash",
                {"reach": reach},
            ).fetchall()
        return [ComparedText(*row) for row in rows]

    def save_duplicates(self, found: Mapping[UUID, Likeness]) -> None:
        """Keeps what each compared document is: an original, or which one it nearly repeats and how."""
        rows = [
            {"content_hash": hashed, "duplicate_of": likeness.original, "likeness": likeness.kind}
            for hashed, likeness in found.items()
        ]
        with (
            self.database.write() as connection,
            incoming(connection, rows, "content_hash UUID, duplicate_of UUID, likeness VARCHAR") as source,
        ):
            connection.execute(
                f"UPDATE documents SET duplicate_of = i.duplicate_of, likeness = i.likeness FROM {source} i "
                "WHERE documents.content_hash = i.content_hash AND (documents.likeness IS DISTINCT FROM i.likeness "
                "OR documents.duplicate_of IS DISTINCT FROM i.duplicate_of)"
            )

    def unembedded(self, *, model: str, languages: Sequence[str], most: int) -> list[Document]:
        """Documents in `languages` ("*" for any) without vectors of `model`, in the order of their hashes."""
        with self.database.read() as connection:
            rows = connection.execute(
                "SELECT content_hash, text, language FROM documents d "
                "ANTI JOIN (SELECT content_hash FROM embeddings WHERE model = $model AND position = $whole) e "
                "USING (content_hash) "
                "WHERE list_contains($languages, '*') OR list_contains($languages, d.language) "
                "ORDER BY content_hash LIMIT $most",
                {"model": model, "whole": WHOLE, "languages": list(languages), "most": most},
            ).fetchall()
        return [Document(*row) for row in rows]

    def save_embedded(self, embedded: Sequence[Embedded], *, model: str, scored: Scored | None = None) -> None:
        """Adds sentences, entities and vectors of documents, and in the same commit what was found in them.

        In one, because tokens are not kept: a document that has vectors would have to be read once more for stances.
        """
        with self.database.write() as connection:
            add_embedded(connection, embedded, model=model)
            if scored is not None:
                replace_stances(connection, scored)

    def unscored(self, *, model: str, debate: str, detector: str, most: int) -> list[Embedded]:
        """Embedded documents without stances by `detector`, in the order of their hashes."""
        missing = (
            "SELECT content_hash FROM embeddings e WHERE model = $model AND position = $whole AND content_hash NOT IN "
            "(SELECT content_hash FROM stances WHERE debate = $debate AND detector = $detector) "
            "ORDER BY content_hash LIMIT $most"
        )
        values = {"model": model, "whole": WHOLE, "debate": debate, "detector": detector, "most": most}
        return self._embedded(missing, values, model=model)

    def window_documents(self, window: Window, *, model: str) -> list[Embedded]:
        """The embedded documents of people's posts in `window`, near-duplicates once, in the order of hashes."""
        wanted = (
            "SELECT DISTINCT p.original AS content_hash FROM counted_posts p JOIN embeddings e "
            "ON e.content_hash = p.original AND e.model = $model AND e.position = $whole "
            "WHERE p.created_at >= $start AND p.created_at < $end"
        )
        values = {"model": model, "whole": WHOLE, "start": window.start, "end": window.end}
        return self._embedded(wanted, values, model=model)

    def authors(self, hashes: Sequence[UUID]) -> dict[UUID, UUID]:
        """Who wrote each document first."""
        rows = [{"content_hash": hashed} for hashed in hashes]
        if not rows:
            return {}
        with self.database.read() as connection, incoming(connection, rows, "content_hash UUID") as source:
            found = connection.execute(
                f"SELECT content_hash, arg_min(account_id, (created_at, account_id)) FROM {source} "
                "JOIN statuses USING (content_hash) GROUP BY content_hash"
            ).fetchall()
        return dict(found)

    def _embedded(self, wanted: str, values: dict[str, Any], *, model: str) -> list[Embedded]:
        """The documents that the query `wanted` names, with sentences and vectors."""
        with self.database.read() as connection:
            documents = connection.execute(
                f"SELECT content_hash, text, language FROM documents JOIN ({wanted}) w USING (content_hash) "
                "ORDER BY content_hash",
                values,
            ).fetchall()
            parts = connection.execute(
                "SELECT e.content_hash, e.position, e.vector, s.text, s.lemmas FROM embeddings e "
                f"JOIN ({wanted}) w USING (content_hash) LEFT JOIN sentences s "
                "ON s.content_hash = e.content_hash AND s.position = e.position "
                "WHERE e.model = $model ORDER BY e.content_hash, e.position",
                values | {"model": model},
            ).fetchall()
        rows: dict[UUID, list[tuple[Any, ...]]] = {}
        for row in parts:
            rows.setdefault(row[0], []).append(row)
        return [_embedded_document(Document(*document), rows[document[0]]) for document in documents]

    def save_stances(
        self,
        stances: Mapping[UUID, Sequence[Stance]],
        *,
        debate: str,
        detector: str,
        reasons: Sequence[ReasonMatch],
    ) -> None:
        """Puts the stances of documents in the place of those that an earlier detector found."""
        with self.database.write() as connection:
            replace_stances(connection, Scored(debate, detector, stances, reasons))


def _embedded_document(document: Document, rows: Sequence[tuple[Any, ...]]) -> Embedded:
    vectors = np.asarray([row[2] for row in rows], dtype=np.float32)
    sentences = tuple(Sentence(row[3], tuple(row[4])) for row in rows if row[1] != WHOLE)
    return Embedded(document, sentences, vectors[:1], vectors[1:])
