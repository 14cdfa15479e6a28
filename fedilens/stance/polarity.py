"""What tells the sides of a target that nobody wrote examples for: a small model's weights in one .npz file.

Made by `benchmarks/motions.py` from arguments about motions of debates; `zero_shot` reads with them.
"""

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import BadZipFile

import numpy as np

from fedilens.errors import ModelError
from fedilens.protocols import Encoder
from fedilens.stance.arrays import save_arrays, weights_under
from fedilens.stance.features import Floats
from fedilens.types import Tokens, Vectors

if TYPE_CHECKING:
    from fedilens.stance.attention import Weights
    from fedilens.stance.zero_shot import PairReader

SHIPPED = Path(__file__).with_name("polarity.npz")


@dataclass(frozen=True)
class Polarity:
    """`model` is the embedding model whose tokens it reads; logits are divided by `temperature` (Guo et al. 2017)."""

    model: str
    temperature: float
    weights: "Weights"

    @cached_property
    def fingerprint(self) -> str:
        """Differs when anything was trained anew."""
        digest = blake2b(repr(self.temperature).encode(), digest_size=6)
        for name in sorted(self.weights):
            digest.update(np.ascontiguousarray(self.weights[name]).tobytes())
        return digest.hexdigest()

    @cached_property
    def reader(self) -> "PairReader":
        """Ready to read."""
        from fedilens.stance.zero_shot import reader_from  # noqa: PLC0415  # torch takes seconds to load

        try:
            return reader_from(self.weights)
        except (KeyError, ValueError, RuntimeError) as error:
            raise ModelError("these zero-shot weights do not fit; install fedilens anew") from error

    def read(self, targets: Sequence[Tokens], texts: Sequence[Tokens]) -> tuple[Floats, list[Floats]]:
        """Favor, against and none for each text and target, shape (texts, targets, 3), and the evidence.

        Evidence has, for each text, a row a target and a column a sentence: how surely the sentence alone is on the
        side that the text is on; zeros where the text is on none.
        """
        from fedilens.stance.zero_shot import read  # noqa: PLC0415

        return read(self.reader, targets, texts, temperature=self.temperature)


def shipped_polarity(model: str) -> Polarity | None:
    """The weights that ship, if they were made for this embedding model."""
    found = _shipped()
    return found if found.model == model else None


@cache
def _shipped() -> Polarity:
    return load_polarity(SHIPPED)


def text_tokens(texts: Sequence[str], encoder: Encoder) -> tuple[Vectors, list[Tokens] | None]:
    """Each text's vector, and its tokens without the marks around it, all in sentence 0; None where none are shown."""
    vectors, states = encoder.read(texts)
    if states is None:
        return vectors, None
    inside = [one.spans[:, 1] > one.spans[:, 0] for one in states]
    return vectors, [
        Tokens(one.states[there], np.zeros(int(there.sum()), dtype=np.int64))
        for one, there in zip(states, inside, strict=True)
    ]


def save_polarity(polarity: Polarity, path: Path) -> None:
    """Writes the weights."""
    facts = {"model": polarity.model, "temperature": polarity.temperature}
    save_arrays(path, facts, {f"weight {name}": value for name, value in polarity.weights.items()})


def load_polarity(path: Path) -> Polarity:
    """Reads weights. Raises ModelError when the file holds none."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            facts = json.loads(arrays["facts"].tobytes())
            return Polarity(str(facts["model"]), float(facts["temperature"]), weights_under("weight ", arrays))
    except (OSError, EOFError, BadZipFile, zlib.error, KeyError, TypeError, ValueError) as error:
        raise ModelError(f"{path} holds no zero-shot weights; install fedilens anew") from error
