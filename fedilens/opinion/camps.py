"""Camps: groups of people who take similar sides over a debate's targets.

Method: latent class analysis (Lazarsfeld and Henry 1968). Each camp has, for each target, a chance that its
people are for it rather than against it; the chances and everybody's camp are found together by EM (Dempster,
Laird and Rubin 1977), in which an unknown stance simply says nothing, and a sure one counts more than an
unsure one. How many camps there are, and whether there are any, is decided by how well hidden stances are
foretold. With seven of ten stances unknown this finds planted groups where principal
components and k-means, which need every gap filled in first, mostly find who said much and who said little.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

METHOD = "latent classes, EM, cross-validated"
FEWEST_PEOPLE = 100
"""Under so many people with enough stances there is nothing to be told."""
FEWEST_STANCES = 2
"""A person needs so many stances to be put beside others: one alone goes with anything."""
FEWEST_IN_CAMP = 10
MOST_CAMPS = 5
SURE_MEMBER = 0.8
"""A person belongs to a camp from this chance on; the others stand between the camps."""
FOLDS = 10
DEVIATES = 2.0
"""Standard errors that one more camp has to foretell better."""
STARTS = 8
STEPS = 100
ENOUGH = 1e-5
PRIOR = 1.0
"""One person for and one against, seen in every camp beforehand: no camp is ever unanimous for sure."""
LEVEL = 0.95
SHARED = 0.5
"""Common ground: in every camp more than this part takes the same side, with 95 % certainty."""
SURE = 0.05
"""The chance of a difference that is none, over all targets together (Holm 1979)."""

Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class SideShare:
    """Of the people of a camp who take a side on a target, the share that is for it, with its 95 % interval."""

    value: float
    low: float
    high: float
    people: int


@dataclass(frozen=True, slots=True)
class TargetAcrossCamps:
    """How the camps stand on a target. `agreed`: 1 all for, -1 all against, 0 not. `gap`: the greatest difference.

    `chance` is the p-value of a difference between camps, corrected for the number of targets; None where
    fewer than two camps say anything.
    """

    target: str
    shares: tuple[SideShare | None, ...]
    agreed: int
    gap: float
    chance: float | None


@dataclass(frozen=True, slots=True)
class Camps:
    """`sizes` are people; `members` gives each person handed in a camp's number, -1 for nobody's."""

    sizes: tuple[int, ...]
    members: Numbers
    targets: tuple[TargetAcrossCamps, ...]

    @property
    def common_ground(self) -> tuple[TargetAcrossCamps, ...]:
        """Targets on which all camps are on the same side."""
        return tuple(target for target in self.targets if target.agreed)

    @property
    def divisive(self) -> tuple[TargetAcrossCamps, ...]:
        """Targets on which camps differ beyond chance, the widest gap first."""
        sure = [target for target in self.targets if target.chance is not None and target.chance < SURE]
        return tuple(sorted(sure, key=lambda target: -target.gap))


@dataclass(frozen=True, slots=True)
class NoCamps:
    """Why no camps are told, as a sentence."""

    reason: str


def find_camps(stances: Floats, targets: Sequence[str], *, seed: int = 1) -> Camps | NoCamps:
    """Groups people by where they stand.

    `stances` has a row a person and a column a target: from -1 (surely against) to 1 (surely for), its size the
    certainty; nan is unknown. People with fewer than two stances belong to no camp.
    """
    known = np.isfinite(stances) & (stances != 0)
    enough = np.flatnonzero(known.sum(axis=1) >= FEWEST_STANCES)
    if len(enough) < FEWEST_PEOPLE:
        return NoCamps(
            f"Camps are told from {FEWEST_PEOPLE} people on who take sides on at least two targets; {len(enough)} did."
        )
    weights = np.where(known[enough], np.abs(np.nan_to_num(stances[enough])), 0.0)
    favor = weights * (np.nan_to_num(stances[enough]) > 0)
    count = _how_many(favor, weights, seed=seed)
    if count == 1:
        return NoCamps("No camps stand out: people's stances do not go together beyond chance.")
    belonging = _fit(favor, weights, count, seed=seed)
    order = np.argsort(-belonging.sum(axis=0), kind="stable")
    belonging = belonging[:, order]
    members = np.full(len(stances), -1, dtype=np.int64)
    members[enough] = np.where(belonging.max(axis=1) >= SURE_MEMBER, belonging.argmax(axis=1), -1)
    sizes = tuple(int(np.sum(members == camp)) for camp in range(count))
    if min(sizes) < FEWEST_IN_CAMP:
        return NoCamps(f"No camps are told: one of them would have fewer than {FEWEST_IN_CAMP} people.")
    return Camps(sizes, members, _across(np.where(known, stances, 0.0)[enough], belonging, targets))


def _how_many(favor: Floats, weights: Floats, *, seed: int) -> int:
    """One more camp as long as it foretells stances that the fit has not seen better, beyond chance.

    A tenth of the known stances is hidden at a time (cross-validation by entries; Wold 1978).
    """
    random = np.random.default_rng((seed, 0))
    fold = np.where(weights > 0, random.integers(FOLDS, size=weights.shape), -1)
    best = _foretold(favor, weights, fold, 1, seed=seed)
    for count in range(2, MOST_CAMPS + 1):
        more = _foretold(favor, weights, fold, count, seed=seed)
        gain = more - best
        if gain.mean() <= DEVIATES * gain.std() / np.sqrt(len(gain)):
            return count - 1
        best = more
    return MOST_CAMPS


def _foretold(favor: Floats, weights: Floats, fold: Numbers, camps: int, *, seed: int) -> Floats:
    """The log chance that each hidden stance was given, person by person (summed over a person's stances)."""
    told = np.zeros(len(favor))
    for hidden in range(FOLDS):
        left = np.where(fold == hidden, 0.0, weights)
        belonging = _fit(favor * (left > 0), left, camps, seed=seed)
        chances = belonging @ _chances(favor * (left > 0), left, belonging)
        side = favor > 0
        logs = np.where(side, np.log(chances), np.log1p(-chances))
        told += np.where(fold == hidden, weights * logs, 0.0).sum(axis=1)
    return told


def _fit(favor: Floats, weights: Floats, camps: int, *, seed: int) -> Floats:
    """Everybody's chances of belonging to each camp, from the best of several starts."""
    if camps == 1:
        return np.ones((len(favor), 1))
    random = np.random.default_rng((seed, camps))
    fits = [_climb(favor, weights, _start(favor, weights, camps, random)) for _ in range(STARTS)]
    return max(fits, key=lambda fit: fit[0])[1]


def _chances(favor: Floats, weights: Floats, belonging: Floats) -> Floats:
    """The chance of being for each target, by camp."""
    return np.asarray((belonging.T @ favor + PRIOR) / (belonging.T @ weights + 2 * PRIOR))


def _start(favor: Floats, weights: Floats, camps: int, random: np.random.Generator) -> Floats:
    """Everybody to the nearest of some people who are drawn far from each other (as in k-means++)."""
    sides = 2 * favor - weights
    chosen = [int(random.integers(len(sides)))]
    agreement = sides @ sides[chosen[0]]
    while len(chosen) < camps:
        far = np.exp(-agreement)
        chosen.append(int(random.choice(len(sides), p=far / far.sum())))
        agreement = np.maximum(agreement, sides @ sides[chosen[-1]])
    nearest = (sides @ sides[chosen].T + 1e-3 * random.random((len(sides), camps))).argmax(axis=1)
    return np.asarray(np.eye(camps)[nearest])


def _climb(favor: Floats, weights: Floats, belonging: Floats) -> tuple[float, Floats]:
    """EM from a start; returns the log likelihood and each person's chances of belonging to each camp."""
    before = -np.inf
    against = weights - favor
    for _ in range(STEPS):
        sizes = (belonging.sum(axis=0) + PRIOR) / (len(favor) + PRIOR * belonging.shape[1])
        chances = _chances(favor, weights, belonging)
        logs = favor @ np.log(chances).T + against @ np.log1p(-chances).T + np.log(sizes)
        top = logs.max(axis=1, keepdims=True)
        likelihood = float((top[:, 0] + np.log(np.exp(logs - top).sum(axis=1))).sum())
        belonging = np.exp(logs - top)
        belonging /= belonging.sum(axis=1, keepdims=True)
        if likelihood - before < ENOUGH * abs(likelihood):
            break
        before = likelihood
    return likelihood, belonging


def _across(stances: Floats, belonging: Floats, targets: Sequence[str]) -> tuple[TargetAcrossCamps, ...]:
    """Each target's shares by camp, whether all agree, and how sure a difference is.

    Everybody counts in each camp as far as they belong to it. The camps were made from the same stances, so
    differences look surer than they are: the chances rank targets, they prove nothing.
    """
    favor, against = belonging.T @ (stances > 0), belonging.T @ (stances < 0)
    counts = np.rint(np.stack([favor, against], axis=1)).astype(np.int64)
    chances = _holm([_chance(counts[:, :, column]) for column in range(len(targets))])
    found = []
    for column, target in enumerate(targets):
        shares = tuple(_share(int(one), int(other)) for one, other in counts[:, :, column])
        told = [share.value for share in shares if share is not None]
        gap = max(told) - min(told) if told else 0.0
        found.append(TargetAcrossCamps(target, shares, _agreed(shares), gap, chances[column]))
    return tuple(found)


def _share(favor: int, against: int) -> SideShare | None:
    """The interval is that of Jeffreys: the beta distribution with half an observation for each side."""
    from scipy.stats import beta  # noqa: PLC0415  # takes a moment to load

    people = favor + against
    if not people:
        return None
    low, high = beta.ppf([(1 - LEVEL) / 2, (1 + LEVEL) / 2], favor + 0.5, against + 0.5)
    value = favor / people
    return SideShare(value, min(float(low), value), max(float(high), value), people)


def _agreed(shares: Sequence[SideShare | None]) -> int:
    if any(share is None for share in shares):
        return 0
    if all(share is not None and share.low > SHARED for share in shares):
        return 1
    return -1 if all(share is not None and share.high < 1 - SHARED for share in shares) else 0


def _chance(counts: NDArray[np.int64]) -> float | None:
    """The p-value that camps differ on a target (chi-square); `counts` has a row a camp: for, against."""
    from scipy.stats import chi2_contingency  # noqa: PLC0415  # takes a moment to load

    told = counts[counts.sum(axis=1) > 0]
    if len(told) < 2:  # noqa: PLR2004  # a difference needs two
        return None
    if not told.sum(axis=0).all():
        return 1.0  # everybody is on one side
    return float(chi2_contingency(told).pvalue)


def _holm(chances: Sequence[float | None]) -> list[float | None]:
    """P-values corrected for how many there are (Holm 1979)."""
    told = sorted((chance, place) for place, chance in enumerate(chances) if chance is not None)
    corrected: list[float | None] = [None] * len(chances)
    highest = 0.0
    for rank, (chance, place) in enumerate(told):
        highest = max(highest, min(1.0, chance * (len(told) - rank)))
        corrected[place] = highest
    return corrected
