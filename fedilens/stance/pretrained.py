"""What a reader begins with: how people agree and disagree, learnt from arguments about other subjects.

Made by `benchmarks/pretraining.py`; it holds what belongs to no target, and fits one embedding model.
"""

import json
import zlib
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import BadZipFile

import numpy as np

from fedilens.errors import ModelError
from fedilens.stance.arrays import save_arrays, weights_under

if TYPE_CHECKING:
    from fedilens.stance.attention import Weights

SHIPPED = Path(__file__).with_name("pretrained.npz")


def pretrained(model: str, path: Path = SHIPPED) -> "Weights | None":
    """What a reader of this embedding model begins with; None for another model.

    Raises ModelError when the file holds no such weights.
    """
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            facts = json.loads(arrays["facts"].tobytes())
            return weights_under("weight ", arrays) if facts["model"] == model else None
    except (OSError, EOFError, BadZipFile, zlib.error, KeyError, TypeError, ValueError) as error:
        raise ModelError(f"{path} holds no pretrained weights; install fedilens anew") from error


def save_pretrained(weights: "Weights", path: Path, *, model: str) -> None:
    """Writes what a reader of this embedding model learnt and other targets can begin with."""
    from fedilens.stance.attention import OF_TARGETS  # noqa: PLC0415  # torch takes seconds to load

    shared = {f"weight {name}": value for name, value in weights.items() if name not in OF_TARGETS}
    save_arrays(path, {"model": model}, shared)
