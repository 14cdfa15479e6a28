"""Where does a document stand on each target of a debate, how sure is that, and which sentence shows it?"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fedilens.protocols import Encoder
from fedilens.stance.debate import CLASSES, Debate, Target
from fedilens.stance.features import Floats, Reading, TargetVectors, nearness, target_texts
from fedilens.stance.head import Head, softmax
from fedilens.types import Label, Stance

ZERO_SHOT_SHARPNESS = 12.0
ZERO_SHOT_NEAR = 0.45
"""Cosine to a side's nearest text from which on a text is taken to speak of the target."""
ZERO_SHOT_THRESHOLDS = (0.6, 0.6, 0.5)
EVIDENCE_NEARNESS = 4.0
"""How much a sentence's nearness to the side's texts weighs beside its log-odds when evidence is chosen."""


@dataclass(frozen=True, slots=True)
class Detector:
    """Scores documents. Without a head it is zero-shot, which is experimental: polarity is little better than chance.

    `name` tells which model and head gave a stance.
    """

    targets: tuple[Target, ...]
    texts: tuple[TargetVectors, ...]
    model: str
    head: Head | None = None

    @property
    def name(self) -> str:
        """Identifies the embedding model and the head."""
        return f"{self.model}/{self.head.fingerprint if self.head else 'zero-shot'}"

    @property
    def thresholds(self) -> tuple[float, float, float]:
        """The least probability at which favor, against and none are shown."""
        return self.head.thresholds if self.head else ZERO_SHOT_THRESHOLDS

    def probabilities(self, readings: Sequence[Reading]) -> Floats:
        """Favor, against, none; shape (documents, targets, 3)."""
        if not readings:
            return np.zeros((0, len(self.targets), len(CLASSES)))
        if self.head is not None:
            return self.head.probabilities(readings, self.texts)
        return np.stack([[_zero_shot(one, texts) for texts in self.texts] for one in readings])

    def score(self, readings: Sequence[Reading]) -> list[tuple[Stance, ...]]:
        """The stances of each document on every target, in the debate's order."""
        found = self.probabilities(readings)
        return [
            tuple(self._stance(one, number, found[row, number]) for number in range(len(self.targets)))
            for row, one in enumerate(readings)
        ]

    def _stance(self, reading: Reading, number: int, probabilities: Floats) -> Stance:
        best = int(probabilities.argmax())
        label = CLASSES[best] if probabilities[best] >= self.thresholds[best] else Label.UNCLEAR
        sided = label in (Label.FAVOR, Label.AGAINST) and bool(reading.sentences)
        # Rounded so that they still add up to 1.
        favor, against = round(float(probabilities[0]), 6), round(float(probabilities[1]), 6)
        return Stance(
            target=self.targets[number].name,
            label=label,
            favor=favor,
            against=against,
            none=round(1.0 - favor - against, 6),
            evidence=self._evidence(reading, number, best) if sided else None,
        )

    def _evidence(self, reading: Reading, number: int, side: int) -> int:
        """The sentence that speaks most for a side of a target."""
        texts = self.texts[number].favor if side == 0 else self.texts[number].against
        near = (reading.sentence_vectors @ texts.T).max(axis=1).astype(np.float64)
        if self.head is None:
            return int(near.argmax())
        odds = self.head.scorer.score(reading.sentences, reading.sentence_vectors)[:, number]
        return int((odds[:, side] - 0.5 * odds[:, 1 - side] + EVIDENCE_NEARNESS * near).argmax())


def target_vectors(targets: Sequence[Target], encoder: Encoder) -> tuple[TargetVectors, ...]:
    """The vectors of every target's texts, encoded in one go."""
    groups = [group for target in targets for group in target_texts(target)]
    flat = encoder.encode([text for group in groups for text in group])
    parts = np.split(flat, np.cumsum([len(group) for group in groups])[:-1])
    return tuple(TargetVectors(*parts[start : start + 3]) for start in range(0, len(parts), 3))


def make_detector(debate: Debate, encoder: Encoder, head: Head | None) -> Detector:
    """The detector of a debate."""
    return Detector(debate.targets, target_vectors(debate.targets, encoder), encoder.name, head)


def _zero_shot(reading: Reading, texts: TargetVectors) -> Floats:
    """The nearer side's texts win, if the document comes near enough to either."""
    near = nearness(reading, texts)
    favor, against = max(near[1], near[4]), max(near[2], near[5])
    return softmax(ZERO_SHOT_SHARPNESS * np.asarray([favor, against, ZERO_SHOT_NEAR]))
