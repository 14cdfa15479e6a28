"""What is told."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Audience(StrEnum):
    """Who reads an output: `public` gets aggregates, `operator` may get links to posts."""

    PUBLIC = "public"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Window:
    """From `start` up to, not including, `end`."""

    start: datetime
    end: datetime

    @property
    def before(self) -> "Window":
        """The window of the same length that ends where this one starts."""
        return Window(self.start - (self.end - self.start), self.start)


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
    """A topic in a digest. `links` to exemplar posts are filled for the operator only.

    `share` is the share of all people who spoke of it, `change` its difference to the window before, if there was one.
    """

    label: str
    keywords: tuple[str, ...]
    people: Figure
    posts: Figure
    share: Figure | None = None
    change: Figure | None = None
    links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ArticleCount:
    """A linked article: its URL without tracking tails, and how many people on how many servers."""

    url: str
    people: Figure
    instances: Figure


@dataclass(frozen=True, slots=True)
class Alert:
    """Something beyond chance: `kind` is shift or what happened to a topic, `subject` a target or a topic's label.

    `value` is the change (of a share, or in documents), with its 95 % interval if any; `n` counts people.
    """

    kind: str
    subject: str
    text: str
    value: float
    low: float | None = None
    high: float | None = None
    n: int | None = None


@dataclass(frozen=True, slots=True)
class Digest:
    """What happened in a debate in a window, for an audience: everything that a rendering needs.

    `excluded` maps a reason to about how many people were left out for it. `certainty`, `notes`, `news`,
    `camps` and `coverage` are finished sentences. `enough` is False below the configured minimum of people:
    then `shares`, `reasons`, `topics`, `news` and `camps` are empty. `too_few`: there were people, but so few that
    this audience is told no count either; the counts are 0 then.
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
    news: tuple[str, ...] = ()
    camps: tuple[str, ...] = ()
    coverage: tuple[str, ...] = ()
    daily_posts: tuple[tuple[str, int], ...] = ()
    certainty: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    too_few: bool = False
    figures: tuple[Figure, ...] = field(default=())
