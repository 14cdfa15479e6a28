"""Examples as numbers: what a detector is trained and measured on."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fedilens.stance.debate import CLASSES, NONE, Example, Target
from fedilens.stance.features import Reading
from fedilens.types import Label

FOLDS = 5
UNKNOWN = -1

Labels = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class TrainingSet:
    """Examples as readings, their labels (documents, targets; UNKNOWN where not labelled) and voices.

    `evidence`: the number of the sentence that shows each stance, UNKNOWN where nobody said which; same shape.
    """

    readings: tuple[Reading, ...]
    labels: Labels
    voices: tuple[str, ...]
    evidence: Labels | None = None

    def subset(self, rows: NDArray[np.int64]) -> "TrainingSet":
        """Some of the examples."""
        return TrainingSet(
            tuple(self.readings[row] for row in rows),
            self.labels[rows],
            tuple(self.voices[row] for row in rows),
            None if self.evidence is None else self.evidence[rows],
        )

    def joined(self, other: "TrainingSet") -> "TrainingSet":
        """These examples and the others behind them."""
        return TrainingSet(
            self.readings + other.readings,
            np.concatenate([self.labels, other.labels]),
            self.voices + other.voices,
            np.concatenate([self.known_evidence, other.known_evidence]),
        )

    @property
    def known_evidence(self) -> Labels:
        """`evidence`, with UNKNOWN everywhere if nobody said anything."""
        return np.full_like(self.labels, UNKNOWN) if self.evidence is None else self.evidence


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


def evidence_matrix(examples: Sequence[Example], readings: Sequence[Reading], targets: Sequence[Target]) -> Labels:
    """The number, in each reading, of the sentence that an example names for a target."""
    found = np.full((len(examples), len(targets)), UNKNOWN, dtype=np.int64)
    for row, (example, one) in enumerate(zip(examples, readings, strict=True)):
        for number, target in enumerate(targets):
            sentence = example.evidence.get(target.name)
            if sentence in one.sentences:
                found[row, number] = one.sentences.index(sentence)
    return found


def labels_together(labels: Labels) -> Labels | None:
    """The labels of several examples (rows) that are read as one; None where they contradict each other."""
    favor, against, unknown = ((labels == number).any(axis=0) for number in (0, 1, UNKNOWN))
    if (favor & against).any():
        return None
    return np.asarray(np.select([favor, against, unknown], [0, 1, UNKNOWN], NONE))


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


def folds(voices: Sequence[str]) -> list[NDArray[np.int64]]:
    """Row numbers of each fold. A voice is in one fold only; an example without a voice is its own."""
    from sklearn.model_selection import GroupKFold  # noqa: PLC0415

    groups = [voice or f"#{row}" for row, voice in enumerate(voices)]
    count = min(FOLDS, len(set(groups)))
    if count < 2:  # noqa: PLR2004
        groups, count = [str(row) for row in range(len(voices))], FOLDS
    splits = GroupKFold(count).split(np.zeros(len(groups)), groups=groups)
    return [np.asarray(test, dtype=np.int64) for _, test in splits]
