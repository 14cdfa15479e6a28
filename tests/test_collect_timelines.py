"""Reading a timeline: nothing is lost, nothing is read for ever, and the cursor moves only with its page."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from fedilens.collect import Extent, TagFilter, read_timeline
from fedilens.collect.timelines import OVERLAP, SWEEP, SWEEP_EVERY
from fedilens.types import Account, Cursor, Page, Status, TagTimeline

NOW = datetime(2025, 2, 1, tzinfo=UTC)
ALL = Extent(NOW - timedelta(days=900), 10_000)
BLANK = Cursor(TagTimeline("a.example", "ai"))
PAGE = 3


def post(number: int, *, hours: float, tags: tuple[str, ...] = ("ai",)) -> Status:
    """A post of so many hours ago; greater numbers stand higher in the timeline."""
    account = Account("u@a.example", "u@a.example")
    return Status(f"https://a/{number}", f"{number:05}", account, NOW - timedelta(hours=hours), "x", tags=tags)


@dataclass
class Server:
    """A timeline in pages of three, as Mastodon does it; satisfies `protocols.TimelineSource`."""

    posts: list[Status]
    deaf: bool = False
    asked: list[tuple[str | None, str | None]] = field(default_factory=list)

    def tag_page(self, tag: str, *, max_id: str | None = None, min_id: str | None = None) -> Page:
        self.asked.append((max_id, min_id))
        found = sorted(self.posts, key=lambda one: one.remote_id, reverse=True)
        if max_id and not self.deaf:
            found = [one for one in found if one.remote_id < max_id]
        if min_id and not self.deaf:
            found = [one for one in found if one.remote_id > min_id][-PAGE:]
        page = found[:PAGE]
        if not page:
            return Page(())
        return Page(tuple(page), older=page[-1].remote_id, newer=page[0].remote_id)


def read(
    server: Server, cursor: Cursor, *, now: datetime = NOW, extent: Extent = ALL, since: datetime | None = None
) -> tuple[list[int], Cursor]:
    """All steps: the numbers of the posts that were read, and the last cursor."""
    numbers: list[int] = []
    for page, moved in read_timeline(server, cursor, extent=extent, now=now, since=since):
        numbers += [int(one.remote_id) for one in page.statuses]
        cursor = moved
    return numbers, cursor


def test_a_first_reading_walks_back_to_the_end() -> None:
    """Every post once, newest first, and the backfill is done."""
    server = Server([post(number, hours=100 - number) for number in range(10)])
    numbers, cursor = read(server, BLANK)
    assert numbers == list(range(9, -1, -1))
    assert cursor.backfill_done
    assert cursor.newest_id == "00009"
    assert cursor.newest_at == NOW - timedelta(hours=91)
    assert cursor.backfill_posts == 10


def test_the_walk_back_ends_at_an_age_or_a_count() -> None:
    """The page that is wholly too old is the last one; so is the one that fills the count."""
    posts = [post(number, hours=100 - number) for number in range(30)]
    numbers, _ = read(Server(posts), BLANK, extent=Extent(NOW - timedelta(hours=77), 1000))
    assert min(numbers) == 18
    numbers, _ = read(Server(posts), BLANK, extent=Extent(NOW - timedelta(days=900), 7))
    assert len(numbers) == 9


@pytest.mark.parametrize("steps", range(1, 6))
def test_a_reading_that_was_killed_goes_on_where_it_stood(steps: int) -> None:
    """Whatever was stored with the last cursor, the rest comes the next time."""
    server = Server([post(number, hours=100 - number) for number in range(12)])
    seen: list[int] = []
    cursor = BLANK
    for done, (page, moved) in enumerate(read_timeline(server, cursor, extent=ALL, now=NOW), start=1):
        seen += [int(one.remote_id) for one in page.statuses]
        cursor = moved
        if done == steps:
            break
    server.posts += [post(number, hours=50 - number) for number in range(12, 20)]
    numbers, cursor = read(server, cursor)
    assert set(seen) | set(numbers) == set(range(20))
    assert cursor.backfill_done
    assert cursor.newest_id == "00019"


def test_going_forward_drains_every_page_in_order() -> None:
    """Oldest page first, so that a cursor never stands beyond what was stored."""
    server = Server([post(number, hours=100 - number) for number in range(6)])
    _, cursor = read(server, BLANK)
    server.posts += [post(number, hours=50 - number) for number in range(6, 17)]
    heads = [moved.newest_id for _, moved in read_timeline(server, cursor, extent=ALL, now=NOW)][:4]
    assert heads == ["00008", "00011", "00014", "00016"]


def test_late_arrivals_within_the_overlap_are_found() -> None:
    """A post that came late stands behind the cursor, under an id of its own date."""
    server = Server([post(number * 10, hours=40 - number) for number in range(40)])
    _, cursor = read(server, BLANK)
    newest = cursor.newest_at
    assert newest is not None
    late = replace(post(385, hours=0), created_at=newest - OVERLAP / 2)
    server.posts.append(late)
    numbers, _ = read(server, cursor)
    assert 385 in numbers


def test_older_late_arrivals_wait_for_the_daily_sweep() -> None:
    """The sweep comes once a day and reaches a week back."""
    server = Server([post(number * 10, hours=400 - number) for number in range(400)])
    _, cursor = read(server, BLANK)
    server.posts.append(post(3205, hours=79.5))
    soon = NOW + SWEEP_EVERY - timedelta(seconds=1)
    numbers, cursor = read(server, cursor, now=soon)
    assert 3205 not in numbers
    assert cursor.swept_at == NOW
    numbers, cursor = read(server, cursor, now=NOW + SWEEP_EVERY)
    assert 3205 in numbers
    assert cursor.swept_at == NOW + SWEEP_EVERY
    assert min(numbers) > (400 - SWEEP / timedelta(hours=1) - 10) * 10 - 100


def test_servers_that_ignore_ids_do_not_hold_us() -> None:
    """The same page again and again ends the walk."""
    server = Server([post(number, hours=10 - number) for number in range(5)], deaf=True)
    numbers, cursor = read(server, BLANK)
    assert set(numbers) == {2, 3, 4}
    read(server, cursor)
    assert len(server.asked) < 12


def test_an_empty_tag_changes_nothing() -> None:
    """Nobody used it yet: no step, no cursor."""
    assert read(Server([]), BLANK) == ([], BLANK)


def test_posts_of_the_future_do_not_push_the_cursors_time() -> None:
    """Somebody's clock is wrong; the overlap must not start in 2030."""
    server = Server([post(1, hours=5), post(2, hours=-50_000)])
    _, cursor = read(server, BLANK)
    assert cursor.newest_at == NOW


