"""Trained numbers with facts about them in one .npz file."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

UPPER = "upper."
"""Begins the names of what a reader learnt of the embedding model's own layers."""


def save_arrays(path: Path, facts: Mapping[str, Any], arrays: Mapping[str, NDArray[np.generic]]) -> None:
    """Writes the file whole or not at all."""
    draft = path.with_name(path.name + ".part")
    told = np.frombuffer(json.dumps(facts).encode(), dtype=np.uint8)
    with draft.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, facts=told, **arrays)
    draft.replace(path)


def weights_under(prefix: str, arrays: "np.lib.npyio.NpzFile") -> dict[str, NDArray[np.float16]]:
    """The arrays whose names begin with `prefix`, by the rest of their names."""
    return {name.removeprefix(prefix): arrays[name] for name in arrays.files if name.startswith(prefix)}
