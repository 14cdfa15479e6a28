"""The trained part of a detector: plain arrays in one .npz file, made from examples by a command.

Two models read a document: one its words and vectors (`words`), one its tokens (`attention`). A blend of both, fitted
on examples that neither has seen, gives the probabilities.
"""

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from fedilens.errors import ModelError
from fedilens.protocols import Encoder
from fedilens.stance.arrays import UPPER, save_arrays, weights_under
from fedilens.stance.blending import Blend
from fedilens.stance.features import Floats, Reading, TargetVectors
from fedilens.stance.words import TextScorer, WordModel, softmax
from fedilens.types import UpperLayers

if TYPE_CHECKING:
    from fedilens.stance.attention import TokenReader, Weights

FORMAT = 3


@dataclass(frozen=True, slots=True)
class Quality:
    """How good a detector was on examples that it had not seen, by voices that it had not heard.

    `f_avg` is the mean of F1 favor and F1 against on the most probable class; `precision` is the share of
    right ones among the favor and against labels shown, `recall` the share of the true ones shown.
    `examples` taught it; `measured` are those that it was measured on.
    """

    examples: int
    f_avg: float
    precision: float
    recall: float
    measured: int


@dataclass(frozen=True)
class Head:
    """Everything that training finds. `thresholds` go with favor, against and none.

    `readers` are empty where the encoder shows no tokens; where they change the encoder's own layers, these are
    `upper`, which no file holds (see `on`). `confusion` counts, for each target, examples by true class
    and by what is shown (favor, against, other).
    """

    model: str
    targets: tuple[str, ...]
    words: WordModel
    readers: tuple["Weights", ...]
    blend: Blend
    thresholds: tuple[float, float, float]
    confusion: Floats  # (targets, 3, 3)
    quality: Quality = field(compare=False)
    upper: UpperLayers | None = field(default=None, compare=False)

    @property
    def fingerprint(self) -> str:
        """Differs when anything was trained anew."""
        digest = blake2b(digest_size=6)
        for array in _arrays(self).values():
            digest.update(np.ascontiguousarray(array).tobytes())
        digest.update(repr(self.thresholds).encode())
        return digest.hexdigest()

    @property
    def tuned(self) -> bool:
        """Do the readers change a copy of the embedding model's own layers?"""
        return any(name.startswith(UPPER) for weights in self.readers for name in weights)

    @cached_property
    def token_readers(self) -> "list[TokenReader]":
        """The readers, ready to read."""
        return readers_from(self.readers, self.upper)

    def on(self, encoder: Encoder) -> "Head":
        """The head with the encoder that it was trained with."""
        return replace(self, upper=encoder.upper_layers()) if self.tuned else self

    def read(self, readings: Sequence[Reading], texts: Sequence[TargetVectors]) -> tuple[Floats, list[Floats] | None]:
        """Favor, against and none for each document and target, and how much each sentence was looked at.

        Shapes (documents, targets, 3), and for each document (targets, sentences); None without readers.
        """
        opinions, looks = opinions_on(readings, texts, self.words, self.token_readers)
        return self.blend.probabilities(opinions), looks


def readers_from(saved: "Sequence[Weights]", upper: UpperLayers | None) -> "list[TokenReader]":
    """Readers from what was learnt. Raises ModelError where that is of no use with these layers."""
    if not saved:
        return []
    from fedilens.stance.attention import reader_from  # noqa: PLC0415  # torch takes seconds to load

    try:
        return [reader_from(weights, upper) for weights in saved]
    except (KeyError, ValueError, RuntimeError) as error:
        raise ModelError(
            "the head was trained with another embedding model; make it anew with `fedilens stance train`"
        ) from error


def opinions_on(
    readings: Sequence[Reading], texts: Sequence[TargetVectors], words: WordModel, readers: "Sequence[TokenReader]"
) -> tuple[list[Floats], list[Floats] | None]:
    """Each model's probabilities, and how much each document's sentences were looked at.

    Raises ModelError where readers want tokens and the readings have none.
    """
    opinions = [words.probabilities(readings, texts)]
    if not readers:
        return opinions, None
    from fedilens.stance.attention import read  # noqa: PLC0415

    tokens = [one.tokens for one in readings if one.tokens is not None]
    if len(tokens) < len(readings):
        raise ModelError("the embedding model shows no tokens, which this detector reads; train it with this model")
    logits, looks = read(readers, tokens)
    return [*opinions, softmax(logits)], looks


def _arrays(head: Head) -> dict[str, NDArray[np.generic]]:
    """All numbers; weights in half precision, which keeps them small and changes no label."""
    scorer = head.words.scorer
    arrays: dict[str, NDArray[np.generic]] = {
        "vector_weights": scorer.vector_weights.astype(np.float16),
        "word_weights": scorer.word_weights.astype(np.float16),
        "intercepts": scorer.intercepts,
        "idf": scorer.idf.astype(np.float16),
        "shared_weights": head.words.shared_weights,
        "shared_intercepts": head.words.shared_intercepts,
        "blend_weights": head.blend.weights,
        "blend_intercepts": head.blend.intercepts,
        "confusion": head.confusion,
    }
    for number, weights in enumerate(head.readers):
        arrays |= {f"reader {number} {name}": value for name, value in weights.items()}
    return arrays


def save_head(head: Head, path: Path) -> None:
    """Writes the head."""
    quality = head.quality
    facts = {
        "format": FORMAT,
        "model": head.model,
        "targets": head.targets,
        "thresholds": head.thresholds,
        "quality": [quality.examples, quality.f_avg, quality.precision, quality.recall, quality.measured],
        "vocabulary": list(head.words.scorer.vocabulary),
        "readers": len(head.readers),
    }
    save_arrays(path, facts, _arrays(head))


def load_head(path: Path) -> Head:
    """Reads a head. Raises ModelError when the file is not one."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            facts = json.loads(arrays["facts"].tobytes())
            if facts["format"] != FORMAT:
                raise ModelError(f"{path} was made by another version; make it anew with `fedilens stance train`")
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
                words=WordModel(scorer, arrays["shared_weights"], arrays["shared_intercepts"]),
                readers=tuple(weights_under(f"reader {number} ", arrays) for number in range(facts["readers"])),
                blend=Blend(arrays["blend_weights"], arrays["blend_intercepts"]),
                thresholds=tuple(facts["thresholds"]),
                confusion=arrays["confusion"],
                quality=Quality(*facts["quality"]),
            )
    except (OSError, EOFError, BadZipFile, zlib.error, KeyError, TypeError, ValueError) as error:
        raise ModelError(f"{path} is no trained head; make it anew with `fedilens stance train`") from error
