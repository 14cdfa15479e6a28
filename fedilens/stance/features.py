"""What a text looks like to the stance detector: its vectors, its words, and how near it comes to a target's texts."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fedilens.stance.debate import Target
from fedilens.types import Label, Tokens, Vectors

Floats = NDArray[np.float64]

PASSAGE = 3
"""Sentences of a passage: about what one argument takes."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A document as a detector reads it: sentences without links, the whole's vector, a row a sentence, its tokens."""

    sentences: tuple[str, ...]
    whole: NDArray[np.float32]
    sentence_vectors: Vectors
    tokens: Tokens | None = None

    @property
    def text(self) -> str:
        """All sentences."""
        return " ".join(self.sentences)


@dataclass(frozen=True, slots=True)
class TargetVectors:
    """The vectors of a target's texts: its statement, and what favoring and opposing it says (rows)."""

    statement: Vectors
    favor: Vectors
    against: Vectors

    @property
    def all(self) -> Vectors:
        """All of them."""
        return np.concatenate([self.statement, self.favor, self.against])


def target_texts(target: Target) -> tuple[list[str], list[str], list[str]]:
    """A target's statement, and the texts that stand for each side: its description and its reasons."""
    sides = [
        [text, *(reason.text for reason in target.reasons if reason.side is side)]
        for side, text in (
            (Label.FAVOR, target.favor or target.statement),
            (Label.AGAINST, target.against or f"It is not true that {target.statement}"),
        )
    ]
    return [target.statement], sides[0], sides[1]


def ngrams(text: str) -> list[str]:
    """Lower-case words (with apostrophes, and the marks ! and ?), and pairs of neighbouring ones."""
    words: list[str] = re.findall(r"[a-z]+(?:'[a-z]+)?|[!?]", text.lower().replace("\u2019", "'"))
    return words + [f"{first} {second}" for first, second in pairwise(words)]


def count_matrix(texts: Sequence[str], vocabulary: dict[str, int], weights: Floats) -> Any:
    """TF-IDF rows of length 1 over a fixed vocabulary, as a sparse matrix (texts, words)."""
    from scipy.sparse import csr_matrix  # noqa: PLC0415  # takes a moment to load

    rows, columns = [], []
    for row, text in enumerate(texts):
        known = {vocabulary[word] for word in ngrams(text) if word in vocabulary}
        rows += [row] * len(known)
        columns += sorted(known)
    values = weights[columns] if columns else np.zeros(0)
    lengths = np.sqrt(np.bincount(rows, weights=values**2, minlength=len(texts))) if columns else np.ones(len(texts))
    scaled = values / np.maximum(lengths[rows], 1e-12) if columns else values
    return csr_matrix((scaled, (rows, columns)), shape=(len(texts), len(vocabulary)))


def nearness(readings: Sequence[Reading], targets: Sequence[TargetVectors]) -> Floats:
    """How near a document and its nearest sentence come to a target's statement and to each side.

    Shape (documents, targets, 6): cosines. Each document is compared with all texts of all targets at once, and apart
    from the others, so what it is read with changes nothing.
    """
    groups = [texts for one in targets for texts in (one.statement, one.favor, one.against)]
    everything = np.concatenate(groups).T
    starts = np.cumsum([0, *(len(texts) for texts in groups[:-1])])
    found = np.empty((len(readings), len(targets), 6))
    for row, one in enumerate(readings):
        cosines = np.vstack([one.whole[None], one.sentence_vectors]) @ everything
        best = np.maximum.reduceat(cosines, starts, axis=1).reshape(len(cosines), len(targets), 3)
        found[row] = np.concatenate([best[0], best[1:].max(axis=0) if len(best) > 1 else best[0]], axis=1)
    return found
