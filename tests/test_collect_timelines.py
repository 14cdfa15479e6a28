"""A timeline is read whole: backwards at first, then forwards, with an overlap for those who come late."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedilens.collect import Extent, TagFilter, read_timeline
from fedilens.types import Account, Cursor, Page, Status, TagTimeline

NOW = datetime(2025, 2, 1, 12, tzinfo=UTC)
TIMELINE = TagTimeline("tooters.example", "ai")
FAR = Extent(NOW - timedelta(days=365), 10_000)
HOUR = timedelta(hours=1)


def post(number: int, *, hours: float | None = None) -> Status:
    """The post with id `number`; post 1000 is of NOW, and each before it is an hour older."""
    at = NOW - HOUR * (1000 - number if hours is None else hours)
    return Status(f"https://x.example/{number}", f"{number:04}", Account("u", "u@x.example"), at, "<p>x</p>")


class Server:
    """A tag timeline in pages of three, as Mastodon gives it; satisfies `protocols.TimelineSource`."""

    def __init__(self, numbers: Iterable[int] = (), *, broken: Iterable[int] = ()) -> None:
        self.posts = {f"{number:04}": post(number) for number in numbers}
        self.broken = {f"{number:04}" for number in broken}
        self.asked: list[tuple[str | None, str | None]] = []

    def tag_page(self, tag: str, *, max_id: str | None = None, min_id: str | None = None) -> Page:
        self.asked.append((max_id, min_id))
        ids = sorted(one for one in self.posts if (min_id or "") < one < (max_id or "~"))
        chosen = (ids[:3] if min_id else ids[-3:])[::-1]
        read = tuple(self.posts[one] for one in chosen if one not in self.broken)
        older, newer = (chosen[-1], chosen[0]) if chosen else (None, None)
        return Page(read, older, newer, len(chosen) - len(read))


class Deaf(Server):
    """A server that ignores both ids."""

    def tag_page(self, tag: str, *, max_id: str | None = None, min_id: str | None = None) -> Page:
        self.asked.append((max_id, min_id))
        assert len(self.asked) < 20
        return Server.tag_page(self, tag) if max_id or min_id else super().tag_page(tag)


def read(
    server: Server,
    cursor: Cursor | None = None,
    *,
    now: datetime = NOW,
    extent: Extent = FAR,
    since: datetime | None = None,
    steps: int | None = None,
) -> tuple[list[int], Cursor]:
    """The numbers of the posts in the order they came, and the last cursor; stops after so many steps."""
    found: list[int] = []
    cursor = cursor or Cursor(TIMELINE)
    for done, (page, after) in enumerate(read_timeline(server, cursor, extent=extent, now=now, since=since), start=1):
        found += [int(status.remote_id) for status in page.statuses]
        cursor = after
        if done == steps:
            break
    return found, cursor


def settled(server: Server, *, now: datetime = NOW) -> Cursor:
    """The cursor after a first reading to the end."""
    return read(server, now=now)[1]


def test_a_first_reading_walks_back_from_the_newest_page_to_the_end() -> None:
    """Every post comes once, newest first, and the cursor stands at the newest."""
    server = Server(range(991, 1001))
    found, cursor = read(server)
    assert found == list(range(1000, 990, -1))
    assert cursor == Cursor(TIMELINE, "1000", NOW, "0991", 10, backfill_done=True, swept_at=NOW)
    assert server.asked == [
        (None, None),
        (None, "1000"),
        ("0998", None),
        ("0995", None),
        ("0992", None),
        ("0991", None),
    ]


@pytest.mark.parametrize(("hours", "last"), [(5, 992), (6, 989), (7, 989), (0.5, 995)])
def test_the_first_walk_ends_with_the_page_that_is_too_old(hours: float, last: int) -> None:
    """A page that still holds a post of the wanted age is not the last."""
    found, cursor = read(Server(range(900, 1001)), extent=Extent(NOW - hours * HOUR, 10_000))
    assert min(found) == last
    assert cursor.backfill_done


@pytest.mark.parametrize(("posts", "read_in_all"), [(4, 6), (6, 6), (7, 9)])
def test_the_first_walk_ends_with_the_page_that_makes_it_enough(posts: int, read_in_all: int) -> None:
    """Pages are read whole; the first page counts too."""
    found, cursor = read(Server(range(900, 1001)), extent=Extent(FAR.oldest, posts))
    assert (len(found), cursor.backfill_posts) == (read_in_all, read_in_all)
    assert cursor.backfill_done


def test_a_first_walk_goes_on_where_it_was_cut_off() -> None:
    """The half-way cursor knows the next page and how many posts were read; news come first."""
    server = Server(range(980, 1001))
    _, half = read(server, steps=2)
    assert (half.backfill_id, half.backfill_posts, half.backfill_done) == ("0995", 6, False)
    server.posts |= {"1001": post(1001)}
    found, cursor = read(server, half, extent=Extent(FAR.oldest, 12))
    assert found == [1001, 994, 993, 992, 991, 990, 989]
    assert (cursor.newest_id, cursor.backfill_posts, cursor.backfill_done) == ("1001", 12, True)


def test_a_timeline_of_one_page_is_done_at_once() -> None:
    """The walk back ends with an empty page."""
    found, cursor = read(Server([999, 1000]))
    assert found == [1000, 999]
    assert (cursor.backfill_done, cursor.backfill_posts) == (True, 2)
    assert read(Server([999, 1000]), cursor, now=NOW + HOUR)[1] == cursor


def test_a_server_that_names_no_older_page_is_done_with_the_first() -> None:
    """Where the page ends the timeline, nothing is left to walk."""

    class Single(Server):
        def tag_page(self, tag: str, *, max_id: str | None = None, min_id: str | None = None) -> Page:
            page = super().tag_page(tag, max_id=max_id, min_id=min_id)
            return replace(page, older=None)

    assert read(Single([1000]), steps=1)[1].backfill_done


def test_an_empty_tag_changes_nothing() -> None:
    """Nothing is yielded, neither at first nor later."""
    assert list(read_timeline(Server(), Cursor(TIMELINE), extent=FAR, now=NOW, since=NOW - HOUR)) == []
    cursor = settled(Server([1000]))
    assert list(read_timeline(Server(), cursor, extent=FAR, now=NOW + HOUR)) == []


def test_reading_forward_drains_every_page_oldest_first() -> None:
    """However many there are, none is lost, and the cursor's time goes with the newest."""
    server = Server(range(990, 1001))
    cursor = settled(server)
    server.posts |= {f"{number:04}": post(number) for number in range(1001, 1012)}
    now = NOW + 12 * HOUR
    found, after = read(server, cursor, now=now)
    new = [number for number in found if number > 1000]
    assert new == [1003, 1002, 1001, 1006, 1005, 1004, 1009, 1008, 1007, 1011, 1010]
    assert (after.newest_id, after.newest_at) == ("1011", NOW + 11 * HOUR)


