"""Where accounts and posts live, and under which ids a server files them: each software has ways of its own."""

from datetime import datetime
from enum import StrEnum
from hashlib import md5, sha256
from urllib.parse import quote

from fedilens.sample.corpus import SamplePost


class Software(StrEnum):
    """The servers that the sample can play; see the recordings in tests/data/servers."""

    MASTODON = "mastodon"
    GOTOSOCIAL = "gotosocial"
    SNAC = "snac"


_OTHERS = {"gts.example": Software.GOTOSOCIAL, "snacbar.example": Software.SNAC}
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_ULID_LENGTH = 26
SNAC_TIME_DIGITS = 10
"""snac puts a unix time before the hash that identifies, and finds posts by the hash alone."""


def software_of(host: str) -> Software:
    """What an invented host runs."""
    return _OTHERS.get(host, Software.MASTODON)


def seed(*words: str) -> int:
    """A number of 128 bits that is the same on every run."""
    return int.from_bytes(sha256("\n".join(words).encode()).digest()[:16])


def account_uri(acct: str) -> str:
    """The identity of `user@host`."""
    user, _, host = acct.partition("@")
    return f"https://{host}/{user}" if software_of(host) is Software.SNAC else f"https://{host}/users/{user}"


def account_url(acct: str) -> str:
    """The profile page of `user@host`."""
    user, _, host = acct.partition("@")
    return account_uri(acct) if software_of(host) is Software.SNAC else f"https://{host}/@{user}"


def account_id(acct: str, *, host: str, software: Software) -> str:
    """The id under which the server `host` knows `user@host`."""
    number = seed(host, acct)
    if software is Software.SNAC:
        return _md5(account_uri(acct))
    return _ulid(number) if software is Software.GOTOSOCIAL else str(109 * 10**15 + number % 10**15)


def status_uri(post: SamplePost) -> str:
    """The identity of a post."""
    return str(post.raw["uri"]) if post.raw else f"{account_uri(post.acct)}/{_own_path(post)}"


def status_url(post: SamplePost) -> str:
    """The page of a post."""
    if post.raw:
        return str(post.raw["url"])
    path = _own_path(post)
    on_mastodon = software_of(post.acct.partition("@")[2]) is Software.MASTODON
    return f"{account_url(post.acct)}/{path.removeprefix('statuses/') if on_mastodon else path}"


def status_id(post: SamplePost, *, host: str, software: Software, touched_at: datetime) -> str:
    """The id under which the server `host` files a post.

    Mastodon and GoToSocial make it from the post's own date, so that one fetched late stands far behind. snac
    makes it from the moment `touched_at` at which the post came or was changed, and so from another after an edit.
    """
    if software is Software.SNAC:
        return f"{int(touched_at.timestamp()):0{SNAC_TIME_DIGITS}d}{_md5(status_uri(post))}"
    milliseconds = int(post.at.timestamp() * 1000)
    number = seed(host, post.id)
    if software is Software.GOTOSOCIAL:
        return _ulid(milliseconds << 80 | number % (1 << 80))
    return str(milliseconds << 16 | number % (1 << 16))


def tag_url(tag: str, *, host: str, software: Software) -> str:
    """The page of a hashtag."""
    if software is Software.SNAC:
        return f"https://{host}?t={tag.lower()}"
    return f"https://{host}/tags/{quote(tag.lower() if software is Software.GOTOSOCIAL else tag)}"


def _own_path(post: SamplePost) -> str:
    host = post.acct.partition("@")[2]
    software = software_of(host)
    if software is Software.SNAC:
        return f"p/{int(post.at.timestamp())}.{seed(post.id) % 10**6:06d}"
    return f"statuses/{status_id(post, host=host, software=software, touched_at=post.at)}"


def _ulid(number: int) -> str:
    return "".join(_CROCKFORD[number >> 5 * place & 31] for place in reversed(range(_ULID_LENGTH)))


def _md5(text: str) -> str:
    return md5(text.encode(), usedforsecurity=False).hexdigest()
