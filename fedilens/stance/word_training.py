"""Fits the classifiers over words and vectors, and judges every example by some that have not heard its voice."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from fedilens.errors import DebateError
from fedilens.stance.debate import CLASSES, NONE
from fedilens.stance.features import Floats, Reading, TargetVectors, count_matrix, ngrams
from fedilens.stance.training_set import UNKNOWN, Labels, TrainingSet, folds, labels_together
from fedilens.stance.words import TextScorer, WordModel, pair_features, softmax

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
JITTER = 1e-6
"""Equal texts would make the Gram matrix singular."""


def fit_words(
    data: TrainingSet, *, texts: Sequence[TargetVectors], statements: TrainingSet | None = None
) -> tuple[WordModel, Floats]:
    """The model, and the probabilities of each example by a model that has not heard its voice.

    `statements` (see `stated`) teach the targets' classifiers beside the examples, and are never measured on:
    nobody posts them, but they say what each side means (measured: F_avg 0.476 without, 0.490 with them).
    """
    parted = folds(data.voices)
    made: list[tuple[Floats, Labels]] = []
    parts = []
    for fold in parted:
        scorer = fit_scorer(_taught(data.subset(np.setdiff1d(np.arange(len(data.readings)), fold)), statements))
        parts.append(pair_features(scorer, data.subset(fold).readings, texts))
        joined = composites(data.subset(fold), most=round(COMPOSITES * len(fold)))
        made.append((pair_features(scorer, joined.readings, texts), joined.labels))
    features = np.concatenate(parts)[np.argsort(np.concatenate(parted))]
    probabilities = np.zeros((*data.labels.shape, len(CLASSES)))
    for number, fold in enumerate(parted):
        rest = np.setdiff1d(np.arange(len(data.readings)), fold)
        others = [pair for place, pair in enumerate(made) if place != number]
        weights, intercepts = _fit_shared([(features[rest], data.labels[rest]), *others])
        probabilities[fold] = softmax(features[fold] @ weights + intercepts)
    weights, intercepts = _fit_shared([(features, data.labels), *made])
    return WordModel(fit_scorer(_taught(data, statements)), weights, intercepts), probabilities


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
        together = labels_together(data.labels[rows])
        if together is not None:
            readings.append(_joined([data.readings[row] for row in rows]))
            labels.append(together)
    shape = (len(readings), data.labels.shape[1])
    return TrainingSet(tuple(readings), np.asarray(labels, dtype=np.int64).reshape(shape), ("",) * len(readings))


def fit_scorer(data: TrainingSet) -> TextScorer:
    """For each target a multinomial logistic regression over vectors and n-grams."""
    from scipy.linalg import solve_triangular  # noqa: PLC0415

    documents = [one.text for one in data.readings]
    vocabulary, idf = _vocabulary(documents)
    words = count_matrix(documents, vocabulary, idf).toarray() * WORD_SCALE
    matrix = np.concatenate([np.stack([one.whole for one in data.readings]), words], axis=1)
    # There are fewer examples than features: with the same penalty the fit in the examples' own space is the
    # same one (the representer theorem), and many times faster. Rows of the Gram matrix's root have the rows' products.
    gram = matrix @ matrix.T
    root = np.linalg.cholesky(gram + JITTER * np.eye(len(gram)))
    columns = [_fit_target(root, data.labels[:, number]) for number in range(data.labels.shape[1])]
    found = np.concatenate([column for column, _ in columns], axis=1)
    weights = matrix.T @ solve_triangular(root, found, lower=True, trans="T")
    dimensions = len(data.readings[0].whole)
    return TextScorer(
        vector_weights=weights[:dimensions],
        word_weights=weights[dimensions:] * WORD_SCALE,
        intercepts=np.concatenate([intercept for _, intercept in columns]),
        vocabulary=vocabulary,
        idf=idf,
    )


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
            side, sign = (present[0], -1.0) if present[1] == NONE else (present[1], 1.0)
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


def _vocabulary(documents: Sequence[str]) -> tuple[dict[str, int], Floats]:
    """The n-grams that occur in two documents at least, the most frequent ones, with their IDF."""
    counts = Counter(word for text in documents for word in set(ngrams(text)))
    kept = sorted((word for word, times in counts.items() if times > 1), key=lambda word: (-counts[word], word))
    kept = sorted(kept[:MOST_WORDS])
    idf = np.asarray([np.log((1 + len(documents)) / (1 + counts[word])) + 1 for word in kept], dtype=np.float64)
    return {word: number for number, word in enumerate(kept)}, idf
