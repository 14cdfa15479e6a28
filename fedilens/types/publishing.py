"""What goes out: posts and mails in parts, and what the bot is told."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from fedilens.types.posts import Account


class PartState(StrEnum):
    """How far a part has come. `sending` is also what a crash or a lost answer leaves: nobody knows."""

    PLANNED = "planned"
    SENDING = "sending"
    SENT = "sent"
    PARKED = "parked"


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG with its description for those who cannot see it."""

    png: bytes
    alt_text: str


@dataclass(frozen=True, slots=True)
class PostDraft:
    """A post to be made. The first post of a thread may answer `in_reply_to_id`; the others answer the one before."""

    text: str
    visibility: str
    language: str = "en"
    spoiler_text: str = ""
    in_reply_to_id: str | None = None
    picture: Picture | None = None


@dataclass(frozen=True, slots=True)
class MailDraft:
    """A mail to be sent: one recipient, and the message as bytes (RFC 5322) with its Message-ID in it."""

    recipient: str
    message: bytes


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a delivery (`delivery` names it for good, such as `digest/ai/2025-02-01T08:00`), from 1.

    `attempts` counts tries, `doubts` those of which nobody knows whether they came through.
    """

    publication_id: UUID
    delivery: str
    channel: str
    number: int
    draft: PostDraft | MailDraft | None
    state: PartState = PartState.PLANNED
    attempts: int = 0
    doubts: int = 0
    error: str | None = None
    remote_id: str | None = None
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class OwnStatus:
    """A post of the bot's own, as its server shows it. `content` is HTML."""

    remote_id: str
    content: str
    in_reply_to_id: str | None


@dataclass(frozen=True, slots=True)
class PostLimits:
    """What a server allows: characters a post, and how many every URL counts for (Mastodon: 500 and 23)."""

    characters: int = 500
    url_characters: int = 23


@dataclass(frozen=True, slots=True)
class ServerFacts:
    """What a server says of itself. `hashtag_feeds`: public, authenticated or disabled, where it says so."""

    host: str
    version: str
    rules: tuple[str, ...]
    terms: str | None
    hashtag_feeds: str | None
    limits: PostLimits


@dataclass(frozen=True, slots=True)
class Mention:
    """A post that was told to the bot. `content` is HTML; `mentioned` are the accounts that it names."""

    notification_id: str
    remote_id: str
    uri: str
    account: Account
    content: str
    visibility: str
    created_at: datetime
    mentioned: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MentionPage:
    """Mentions after a cursor, oldest first; `newest_id` is the next cursor."""

    mentions: tuple[Mention, ...]
    newest_id: str | None
