"""A small transformer that reads where a document stands from its tokens' states. Imports torch: load it when needed.

The embedding model is left as it is, and its pass over the text is done anyway; what stands here costs little beside
it. Each target looks at the tokens with a query of its own (multi-head attention, Vaswani et al. 2017), so a stance in
one sentence of a long post is not averaged away, and where it looks is the evidence.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from fedilens.stance.arrays import UPPER
from fedilens.stance.features import PASSAGE, Floats
from fedilens.stance.upper_half import UpperHalf, changed
from fedilens.types import Tokens, UpperLayers

SIZE = 128
"""Dimensions inside."""
HEADS = 4
DROPOUT = 0.2
BATCH = 32
"""Documents that are learnt from at once."""
READING_BATCH = 8
"""Documents that are read at once: what stands in the processor's cache is read twice as fast as batches of 32."""
OF_TARGETS = ("queries", "own", "bias")
"""Weights that have a row for each target."""
NO_SENTENCE = -1
"""Where a token stands that marks a text's beginning or end."""
HIDDEN = -1e4
"""Attention logits of what is not there."""
LEAST = 1e-30
"""Of what a passage's looks add up to: one that is not there is looked at nowhere."""

Weights = Mapping[str, NDArray[np.float16]]


@dataclass(frozen=True, slots=True)
class Batch:
    """Documents side by side: states (documents, tokens, width), which tokens are there, and their sentences."""

    states: Tensor
    present: Tensor
    sentences: Tensor


