"""From labelled examples to a head: fits in seconds, and measures itself on voices that it has not heard.

Everything the shared classifier, the thresholds and the confusion are fitted on comes from cross-validation:
no example is ever judged by a classifier that saw it, or another post by the same voice.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fedilens.errors import DebateError
from fedilens.stance.debate import CLASSES, Example, Target
from fedilens.stance.features import Floats, Reading, TargetVectors, count_matrix, ngrams
from fedilens.stance.head import Head, Quality, TextScorer, pair_features, softmax
from fedilens.stance.measures import f_avg, shown_quality
from fedilens.types import Label

FOLDS = 5
UNKNOWN = -1
MOST_WORDS = 6_000
WORD_SCALE = 1.4
"""Weight of the n-grams beside the vector. Measured over 1,233 examples: F_avg 0.46 with 0.7, 0.48 with 1,
0.50 with 1.4 and with 2."""
STRENGTH = 4.0
"""Inverse regularisation of the targets' classifiers (C of scikit-learn)."""
SHARED_STRENGTH = 0.3
COMPOSITES = 0.5
"""Composite posts for each example. Measured: F_avg 0.46 without, 0.49 with 0.3, 0.48 with 1."""
TRIES = 5
WANTED_PRECISION = 0.7
"""Of the favor and against labels that are shown so many should be right. Measured over 1,379 examples, 0.65 shows
41 of 100 true ones, 0.7 shows 37, 0.75 shows 28 and 0.8 shows 23: from 0.7 on, trust is dearly bought."""
NONE_THRESHOLD = 0.6
FEWEST = 20
"""Examples under which there is nothing to cross-validate."""

Labels = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class TrainingSet:
    """Examples as readings, their labels (documents, targets; UNKNOWN where not labelled) and voices."""

    readings: tuple[Reading, ...]
    labels: Labels
    voices: tuple[str, ...]

    def subset(self, rows: NDArray[np.int64]) -> "TrainingSet":
        """Some of the examples."""
        return TrainingSet(
            tuple(self.readings[row] for row in rows), self.labels[rows], tuple(self.voices[row] for row in rows)
        )

    def joined(self, other: "TrainingSet") -> "TrainingSet":
        """These examples and the others behind them."""
        return TrainingSet(
            self.readings + other.readings, np.concatenate([self.labels, other.labels]), self.voices + other.voices
        )


def composites(data: TrainingSet, *, most: int) -> TrainingSet:
    """Long posts made of two to four examples that do not contradict each other, at most `most` of them.

    Few people write examples of a thousand words that take a stance in one paragraph only; these teach the
    shared classifier that one passage is enough. They are never measured on.
    """
    random = np.random.default_rng(0)
    readings: list[Reading] = []
    labels: list[Labels] = []
    for _ in range(most * TRIES):
        size = int(random.integers(2, 5))
        if len(readings) == most or len(data.readings) < size:
            break
        rows = random.choice(len(data.readings), size, replace=False)
        found = data.labels[rows]
        favor, against, unknown = ((found == number).any(axis=0) for number in (0, 1, UNKNOWN))
        if not (favor & against).any():
            readings.append(_joined([data.readings[row] for row in rows]))
            labels.append(np.select([favor, against, unknown], [0, 1, UNKNOWN], 2))
    shape = (len(readings), data.labels.shape[1])
    return TrainingSet(tuple(readings), np.asarray(labels, dtype=np.int64).reshape(shape), ("",) * len(readings))


def label_matrix(examples: Sequence[Example], targets: Sequence[Target]) -> Labels:
    """The examples' labels as class numbers."""
    return np.asarray(
        [
            [
                CLASSES.index(example.labels[target.name]) if target.name in example.labels else UNKNOWN
                for target in targets
            ]
            for example in examples
        ],
        dtype=np.int64,
    ).reshape(len(examples), len(targets))


def stated(targets: Sequence[Target]) -> tuple[list[str], Labels]:
    """What a debate itself says of its targets, each text labelled for its own target and unknown for the others.

    Statements, descriptions of both sides, and reasons.
    """
    found = [
        (text, number, CLASSES.index(side))
        for number, target in enumerate(targets)
        for text, side in [
            (target.statement, Label.FAVOR),
            (target.favor, Label.FAVOR),
            (target.against, Label.AGAINST),
            *((one.text, one.side) for one in target.reasons),
        ]
        if text
    ]
    labels = np.full((len(found), len(targets)), UNKNOWN, dtype=np.int64)
    for row, (_, number, side) in enumerate(found):
        labels[row, number] = side
    return [text for text, _, _ in found], labels


