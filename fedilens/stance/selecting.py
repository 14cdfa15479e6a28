"""Which posts should a person label? Those that the detector is unsure of, about all targets, unlike each other.

Uncertainty sampling (Lewis & Gale 1994) by entropy, spread by farthest-first traversal (Gonzalez 1985): the most
uncertain posts alone would be twenty ways of saying one thing.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fedilens.types import Vectors

UNSURE = 0.6
"""Entropy, of at most 1, from which on a target is asked about: (0.8, 0.1, 0.1) has 0.58."""
MOST_ASKED = 4
"""Targets that are asked about one post; more tire, and teach less than another post."""

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Choice:
    """A post (its row) and the targets (their columns) to ask about it, the least certain first."""

    row: int
    columns: tuple[int, ...]


def entropy(probabilities: Numbers) -> Numbers:
    """Of distributions along the last axis, between 0 (certain) and 1 (even)."""
    safe = np.clip(probabilities, 1e-12, 1)
    return np.asarray(-(safe * np.log(safe)).sum(axis=-1) / np.log(probabilities.shape[-1]))


def choose(
    probabilities: Numbers,
    vectors: Vectors,
    *,
    known: NDArray[np.bool_],
    labelled: Vectors,
    counts: NDArray[np.int64],
    most: int,
) -> list[Choice]:
    """At most `most` posts to ask about, the most helpful one first.

    `probabilities` has the shape (posts, targets, 3); `vectors` holds unit rows, one a post; `known` (posts, targets)
    says what need not be asked; `labelled` holds the vectors of other posts that have labels, `counts` how many labels
    each target has. A post helps by how unsure the detector is on its targets, by how few labels those have, and by
    how far it is from all that were labelled or chosen before it.
    """
    unsure = _asked(entropy(probabilities), known)
    far = _distances(vectors, known, labelled)
    given = counts.astype(np.float64)
    chosen: list[Choice] = []
    while len(chosen) < most:
        help_ = far * (unsure @ (1 / np.sqrt(1 + given)))
        help_[[one.row for one in chosen]] = -1
        if not len(help_) or help_.max() <= 0:
            break
        row = int(help_.argmax())
        columns = [int(one) for one in np.argsort(-unsure[row], kind="stable") if unsure[row, one] > 0]
        chosen.append(Choice(row, tuple(columns)))
        given[columns] += 1
        far = np.minimum(far, _distance(vectors, vectors[row]))
    return chosen


def _asked(uncertainty: Numbers, known: NDArray[np.bool_]) -> Numbers:
    """The uncertainty of what is asked about each post, else 0: the least certain targets, one at least.

    What is known still takes its place among them, so that a post that was answered is not asked about for ever.
    """
    order = np.argsort(-uncertainty, axis=1, kind="stable")
    rank = np.argsort(order, axis=1, kind="stable")
    asked = (rank == 0) | ((rank < MOST_ASKED) & (uncertainty >= UNSURE))
    return np.where(asked & ~known, uncertainty, 0.0)


def _distances(vectors: Vectors, known: NDArray[np.bool_], labelled: Vectors) -> Numbers:
    """From each post to the nearest one that has labels, but for itself: who stopped half-way goes on."""
    far = np.ones(len(vectors))
    for vector in labelled:
        far = np.minimum(far, _distance(vectors, vector))
    for row in np.flatnonzero(known.any(axis=1)):
        others = np.arange(len(vectors)) != row
        far[others] = np.minimum(far[others], _distance(vectors[others], vectors[row]))
    return far


def _distance(vectors: Vectors, vector: Vectors) -> Numbers:
    """1 - cosine, between 0 and 1. A hair above 0, so that a copy comes last and still comes."""
    return np.clip(1 - (vectors @ vector).astype(np.float64), 1e-6, 1)
