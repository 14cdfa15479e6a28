"""Reads one tag timeline: what to read is decided purely, and each page comes with the cursor to commit.

A first reading walks back from the newest page (backfill). Later ones go forward from the cursor with
`min_id`, then walk back over an overlap, because a server files a post that it fetched late under an id of
the post's own date, behind the cursor. Once a day that walk is longer (sweep).
"""

from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from fedilens.protocols import TimelineSource
from fedilens.types import Cursor, Page, Status

OVERLAP = timedelta(hours=6)
SWEEP_EVERY = timedelta(days=1)
SWEEP = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Extent:
    """How far back a first reading goes: posts from `oldest` on, and at most `posts` of them."""

    oldest: datetime
    posts: int


@dataclass(frozen=True, slots=True)
class TagFilter:
    """Further tags (lower case): one of `any`, all of `all`, none of `none`; servers ignore these options."""

    any: frozenset[str] = frozenset()
    all: frozenset[str] = frozenset()
    none: frozenset[str] = frozenset()

    def admits(self, status: Status) -> bool:
        """Does this status pass?"""
        tags = set(status.tags)
        return bool(not self.any or tags & self.any) and self.all <= tags and not tags & self.none


Step = tuple[Page, Cursor]


def read_timeline(
    source: TimelineSource, cursor: Cursor, *, extent: Extent, now: datetime, since: datetime | None = None
) -> Iterator[Step]:
    """All pages that are due, each with the cursor that holds once that page is stored.

    `since` asks for another walk back to that moment. Raises what `source` raises; what was yielded stands.
    """
    cursor = yield from _first_page(source, cursor, now=now)
    if cursor.newest_id is None:
        return
    known = cursor
    cursor = yield from _forward(source, cursor, now=now)
    if not cursor.backfill_done:
        cursor = yield from _backfill(source, cursor, extent=extent)
    elif known.newest_at is not None:
        yield from _again(source, known, cursor, now=now, extent=extent)
    if since is not None:
        yield from _walk_back(source, cursor, start=cursor.newest_id, oldest=since)


def _first_page(source: TimelineSource, cursor: Cursor, *, now: datetime) -> Generator[Step, None, Cursor]:
    """Where nothing has been read yet: the newest page, from which both directions start."""
    if cursor.newest_id is not None:
        return cursor
    page = source.tag_page(cursor.timeline.tag)
    if page.newer is None:
        return cursor
    started = replace(_advanced(cursor, page, now=now), backfill_id=page.older, backfill_posts=len(page.statuses))
    yield page, replace(started, swept_at=now, backfill_done=page.older is None)
    return replace(started, swept_at=now, backfill_done=page.older is None)


def _forward(source: TimelineSource, cursor: Cursor, *, now: datetime) -> Generator[Step, None, Cursor]:
    """Every page after the cursor, oldest first; ends with an empty page or one that brings nothing new."""
    seen: set[str] = set()
    while True:
        page = source.tag_page(cursor.timeline.tag, min_id=cursor.newest_id)
        if page.newer is None or page.newer == cursor.newest_id or not _has_news(page, seen):
            return cursor
        cursor = _advanced(cursor, page, now=now)
        yield page, cursor


def _backfill(source: TimelineSource, cursor: Cursor, *, extent: Extent) -> Generator[Step, None, Cursor]:
    """The rest of the first walk back, from where it stood."""
    while not cursor.backfill_done:
        page = source.tag_page(cursor.timeline.tag, max_id=cursor.backfill_id)
        posts = cursor.backfill_posts + len(page.statuses)
        ended = page.older is None or page.older == cursor.backfill_id
        old_enough = bool(page.statuses) and all(status.created_at < extent.oldest for status in page.statuses)
        cursor = replace(
            cursor,
            backfill_id=page.older or cursor.backfill_id,
            backfill_posts=posts,
            backfill_done=ended or old_enough or posts >= extent.posts,
        )
        yield page, cursor
    return cursor


def _again(source: TimelineSource, known: Cursor, cursor: Cursor, *, now: datetime, extent: Extent) -> Iterator[Step]:
    """The overlap behind the old cursor, once a day the whole sweep."""
    newest_at = known.newest_at or now
    if cursor.swept_at is None or now - cursor.swept_at >= SWEEP_EVERY:
        oldest = max(newest_at - SWEEP, min(extent.oldest, newest_at))
        yield from _walk_back(source, cursor, start=known.newest_id, oldest=oldest)
        yield Page(()), replace(cursor, swept_at=now)
    else:
        yield from _walk_back(source, cursor, start=known.newest_id, oldest=newest_at - OVERLAP)


def _walk_back(source: TimelineSource, cursor: Cursor, *, start: str | None, oldest: datetime) -> Iterator[Step]:
    """Pages behind `start` until one is wholly older than `oldest`; the cursor stays where it is."""
    seen: set[str] = set()
    max_id = start
    while max_id is not None:
        page = source.tag_page(cursor.timeline.tag, max_id=max_id)
        if not _has_news(page, seen):
            return
        yield page, cursor
        if page.statuses and all(status.created_at < oldest for status in page.statuses):
            return
        max_id = page.older if page.older != max_id else None


def _has_news(page: Page, seen: set[str]) -> bool:
    """Does the page hold a post that this walk has not met? Servers that ignore an id repeat themselves."""
    ids = {status.remote_id for status in page.statuses}
    news = bool(ids - seen) or (not ids and page.broken > 0)
    seen |= ids
    return news


def _advanced(cursor: Cursor, page: Page, *, now: datetime) -> Cursor:
    """The cursor at the head of `page`. Posts dated in the future count as of now."""
    dates = [min(status.created_at, now) for status in page.statuses]
    newest_at = max([*dates, *([cursor.newest_at] if cursor.newest_at else [])], default=now)
    return replace(cursor, newest_id=page.newer, newest_at=newest_at)
