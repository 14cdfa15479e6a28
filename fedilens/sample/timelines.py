"""Paging through a timeline as the servers do it."""

from collections.abc import Sequence
from dataclasses import dataclass

from fedilens.sample.addresses import SNAC_TIME_DIGITS, Software
from fedilens.sample.html import tags_of
from fedilens.sample.views import Shown, Snapshot, rank

USUAL_PAGE = 20
LARGEST_PAGE = 40
"""What Mastodon and GoToSocial give at most, whatever is asked for; snac gives all."""


@dataclass(frozen=True, slots=True)
class PageQuery:
    """What a client asks for; see the Mastodon documentation, API, Pagination."""

    limit: int = USUAL_PAGE
    max_id: str | None = None
    min_id: str | None = None
    since_id: str | None = None


def tagged(snapshot: Snapshot, tag: str) -> list[Shown]:
    """The posts with a hashtag, newest first."""
    return [shown for shown in snapshot.shown if tag.lower() in post_tags(shown, snapshot)]


def post_tags(shown: Shown, snapshot: Snapshot) -> tuple[str, ...]:
    """The hashtags of a post as it stands: lower case, no #."""
    if shown.post.raw:
        return tuple(tag["name"] for tag in shown.post.raw["tags"])
    return tags_of(shown.post.text_at(snapshot.now))


def page(timeline: Sequence[Shown], query: PageQuery, *, software: Software) -> Sequence[Shown]:
    """The page of `timeline` that `query` asks for, newest first.

    `min_id` gives the oldest page above it, `since_id` the newest one that ends above it.
    """
    limit = query.limit if software is Software.SNAC else min(query.limit, LARGEST_PAGE)
    ids = [shown.remote_id for shown in timeline]
    start = _place(ids, query.max_id, software)[1] if query.max_id else 0
    if query.min_id:
        end = _place(ids, query.min_id, software)[0]
        return timeline[max(start, end - limit) : end]
    end = _place(ids, query.since_id, software)[0] if query.since_id else len(ids)
    return timeline[start : min(start + limit, end)]


def _place(ids: Sequence[str], anchor: str, software: Software) -> tuple[int, int]:
    """How many of `ids` stand above `anchor`, and the first row below it."""
    if software is Software.SNAC:
        hashes = [remote_id[SNAC_TIME_DIGITS:] for remote_id in ids]
        if anchor[SNAC_TIME_DIGITS:] not in hashes:
            return 0, len(ids)
        row = hashes.index(anchor[SNAC_TIME_DIGITS:])
        return row, row + 1
    above = sum(rank(remote_id) > rank(anchor) for remote_id in ids)
    return above, above + (anchor in ids)