def test_each_page_comes_with_the_cursor_at_its_own_head() -> None:
    """What is committed with a page is no further than that page."""
    server = Server(range(990, 1001))
    cursor = settled(server)
    server.posts |= {f"{number:04}": post(number) for number in range(1001, 1006)}
    steps = list(read_timeline(server, cursor, extent=FAR, now=NOW + 6 * HOUR))
    assert [(after.newest_id, after.newest_at) for _, after in steps[:2]] == [
        ("1003", NOW + 3 * HOUR),
        ("1005", NOW + 5 * HOUR),
    ]
    assert all(after == steps[1][1] for _, after in steps[1:])


@given(first=st.integers(1, 12), later=st.integers(0, 9), cuts=st.lists(st.integers(1, 3), max_size=4))
def test_a_reading_that_is_killed_after_any_step_loses_nothing(first: int, later: int, cuts: list[int]) -> None:
    """The union of the pages of all readings is the whole timeline, while it goes on growing."""
    server = Server(range(1000 - first, 1000))
    found: set[int] = set()
    cursor: Cursor | None = None
    for cut in [*cuts, None]:
        more, cursor = read(server, cursor, steps=cut)
        found |= set(more)
        if cut is not None:
            top = max(map(int, server.posts))
            server.posts |= {f"{number:04}": post(number) for number in range(top + 1, top + 1 + later)}
    assert found == set(map(int, server.posts))


