"""Fits token readers to examples. Imports torch: load it when needed."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from fedilens.stance.attention import BATCH, NO_SENTENCE, TokenReader, Weights, begin_with, side_by_side
from fedilens.stance.debate import NONE
from fedilens.stance.fitting import batches_of_like_length, descend
from fedilens.stance.training_set import UNKNOWN, Labels, TrainingSet, labels_together
from fedilens.stance.upper_half import UpperHalf
from fedilens.types import Tokens, UpperLayers, Vectors

EPOCHS = 10
TUNING_EPOCHS = 8
"""With the embedding model's own layers, which know a great deal before."""
SIDE_WEIGHT = 3.0
"""Of favor and against beside none, of which there is ten times as much."""
QUERY_SCALE = 6.0
"""The statements' vectors have length 1; the states that queries are compared with are longer."""
EVIDENCE_WEIGHT = 0.1
"""Of looking at the sentence that readers named."""
SENTENCE_ALONE = 0.15
"""So often an example is only the sentence that shows one of its stances,"""
JOINED = 0.4
"""and so often it has up to MOST_JOINED others behind it: one passage of a long post is enough for a stance."""
MOST_JOINED = 4
LONG = 350
"""Tokens from which on nothing more is joined."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """A document's tokens, labels and evidence (a sentence's number for each target, or UNKNOWN)."""

    tokens: Tokens
    labels: Labels
    evidence: Labels


def fit_reader(
    data: TrainingSet,
    *,
    queries: Vectors,
    seed: int,
    statements: TrainingSet | None = None,
    upper: UpperLayers | None = None,
    start: Weights | None = None,
    epochs: int | None = None,
) -> TokenReader:
    """A reader from examples whose readings have tokens; the same one for the same seed.

    `queries`: a vector for each target, what its reader begins to look with. `upper`: the embedding model's own layers,
    a copy of which is fitted along (fine-tuning, which takes three times as long). `start`: what a reader of other
    targets learnt.
    """
    random = np.random.default_rng(seed)
    lessons = _lessons(data)
    told = _lessons(statements) if statements else []
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        reader = TokenReader(
            lessons[0].tokens.states.shape[1],
            torch.from_numpy(QUERY_SCALE * queries.astype(np.float32)),
            None if upper is None else UpperHalf(upper, learning=True),
        )
        if start is not None:
            begin_with(reader, start)
        epochs = epochs or (EPOCHS if upper is None else TUNING_EPOCHS)
        steps = epochs * math.ceil((len(lessons) + len(told)) / BATCH)
        descend(
            reader,
            (
                batch
                for _ in range(epochs)
                for batch in _epoch([_varied(lesson, lessons, random) for lesson in lessons] + told, random)
            ),
            lambda batch: _loss(reader, batch),
            steps=steps,
            learnt=reader.upper,
        )
    return reader.eval()


def _epoch(lessons: Sequence[Lesson], random: np.random.Generator) -> list[list[Lesson]]:
    return batches_of_like_length(lessons, [len(one.tokens.sentences) for one in lessons], random, size=BATCH)


def _loss(reader: TokenReader, lessons: Sequence[Lesson]) -> Tensor:
    """Cross-entropy over the known labels, and how far attention is from the named sentences."""
    batch = side_by_side([one.tokens for one in lessons])
    labels = torch.from_numpy(np.stack([one.labels for one in lessons]))
    evidence = torch.from_numpy(np.stack([one.evidence for one in lessons]))
    logits, looked = reader(batch)
    weight = torch.tensor([SIDE_WEIGHT, SIDE_WEIGHT, 1.0])
    loss: Tensor = nn.functional.cross_entropy(
        logits.flatten(0, 1), labels.flatten(), weight=weight, ignore_index=UNKNOWN
    )
    there = (batch.sentences[:, None, :] == evidence[..., None]) & (evidence >= 0)[..., None]
    named = there.any(-1)
    if not named.any():
        return loss
    share: Tensor = (looked * there).sum(-1)[named]
    return loss - EVIDENCE_WEIGHT * (share + 1e-6).log().mean()


def _lessons(data: TrainingSet) -> list[Lesson]:
    evidence = data.known_evidence
    return [
        Lesson(one.tokens, data.labels[row], evidence[row])
        for row, one in enumerate(data.readings)
        if one.tokens is not None
    ]


def _varied(lesson: Lesson, others: Sequence[Lesson], random: np.random.Generator) -> Lesson:
    """The lesson as it is, one sentence of it, or with others behind it."""
    dice = random.random()
    if dice < SENTENCE_ALONE:
        return _one_sentence(lesson, random)
    if dice < SENTENCE_ALONE + JOINED:
        for _ in range(int(random.integers(1, MOST_JOINED + 1))):
            if len(lesson.tokens.sentences) >= LONG:
                break
            lesson = _joined(lesson, others[int(random.integers(len(others)))])
    return lesson


def _one_sentence(lesson: Lesson, random: np.random.Generator) -> Lesson:
    """The sentence that shows one stance, and the marks at the text's ends.

    It shows none where the whole shows none; what it says of the other sides that the whole takes is not known.
    """
    shown = np.flatnonzero(lesson.evidence >= 0)
    if not len(shown):
        return lesson
    target = int(random.choice(shown))
    inside = lesson.tokens.sentences == lesson.evidence[target]
    if not inside.any():
        return lesson
    inside |= lesson.tokens.sentences == NO_SENTENCE
    only = np.arange(len(lesson.labels)) == target
    return Lesson(
        Tokens(lesson.tokens.states[inside], lesson.tokens.sentences[inside]),
        np.where(only | (lesson.labels == NONE), lesson.labels, UNKNOWN),
        np.where(only, lesson.evidence, UNKNOWN),
    )


def _joined(one: Lesson, other: Lesson) -> Lesson:
    """One behind the other, unless they contradict each other."""
    labels = labels_together(np.stack([one.labels, other.labels]))
    if labels is None:
        return one
    behind = int(one.tokens.sentences.max(initial=-1)) + 1
    moved = np.where(other.tokens.sentences >= 0, other.tokens.sentences + behind, NO_SENTENCE)
    later = np.where(other.evidence >= 0, other.evidence + behind, UNKNOWN)
    return Lesson(
        Tokens(np.concatenate([one.tokens.states, other.tokens.states]), np.concatenate([one.tokens.sentences, moved])),
        labels,
        np.where(one.evidence >= 0, one.evidence, later),
    )
