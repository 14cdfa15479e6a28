"""Fits a pair reader to targets and texts whose side is known. Imports torch: load it when needed."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from fedilens.stance.attention import side_by_side
from fedilens.stance.fitting import batches_of_like_length, descend
from fedilens.stance.zero_shot import BATCH, PairReader
from fedilens.types import Tokens

SMOOTHING = 0.1
"""Of the labels (Szegedy et al. 2016): on motions that it has not seen it is wrong a fifth of the time."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A target, a text, and the text's side: 0 favor, 1 against, 2 none."""

    target: Tokens
    text: Tokens
    label: int


def fit_pairs(rounds: Sequence[Sequence[Pair]], *, seed: int) -> PairReader:
    """A reader that has seen each round of pairs once; the same one for the same seed."""
    random = np.random.default_rng(seed)
    steps = sum(math.ceil(len(pairs) / BATCH) for pairs in rounds)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        reader = PairReader(rounds[0][0].target.states.shape[1])
        descend(
            reader,
            (batch for pairs in rounds for batch in _round(pairs, random)),
            lambda batch: _loss(reader, batch),
            steps=steps,
        )
    return reader.eval()


def _round(pairs: Sequence[Pair], random: np.random.Generator) -> list[list[Pair]]:
    return batches_of_like_length(pairs, [len(one.text.states) for one in pairs], random, size=BATCH)


def _loss(reader: PairReader, pairs: Sequence[Pair]) -> Tensor:
    logits = reader(side_by_side([one.target for one in pairs]), side_by_side([one.text for one in pairs]))
    labels = torch.tensor([one.label for one in pairs])
    loss: Tensor = nn.functional.cross_entropy(logits, labels, label_smoothing=SMOOTHING)
    return loss
