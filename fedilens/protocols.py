"""The seams: what a stage needs from the outside, named by role. Real parts are built in `app`."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from fedilens.types import (
    Account,
    MentionPage,
    OwnStatus,
    Page,
    Part,
    PostDraft,
    PostLimits,
    Sentence,
    Status,
    TokenStates,
    UpperLayers,
    Vectors,
)


class Clock(Protocol):
    """Time, and waiting for it to pass."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class Identifier(Protocol):
    """Gives pseudonyms in the place of addresses and texts."""

    def account(self, acct: str) -> UUID:
        """The id of the account `user@host`."""
        ...

    def status(self, uri: str) -> UUID:
        """The id of the status with this uri."""
        ...

    def text(self, text: str) -> UUID:
        """The id of a text."""
        ...

    def fingerprint(self) -> str:
        """Tells keys apart without giving them away."""
        ...

    def sketch(self, value: str, *, buckets: int) -> tuple[int, int]:
        """Bucket and rank of a value in a HyperLogLog sketch."""
        ...


class TimelineSource(Protocol):
    """One server's tag timelines."""

    def tag_page(self, tag: str, *, max_id: str | None = None, min_id: str | None = None) -> Page:
        """One page: the newest, the one behind `max_id`, or the one just after `min_id`.

        A tag that nobody used is an empty page. Raises the errors under `ServerError`.
        """
        ...


class StatusSource(Protocol):
    """One server's statuses by their ids there."""

    def statuses(self, ids: Sequence[str]) -> Mapping[str, Status | None]:
        """The statuses as they are now; None for one that is gone. What cannot be read is left out.

        Raises the errors under `ServerError`.
        """
        ...


class StatusPoster(Protocol):
    """The bot's account, as one that posts."""

    def account(self) -> Account:
        """Who posts."""
        ...

    def limits(self) -> PostLimits:
        """What the server says that a post may hold."""
        ...

    def post(self, draft: PostDraft, *, in_reply_to_id: str | None, key: str) -> str:
        """Makes a post and gives its id. Raises NotSentError, DoubtfulError or PublishError."""
        ...

    def recent(self) -> Sequence[OwnStatus]:
        """The account's latest posts, newest first. Raises the errors under `ServerError`."""
        ...


class StatusEditor(Protocol):
    """The bot's account, as one that corrects what it posted."""

    def edit(self, remote_id: str, text: str) -> bool:
        """Puts another text in the place of a post's; all else stays. False where the server cannot.

        Raises PublishError when nobody knows, or it should be tried later.
        """
        ...


class MentionSource(Protocol):
    """The bot's account, as one that is spoken to."""

    def mentions(self, after: str | None, *, since: datetime) -> MentionPage:
        """The mentions after a notification's id, oldest first; without an id those that are younger than `since`.

        Raises the errors under `ServerError`.
        """
        ...


class Channel(Protocol):
    """A way for parts of deliveries to go out."""

    @property
    def most_doubts(self) -> int:
        """How often a part may be tried again although an earlier try may have come through."""
        ...

    def send(self, part: Part, *, after: str | None) -> str:
        """The remote id of what was sent; `after` is that of the part before.

        Raises NotSentError (certainly not sent), DoubtfulError (nobody knows), PublishError (never will be).
        """
        ...

    def find(self, part: Part, *, after: str | None, known: Collection[str]) -> str | None:
        """The remote id, if an earlier try came through; `known` are those of other parts. Raises ServerError."""
        ...


class Encoder(Protocol):
    """A text embedding model."""

    @property
    def name(self) -> str:
        """Identifies the model; vectors of different names are never mixed."""
        ...

    @property
    def languages(self) -> frozenset[str]:
        """The languages it reads; "*" for any."""
        ...

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape (len(texts), dimensions)."""
        ...

    def read(self, texts: Sequence[str]) -> tuple[Vectors, list[TokenStates] | None]:
        """The same vectors, and from the same pass the texts' tokens; None if the model does not show them."""
        ...

    def upper_layers(self) -> UpperLayers | None:
        """What a copy of the model's upper half is made from; None if it is built in another way."""
        ...


class Linguist(Protocol):
    """Sentences, lemmas and named entities of a text."""

    def annotate(self, texts: Sequence[str], *, language: str) -> list[tuple[Sentence, ...]]:
        """The sentences of each text, in order."""
        ...


class Progress(Protocol):
    """Tells how far a long piece of work has come."""

    def advance(self, count: int) -> None:
        """`count` more units are done."""
        ...
