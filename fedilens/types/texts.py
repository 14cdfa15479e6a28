"""What is found in texts."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from uuid import UUID

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]
else:
    Vectors = Any  # numpy takes a tenth of a second to load, and asking a question does not need it
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


@dataclass(frozen=True, slots=True)
class Cluster:
    """A topic of a window. `members` and `exemplars` are row numbers of the documents handed in.

    `members` are ordered from central to far, `closeness` (cosine to the centre, 0 to 1) goes with
    them; `exemplars` are central and different from each other; `keywords` best first; `label` is
    two to five readable words.
    """

    label: str
    keywords: tuple[str, ...]
    members: tuple[int, ...]
    closeness: tuple[float, ...]
    exemplars: tuple[int, ...]


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
