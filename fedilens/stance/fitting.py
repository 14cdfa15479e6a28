"""Gradient descent as the small transformers are fitted by it. Imports torch: load it when needed."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor, nn

RATE = 1e-3
"""Peak of the learning rate, which rises for a tenth of the steps and then falls to nothing."""
LEARNT_RATE = 5e-4
"""Peak for changes of what was learnt before, and is not to be forgotten."""

Item = TypeVar("Item")


def batches_of_like_length(
    items: Sequence[Item], lengths: Sequence[int], random: np.random.Generator, *, size: int
) -> list[list[Item]]:
    """Items of like length together, which pads three times less than any order; the batches come in any order."""
    order = np.argsort(np.asarray(lengths) * random.uniform(0.8, 1.25, len(items)), kind="stable")
    batches = [[items[place] for place in order[start : start + size]] for start in range(0, len(order), size)]
    return [batches[place] for place in random.permutation(len(batches))]


def descend(
    model: nn.Module,
    batches: Iterable[list[Item]],
    loss: Callable[[list[Item]], Tensor],
    *,
    steps: int,
    learnt: nn.Module | None = None,
) -> None:
    """Fits the model to one batch after the other, `steps` in all. AdamW (Loshchilov and Hutter 2019).

    `learnt`: a part of the model that was learnt before, and moves at LEARNT_RATE where it moves.
    """
    model.train()
    before = [] if learnt is None else [one for one in learnt.parameters() if one.requires_grad]
    known = {id(one) for one in before}
    new = [one for one in model.parameters() if one.requires_grad and id(one) not in known]
    groups = [{"params": new, "lr": RATE}, *([{"params": before, "lr": LEARNT_RATE}] if before else [])]
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _rate(step, steps))
    for batch in batches:
        found = loss(batch)
        optimizer.zero_grad()
        found.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()


def _rate(step: int, steps: int) -> float:
    return min(1.0, (step + 1) / max(0.1 * steps, 1)) * max(0.0, 1 - step / steps)
