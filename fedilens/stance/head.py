"""The trained part of a detector: plain arrays in one .npz file, made from examples by a command.

Two steps. For each target a linear classifier over a text's vector and n-grams gives log-odds of favor and
of against (to none). One shared classifier then weighs, for any target, those log-odds for the whole text
and for its sentences together with how near the text comes to the target's statement and reasons.
"""

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from fedilens.errors import ModelError
from fedilens.stance.features import Floats, Reading, TargetVectors, count_matrix, nearness
from fedilens.types import Vectors

FORMAT = 1
PASSAGE = 3
"""Sentences of a passage: about what one argument takes."""
FEATURES = 25
CLIP = 8.0
"""Log-odds beyond this are as good as certain."""


@dataclass(frozen=True, slots=True)
class Quality:
    """How good a detector was on examples that it had not seen (cross-validation over voices).

    `f_avg` is the mean of F1 favor and F1 against on the most probable class; `precision` is the share of
    right ones among the favor and against labels shown, `recall` the share of the true ones shown.
    """

    examples: int
    f_avg: float
    precision: float
    recall: float


@dataclass(frozen=True, slots=True)
class TextScorer:
    """Log-odds of favor and against, for each target, from a text alone."""

    vector_weights: Floats  # (dimensions, 2 * targets)
    word_weights: Floats  # (words, 2 * targets)
    intercepts: Floats  # (2 * targets,)
    vocabulary: dict[str, int]
    idf: Floats  # (words,)

    def score(self, texts: Sequence[str], vectors: Vectors) -> Floats:
        """Shape (texts, targets, 2)."""
        words = count_matrix(texts, self.vocabulary, self.idf)
        found = vectors.astype(np.float64) @ self.vector_weights + words @ self.word_weights + self.intercepts
        return np.asarray(found).reshape(len(texts), -1, 2)


@dataclass(frozen=True, slots=True)
class Head:
    """Everything that training finds. `thresholds` go with favor, against and none.

    `confusion` counts, for each target, examples by true class and by what is shown (favor, against, other).
    """

    model: str
    targets: tuple[str, ...]
    scorer: TextScorer
    shared_weights: Floats  # (features, 3)
    shared_intercepts: Floats  # (3,)
    thresholds: tuple[float, float, float]
    confusion: Floats  # (targets, 3, 3)
    quality: Quality

    @property
    def fingerprint(self) -> str:
        """Differs when anything was trained anew."""
        digest = blake2b(digest_size=6)
        for array in (self.scorer.vector_weights, self.scorer.word_weights, self.shared_weights):
            digest.update(np.ascontiguousarray(array, dtype=np.float16).tobytes())
        digest.update(repr(self.thresholds).encode())
        return digest.hexdigest()

    def probabilities(self, readings: Sequence[Reading], texts: Sequence[TargetVectors]) -> Floats:
        """Favor, against and none for each document and target, shape (documents, targets, 3)."""
        features = pair_features(self.scorer, readings, texts)
        return softmax(features @ self.shared_weights + self.shared_intercepts)


def pair_features(scorer: TextScorer, readings: Sequence[Reading], texts: Sequence[TargetVectors]) -> Floats:
    """What the shared classifier sees of each document and target, shape (documents, targets, features).

    The log-odds of the whole, of its most telling sentence and of its most telling passage, and how near it
    comes to the target's texts; all but the sentence's also times the document's length, because in a long
    post one passage speaks of a target and the whole hardly does.
    """
    if not readings:
        return np.zeros((0, len(texts), FEATURES))
    odds = scorer.score([one.text for one in readings], np.stack([one.whole for one in readings]))
    sentences = _greatest(scorer, readings, size=1)
    passages = _greatest(scorer, readings, size=PASSAGE)
    near = np.stack([[nearness(one, target) for target in texts] for one in readings])
    lengths = np.asarray([np.log1p(len(one.sentences)) for one in readings])[:, None, None]
    odds, sentences, passages = (np.clip(part, -CLIP, CLIP) for part in (odds, sentences, passages))
    sides = near[..., [1, 4]] - near[..., [2, 5]]
    plain = np.concatenate([odds, sentences, passages, near, sides], axis=2)
    long = np.concatenate([odds, passages, near], axis=2) * lengths
    return np.concatenate([plain, long, np.broadcast_to(lengths, (*near.shape[:2], 1))], axis=2)


