"""What is collected, and from whom. Identity of a post is its `uri`."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Consent(StrEnum):
    """What may be done with an account's public posts."""

    EXCLUDED = "excluded"
    AGGREGATE = "aggregate"
    QUOTABLE = "quotable"


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
    """A status that may be stored, with what its account allows, why, and by whose word (see `consent`)."""

    status: Status
    consent: Consent
    reason: str
    source: str = "account"


@dataclass(frozen=True, slots=True)
class Excluded:
    """A status that is not stored: nothing of it is kept but a mark in two counting sketches."""

    acct: str
    uri: str
    created_at: datetime
    reason: str
    source: str = "account"


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
