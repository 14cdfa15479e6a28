"""Communities of a graph, and what can be said of a group of vectors."""

import numpy as np
from numpy.typing import NDArray

from fedilens.topics.neighbours import Edges, Numbers
from fedilens.types import Vectors

NEAR_ENOUGH = 0.40
"""Cosine to a topic's centre from which on a document outside of all topics joins it."""
SEED = 1
FINENESS = 2.0
"""Leiden's resolution for topics (1 is modularity); what it splits too far is joined again."""
THE_SAME = 0.82
"""Likeness (see `_likeness`) of two communities from which on they are one topic."""
PRIOR_PAIRS = 5.0
"""Pairs of documents of usual likeness that every group is thought to have beside its own."""
SMALLEST = 3
"""Documents. Fewer are no topic but a coincidence."""


def centre_of(vectors: Vectors) -> Vectors:
    """The mean of unit rows as a unit row."""
    mean = vectors.mean(axis=0)
    return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-12), dtype=np.float32)


def nearest_centres(vectors: Vectors, centres: Vectors) -> tuple[Numbers, Vectors]:
    """For each row the nearest centre and the cosine to it; -1 where none is near enough."""
    if not len(centres) or not len(vectors):
        return np.full(len(vectors), -1, dtype=np.int64), np.zeros(len(vectors), dtype=np.float32)
    cosines = vectors @ centres.T
    best = cosines.max(axis=1)
    return np.where(best >= NEAR_ENOUGH, cosines.argmax(axis=1), -1), np.asarray(best, dtype=np.float32)


def communities(edges: Edges, count: int, *, fineness: float) -> Numbers:
    """A community's number for each of `count` rows; -1 for rows without any edge."""
    from graspologic_native import leiden  # noqa: PLC0415  # only finding topics needs it

    numbers = np.full(count, -1, dtype=np.int64)
    if not len(edges.left):
        return numbers
    pairs = [
        (str(left), str(right), weight)
        for left, right, weight in zip(edges.left.tolist(), edges.right.tolist(), edges.weight.tolist(), strict=True)
    ]
    _, found = leiden(pairs, resolution=fineness, iterations=2, seed=SEED)
    for row, number in found.items():
        numbers[int(row)] = number
    return numbers


def joined(vectors: Vectors, numbers: Numbers, *, the_same: float) -> Numbers:
    """The nearest two communities become one, again and again, while their centres are nearly the same."""
    names = np.unique(numbers[numbers >= 0])
    if len(names) < 2:  # noqa: PLR2004  # two make a pair
        return numbers
    numbers = numbers.copy()
    sums = np.stack([vectors[numbers == name].sum(axis=0) for name in names]).astype(np.float64)
    sizes = np.array([np.sum(numbers == name) for name in names], dtype=np.float64)
    alive = np.ones(len(names), dtype=bool)
    while alive.sum() > 1:
        likeness = np.where(alive[:, None] & alive[None, :], _likeness(sums, sizes), -2.0)
        np.fill_diagonal(likeness, -2.0)
        kept, gone = sorted(int(one) for one in np.unravel_index(int(likeness.argmax()), likeness.shape))
        if likeness[kept, gone] < the_same:
            break
        sums[kept] += sums[gone]
        sizes[kept] += sizes[gone]
        alive[gone] = False
        numbers[numbers == names[gone]] = names[kept]
    return numbers


def _likeness(sums: NDArray[np.float64], sizes: NDArray[np.float64]) -> NDArray[np.float64]:
    """The cosine between the centres that groups would have with endlessly many documents.

    The mean cosine between two groups' documents over the geometric mean of those inside each. The plain cosine
    of the centres would be too low for small groups, whose centres are mostly chance; the cosine inside a small
    group is drawn towards the common one, as if it had PRIOR_PAIRS more pairs of it.
    """
    pairs = sizes * (sizes - 1)
    inner = (sums**2).sum(axis=1) - sizes
    usual = inner.sum() / max(pairs.sum(), 1.0)
    inside = np.maximum((inner + PRIOR_PAIRS * usual) / (pairs + PRIOR_PAIRS), 1e-3)
    between = sums @ sums.T / np.outer(sizes, sizes)
    return np.asarray(between / np.sqrt(np.outer(inside, inside)))
