"""What a group of documents is about, in words and in examples."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from fedilens.topics.communities import centre_of
from fedilens.topics.labels import key_terms, label_of
from fedilens.topics.neighbours import Numbers
from fedilens.types import Cluster, Level, Vectors

EXEMPLARS = 3
EXEMPLAR_DIFFERENCE = 0.85
"""Exemplars nearer to each other than this cosine would say the same thing twice."""


@dataclass(frozen=True, slots=True)
class Writer:
    """Documents with what describes them: `terms` and `authors` go with the rows of `vectors`."""

    vectors: Vectors
    terms: Sequence[Sequence[str]]
    authors: Sequence[Hashable]
    common: frozenset[str]

    def describe(self, groups: Sequence[Numbers], level: Level) -> list[Cluster]:
        """Groups of rows with their words, told from the other groups, and their exemplars; in their order."""
        words = key_terms([[self.terms[int(row)] for row in group] for group in groups], common=self.common)
        return [self._cluster(group, found, level) for group, found in zip(groups, words, strict=True)]

    def _cluster(self, group: Numbers, words: list[str], level: Level) -> Cluster:
        closeness = self.vectors[group] @ centre_of(self.vectors[group])
        order = np.lexsort((group, -closeness.round(6)))
        members = tuple(int(row) for row in group[order])
        return Cluster(
            label=label_of(words),
            keywords=tuple(words),
            members=members,
            closeness=tuple(float(np.clip(value, 0.0, 1.0)) for value in closeness[order]),
            exemplars=self._exemplars(members),
            level=level,
        )

    def _exemplars(self, members: Sequence[int]) -> tuple[int, ...]:
        """The most central members that are different enough from each other and by different people."""
        chosen: list[int] = []
        for row in members:
            if all(self._differ(row, other) for other in chosen):
                chosen.append(row)
            if len(chosen) == EXEMPLARS:
                break
        return tuple(chosen)

    def _differ(self, row: int, other: int) -> bool:
        alike = float(self.vectors[row] @ self.vectors[other]) >= EXEMPLAR_DIFFERENCE
        return self.authors[row] != self.authors[other] and not alike
