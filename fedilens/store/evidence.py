"""The sentences that show stances."""

from dataclasses import dataclass
from uuid import UUID

import numpy as np

from fedilens.store.connection import Database
from fedilens.types import Label, Vectors, Window


@dataclass(frozen=True, slots=True)
class Evidence:
    """A document's sentence that shows a stance on a target, its vector, and who posted that document where."""

    target: str
    side: Label
    text: str
    vector: Vectors
    people: frozenset[UUID]
    instances: frozenset[str]


def unmatched_evidence(
    database: Database, *, debate: str, window: Window, model: str, target: str | None
) -> list[Evidence]:
    """The evidence of counted posts in a window for which no reason was found, the latest first.

    On one target, or on all of the debate.
    """
    with database.read() as connection:
        rows = connection.execute(
            "SELECT t.target, t.label, any_value(s.text), any_value(e.vector), "
            "  list(DISTINCT p.account_id), list(DISTINCT p.instance) "
            "FROM stances t JOIN counted_posts p USING (content_hash) "
            "JOIN sentences s ON s.content_hash = t.content_hash AND s.position = t.evidence "
            "JOIN embeddings e ON e.content_hash = t.content_hash AND e.position = t.evidence AND e.model = $model "
            "ANTI JOIN reason_matches m ON m.content_hash = t.content_hash AND m.debate = t.debate "
            "  AND m.target = t.target AND m.side = t.label "
            "WHERE t.debate = $debate AND t.label IN ('favor', 'against') AND ($target IS NULL OR t.target = $target) "
            "  AND p.created_at >= $start AND p.created_at < $end "
            "GROUP BY t.content_hash, t.target, t.label ORDER BY max(p.created_at) DESC, t.content_hash, t.target",
            {"debate": debate, "model": model, "target": target, "start": window.start, "end": window.end},
        ).fetchall()
    return [
        Evidence(
            row[0], Label(row[1]), row[2], np.asarray(row[3], dtype=np.float32), frozenset(row[4]), frozenset(row[5])
        )
        for row in rows
    ]
