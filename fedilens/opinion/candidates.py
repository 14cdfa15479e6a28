"""Reasons that nobody wrote yet: sentences that show a stance and match no reason, gathered by what they say."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from fedilens.types import Label, Vectors

ALIKE = 0.40
"""Mean cosine down to which groups of sentences are joined; see `_groups`."""
FEWEST_PEOPLE = 3
MOST_SENTENCES = 3_000
"""Of a side of a target: comparing each with each takes the square of it in memory."""


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A sentence that shows a stance and gives no known reason, with who wrote it and on which instances."""

    target: str
    side: Label
    text: str
    people: frozenset[UUID]
    instances: frozenset[str]


@dataclass(frozen=True, slots=True)
class ReasonCandidate:
    """What might be a reason: how many distinct people and instances gave it, in how many sentences.

    `sentence` is somebody's own, the most central one: for the operator's eyes alone.
    """

    target: str
    side: Label
    people: int
    instances: int
    sentences: int
    sentence: str


def find_candidates(unmatched: Sequence[Unmatched], vectors: Vectors) -> list[ReasonCandidate]:
    """Groups of sentences of at least FEWEST_PEOPLE people on one side of a target, most people first.

    `vectors` has a unit row a sentence. Of a side with very many sentences the first MOST_SENTENCES are looked at.
    """
    sides: dict[tuple[str, Label], list[int]] = {}
    for row, one in enumerate(unmatched):
        sides.setdefault((one.target, one.side), []).append(row)
    found = [
        _candidate([unmatched[row] for row in group], vectors[group])
        for rows in sides.values()
        for group in _groups(np.asarray(rows[:MOST_SENTENCES], dtype=np.int64), vectors)
    ]
    told = [one for one in found if one.people >= FEWEST_PEOPLE]
    return sorted(told, key=lambda one: (-one.people, -one.instances, one.target, one.side, one.sentence))


def _groups(rows: NDArray[np.int64], vectors: Vectors) -> list[NDArray[np.int64]]:
    """The rows parted by average linkage.

    Measured with the packaged model on 25 sides of the debate about AI, whose example sentences were told apart by the
    reason that they match: adjusted Rand index 0.36 at 0.30, 0.39 at 0.35, 0.33 at 0.40, 0.16 at 0.50 (complete
    linkage: 0.31 at best). ALIKE is a step above the best, because nobody can write a reason from a mixed group.
    """
    from sklearn.cluster import AgglomerativeClustering  # noqa: PLC0415  # only this question needs it

    if len(rows) < 2:  # noqa: PLR2004  # two can be parted
        return [rows]
    parting = AgglomerativeClustering(n_clusters=None, distance_threshold=1 - ALIKE, metric="cosine", linkage="average")
    numbers = parting.fit_predict(vectors[rows])
    return [rows[numbers == number] for number in np.unique(numbers)]


def _candidate(group: Sequence[Unmatched], vectors: Vectors) -> ReasonCandidate:
    central = int(np.argmax(vectors @ vectors.mean(axis=0)))
    people = frozenset[UUID]().union(*(one.people for one in group))
    instances = frozenset[str]().union(*(one.instances for one in group))
    first = group[0]
    return ReasonCandidate(first.target, first.side, len(people), len(instances), len(group), group[central].text)
