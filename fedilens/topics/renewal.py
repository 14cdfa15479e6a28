"""The topics of a new window, given those of the one before.

Clustering a week anew cuts the same debate differently each time (measured on arguments of known motions:
two of three events that such a comparison reports never happened). So a document belongs to the known topic
that it is nearest to; a group that is far from every known topic is a new one; a topic whose documents fall
apart is split, and two whose documents are no longer different are merged. These are the events of MONIC
(Spiliopoulou et al. 2006), found by what the documents say, for two windows may share none.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from fedilens.topics.communities import (
    FINENESS,
    SMALLEST,
    THE_SAME,
    centre_of,
    communities,
    joined,
    nearest_centres,
)
from fedilens.topics.neighbours import Edges, Numbers
from fedilens.types import Vectors

NEW = 0.65
"""Cosine between the centres of a group and of the nearest known topic under which the group is a new topic."""
SMALLEST_NEW = 5
"""Documents that a new topic needs beside known ones: three stray ones are not yet an event."""
APART = 0.65
"""Likeness (see `communities`) of two halves of a topic under which they are two topics."""
ALWAYS_APART = 0.75
"""Cosine between the centres of the same halves in the window before: a topic that was nearly as wide
then did not split now."""
SMALLEST_HALF = 0.25
"""The share of a topic's documents that a half needs to be a topic of its own."""
HALVING_FINENESS = 1.0
NO_LONGER_TWO = 0.88
"""Likeness of two topics from which on they are one: more than THE_SAME, so that topics that are near each
other do not merge and part week after week."""


@dataclass(frozen=True, slots=True)
class Renewal:
    """A topic's number for each row (-1 for none); numbers under the count of known topics are theirs.

    `split` maps the number of a new topic to the known one that it came out of, `merged` the number of a
    known topic that ended to the one that took it in.
    """

    numbers: Numbers
    split: dict[int, int] = field(default_factory=dict)
    merged: dict[int, int] = field(default_factory=dict)


def renewed(vectors: Vectors, edges: Edges, known: Sequence[Vectors]) -> Renewal:
    """Sorts documents into known and new topics; each known topic is given by its documents' vectors."""
    centres = np.stack([centre_of(one) for one in known])
    numbers = _sorted(vectors, edges, centres)
    numbers, split = _split(vectors, edges, numbers, known)
    merged, goals = {}, joined(vectors, numbers, the_same=NO_LONGER_TWO)
    for name in np.unique(numbers[numbers >= 0]):
        goal = int(goals[np.flatnonzero(numbers == name)[0]])
        if goal != name and name < len(known):
            merged[int(name)] = goal
    return Renewal(goals, split, merged)


def _sorted(vectors: Vectors, edges: Edges, centres: Vectors) -> Numbers:
    """Each row's number: that of a new topic, or of the nearest known one."""
    fresh = communities(edges, len(vectors), fineness=FINENESS)
    fresh = joined(vectors, fresh, the_same=THE_SAME)
    found = [np.flatnonzero(fresh == name) for name in np.unique(fresh[fresh >= 0])]
    found = [rows for rows in found if len(rows) >= SMALLEST_NEW]
    found = [rows for rows in found if float((centres @ centre_of(vectors[rows])).max()) < NEW]
    everything = np.concatenate([centres, *(centre_of(vectors[rows])[None] for rows in found)])
    numbers, _ = nearest_centres(vectors, everything)
    for place, rows in enumerate(found):
        numbers[rows] = len(centres) + place
    return numbers


def _split(
    vectors: Vectors, edges: Edges, numbers: Numbers, known: Sequence[Vectors]
) -> tuple[Numbers, dict[int, int]]:
    """Known topics whose documents fall apart; the largest part keeps the number."""
    numbers, split = numbers.copy(), {}
    free = int(numbers.max(initial=len(known) - 1)) + 1
    for name in np.unique(numbers[(numbers >= 0) & (numbers < len(known))]):
        rows = np.flatnonzero(numbers == name)
        least = max(SMALLEST_NEW, SMALLEST_HALF * len(rows))
        parts = [part for part in _parts(vectors, edges, rows) if len(part) >= least]
        if len(parts) < 2 or _fell_apart_before(known[name], [centre_of(vectors[part]) for part in parts]):  # noqa: PLR2004  # two halves
            continue
        for part in parts[1:]:
            numbers[part] = free
            split[free] = int(name)
            free += 1
    return numbers, split


def _fell_apart_before(vectors: Vectors, centres: Sequence[Vectors]) -> bool:
    """Did the documents of before lie as far apart? Then nothing happened: the topic was always that wide."""
    nearest = (vectors @ np.stack(centres).T).argmax(axis=1)
    sides = [vectors[nearest == place] for place in range(len(centres))]
    sides = [side for side in sides if len(side) >= max(SMALLEST, SMALLEST_HALF * len(vectors))]
    if len(sides) < 2:  # noqa: PLR2004  # two halves
        return False
    found = np.stack([centre_of(side) for side in sides])
    return float((found @ found.T).min()) < ALWAYS_APART


def _parts(vectors: Vectors, edges: Edges, rows: Numbers) -> list[Numbers]:
    """The parts that some rows fall into, largest first."""
    inside = edges.among(rows)
    local = Edges(np.searchsorted(rows, inside.left), np.searchsorted(rows, inside.right), inside.weight)
    numbers = joined(vectors[rows], communities(local, len(rows), fineness=HALVING_FINENESS), the_same=APART)
    groups = [rows[numbers == name] for name in np.unique(numbers[numbers >= 0])]
    return sorted(groups, key=lambda group: (-len(group), int(group[0])))
