"""The share of people for and against a target, corrected for the detector's measured errors.

Method: the detector's confusion matrix M (true by shown, measured on labelled examples) links the true
shares p to the shown ones q by q = M'p; p is found by least squares on the simplex (adjusted classify and
count, Forman 2008; for two classes the estimator of Rogan and Gladen 1978). The interval is a parametric
bootstrap over people (multinomial) and over the measured matrix (Dirichlet): so it widens where few people
were read and where few examples measured the detector.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

METHOD = "adjusted count, bootstrap"
DRAWS = 1_000
LEVEL = 0.95
# A tenth of an example in each cell: nothing measured is ever impossible.
PRIOR = 0.1
TINY = 1e-9
SMALLEST_DIAGONAL = 0.05
"""Below this share of right answers the detector says nothing about a class, and the correction explodes."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Shown:
    """How many people were shown to be for, against, and neither (none or unclear)."""

    favor: int
    against: int
    other: int

    @property
    def people(self) -> int:
        """How many people were read."""
        return self.favor + self.against + self.other


@dataclass(frozen=True, slots=True)
class Share:
    """A share of people (0 to 1) with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Prevalence:
    """Shares for and against, and the bootstrap's draws of both (shape (DRAWS, 2)) for comparisons."""

    favor: Share
    against: Share
    draws: Floats


def estimate(shown: Shown, confusion: Sequence[Sequence[float]], *, seed: int = 0) -> Prevalence | None:
    """The corrected shares; None without people, or where the detector was never measured to be right.

    `confusion` counts labelled examples: rows are true favor, against, none; columns are shown favor,
    against, other. Windows that are to be compared want different seeds.
    """
    counts = np.asarray(confusion, dtype=np.float64)
    if shown.people == 0 or not _measured(counts):
        return None
    # The same detector judges all windows, so its errors are drawn the same for all; the people are others.
    random, errors = np.random.default_rng((1, seed)), np.random.default_rng(0)
    observed = np.array([shown.favor, shown.against, shown.other], dtype=np.float64)
    # A half observation for each class keeps the bootstrap from never drawing what was not seen.
    smooth = (observed + 0.5) / (observed.sum() + 1.5)
    people = random.multinomial(shown.people, smooth, size=DRAWS) / shown.people
    matrices = _dirichlet(errors, counts + PRIOR)
    point = solve(_rows(counts + PRIOR)[None], (observed / observed.sum())[None])[0]
    draws = solve(matrices, people)[:, :2]
    return Prevalence(_share(point[0], draws[:, 0]), _share(point[1], draws[:, 1]), draws)


def difference(now: Prevalence, before: Prevalence) -> tuple[Share, Share]:
    """How much the shares for and against rose (or fell) between two windows of different people."""
    change = now.draws - before.draws
    return (
        _share(now.favor.value - before.favor.value, change[:, 0]),
        _share(now.against.value - before.against.value, change[:, 1]),
    )


def solve(matrices: Floats, shown: Floats) -> Floats:
    """For each of n pairs the shares p on the simplex with the least |M'p - q|²; shapes (n, 3, 3), (n, 3).

    The optimum lies on one of the simplex's seven faces; each face has a closed form, and the best feasible
    one is taken.
    """
    best = np.full(len(shown), np.inf)
    found = np.zeros_like(shown)
    for face in ((0, 1, 2), (0, 1), (0, 2), (1, 2), (0,), (1,), (2,)):
        shares = _on_face(matrices, shown, face)
        gap = ((np.einsum("nij,ni->nj", matrices, shares) - shown) ** 2).sum(axis=1)
        better = (shares >= -TINY).all(axis=1) & (gap < best - 1e-12)
        best = np.where(better, gap, best)
        found[better] = np.clip(shares[better], 0.0, 1.0)
    return found


def _on_face(matrices: Floats, shown: Floats, face: tuple[int, ...]) -> Floats:
    """The least-squares shares with the others at zero and a sum of one (Lagrange's conditions)."""
    size = len(face)
    rows = matrices[:, list(face), :]
    system = np.zeros((len(shown), size + 1, size + 1))
    system[:, :size, :size] = rows @ rows.transpose(0, 2, 1) + 1e-12 * np.eye(size)
    system[:, :size, size] = system[:, size, :size] = 1.0
    right = np.ones((len(shown), size + 1))
    right[:, :size] = np.einsum("nij,nj->ni", rows, shown)
    shares = np.zeros_like(shown)
    shares[:, list(face)] = np.linalg.solve(system, right[..., None])[:, :size, 0]
    return shares


def _measured(counts: Floats) -> bool:
    if counts.shape != (3, 3) or (counts.sum(axis=1) == 0).any():
        return False
    return bool((np.diag(_rows(counts))[:2] >= SMALLEST_DIAGONAL).all())


def _rows(counts: Floats) -> Floats:
    return np.asarray(counts / counts.sum(axis=1, keepdims=True))


def _dirichlet(random: np.random.Generator, counts: Floats) -> Floats:
    draws = random.standard_gamma(counts, size=(DRAWS, *counts.shape))
    return np.asarray(draws / draws.sum(axis=2, keepdims=True))


def _share(value: float, draws: Floats) -> Share:
    low, high = np.quantile(draws, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    # The point estimate is not the draws' median; an interval always holds its own figure.
    return Share(float(value), float(min(low, value)), float(max(high, value)))
