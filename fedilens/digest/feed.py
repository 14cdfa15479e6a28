"""A digest as an Atom feed (RFC 4287), with ids that stay the same however often it is made."""

from html import escape

from fedilens.digest.text import render_text
from fedilens.digest.words import period
from fedilens.types import Digest


def render_feed(digest: Digest, *, page_url: str = "") -> str:
    """An Atom document with this digest as its entry."""
    from feedgen.feed import FeedGenerator  # noqa: PLC0415  # takes a moment to load

    feed = FeedGenerator()
    feed.id(f"urn:fedilens:{digest.debate}:{digest.audience.value}")
    feed.title(digest.title)
    feed.author({"name": "fedilens"})
    feed.updated(digest.created_at)
    entry = feed.add_entry()
    entry.id(f"urn:uuid:{digest.digest_id}")
    entry.title(f"{digest.title}: {period(digest.window)}")
    entry.updated(digest.created_at)
    entry.published(digest.created_at)
    entry.summary(digest.lead)
    entry.content(f"<pre>{escape(render_text(digest))}</pre>", type="html")
    if page_url:
        feed.link(href=page_url, rel="alternate")
        entry.link(href=page_url, rel="alternate")
    return str(feed.atom_str(pretty=True).decode("utf-8"))
