"""The words of the project as plain values: what flows between the stages.

All times are aware and in UTC. All values are immutable; identity of a post is its `uri`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
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


class Audience(StrEnum):
    """Who reads an output: `public` gets aggregates, `operator` may get links to posts."""

    PUBLIC = "public"
    OPERATOR = "operator"


class Consent(StrEnum):
    """What may be done with an account's public posts."""

    EXCLUDED = "excluded"
    AGGREGATE = "aggregate"
    QUOTABLE = "quotable"


class Label(StrEnum):
    """Where a document stands on a target; `unclear` when the detector cannot tell."""

    FAVOR = "favor"
    AGAINST = "against"
    NONE = "none"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class TagTimeline:
    """One hashtag as one server shows it. `instance` is a host name, or a base URL on loopback."""

    instance: str
    tag: str


@dataclass(frozen=True, slots=True)
class Account:
    """See the Mastodon documentation, entities/Account. Flags are None where the server is silent.

    `acct` always carries its host (`user@host`); `note` and the values of `fields` are HTML.
    """

    uri: str
    acct: str
    display_name: str = ""
    note: str = ""
    fields: tuple[str, ...] = ()
    locked: bool = False
    bot: bool = False
    discoverable: bool | None = None
    indexable: bool | None = None
    noindex: bool | None = None

    @property
    def instance(self) -> str:
        """The host that the account lives on."""
        return self.acct.rpartition("@")[2]


@dataclass(frozen=True, slots=True)
class Status:
    """See the Mastodon documentation, entities/Status. `content` and `spoiler_text` as delivered.

    `remote_id` and `in_reply_to_id` are opaque and valid only on the server that gave the status.
    `tags` are lower case, without a leading #, in the order the server gives.
    """

    uri: str
    remote_id: str
    account: Account
    created_at: datetime
    content: str
    url: str | None = None
    edited_at: datetime | None = None
    spoiler_text: str = ""
    language: str | None = None
    visibility: str = "public"
    in_reply_to_id: str | None = None
    tags: tuple[str, ...] = ()
    card_url: str | None = None


@dataclass(frozen=True, slots=True)
class Sighting:
    """The same status may be seen through several servers, each time under another remote id."""

    uri: str
    instance: str
    tag: str
    remote_id: str
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a tag timeline, newest first.

    `older` is the `max_id` for the page behind it and `newer` the `min_id` for the one before it,
    each None where there is nothing to follow. `broken` counts posts that could not be read.
    """

    statuses: tuple[Status, ...]
    older: str | None = None
    newer: str | None = None
    broken: int = 0


@dataclass(frozen=True, slots=True)
class Admitted:
    """A status that may be stored, with what its account allows and why (see `consent`)."""

    status: Status
    consent: Consent
    reason: str


@dataclass(frozen=True, slots=True)
class Excluded:
    """A status that is not stored: nothing of it is kept but a mark in two counting sketches."""

    acct: str
    uri: str
    created_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far one timeline has been read; `backfill_*` tell how far the first walk back has come."""

    timeline: TagTimeline
    newest_id: str | None = None
    newest_at: datetime | None = None
    backfill_id: str | None = None
    backfill_posts: int = 0
    backfill_done: bool = False
    swept_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PollRun:
    """One reading of one timeline. `error` is the one line that a user can act on."""

    timeline: TagTimeline
    started_at: datetime
    ended_at: datetime
    pages: int = 0
    seen: int = 0
    new: int = 0
    excluded: int = 0
    broken: int = 0
    error: str | None = None


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


@dataclass(frozen=True, slots=True)
class Window:
    """From `start` up to, not including, `end`."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of a digest, with the query in `queries/` that gives it, and its 95 % interval if any.

    `n` is how many people it rests on. Shares are fractions from 0 to 1.
    """

    name: str
    value: float
    query: str
    low: float | None = None
    high: float | None = None
    n: int | None = None


@dataclass(frozen=True, slots=True)
class TargetShares:
    """The shares of people for and against a target, and against the window before (difference)."""

    target: str
    statement: str
    favor: Figure
    against: Figure
    favor_change: Figure | None = None
    against_change: Figure | None = None


@dataclass(frozen=True, slots=True)
class ReasonCount:
    """How many people gave one of the debate's reasons. `side` is favor or against the target."""

    target: str
    side: str
    text: str
    people: Figure


@dataclass(frozen=True, slots=True)
class TopicSummary:
    """A topic in a digest. `links` to exemplar posts are filled for the operator only."""

    label: str
    keywords: tuple[str, ...]
    people: Figure
    posts: Figure
    links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ArticleCount:
    """A linked article: its URL without tracking tails, and how many people on how many servers."""

    url: str
    people: Figure
    instances: Figure


@dataclass(frozen=True, slots=True)
class Digest:
    """What happened in a debate in a window, for an audience: everything that a rendering needs.

    `excluded` maps a reason to about how many people were left out for it. `certainty` and `notes`
    are finished sentences. `enough` is False below the configured minimum of people: then `shares`,
    `reasons` and `topics` are empty.
    """

    digest_id: UUID
    debate: str
    title: str
    audience: Audience
    window: Window
    created_at: datetime
    lead: str
    enough: bool
    posts: Figure
    people: Figure
    instances: Figure
    people_seen: Figure
    bots: Figure
    before: Mapping[str, Figure]
    excluded: Mapping[str, Figure]
    unread_languages: Mapping[str, Figure]
    shares: tuple[TargetShares, ...] = ()
    reasons: tuple[ReasonCount, ...] = ()
    topics: tuple[TopicSummary, ...] = ()
    articles: tuple[ArticleCount, ...] = ()
    daily_posts: tuple[tuple[str, int], ...] = ()
    certainty: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = field(default=())