def train(
    data: TrainingSet,
    *,
    targets: Sequence[str],
    texts: Sequence[TargetVectors],
    model: str,
    statements: TrainingSet | None = None,
) -> Head:
    """Fits a head. Raises DebateError with too few examples.

    `statements` (see `stated`) teach the targets' classifiers beside the examples, and are never measured on:
    nobody posts them, but they say what each side means (measured: F_avg 0.476 without, 0.490 with them).
    """
    if len(data.readings) < FEWEST:
        raise DebateError(f"training wants at least {FEWEST} labelled examples, and there are {len(data.readings)}")
    folds = _folds(data.voices)
    made: list[tuple[Floats, Labels]] = []
    parts = []
    for fold in folds:
        scorer = fit_scorer(_taught(data.subset(np.setdiff1d(np.arange(len(data.readings)), fold)), statements))
        parts.append(pair_features(scorer, data.subset(fold).readings, texts))
        joined = composites(data.subset(fold), most=round(COMPOSITES * len(fold)))
        made.append((pair_features(scorer, joined.readings, texts), joined.labels))
    features = np.concatenate(parts)[np.argsort(np.concatenate(folds))]
    probabilities = np.zeros((*data.labels.shape, len(CLASSES)))
    for number, fold in enumerate(folds):
        rest = np.setdiff1d(np.arange(len(data.readings)), fold)
        others = [pair for place, pair in enumerate(made) if place != number]
        weights, intercepts = _fit_shared([(features[rest], data.labels[rest]), *others])
        probabilities[fold] = softmax(features[fold] @ weights + intercepts)
    thresholds = _thresholds(probabilities, data.labels)
    weights, intercepts = _fit_shared([(features, data.labels), *made])
    shown = shown_classes(probabilities, thresholds)
    precision, recall = shown_quality(data.labels, shown)
    return Head(
        model=model,
        targets=tuple(targets),
        scorer=fit_scorer(_taught(data, statements)),
        shared_weights=weights,
        shared_intercepts=intercepts,
        thresholds=thresholds,
        confusion=_confusion(data.labels, shown),
        quality=Quality(
            len(data.readings), f_avg(data.labels.ravel(), probabilities.argmax(axis=2).ravel()), precision, recall
        ),
    )


def fit_scorer(data: TrainingSet) -> TextScorer:
    """For each target a multinomial logistic regression over vectors and n-grams."""
    documents = [one.text for one in data.readings]
    vocabulary, idf = _vocabulary(documents)
    words = count_matrix(documents, vocabulary, idf).toarray() * WORD_SCALE
    matrix = np.concatenate([np.stack([one.whole for one in data.readings]), words], axis=1)
    # There are fewer examples than features: with the same penalty the fit in the examples' own space is the
    # same one (the representer theorem), and many times faster.
    left, singular, right = np.linalg.svd(matrix, full_matrices=False)
    columns = [_fit_target(left * singular, data.labels[:, number]) for number in range(data.labels.shape[1])]
    weights = right.T @ np.concatenate([column for column, _ in columns], axis=1)
    dimensions = len(data.readings[0].whole)
    return TextScorer(
        vector_weights=weights[:dimensions],
        word_weights=weights[dimensions:] * WORD_SCALE,
        intercepts=np.concatenate([intercept for _, intercept in columns]),
        vocabulary=vocabulary,
        idf=idf,
    )


def shown_classes(probabilities: Floats, thresholds: Sequence[float]) -> Labels:
    """The class that would be shown for each pair: favor, against, or 2 for neither (none and unclear)."""
    classes = probabilities.argmax(axis=-1)
    sure = probabilities.max(axis=-1) >= np.asarray(thresholds)[classes]
    return np.where((classes < 2) & sure, classes, 2)  # noqa: PLR2004  # none's number


def _taught(data: TrainingSet, statements: TrainingSet | None) -> TrainingSet:
    return data if statements is None else data.joined(statements)


