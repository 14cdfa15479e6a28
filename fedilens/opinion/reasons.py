"""Which of a debate's reasons does a text give? Evidence sentences are matched to reasons by meaning."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fedilens.types import Label, Stance, Vectors

CLOSE_ENOUGH = 0.45
"""Cosine. On the written examples about four of five matches at this value read as right."""


@dataclass(frozen=True, slots=True)
class ReasonKey:
    """A reason's place: its target, side and text."""

    target: str
    side: Label
    text: str


@dataclass(frozen=True, slots=True)
class Match:
    """A reason that a text gives, and how near its sentence comes to it (cosine)."""

    reason: ReasonKey
    similarity: float


def match_reasons(
    stances: Sequence[Stance], sentences: Vectors, reasons: Sequence[ReasonKey], reason_vectors: Vectors
) -> list[Match]:
    """At most one reason for each stance that is shown: the nearest one of the same target and side.

    `sentences` has a row a sentence of the text, `reason_vectors` a row a reason, of one model.
    """
    matches = []
    for stance in stances:
        if stance.evidence is None:
            continue
        rows = [
            row for row, reason in enumerate(reasons) if reason.target == stance.target and reason.side == stance.label
        ]
        if not rows:
            continue
        similarities = sentences[stance.evidence] @ reason_vectors[rows].T
        nearest = int(np.argmax(similarities))
        if similarities[nearest] >= CLOSE_ENOUGH:
            matches.append(Match(reasons[rows[nearest]], float(similarities[nearest])))
    return matches
