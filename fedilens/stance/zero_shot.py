"""A small transformer that reads a target and a text together: for, against, or about something else?

Imports torch: load it when needed. It learns sides from debates on many motions, and not one of them in particular,
so it reads any target. The embedding model is left as it is; its tokens of both are read side by side (a
cross-encoder; reading each alone and comparing tells the sides of unseen motions far less often: 0.65 for 0.77).
"""

from collections.abc import Sequence
from itertools import product

import numpy as np
import torch
from torch import Tensor, nn

from fedilens.stance.attention import DROPOUT, HEADS, SIZE, Batch, Weights, side_by_side
from fedilens.stance.debate import NONE
from fedilens.stance.features import PASSAGE, Floats
from fedilens.stance.words import softmax
from fedilens.types import Tokens

LAYERS = 2
BATCH = 64


class PairReader(nn.Module):
    """Tokens of targets and of texts in; logits of favor, against and none."""

    def __init__(self, width: int) -> None:
        """`width` of the tokens' states."""
        super().__init__()
        self.enter = nn.Sequential(nn.Linear(width, SIZE), nn.LayerNorm(SIZE))
        self.part = nn.Parameter(torch.randn(2, SIZE) * 0.1)
        layer = nn.TransformerEncoderLayer(
            SIZE, HEADS, 2 * SIZE, dropout=DROPOUT, activation="gelu", batch_first=True, norm_first=True
        )
        self.context = nn.TransformerEncoder(layer, LAYERS, enable_nested_tensor=False)
        self.judge = nn.Sequential(
            nn.LayerNorm(4 * SIZE), nn.Dropout(DROPOUT), nn.Linear(4 * SIZE, SIZE), nn.GELU(), nn.Linear(SIZE, 3)
        )

    def forward(self, targets: Batch, texts: Batch) -> Tensor:
        """Logits of each pair, shape (pairs, 3)."""
        entered = [self.enter(one.states) + self.part[number] for number, one in enumerate((targets, texts))]
        present = torch.cat([targets.present, texts.present], 1)
        tokens = self.context(torch.cat(entered, 1), src_key_padding_mask=~present)
        length = targets.present.shape[1]
        target = _mean(tokens[:, :length], targets.present)
        text = _mean(tokens[:, length:], texts.present)
        logits: Tensor = self.judge(torch.cat([target, text, target * text, (target - text).abs()], -1))
        return logits


def _mean(tokens: Tensor, present: Tensor) -> Tensor:
    there = present[..., None]
    return (tokens * there).sum(1) / there.sum(1)


def reader_from(weights: Weights) -> PairReader:
    """A reader with these weights, ready to read. Raises KeyError, ValueError or RuntimeError where they do not fit."""
    reader = PairReader(weights["enter.0.weight"].shape[1])
    reader.load_state_dict({name: torch.tensor(value.astype(np.float32)) for name, value in weights.items()})
    return reader.eval()


def read(
    reader: PairReader, targets: Sequence[Tokens], texts: Sequence[Tokens], *, temperature: float
) -> tuple[Floats, list[Floats]]:
    """Probabilities (texts, targets, 3) and evidence: see `Polarity.read`.

    A long text is read in passages, and counts as the one that most surely takes a side.
    """
    parts = [passages(one) for one in texts]
    pairs = [(target, passage) for part in parts for passage, target in product(part, targets)]
    found = softmax(judge(reader, pairs) / temperature).reshape(-1, len(targets), 3)
    probabilities = np.zeros((len(texts), len(targets), 3))
    chosen: list[list[Tokens]] = []
    start = 0
    for row, part in enumerate(parts):
        here = found[start : start + len(part)]
        start += len(part)
        # Not the least probable none: small talk is often read as 0.5 for and 0.4 against.
        best = here[..., :NONE].max(axis=2).argmax(axis=0)
        probabilities[row] = here[best, np.arange(len(targets))]
        chosen.append([part[place] for place in best])
    return probabilities, _evidence(reader, targets, chosen, probabilities)


def passages(tokens: Tokens) -> list[Tokens]:
    """The text's tokens in runs of at most PASSAGE sentences of about the same number; at least one."""
    count = int(tokens.sentences.max(initial=-1)) + 1
    runs = np.array_split(np.arange(count), max(1, -(-count // PASSAGE)))
    return [_part(tokens, np.isin(tokens.sentences, run)) for run in runs]


def judge(reader: PairReader, pairs: Sequence[tuple[Tokens, Tokens]]) -> Floats:
    """Logits of each target and text, shape (pairs, 3). Pairs of like length are read together."""
    order = sorted(range(len(pairs)), key=lambda place: (-len(pairs[place][1].states), place))
    logits = np.zeros((len(pairs), 3))
    with torch.inference_mode():
        for start in range(0, len(order), BATCH):
            places = order[start : start + BATCH]
            targets, texts = zip(*(pairs[place] for place in places), strict=True)
            logits[places] = reader(side_by_side(targets), side_by_side(texts)).numpy()
    return logits


def _evidence(
    reader: PairReader, targets: Sequence[Tokens], chosen: Sequence[Sequence[Tokens]], probabilities: Floats
) -> list[Floats]:
    """How surely each sentence of the chosen passages is on the passage's side."""
    sides = probabilities.argmax(axis=2)
    asked = [
        (row, number, int(sentence))
        for row, number in np.argwhere(sides != NONE)
        for sentence in np.unique(chosen[row][number].sentences)
    ]
    pairs = [
        (targets[number], _part(chosen[row][number], chosen[row][number].sentences == sentence))
        for row, number, sentence in asked
    ]
    counts = [1 + max(int(one.sentences.max(initial=0)) for one in row) for row in chosen]
    found = [np.zeros((len(targets), count)) for count in counts]
    for (row, number, sentence), values in zip(asked, softmax(judge(reader, pairs)), strict=True):
        found[row][number, sentence] = values[sides[row, number]]
    return found


def _part(tokens: Tokens, inside: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Tokens:
    return Tokens(tokens.states[inside], tokens.sentences[inside])
