"""Which documents are near which: the graph that topics are found in."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fedilens.types import Vectors

NEIGHBOURS = 8
"""Measured on known motions: from 5 to 15 all do with thousands of texts; more than 8 blur topics of ten texts."""
LEAST_SIMILAR = 0.30
"""Cosine under which two texts have nothing to do with each other."""
_ROWS_AT_ONCE = 1_024

Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Edges:
    """Pairs of rows (`left` < `right`, each pair once) with the cosine between them."""

    left: Numbers
    right: Numbers
    weight: Vectors

    def among(self, rows: Numbers) -> "Edges":
        """The edges between the given rows alone."""
        inside = np.isin(self.left, rows) & np.isin(self.right, rows)
        return Edges(self.left[inside], self.right[inside], self.weight[inside])


def nearest_neighbours(vectors: Vectors) -> Edges:
    """Each row with those nearest to it, found exactly; shape of `vectors` (rows, dimensions), unit rows."""
    count = len(vectors)
    wanted = min(NEIGHBOURS, count - 1)
    if wanted < 1:
        nothing = np.zeros(0, dtype=np.int64)
        return Edges(nothing, nothing, np.zeros(0, dtype=np.float32))
    near = np.empty((count, wanted), dtype=np.int64)
    similar = np.empty((count, wanted), dtype=np.float32)
    for start in range(0, count, _ROWS_AT_ONCE):
        cosines = vectors[start : start + _ROWS_AT_ONCE] @ vectors.T
        here = np.arange(len(cosines))
        cosines[here, start + here] = -2.0  # nobody is a neighbour of oneself
        best = np.argpartition(-cosines, wanted - 1, axis=1)[:, :wanted]
        near[start : start + len(cosines)] = best
        similar[start : start + len(cosines)] = np.take_along_axis(cosines, best, axis=1)
    rows, others, weights = np.repeat(np.arange(count), wanted), near.ravel(), similar.ravel()
    kept = weights >= LEAST_SIMILAR
    left, right, weights = np.minimum(rows, others)[kept], np.maximum(rows, others)[kept], weights[kept]
    _, first = np.unique(left * count + right, return_index=True)
    return Edges(left[first], right[first], weights[first])