def _greatest(scorer: TextScorer, readings: Sequence[Reading], *, size: int) -> Floats:
    """The greatest log-odds of any `size` consecutive sentences of each document, shape (documents, targets, 2).

    All passages of all documents are scored at once: one matrix product instead of thousands.
    """
    passages = [passage for one in readings for passage in _passages(one, size)]
    found = scorer.score([text for text, _ in passages], np.stack([vector for _, vector in passages]))
    counts = [len(_passages(one, size)) for one in readings]
    starts = np.cumsum([0, *counts[:-1]])
    return np.asarray(np.maximum.reduceat(found, starts, axis=0))


def _passages(reading: Reading, size: int) -> list[tuple[str, NDArray[np.float32]]]:
    """Each run of `size` sentences with its vector; the whole document where it has no more."""
    count = len(reading.sentences)
    if count <= size and (size > 1 or not count):
        return [(reading.text, reading.whole)]
    found = []
    for start in range(count - size + 1):
        vector = reading.sentence_vectors[start : start + size].sum(axis=0)
        length = max(float(np.linalg.norm(vector)), 1e-12)
        found.append((" ".join(reading.sentences[start : start + size]), vector / length))
    return found


def softmax(values: Floats) -> Floats:
    """Along the last axis."""
    powers = np.exp(values - values.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


def save_head(head: Head, path: Path) -> None:
    """Writes the head; weights in half precision, which keeps it small and changes no label."""
    facts = {
        "format": FORMAT,
        "model": head.model,
        "targets": head.targets,
        "thresholds": head.thresholds,
        "quality": [head.quality.examples, head.quality.f_avg, head.quality.precision, head.quality.recall],
        "vocabulary": list(head.scorer.vocabulary),
    }
    arrays: dict[str, NDArray[np.generic]] = {
        "vector_weights": head.scorer.vector_weights.astype(np.float16),
        "word_weights": head.scorer.word_weights.astype(np.float16),
        "intercepts": head.scorer.intercepts,
        "idf": head.scorer.idf.astype(np.float16),
        "shared_weights": head.shared_weights,
        "shared_intercepts": head.shared_intercepts,
        "confusion": head.confusion,
        "facts": np.frombuffer(json.dumps(facts).encode(), dtype=np.uint8),
    }
    draft = path.with_name(path.name + ".part")
    with draft.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **arrays)
    draft.replace(path)


def load_head(path: Path) -> Head:
    """Reads a head. Raises ModelError when the file is not one."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            facts = json.loads(arrays["facts"].tobytes())
            scorer = TextScorer(
                vector_weights=arrays["vector_weights"].astype(np.float64),
                word_weights=arrays["word_weights"].astype(np.float64),
                intercepts=arrays["intercepts"],
                vocabulary={word: number for number, word in enumerate(facts["vocabulary"])},
                idf=arrays["idf"].astype(np.float64),
            )
            return Head(
                model=facts["model"],
                targets=tuple(facts["targets"]),
                scorer=scorer,
                shared_weights=arrays["shared_weights"],
                shared_intercepts=arrays["shared_intercepts"],
                thresholds=tuple(facts["thresholds"]),
                confusion=arrays["confusion"],
                quality=Quality(*facts["quality"]),
            )
    except (OSError, EOFError, BadZipFile, zlib.error, KeyError, TypeError, ValueError) as error:
        raise ModelError(f"{path} is no trained head; make it anew with `fedilens stance train`") from error