def _fit_target(matrix: Floats, labels: Labels) -> tuple[Floats, Floats]:
    """Weights (features, 2) and intercepts (2,) of the log-odds of favor and against to none."""
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415

    known = labels != UNKNOWN
    width = matrix.shape[1]
    weights, intercepts = np.zeros((width, len(CLASSES))), np.full(len(CLASSES), -3.0)
    present = np.unique(labels[known])
    if len(present) > 1:
        model = LogisticRegression(C=STRENGTH, class_weight="balanced", max_iter=500, tol=1e-3)
        model.fit(matrix[known], labels[known])
        if len(present) == 2:  # noqa: PLR2004  # scikit-learn gives one row for two classes
            # Where nobody took one of the sides, `none` stays at zero: else what speaks for the one side would
            # speak for the other too.
            side, sign = (present[0], -1.0) if present[1] == CLASSES.index(Label.NONE) else (present[1], 1.0)
            weights[:, side], intercepts[present] = sign * model.coef_[0], 0.0
            intercepts[side] = sign * float(model.intercept_[0])
        else:
            weights[:, present], intercepts[present] = model.coef_.T, model.intercept_
    return weights[:, :2] - weights[:, 2:], intercepts[:2] - intercepts[2]


def _fit_shared(sets: Sequence[tuple[Floats, Labels]]) -> tuple[Floats, Floats]:
    """One multinomial logistic regression over all pairs; with the true shares of classes, so it is calibrated."""
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415
    from sklearn.preprocessing import StandardScaler  # noqa: PLC0415

    features, labels = (np.concatenate(parts) for parts in zip(*sets, strict=True))
    known = labels.ravel() != UNKNOWN
    rows, classes = features.reshape(-1, features.shape[2])[known], labels.ravel()[known]
    if len(np.unique(classes)) != len(CLASSES):
        raise DebateError("training wants examples of favor, of against and of none")
    scaler = StandardScaler().fit(rows)
    model = LogisticRegression(C=SHARED_STRENGTH, max_iter=1_000).fit(scaler.transform(rows), classes)
    weights = model.coef_.T / scaler.scale_[:, None]
    intercepts = model.intercept_ - scaler.mean_ @ weights
    return np.asarray(weights), np.asarray(intercepts)


def _joined(readings: Sequence[Reading]) -> Reading:
    """Documents one behind the other."""
    whole = np.sum([one.whole for one in readings], axis=0)
    return Reading(
        tuple(sentence for one in readings for sentence in one.sentences),
        np.asarray(whole / max(float(np.linalg.norm(whole)), 1e-12), dtype=np.float32),
        np.concatenate([one.sentence_vectors for one in readings]),
    )


def _thresholds(probabilities: Floats, labels: Labels) -> tuple[float, float, float]:
    """The lowest probability of favor or against from which on enough of what is shown is right; one for both."""
    best = probabilities.argmax(axis=2)
    chosen = (best < 2) & (labels != UNKNOWN)  # noqa: PLR2004  # none's number
    values, right = probabilities.max(axis=2)[chosen], (best == labels)[chosen]
    order = np.argsort(-values, kind="stable")
    precision = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    enough = np.flatnonzero(precision >= WANTED_PRECISION)
    least = float(values[order][enough[-1]]) if len(enough) else 1.0
    return least, least, NONE_THRESHOLD


def _confusion(labels: Labels, shown: Labels) -> Floats:
    """Examples by true class and by what is shown, for each target."""
    table = np.zeros((labels.shape[1], len(CLASSES), len(CLASSES)))
    for number in range(labels.shape[1]):
        known = labels[:, number] != UNKNOWN
        np.add.at(table[number], (labels[known, number], shown[known, number]), 1)
    return table


def _folds(voices: Sequence[str]) -> list[NDArray[np.int64]]:
    """Row numbers of each fold. A voice is in one fold only; an example without a voice is its own."""
    from sklearn.model_selection import GroupKFold  # noqa: PLC0415

    groups = [voice or f"#{row}" for row, voice in enumerate(voices)]
    folds = min(FOLDS, len(set(groups)))
    if folds < 2:  # noqa: PLR2004
        groups, folds = [str(row) for row in range(len(voices))], FOLDS
    splits = GroupKFold(folds).split(np.zeros(len(groups)), groups=groups)
    return [np.asarray(test, dtype=np.int64) for _, test in splits]


def _vocabulary(documents: Sequence[str]) -> tuple[dict[str, int], Floats]:
    """The n-grams that occur in two documents at least, the most frequent ones, with their IDF."""
    counts = Counter(word for text in documents for word in set(ngrams(text)))
    kept = sorted((word for word, times in counts.items() if times > 1), key=lambda word: (-counts[word], word))
    kept = sorted(kept[:MOST_WORDS])
    idf = np.asarray([np.log((1 + len(documents)) / (1 + counts[word])) + 1 for word in kept], dtype=np.float64)
    return {word: number for number, word in enumerate(kept)}, idf
