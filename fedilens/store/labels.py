"""What people said about texts, and the texts that they might be asked about. Only posts that are counted."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np

from fedilens.store.bulk import replace, row_of, scalar
from fedilens.store.connection import Database
from fedilens.store.readings import WHOLE
from fedilens.types import Label, Vectors

POOL = 2_000
"""Documents among which those to ask about are chosen. Loading the vectors of all would take minutes."""
_LABEL = "content_hash UUID, debate VARCHAR, target VARCHAR, label VARCHAR, who VARCHAR, labelled_at TIMESTAMPTZ"
_KEY = ("content_hash", "debate", "target", "who")


@dataclass(frozen=True, slots=True)
class LabelGiven:
    """One person's label of a text on a debate's target; `unclear` says that the person could not tell."""

    content_hash: UUID
    debate: str
    target: str
    label: Label
    who: str
    labelled_at: datetime


@dataclass(frozen=True, slots=True)
class Doubt:
    """A document with the detector's probabilities of favor, against and none on targets.

    `known` are the targets about which nobody needs to be asked any more.
    """

    content_hash: UUID
    text: str
    vector: Vectors
    stances: Mapping[str, tuple[float, float, float]]
    known: frozenset[str]


@dataclass(frozen=True, slots=True)
class LabelledText:
    """A document with people's labels on targets: of each target every person's. `author` wrote it first."""

    content_hash: UUID
    text: str
    language: str
    author: UUID
    labels: Mapping[str, Sequence[Label]]


@dataclass(frozen=True, slots=True)
class LabelStore:
    """Loads what may be asked, keeps what was answered."""

    database: Database

    def doubts(self, *, debate: str, model: str, who: str) -> list[Doubt]:
        """The POOL counted documents that the detector is least sure of, near-duplicates once, by hash.

        Known are targets that somebody labelled, and those that `who` could not tell.
        """
        values = {"debate": debate, "model": model, "who": who, "whole": WHOLE, "most": POOL}
        pool = (
            "SELECT s.content_hash FROM stances s JOIN (SELECT DISTINCT original FROM counted_posts) p "
            "ON p.original = s.content_hash JOIN embeddings e "
            "ON e.content_hash = s.content_hash AND e.model = $model AND e.position = $whole "
            "ANTI JOIN labels l ON l.content_hash = s.content_hash AND l.debate = s.debate AND l.target = s.target "
            "AND (l.label <> 'unclear' OR l.who = $who) "
            "WHERE s.debate = $debate GROUP BY s.content_hash "
            "ORDER BY min(greatest(s.favor, s.against, s.none)), s.content_hash LIMIT $most"
        )
        with self.database.read() as connection:
            documents = connection.execute(
                f"SELECT d.content_hash, d.text, e.vector FROM documents d JOIN ({pool}) USING (content_hash) "
                "JOIN embeddings e ON e.content_hash = d.content_hash AND e.model = $model AND e.position = $whole "
                "ORDER BY d.content_hash",
                values,
            ).fetchall()
            stances = connection.execute(
                f"SELECT s.content_hash, s.target, s.favor, s.against, s.none FROM stances s JOIN ({pool}) "
                "USING (content_hash) WHERE s.debate = $debate",
                values,
            ).fetchall()
            known = connection.execute(
                "SELECT content_hash, list(target) FROM labels "
                "WHERE debate = $debate AND (label <> 'unclear' OR who = $who) GROUP BY content_hash",
                {"debate": debate, "who": who},
            ).fetchall()
        found: dict[UUID, dict[str, tuple[float, float, float]]] = {}
        for hashed, target, favor, against, none in stances:
            found.setdefault(hashed, {})[target] = (favor, against, none)
        done = dict(known)
        return [
            Doubt(hashed, text, _vector(vector), found[hashed], frozenset(done.get(hashed, ())))
            for hashed, text, vector in documents
        ]

    def labelled_vectors(self, *, debate: str, model: str) -> dict[UUID, Vectors]:
        """The vector of each document that somebody labelled."""
        with self.database.read() as connection:
            rows = connection.execute(
                "SELECT content_hash, vector FROM embeddings WHERE model = $model AND position = $whole "
                "AND content_hash IN (SELECT content_hash FROM labels WHERE debate = $debate)",
                {"debate": debate, "model": model, "whole": WHOLE},
            ).fetchall()
        return {hashed: _vector(vector) for hashed, vector in rows}

    def counts(self, *, debate: str) -> Counter[str]:
        """How many labels each target has; what nobody could tell is none."""
        with self.database.read() as connection:
            rows = connection.execute(
                "SELECT target, count(*) FROM labels WHERE debate = $debate AND label <> 'unclear' GROUP BY target",
                {"debate": debate},
            ).fetchall()
        return Counter(dict(rows))

    def save(self, given: LabelGiven) -> None:
        """Keeps a label in the place of what the same person said before.

        Nothing is kept if the document went meanwhile: its author may have asked to be forgotten.
        """
        with self.database.write() as connection:
            there = scalar(
                connection, "SELECT count(*) FROM documents WHERE content_hash = $hash", {"hash": given.content_hash}
            )
            if there:
                replace(connection, "labels", [row_of(given)], _LABEL, key=_KEY)

    def remove(self, given: LabelGiven) -> None:
        """Takes a label back."""
        same = " AND ".join(f"{name} = ${name}" for name in _KEY)
        with self.database.write() as connection:
            connection.execute(f"DELETE FROM labels WHERE {same}", {name: getattr(given, name) for name in _KEY})

    def labelled(self, *, debate: str) -> list[LabelledText]:
        """The counted documents that people labelled, by hash; of near-duplicates each that was labelled."""
        with self.database.read() as connection:
            rows: list[tuple[Any, ...]] = connection.execute(
                "WITH authors AS (SELECT content_hash, arg_min(account_id, (created_at, account_id)) AS author "
                "  FROM counted_posts GROUP BY content_hash) "
                "SELECT d.content_hash, d.text, d.language, a.author, l.target, l.label "
                "FROM labels l JOIN documents d USING (content_hash) JOIN authors a USING (content_hash) "
                "WHERE l.debate = $debate AND l.label <> 'unclear' ORDER BY d.content_hash, l.target, l.who",
                {"debate": debate},
            ).fetchall()
        texts: dict[tuple[UUID, str, str, UUID], dict[str, list[Label]]] = {}
        for hashed, text, language, author, target, label in rows:
            labels = texts.setdefault((hashed, text, language, author), {})
            labels.setdefault(target, []).append(Label(label))
        return [LabelledText(*text, labels) for text, labels in texts.items()]


def _vector(values: list[float]) -> Vectors:
    return np.asarray(values, dtype=np.float32)
