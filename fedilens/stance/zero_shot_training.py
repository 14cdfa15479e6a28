"""Fits a pair reader to targets and texts whose side is known. Imports torch: load it when needed."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from fedilens.stance.attention import side_by_side
from fedilens.stance.zero_shot import BATCH, PairReader
from fedilens.types import Tokens

RATE = 1e-3
"""Peak of the learning rate, which rises for a tenth of the steps and then falls to nothing."""
SMOOTHING = 0.1
"""Of the labels (Szegedy et al. 2016): on motions that it has not seen it is wrong a fifth of the time."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A target, a text, and the text's side: 0 favor, 1 against, 2 none."""

    target: Tokens
    text: Tokens
    label: int


def fit_pairs(rounds: Sequence[Sequence[Pair]], *, seed: int) -> PairReader:
    """A reader that has seen each round of pairs once; the same one for the same seed.

    AdamW (Loshchilov and Hutter 2019).
    """
    random = np.random.default_rng(seed)
    steps = sum(math.ceil(len(pairs) / BATCH) for pairs in rounds)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        reader = PairReader(rounds[0][0].target.states.shape[1]).train()
        optimizer = torch.optim.AdamW(reader.parameters(), lr=RATE, weight_decay=0.01)
        schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _rate(step, steps))
        for pairs in rounds:
            for batch in _batches(pairs, random):
                loss = _loss(reader, batch)
                optimizer.zero_grad()
                loss.backward()  # type: ignore[no-untyped-call]
                nn.utils.clip_grad_norm_(reader.parameters(), 1.0)
                optimizer.step()
                schedule.step()
    return reader.eval()


def _batches(pairs: Sequence[Pair], random: np.random.Generator) -> list[list[Pair]]:
    """Pairs of like length together, which pads little; the batches come in any order."""
    lengths = np.asarray([len(one.text.states) for one in pairs]) * random.uniform(0.8, 1.25, len(pairs))
    order = np.argsort(lengths, kind="stable")
    batches = [[pairs[place] for place in order[start : start + BATCH]] for start in range(0, len(order), BATCH)]
    return [batches[place] for place in random.permutation(len(batches))]


def _rate(step: int, steps: int) -> float:
    return min(1.0, (step + 1) / max(0.1 * steps, 1)) * max(0.0, 1 - step / steps)


def _loss(reader: PairReader, pairs: Sequence[Pair]) -> Tensor:
    logits = reader(side_by_side([one.target for one in pairs]), side_by_side([one.text for one in pairs]))
    labels = torch.tensor([one.label for one in pairs])
    loss: Tensor = nn.functional.cross_entropy(logits, labels, label_smoothing=SMOOTHING)
    return loss