class TokenReader(nn.Module):
    """States in; for each target logits of favor, against and none, and how much it looked at each token."""

    def __init__(self, width: int, queries: Tensor, upper: UpperHalf | None = None) -> None:
        """`width` of the states; `queries` to begin with, a row a target.

        With an `upper` half of its own it makes the last layer's states anew from the middle layer's.
        """
        super().__init__()
        targets, dimensions = queries.shape
        self.upper = upper
        self.enter = nn.Sequential(nn.Linear(width, SIZE), nn.LayerNorm(SIZE))
        layer = nn.TransformerEncoderLayer(
            SIZE, HEADS, 2 * SIZE, dropout=DROPOUT, activation="gelu", batch_first=True, norm_first=True
        )
        self.context = nn.TransformerEncoder(layer, 1, enable_nested_tensor=False)
        self.queries = nn.Parameter(queries.clone())
        self.ask = nn.Linear(dimensions, SIZE)
        self.key, self.value = nn.Linear(SIZE, SIZE), nn.Linear(SIZE, SIZE)
        self.drop = nn.Dropout(DROPOUT)
        self.own = nn.Parameter(torch.randn(targets, 2 * SIZE, 3) * 0.01)
        self.bias = nn.Parameter(torch.zeros(targets, 3))
        self.shared = nn.Sequential(nn.Linear(3 * SIZE, SIZE), nn.GELU(), nn.Dropout(DROPOUT), nn.Linear(SIZE, 3))

    def forward(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Logits (documents, targets, 3) and attention (documents, targets, tokens), which adds up to 1."""
        states = batch.states
        if self.upper is not None:
            middle = states[..., states.shape[2] // 2 :]
            states = torch.cat([self.upper(middle, batch.present), middle], dim=-1)
        tokens = self.context(self.enter(states), src_key_padding_mask=~batch.present)
        documents, length, _ = tokens.shape
        parts = (documents, length, HEADS, SIZE // HEADS)
        asked = self.ask(self.queries)
        likeness = (
            torch.einsum("nhd,blhd->bnhl", asked.view(-1, HEADS, SIZE // HEADS), self.key(tokens).view(parts))
            / (SIZE // HEADS) ** 0.5
        )
        passages = _passages(batch)
        weights, total = _looks(likeness, batch.present, passages)
        seen = torch.einsum("bwnhl,blhd->bwnhd", weights, self.value(tokens).view(parts))
        seen = (seen / total[..., None]).flatten(3)
        count = passages.sum(2, keepdim=True).clamp(min=1)
        mean = (torch.einsum("bwl,bld->bwd", passages.float(), tokens) / count)[:, :, None].expand_as(seen)
        logits = (
            torch.einsum("bwnh,nhc->bwnc", self.drop(torch.cat([seen, mean], -1)), self.own)
            + self.bias
            + self.shared(torch.cat([seen, seen * asked, mean], -1))
        )
        looked = torch.einsum("bwnhl,bwnh->bwnl", weights, 1 / total) / HEADS
        return _together(logits, looked, passages.any(2))


def _passages(batch: Batch) -> Tensor:
    """Which tokens belong to a document as a whole (the first) and to each of its passages, which overlap.

    Shape (documents, passages, tokens); what marks a text's ends belongs to all. One that is no longer than a passage
    has the first alone.
    """
    sentences = batch.sentences[:, None, :]
    count = sentences.amax(2, keepdim=True) + 1
    starts = torch.arange(max(0, int(count.max()) - PASSAGE + 1))[None, :, None]
    inside = (sentences >= starts) & (sentences < starts + PASSAGE) | (sentences == NO_SENTENCE)
    there = (count > PASSAGE) & (starts <= count - PASSAGE) & batch.present[:, None, :]
    return torch.cat([batch.present[:, None, :], inside & there], dim=1)


def _looks(likeness: Tensor, present: Tensor, passages: Tensor) -> tuple[Tensor, Tensor]:
    """How much each passage's tokens are looked at, and what that adds up to: the parts of as many softmaxes.

    Shapes (documents, passages, targets, heads, tokens) and the same without tokens. Powers are taken once, not once
    for each passage.
    """
    likeness = likeness.masked_fill(~present[:, None, None, :], HIDDEN)
    powers = (likeness - likeness.amax(-1, keepdim=True)).exp()
    weights = powers[:, None] * passages[:, :, None, None, :]
    return weights, weights.sum(-1).clamp(min=LEAST)


def _together(logits: Tensor, looked: Tensor, there: Tensor) -> tuple[Tensor, Tensor]:
    """One answer from the whole and the passages: each counts by how plainly a side is taken there.

    A stance that is taken in one passage of a long post is drowned in the whole.
    """
    if logits.shape[1] == 1:
        return logits[:, 0], looked[:, 0]
    salience = logits[..., :2].logsumexp(-1) - logits[..., 2]
    chosen = salience.masked_fill(~there[..., None], HIDDEN).softmax(1)[..., None]
    return (chosen * logits).sum(1), (chosen * looked).sum(1)


def weights_of(reader: nn.Module) -> Weights:
    """What was learnt, in half precision."""
    own = {
        name: value.detach().to(torch.float16).numpy()
        for name, value in reader.state_dict().items()
        if not name.startswith(UPPER)
    }
    upper = getattr(reader, "upper", None)
    return own | ({UPPER + name: value for name, value in upper.changes().items()} if upper else {})


def reader_from(weights: Weights, layers: UpperLayers | None = None) -> TokenReader:
    """A reader with these weights, ready to read. Raises KeyError, ValueError or RuntimeError where they do not fit.

    `layers` of the embedding model are wanted by a reader that learnt to change them.
    """
    changes = {name.removeprefix(UPPER): value for name, value in weights.items() if name.startswith(UPPER)}
    own = {
        name: torch.tensor(value.astype(np.float32)) for name, value in weights.items() if not name.startswith(UPPER)
    }
    if changes and layers is None:
        raise ValueError("this reader changes the embedding model's own layers, and there are none")
    reader = TokenReader(own["enter.0.weight"].shape[1], own["queries"])
    reader.load_state_dict(own)
    if changes and layers is not None:
        reader.upper = UpperHalf(changed(layers, changes), learning=False)
    return reader.eval()


def begin_with(reader: TokenReader, weights: Weights) -> None:
    """Gives a reader what one of other targets learnt, but for what belongs to a target alone.

    Raises RuntimeError where that reader was of another size.
    """
    shared = {name: torch.tensor(value.astype(np.float32)) for name, value in weights.items() if name not in OF_TARGETS}
    reader.load_state_dict(reader.state_dict() | shared)


def side_by_side(tokens: Sequence[Tokens]) -> Batch:
    """Documents of different lengths in one batch. A document without a token gets one that says nothing."""
    longest = max(1, *(len(one.sentences) for one in tokens))
    states = np.zeros((len(tokens), longest, tokens[0].states.shape[1]), dtype=np.float32)
    present = np.zeros((len(tokens), longest), dtype=bool)
    sentences = np.full((len(tokens), longest), NO_SENTENCE, dtype=np.int64)
    for row, one in enumerate(tokens):
        states[row, : len(one.states)] = one.states
        present[row, : max(1, len(one.states))] = True
        sentences[row, : len(one.sentences)] = one.sentences
    return Batch(torch.from_numpy(states), torch.from_numpy(present), torch.from_numpy(sentences))


def read(readers: Sequence[TokenReader], tokens: Sequence[Tokens]) -> tuple[Floats, list[Floats]]:
    """Mean logits of all readers (documents, targets, 3), and how much each document's sentences were looked at.

    The latter has a row a target and a column a sentence. Documents of like length are read together, so that
    little is padded.
    """
    order = sorted(range(len(tokens)), key=lambda place: (-len(tokens[place].sentences), place))
    logits: dict[int, NDArray[np.float32]] = {}
    looks: dict[int, Floats] = {}
    with torch.inference_mode(), _flash_attention():
        for start in range(0, len(order), READING_BATCH):
            places = order[start : start + READING_BATCH]
            batch = side_by_side([tokens[place] for place in places])
            found = [reader(batch) for reader in readers]
            mean = torch.stack([one for one, _ in found]).mean(0).numpy()
            looked = torch.stack([look for _, look in found]).mean(0).numpy()
            for row, place in enumerate(places):
                logits[place] = mean[row]
                looks[place] = _by_sentence(looked[row], tokens[place])
    return (
        np.stack([logits[place] for place in range(len(tokens))]).astype(np.float64),
        [looks[place] for place in range(len(tokens))],
    )


@contextmanager
def _flash_attention() -> Iterator[None]:
    """Without torch's shortcut for transformers that only read: its masked softmax takes two fifths of the time."""
    before = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        yield
    finally:
        torch.backends.mha.set_fastpath_enabled(before)


def _by_sentence(looked: NDArray[np.float32], tokens: Tokens) -> Floats:
    count = int(tokens.sentences.max(initial=-1)) + 1
    found = np.zeros((len(looked), count))
    inside = tokens.sentences >= 0
    np.add.at(found.T, tokens.sentences[inside], looked[:, : len(tokens.sentences)][:, inside].T)
    return found
