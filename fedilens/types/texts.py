"""What is found in texts."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from uuid import UUID

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]
    HalfFloats = NDArray[np.float16]
    Integers = NDArray[np.int64]
else:
    # numpy takes a tenth of a second to load, and asking a question does not need it.
    Vectors = HalfFloats = Integers = Any
"""A matrix of row vectors, shape (texts, dimensions), each of length 1."""


class Label(StrEnum):
    """Where a document stands on a target; `unclear` when the detector cannot tell."""

    FAVOR = "favor"
    AGAINST = "against"
    NONE = "none"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class CleanText:
    """A status's HTML as text. Paragraphs are parted by a blank line, lines by a newline.

    Every mention reads `@someone`; inline hashtags stay in the sentence (`#AI`), the trailing block
    is only in `tags` (lower case, no #, in order, no repeats). `links` are absolute http(s) URLs in
    order, no repeats, without links of hashtags and mentions.
    """

    text: str
    content_warning: str = ""
    tags: tuple[str, ...] = ()
    links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """A cleaned text that stands for every status with that same text."""

    content_hash: UUID
    text: str
    language: str


@dataclass(frozen=True, slots=True)
class Entity:
    """A named thing: its canonical name and kind (ORG, PRODUCT, PERSON, LAW, EVENT …)."""

    name: str
    label: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a document: its text as it stands there, lemmas of its content words (lower case)."""

    text: str
    lemmas: tuple[str, ...] = ()
    entities: tuple[Entity, ...] = ()


class Level(StrEnum):
    """How wide a cluster is: several topics make a theme, and a large topic holds several arguments."""

    THEME = "theme"
    TOPIC = "topic"
    ARGUMENT = "argument"


@dataclass(frozen=True, slots=True)
class Cluster:
    """A group of a window's documents. `members` and `exemplars` are row numbers of the documents handed in.

    `members` are ordered from central to far, `closeness` (cosine to the centre, 0 to 1) goes with
    them; `exemplars` are central and different from each other; `keywords` best first; `label` is
    two to five readable words. `parent` is the place of the wider cluster in the list that it came in,
    `continues` that of the known topic that it is the same as.
    """

    label: str
    keywords: tuple[str, ...]
    members: tuple[int, ...]
    closeness: tuple[float, ...]
    exemplars: tuple[int, ...]
    level: Level = Level.TOPIC
    parent: int | None = None
    continues: int | None = None


@dataclass(frozen=True, slots=True)
class TokenStates:
    """A text's tokens as a model sees them from within.

    `states`: a row of hidden states for each token, shape (tokens, width). `spans`: the characters that it covers,
    shape (tokens, 2), from and up to but not including; marks that are no text cover none (0, 0).
    """

    states: HalfFloats
    spans: Integers


@dataclass(frozen=True, slots=True)
class UpperLayers:
    """The layers of an embedding model above its middle one: what makes the last states of the middle ones.

    `weights` are named and shaped as those of torch's `TransformerEncoder` with normalisation after each step and GELU;
    `heads` of attention in each layer.
    """

    heads: int
    weights: Mapping[str, "NDArray[np.float32]"]


@dataclass(frozen=True, slots=True)
class Tokens:
    """A document's tokens: hidden states, shape (tokens, width), and the sentence each stands in (-1 for none)."""

    states: HalfFloats
    sentences: Integers


@dataclass(frozen=True, slots=True)
class KnownTopic:
    """A topic of an earlier window: its label, and the unit vectors of its documents."""

    label: str
    vectors: Vectors


class EventKind(StrEnum):
    """What can happen to a topic from one refit to the next."""

    BORN = "born"
    GROWN = "grown"
    SHRUNK = "shrunk"
    SPLIT = "split"
    MERGED = "merged"
    DIED = "died"


@dataclass(frozen=True, slots=True)
class TopicEvent:
    """`known` is the place of a topic known before, `found` that of a cluster of now (None: there is none).

    split: `found` is a new topic that came out of `known`. merged: `known` ended in `found`. `now` and
    `before` are how many documents they have; `chance` is the p-value of a growth or shrinking.
    """

    kind: EventKind
    known: int | None
    found: int | None
    now: int
    before: int
    chance: float | None = None


@dataclass(frozen=True, slots=True)
class Topics:
    """What a window's documents are about: topics, their themes and arguments, and what happened to topics."""

    clusters: tuple[Cluster, ...] = ()
    events: tuple[TopicEvent, ...] = ()

    @property
    def topics(self) -> tuple[Cluster, ...]:
        """The topics alone, largest first."""
        return tuple(cluster for cluster in self.clusters if cluster.level is Level.TOPIC)


@dataclass(frozen=True, slots=True)
class Stance:
    """Probabilities of a document's stance on a target; they add up to 1.

    `evidence` is the number of the sentence that shows it, None for `none` and `unclear`.
    """

    target: str
    label: Label
    favor: float
    against: float
    none: float
    evidence: int | None = None
