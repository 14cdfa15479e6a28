"""Communities of a graph, and what can be said of a group of vectors."""

import numpy as np

from fedilens.topics.neighbours import Edges, Numbers
from fedilens.types import Vectors

NEAR_ENOUGH = 0.40
"""Cosine to a topic's centre from which on a document outside of all topics joins it."""
SEED = 1
FINENESS = 3.0
"""Leiden's resolution for topics (1 is modularity); what it splits too far is joined again."""
THE_SAME = 0.80
"""Cosine between the centres of two communities from which on they are one topic."""
SMALLEST = 3
"""Documents. Fewer are no topic but a coincidence."""
OUTERMOST = 0.02
SLACK = 0.8
"""How far a topic reaches: this part of the cosine that all but OUTERMOST of its own documents have to its centre."""


def reach_of(vectors: Vectors, centre: Vectors) -> float:
    """The least cosine to its centre with which a document still belongs to a topic."""
    return SLACK * float(np.quantile(vectors @ centre, OUTERMOST))


def centre_of(vectors: Vectors) -> Vectors:
    """The mean of unit rows as a unit row."""
    mean = vectors.mean(axis=0)
    return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-12), dtype=np.float32)


def nearest_centres(vectors: Vectors, centres: Vectors) -> tuple[Numbers, Vectors]:
    """For each row the nearest centre and the cosine to it; -1 where none is near enough."""
    if not len(centres):
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
    alive = np.ones(len(names), dtype=bool)
    while alive.sum() > 1:
        centres = sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-12)
        cosines = np.where(alive[:, None] & alive[None, :], centres @ centres.T, -2.0)
        np.fill_diagonal(cosines, -2.0)
        kept, gone = sorted(int(one) for one in np.unravel_index(int(cosines.argmax()), cosines.shape))
        if cosines[kept, gone] < the_same:
            break
        sums[kept] += sums[gone]
        alive[gone] = False
        numbers[numbers == names[gone]] = names[kept]
    return numbers
