"""Measures of a stance detector. Classes are numbered favor 0, against 1, none 2; -1 is unknown."""

import numpy as np
from numpy.typing import NDArray

from fedilens.stance.debate import NONE
from fedilens.stance.features import Floats

Labels = NDArray[np.int64]
BINS = 10
RESAMPLES = 500
LEVEL = 0.95


def f1(true: Labels, found: Labels, number: int) -> float:
    """The F1 of one class, over pairs with a known label; 0 where the class never occurs."""
    known = true >= 0
    hit = float(((true == number) & (found == number) & known).sum())
    wrong = float(((true == number) ^ (found == number))[known].sum())
    return 2 * hit / (2 * hit + wrong) if hit else 0.0


def f_avg(true: Labels, found: Labels) -> float:
    """The mean of F1 favor and F1 against (SemEval-2016 task 6)."""
    return (f1(true, found, 0) + f1(true, found, 1)) / 2


def macro_f1(true: Labels, found: Labels) -> float:
    """The mean F1 of the three classes."""
    return (f1(true, found, 0) + f1(true, found, 1) + f1(true, found, 2)) / 3


def accuracy(true: Labels, found: Labels) -> float:
    """The share of right ones among known labels."""
    known = true >= 0
    return float((true == found)[known].mean()) if known.any() else 0.0


def shown_quality(true: Labels, shown: Labels) -> tuple[float, float]:
    """Precision and recall of the favor and against labels that are shown (2 stands for neither)."""
    known = true >= 0
    sided, given = known & (true < NONE), known & (shown < NONE)
    right = float((sided & given & (true == shown)).sum())
    return right / max(float(given.sum()), 1.0), right / max(float(sided.sum()), 1.0)


def calibration_error(true: Labels, probabilities: Floats, shown: Labels) -> float:
    """Expected calibration error (Guo et al. 2017, ten bins) of the favor and against labels that are shown."""
    given = (true >= 0) & (shown < NONE)
    if not given.any():
        return 0.0
    confidence = probabilities.max(axis=-1)[given]
    right = (true == shown)[given]
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    gaps = [
        abs(confidence[bins == number].mean() - right[bins == number].mean()) * (bins == number).mean()
        for number in np.unique(bins)
    ]
    return float(sum(gaps))


def intervals(true: Labels, probabilities: Floats, shown: Labels, posts: Labels) -> dict[str, tuple[float, float]]:
    """95 % intervals of the figures, by a bootstrap over posts (Efron 1979), since a post's pairs belong together.

    All arrays have one entry a pair; `posts` numbers the post that each pair is of.
    """
    random = np.random.default_rng(0)
    best = probabilities.argmax(axis=-1)
    order = np.argsort(posts, kind="stable")
    parts = np.split(order, np.flatnonzero(np.diff(posts[order])) + 1)
    drawn: dict[str, list[float]] = {"f_avg": [], "macro_f1": [], "precision": [], "recall": [], "ece": []}
    for _ in range(RESAMPLES):
        rows = np.concatenate([parts[place] for place in random.integers(len(parts), size=len(parts))])
        precision, recall = shown_quality(true[rows], shown[rows])
        drawn["f_avg"].append(f_avg(true[rows], best[rows]))
        drawn["macro_f1"].append(macro_f1(true[rows], best[rows]))
        drawn["precision"].append(precision)
        drawn["recall"].append(recall)
        drawn["ece"].append(calibration_error(true[rows], probabilities[rows], shown[rows]))
    tails = [(1 - LEVEL) / 2, (1 + LEVEL) / 2]
    return {
        name: (round(float(low), 4), round(float(high), 4))
        for name, values in drawn.items()
        for low, high in [np.quantile(values, tails)]
    }