def late(server: Server, number: int, *, hours: float) -> None:
    """The server fetches an old post now and files it under an id of its date."""
    server.posts[f"{number:04}"] = post(number, hours=hours)


def hundred() -> Server:
    """A post an hour, with even ids, so that there is room between them; 1000 is of NOW."""
    server = Server()
    server.posts = {f"{number:04}": post(number, hours=(1000 - number) / 20) for number in range(0, 1001, 2)}
    return server


@pytest.mark.parametrize("hours", [0.5, 5.95])
def test_a_late_arrival_within_six_hours_is_found_behind_the_cursor(hours: float) -> None:
    """The next reading walks back over the overlap."""
    server = hundred()
    cursor = settled(server)
    late(server, 1000 - int(hours * 20) // 2 * 2 - 1, hours=hours)
    found, after = read(server, cursor, now=NOW + HOUR)
    assert 1000 - int(hours * 20) // 2 * 2 - 1 in found
    assert after == cursor


def test_an_older_late_arrival_is_found_by_the_daily_sweep_and_not_before() -> None:
    """The overlap ends after six hours, the sweep comes when a day is over."""
    server = hundred()
    cursor = settled(server)
    late(server, 1000 - 7 * 20 + 1, hours=7)
    for minutes in (15, 23 * 60 + 59):
        found, cursor = read(server, cursor, now=NOW + timedelta(minutes=minutes))
        assert 861 not in found
        assert cursor.swept_at == NOW
    found, cursor = read(server, cursor, now=NOW + timedelta(days=1))
    assert 861 in found
    assert cursor.swept_at == NOW + timedelta(days=1)


def test_the_overlap_is_no_longer_than_it_must_be() -> None:
    """It ends with the first page that is wholly older than six hours."""
    server = hundred()
    cursor = settled(server)
    found, _ = read(server, cursor, now=NOW + HOUR)
    assert min(found) in range(1000 - 6 * 20 - 6, 1000 - 6 * 20)


def test_the_overlap_starts_behind_where_the_reading_before_ended() -> None:
    """What was read forward just now is not read again."""
    server = Server(range(900, 1001))
    cursor = settled(server)
    server.posts |= {f"{number:04}": post(number) for number in range(1001, 1031)}
    found, _ = read(server, cursor, now=NOW + 20 * HOUR)
    assert sorted(found) == sorted(set(found))
    assert min(found) in range(1000 - 9, 1000 - 6)


def test_the_sweep_happens_once_a_day() -> None:
    """The next reading walks over the overlap again."""
    server = hundred()
    tomorrow = NOW + timedelta(days=1)
    swept, cursor = read(server, settled(server), now=tomorrow)
    again, after = read(server, cursor, now=tomorrow + HOUR)
    assert len(swept) > 400
    assert len(again) < 80
    assert after == cursor


def test_a_sweep_goes_a_week_back() -> None:
    """Behind the cursor's time, and not to the timeline's end."""
    server = Server(range(700, 1001))
    found, _ = read(server, settled(server), now=NOW + timedelta(days=1))
    assert min(found) in range(1000 - 7 * 24 - 6, 1000 - 7 * 24)


def test_a_sweep_goes_no_further_back_than_the_first_reading() -> None:
    """Where two days were wanted, two days are swept."""
    server = Server(range(700, 1001))
    extent = Extent(NOW - timedelta(days=2), 10_000)
    found, _ = read(server, settled(server), now=NOW + timedelta(days=1), extent=extent)
    assert min(found) in range(1000 - 48 - 6, 1000 - 48)


def test_a_sweep_that_is_cut_off_is_done_again() -> None:
    """Only its end is a sweep done."""
    server = hundred()
    _, cursor = read(server, settled(server), now=NOW + timedelta(days=1), steps=20)
    assert cursor.swept_at == NOW


def test_servers_that_ignore_ids_come_to_an_end() -> None:
    """At first, later, with news, and when asked to walk back."""
    server = Deaf(range(990, 1001))
    found, cursor = read(server, since=NOW - timedelta(days=9))
    assert set(found) == {998, 999, 1000}
    assert cursor.backfill_done
    server.asked.clear()
    server.posts["1001"] = post(1001)
    found, cursor = read(server, cursor, now=NOW + timedelta(days=2), since=NOW - timedelta(days=9))
    assert 1001 in found
    assert cursor.newest_id == "1001"


def test_a_post_from_the_future_does_not_push_the_cursors_time_past_now() -> None:
    """Else the overlap would begin in the future; the time never goes back either."""
    server = Server(range(995, 1001))
    server.posts["1000"] = post(1000, hours=-500)
    cursor = settled(server)
    assert cursor.newest_at == NOW
    server.posts["1001"] = post(1001, hours=50)
    assert read(server, cursor, now=NOW + HOUR)[1].newest_at == NOW
    server.posts["1002"] = post(1002, hours=-500)
    assert read(server, cursor, now=NOW + HOUR)[1].newest_at == NOW + HOUR


def test_pages_of_broken_posts_alone_do_not_stop_a_walk() -> None:
    """Neither backwards nor forwards nor over the overlap; they are counted."""
    server = Server(range(985, 1001), broken=[*range(992, 998), 1001, 1002, 1003])
    found, cursor = read(server)
    assert found == [1000, 999, 998, *range(991, 984, -1)]
    server.posts |= {f"{number:04}": post(number) for number in range(1001, 1005)}
    steps = list(read_timeline(server, cursor, extent=FAR, now=NOW + timedelta(days=2)))
    found = [int(status.remote_id) for page, _ in steps for status in page.statuses]
    assert found == [1004, 999, 998, *range(991, 984, -1)]
    assert steps[-1][1].newest_id == "1004"
    assert sum(page.broken for page, _ in steps) == 3 + 6


def test_since_walks_back_to_that_date_once_more() -> None:
    """From the newest, and the cursor stays where it is."""
    server = Server(range(900, 1001))
    cursor = settled(server)
    server.posts["0951"] = post(951)
    found, after = read(server, cursor, now=NOW + HOUR, since=NOW - 60 * HOUR)
    assert set(range(940, 1000)) <= set(found)
    assert min(found) in range(1000 - 66, 1000 - 60)
    assert after == cursor


def tagged(*tags: str) -> Status:
    """A post with these tags."""
    return replace(post(1), tags=tags)


@pytest.mark.parametrize(
    ("tags", "admitted"),
    [
        (TagFilter(), True),
        (TagFilter(any=frozenset({"power", "tea"})), True),
        (TagFilter(any=frozenset({"tea"})), False),
        (TagFilter(all=frozenset({"ai", "power"})), True),
        (TagFilter(all=frozenset({"ai", "tea"})), False),
        (TagFilter(none=frozenset({"tea"})), True),
        (TagFilter(none=frozenset({"tea", "power"})), False),
        (TagFilter(any=frozenset({"ai"}), all=frozenset({"power"}), none=frozenset({"ai"})), False),
    ],
)
def test_the_tag_filter_wants_one_of_any_all_of_all_and_none_of_none(tags: TagFilter, admitted: bool) -> None:
    """Of the tags that a post carries."""
    assert tags.admits(tagged("ai", "power")) is admitted


def test_a_post_without_tags_passes_a_filter_that_asks_for_none() -> None:
    """And no filter that asks for any."""
    assert TagFilter(none=frozenset({"ai"})).admits(tagged())
    assert not TagFilter(any=frozenset({"ai"})).admits(tagged())
