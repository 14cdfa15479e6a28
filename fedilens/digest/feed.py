"""Digests as an Atom feed (RFC 4287), with ids that stay the same however often it is made."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape

from fedilens.digest.text import render_text
from fedilens.digest.words import period
from fedilens.types import Digest


@dataclass(frozen=True, slots=True)
class Entry:
    """A digest in a feed or an archive. `file` is its page, beside the others in the archive."""

    id: str
    title: str
    lead: str
    updated: datetime
    file: str = ""
    content: str = ""


def entry_of(digest: Digest, *, file: str = "") -> Entry:
    """A digest as an entry."""
    return Entry(
        id=stable_id(digest),
        title=f"{digest.title}: {period(digest.window)}",
        lead=digest.lead,
        updated=digest.created_at,
        file=file,
        content=f"<pre>{escape(render_text(digest))}</pre>",
    )


def stable_id(digest: Digest) -> str:
    """The same for the same debate, audience and window."""
    start, end = (moment.strftime("%Y%m%dT%H%M%SZ") for moment in (digest.window.start, digest.window.end))
    return f"urn:fedilens:{digest.debate}:{digest.audience.value}:{start}-{end}"


def render_feed(digest: Digest, *, page_url: str = "") -> str:
    """An Atom document with this digest as its only entry."""
    feed_id = f"urn:fedilens:{digest.debate}:{digest.audience.value}"
    return feed_of([entry_of(digest)], feed_id=feed_id, title=digest.title, page_url=page_url)


def feed_of(entries: Sequence[Entry], *, feed_id: str, title: str, page_url: str = "") -> str:
    """An Atom document; the newest entry comes first, as given."""
    from feedgen.feed import FeedGenerator  # noqa: PLC0415  # takes a moment to load

    feed = FeedGenerator()
    feed.id(feed_id)
    feed.title(title)
    feed.author({"name": "fedilens"})
    feed.updated(entries[0].updated)
    if page_url:
        feed.link(href=page_url, rel="alternate")
    for one in entries:
        entry = feed.add_entry(order="append")
        entry.id(one.id)
        entry.title(one.title)
        entry.updated(one.updated)
        entry.published(one.updated)
        entry.summary(one.lead)
        if one.content or not page_url:  # an entry has to hold something, or to lead somewhere
            entry.content(one.content or one.lead, type="html" if one.content else "text")
        if page_url:
            entry.link(href=f"{page_url.rstrip('/')}/archive/{one.file}" if one.file else page_url, rel="alternate")
    return str(feed.atom_str(pretty=True).decode("utf-8"))
