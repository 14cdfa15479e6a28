"""A copy of the embedding model's upper half that is fitted to examples. Imports torch: load it when needed.

The weights themselves stay: each matrix gets a change of low rank beside it (LoRA, Hu et al. 2021), so what is learnt
fits into the file of a head, and is laid on the embedding model's own weights when the head is used.
"""

import re
from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.nn.utils import parametrize

from fedilens.processor import cpu_has_bf16
from fedilens.types import UpperLayers

RANK = 16
EPSILON = 1e-12
"""Added to the variance, as in BERT."""
UP, DOWN = ".up", ".down"
"""End the names of a change's two matrices."""

Changes = Mapping[str, NDArray[np.float16]]


class UpperHalf(nn.Module):
    """The middle layer's states in, the last one's out."""

    def __init__(self, layers: UpperLayers, *, learning: bool) -> None:
        """The layers as they are; `learning` gives every matrix a change, which begins at nothing."""
        super().__init__()
        size, width = layers.weights["layers.0.linear1.weight"].shape
        layer = nn.TransformerEncoderLayer(
            width, layers.heads, size, dropout=0.0, activation="gelu", batch_first=True, layer_norm_eps=EPSILON
        )
        count = 1 + max(int(name.split(".")[1]) for name in layers.weights)
        self.layers = nn.TransformerEncoder(layer, count, enable_nested_tensor=False).layers
        self.load_state_dict({name: torch.tensor(value) for name, value in layers.weights.items()})
        # Only where something is learnt: torch multiplies with frozen matrices by copying them for each document.
        if learning:
            self.requires_grad_(requires_grad=False)
            for name in [name for name, weight in self.named_parameters() if weight.dim() > 1]:
                inside, _, own = name.rpartition(".")
                parametrize.register_parametrization(self.get_submodule(inside), own, _Change(self.get_parameter(name)))
        elif cpu_has_bf16():
            self.to(torch.bfloat16)

    def forward(self, states: Tensor, present: Tensor) -> Tensor:
        """Shapes (documents, tokens, width), and (documents, tokens) that tells which tokens are there.

        In bfloat16 where the processor has it, as the embedding model itself: twice as fast.
        """
        if self.training:
            # The way back through torch's flash attention takes eight times as long as the way there.
            with sdpa_kernel(SDPBackend.MATH), torch.autocast("cpu", dtype=torch.bfloat16, enabled=cpu_has_bf16()):
                return self._through(states, present)
        return self._through(states.to(next(self.parameters()).dtype), present)

    def _through(self, states: Tensor, present: Tensor) -> Tensor:
        for layer in self.layers:
            states = layer(states, src_key_padding_mask=~present)
        return states.float()

    def changes(self) -> dict[str, NDArray[np.float16]]:
        """What was learnt: for each matrix two whose product is added to it."""
        return {
            re.sub(r"parametrizations\.(\w+)\.0\.", r"\1.", name): value.detach().to(torch.float16).numpy()
            for name, value in self.named_parameters()
            if value.requires_grad
        }


class _Change(nn.Module):
    """Added to a matrix: the product of a tall and a flat one, at first zero."""

    def __init__(self, weight: Tensor) -> None:
        super().__init__()
        rows, columns = weight.shape
        rank = min(RANK, rows, columns)
        self.up = nn.Parameter(torch.zeros(rows, rank))
        self.down = nn.Parameter(torch.randn(rank, columns) / columns**0.5)

    def forward(self, weight: Tensor) -> Tensor:
        return weight + self.up @ self.down


def changed(layers: UpperLayers, changes: Changes) -> UpperLayers:
    """The layers with the changes laid on. Raises KeyError or ValueError where they were made for others."""
    weights = dict(layers.weights)
    for name in changes:
        if name.endswith(UP):
            matrix = name.removesuffix(UP)
            up, down = (changes[matrix + end].astype(np.float32) for end in (UP, DOWN))
            weights[matrix] = weights[matrix] + up @ down
    return UpperLayers(layers.heads, weights)