def test_asking_for_a_date_reads_back_to_it() -> None:
    """`--since` walks over what is known too."""
    server = Server([post(number, hours=100 - number) for number in range(60)])
    _, cursor = read(server, BLANK)
    numbers, _ = read(server, cursor, since=NOW - timedelta(hours=70))
    assert min(numbers) <= 30
    assert max(numbers) == 58


def test_a_page_of_broken_posts_does_not_stop_the_walk() -> None:
    """They count as news, or everything behind them would be lost."""

    class Broken(Server):
        def tag_page(self, tag: str, *, max_id: str | None = None, min_id: str | None = None) -> Page:
            page = super().tag_page(tag, max_id=max_id, min_id=min_id)
            return replace(page, statuses=(), broken=PAGE) if max_id == "00006" else page

    server = Broken([post(number, hours=100 - number) for number in range(9)])
    numbers, _ = read(server, BLANK)
    assert numbers == [8, 7, 6, 2, 1, 0]


@pytest.mark.parametrize(
    ("wanted", "passes"),
    [
        (TagFilter(), True),
        (TagFilter(any=frozenset({"art", "law"})), True),
        (TagFilter(any=frozenset({"law"})), False),
        (TagFilter(all=frozenset({"ai", "art"})), True),
        (TagFilter(all=frozenset({"ai", "law"})), False),
        (TagFilter(none=frozenset({"art"})), False),
        (TagFilter(none=frozenset({"law"})), True),
    ],
)
def test_further_tags_are_filtered_on_our_side(wanted: TagFilter, *, passes: bool) -> None:
    """Servers ignore any, all and none."""
    assert wanted.admits(post(1, hours=1, tags=("ai", "art"))) is passes
