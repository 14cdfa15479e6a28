"""From labelled examples to a head, measured on voices that it has not heard.

The blend, the thresholds and the confusion are fitted on examples that the two models did not learn from: a set held
out for it, or, where there is none, by cross-validation over voices.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from fedilens.errors import DebateError
from fedilens.stance.blending import (
    count_confusion,
    find_thresholds,
    fit_blend,
    judged_by_others,
    shown_classes,
)
from fedilens.stance.features import Floats, TargetVectors
from fedilens.stance.head import Head, Quality, opinions_on, readers_from
from fedilens.stance.measures import f_avg, shown_quality
from fedilens.stance.pretrained import pretrained
from fedilens.stance.training_set import Labels, TrainingSet, folds
from fedilens.stance.word_training import fit_words
from fedilens.stance.words import softmax
from fedilens.types import UpperLayers

if TYPE_CHECKING:
    from fedilens.stance.attention import Weights

FEWEST = 20
"""Examples under which there is nothing to learn from."""
ENOUGH_FOR_READERS = 200
"""Examples under which words tell as much as tokens, and are learnt at once."""
READERS = 2
"""Readers whose mean is taken. The first begins with nothing, the other with what arguments about other subjects
taught, so they err in other places: the one reads wit better, the other plain words."""


def train(
    data: TrainingSet,
    held: TrainingSet | None = None,
    *,
    targets: Sequence[str],
    texts: Sequence[TargetVectors],
    model: str,
    statements: TrainingSet | None = None,
    upper: UpperLayers | None = None,
) -> Head:
    """Fits a head to `data`, and its probabilities to `held`, of other voices.

    Raises DebateError with too few examples. Without `held` the probabilities are fitted by cross-validation.
    `statements` (see `stated`) teach beside the examples, and are never measured on. With the `upper` layers of the
    embedding model one reader fits a copy of these along (fine-tuning): it reads better, and training takes longer.
    """
    if len(data.readings) < FEWEST:
        raise DebateError(f"training wants at least {FEWEST} labelled examples, and there are {len(data.readings)}")
    enough = len(data.readings) >= ENOUGH_FOR_READERS
    if upper and not enough:
        raise DebateError(
            f"fitting the embedding model's layers wants at least {ENOUGH_FOR_READERS} labelled examples, and there "
            f"are {len(data.readings)}; train without --tune"
        )
    words, unheard = fit_words(data, texts=texts, statements=statements)
    count = (1 if upper else READERS) if enough else 0
    fit = partial(fit_readers, texts=texts, statements=statements, upper=upper, start=pretrained(model))
    fitted = fit(data, count=count)
    readers = readers_from(fitted, upper)
    if held is not None:
        judged = held
        opinions, _ = opinions_on(held.readings, texts, words, readers)
    else:
        judged = data
        opinions = [unheard, *([_cross_read(data, fit, upper)] if readers else [])]
    probabilities = judged_by_others(opinions, judged.labels, judged.voices)
    thresholds = find_thresholds(probabilities, judged.labels)
    head = Head(
        model=model,
        targets=tuple(targets),
        words=words,
        readers=fitted,
        upper=upper if fitted else None,
        blend=fit_blend(opinions, judged.labels),
        thresholds=thresholds,
        confusion=count_confusion(judged.labels, shown_classes(probabilities, thresholds)),
        quality=Quality(len(data.readings), 0.0, 0.0, 0.0, 0),
    )
    return replace(head, quality=_quality(head, probabilities, judged.labels))


def measured(head: Head, test: TrainingSet, texts: Sequence[TargetVectors]) -> Head:
    """The head with its quality on examples of which nothing was fitted; they are counted in its confusion as well."""
    probabilities, _ = head.read(test.readings, texts)
    shown = shown_classes(probabilities, head.thresholds)
    return replace(
        head,
        confusion=head.confusion + count_confusion(test.labels, shown),
        quality=_quality(head, probabilities, test.labels),
    )


def fit_readers(
    data: TrainingSet,
    *,
    texts: Sequence[TargetVectors],
    statements: TrainingSet | None,
    count: int,
    upper: UpperLayers | None = None,
    start: "Weights | None" = None,
) -> "tuple[Weights, ...]":
    """What token readers learnt, as it will be saved; none without tokens.

    The first of several begins without `start`.
    """
    if any(one.tokens is None for one in data.readings):
        return ()
    from fedilens.stance.attention import weights_of  # noqa: PLC0415  # torch takes seconds to load
    from fedilens.stance.attention_training import fit_reader  # noqa: PLC0415

    queries = np.concatenate([one.statement[:1] for one in texts])
    return tuple(
        weights_of(fit_reader(data, queries=queries, seed=seed, statements=statements, upper=upper, start=begun))
        for seed, begun in enumerate([None, start] if count > 1 else [start] * count)
    )


def _cross_read(data: TrainingSet, fit: "Callable[..., tuple[Weights, ...]]", upper: UpperLayers | None) -> Floats:
    """Each example's probabilities by a reader that has not heard its voice."""
    from fedilens.stance.attention import read  # noqa: PLC0415

    found = np.zeros((*data.labels.shape, 3))
    for fold in folds(data.voices):
        rest = data.subset(np.setdiff1d(np.arange(len(data.readings)), fold))
        readers = readers_from(fit(rest, count=1), upper)
        tokens = [one.tokens for one in data.subset(fold).readings if one.tokens is not None]
        found[fold] = softmax(read(readers, tokens)[0])
    return found


def _quality(head: Head, probabilities: Floats, labels: Labels) -> Quality:
    precision, recall = shown_quality(labels, shown_classes(probabilities, head.thresholds))
    return Quality(
        head.quality.examples,
        f_avg(labels.ravel(), probabilities.argmax(axis=2).ravel()),
        precision,
        recall,
        len(labels),
    )
