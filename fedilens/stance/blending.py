"""Two models' opinions into one calibrated probability, and when it is sure enough to be shown."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fedilens.errors import DebateError
from fedilens.stance.debate import CLASSES, NONE
from fedilens.stance.features import Floats
from fedilens.stance.training_set import UNKNOWN, Labels, folds
from fedilens.stance.words import softmax

STRENGTH = 1.0
"""Inverse regularisation (C of scikit-learn)."""
OWN_SCALE = 0.3
"""A target's own intercepts are held back by this: there are few examples of one target."""
WANTED_PRECISION = (0.89, 0.8, 0.7)
"""Of the favor and against labels that are shown so many should be right on the examples that thresholds are fitted on:
more than the 0.8 that is wanted elsewhere, because every new place is harder. The next one is taken where the one
before would show less than ENOUGH_SHOWN of the true ones, as with few examples."""
ENOUGH_SHOWN = 0.1
NONE_THRESHOLD = 0.6
FLOOR = 1e-6


@dataclass(frozen=True, slots=True)
class Blend:
    """A multinomial logistic regression over the models' log-probabilities, with intercepts for each target.

    Stacking (Wolpert 1992), which is Platt's calibration for several classes and models at once.
    """

    weights: Floats  # (3 for each model, 3)
    intercepts: Floats  # (targets, 3)

    def probabilities(self, opinions: Sequence[Floats]) -> Floats:
        """Favor, against and none from each model's probabilities, all of shape (documents, targets, 3)."""
        return softmax(_logs(opinions) @ self.weights + self.intercepts)


def fit_blend(opinions: Sequence[Floats], labels: Labels) -> Blend:
    """Fitted on opinions about examples that the models did not learn from."""
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415

    logs = _logs(opinions)
    targets = labels.shape[1]
    own = np.broadcast_to(np.eye(targets) * OWN_SCALE, (len(labels), targets, targets))
    known = labels.ravel() != UNKNOWN
    rows = np.concatenate([logs, own], axis=2).reshape(-1, logs.shape[2] + targets)[known]
    classes = labels.ravel()[known]
    if len(np.unique(classes)) != len(CLASSES):
        raise DebateError("training wants examples of favor, of against and of none")
    model = LogisticRegression(C=STRENGTH, max_iter=1_000).fit(rows, classes)
    weights = np.asarray(model.coef_.T)
    count = logs.shape[2]
    return Blend(weights[:count], weights[count:] * OWN_SCALE + model.intercept_)


def judged_by_others(opinions: Sequence[Floats], labels: Labels, voices: Sequence[str]) -> Floats:
    """The probabilities of each example by a blend that was not fitted on its voice."""
    found = np.zeros((*labels.shape, len(CLASSES)))
    for fold in folds(voices):
        rest = np.setdiff1d(np.arange(len(labels)), fold)
        blend = fit_blend([one[rest] for one in opinions], labels[rest])
        found[fold] = blend.probabilities([one[fold] for one in opinions])
    return found


def find_thresholds(probabilities: Floats, labels: Labels) -> tuple[float, float, float]:
    """The lowest probability of favor or against from which on enough of what is shown is right; one for both."""
    best = probabilities.argmax(axis=2)
    chosen = (best < NONE) & (labels != UNKNOWN)
    values, right = probabilities.max(axis=2)[chosen], (best == labels)[chosen]
    order = np.argsort(-values, kind="stable")
    hits = np.cumsum(right[order])
    precision = hits / np.arange(1, len(order) + 1)
    sided = ((labels != UNKNOWN) & (labels < NONE)).sum()
    least = 1.0
    for wanted in WANTED_PRECISION:
        enough = np.flatnonzero(precision >= wanted)
        if len(enough):
            least = float(values[order][enough[-1]])
            if hits[enough[-1]] >= ENOUGH_SHOWN * sided:
                break
    return least, least, NONE_THRESHOLD


def shown_classes(probabilities: Floats, thresholds: Sequence[float]) -> Labels:
    """The class that would be shown for each pair: favor, against, or 2 for neither (none and unclear)."""
    classes = probabilities.argmax(axis=-1)
    sure = probabilities.max(axis=-1) >= np.asarray(thresholds)[classes]
    return np.where((classes < NONE) & sure, classes, NONE)


def count_confusion(labels: Labels, shown: Labels) -> Floats:
    """Examples by true class and by what is shown, for each target."""
    table = np.zeros((labels.shape[1], len(CLASSES), len(CLASSES)))
    for number in range(labels.shape[1]):
        known = labels[:, number] != UNKNOWN
        np.add.at(table[number], (labels[known, number], shown[known, number]), 1)
    return table


def _logs(opinions: Sequence[Floats]) -> Floats:
    return np.log(np.maximum(np.concatenate(opinions, axis=2), FLOOR))
