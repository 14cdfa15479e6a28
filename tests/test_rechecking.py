"""Posts are looked at again: what became of them on real servers of the sample, and what a server's trouble costs."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from conftest import FakeClock
from sample_parts import NOW as SERVED
from sample_parts import serving
from stored import KEYS, NOW, TIMELINE, clean, count, database_at, post, rows, save

from fedilens.consent import ConsentRules
from fedilens.errors import UnreachableError
from fedilens.mastodon_api.client import MastodonServer
from fedilens.pipeline import recheck, shown_since
from fedilens.pipeline.rechecking import RecheckReport
from fedilens.sample import Fault, FaultKind, Software
from fedilens.store import Database
from fedilens.store.care import CareStore
from fedilens.store.corrections import Published
from fedilens.store.statuses import StatusStore
from fedilens.types import Status, Window

DAY = timedelta(days=1)


class Shelf:
    """A server's posts by id; satisfies `protocols.StatusSource`."""

    def __init__(self, *statuses: Status, breaks: bool = False) -> None:
        self.statuses_by_id = {one.remote_id: one for one in statuses}
        self.breaks = breaks

    def statuses(self, ids: Sequence[str]) -> Mapping[str, Status | None]:
        """None for what is not there."""
        if self.breaks:
            raise UnreachableError("tooters.example is in trouble (503)", host="tooters.example")
        return {one: self.statuses_by_id.get(one) for one in ids}


@pytest.fixture
def database(tmp_path: Path) -> Database:
    made = database_at(tmp_path)
    save(made, post(1), post(2), post(3), now=NOW - 2 * DAY)
    clean(made, {1: "one", 2: "two", 3: "three"})
    return made


def look(database: Database, shelf: Shelf) -> RecheckReport:
    return recheck(
        TIMELINE.instance,
        shelf,
        care=CareStore(database, KEYS),
        store=StatusStore(database, KEYS),
        rules=ConsentRules(),
        clock=FakeClock(NOW),
        since=NOW - 7 * DAY,
        most=100,
    )


def test_what_is_gone_goes_and_what_was_edited_is_read_again(database: Database) -> None:
    """The others stay, and are not asked for again on the same day."""
    edited = replace(post(2), content="<p>something else</p>", edited_at=NOW - timedelta(hours=1))
    report = look(database, Shelf(post(1), edited))
    assert (report.checked, report.gone, report.left_out, report.error) == (3, 1, 0, None)
    assert count(database, "statuses") == 2
    assert rows(database, "SELECT content FROM status_texts WHERE content LIKE '%else%'")
    assert rows(database, "SELECT text FROM documents ORDER BY text") == [("one",)]
    assert look(database, Shelf()).checked == 0


def test_who_changed_a_flag_is_left_out_with_all_posts(database: Database) -> None:
    """The gate is asked anew for whoever is looked at."""
    locked = replace(post(2), account=replace(post(2).account, locked=True))
    report = look(database, Shelf(post(1), locked, post(3)))
    assert (report.gone, report.left_out) == (0, 1)
    assert count(database, "statuses") == count(database, "accounts") == 2


def test_a_post_that_is_not_public_any_more_goes_alone(database: Database) -> None:
    """Its author's other posts stay."""
    save(database, post(9, acct="user2@host2.example"), now=NOW)
    hidden = replace(post(2), visibility="private")
    assert look(database, Shelf(post(1), hidden, post(3))).left_out == 1
    assert count(database, "statuses") == 3


def test_what_a_digest_rests_on_is_looked_at_as_long_as_it_may_be_corrected(database: Database) -> None:
    """Else a post that is deleted a week after its digest would stay counted in it."""
    window = Window(NOW - 17 * DAY, NOW - 10 * DAY)
    shown = [Published(KEYS.text("digest"), "ai", window, window.end)]
    assert shown_since([], window=7 * DAY, now=NOW) == NOW - 7 * DAY
    assert shown_since(shown, window=7 * DAY, now=NOW) == NOW - 17 * DAY
    assert shown_since(shown, window=30 * DAY, now=NOW) == NOW - 30 * DAY


def test_a_servers_trouble_removes_nothing(database: Database) -> None:
    """It is told, and tried again the next time."""
    report = look(database, Shelf(breaks=True))
    assert (report.checked, report.error) == (0, "tooters.example is in trouble (503)")
    assert count(database, "statuses") == 3
    assert look(database, Shelf(post(1), post(2), post(3))).checked == 3


@pytest.mark.parametrize("software", list(Software))
def test_servers_of_every_kind_tell_what_is_there_and_what_is_gone(software: Software) -> None:
    """Mastodon in bulk, the others one by one; edits are seen."""
    with serving(software, now=SERVED) as server:
        client = MastodonServer(server.base_url, clock=FakeClock(SERVED), timeout=timedelta(seconds=2))
        page = client.tag_page("ai").statuses
        ids = [one.remote_id for one in page]
        missing = ids[0][:-1] + ("0" if ids[0][-1] != "0" else "1")
        before = len(server.requests)
        found = client.statuses([*ids, missing])
        asked = len(server.requests) - before
    assert {one: status.uri for one, status in found.items() if status} == {one.remote_id: one.uri for one in page}
    assert found[missing] is None
    assert asked == 1 if software is Software.MASTODON else asked >= len(ids) + 1


def test_an_odd_answer_in_bulk_is_asked_again_one_by_one() -> None:
    """A server's fault would else remove everything."""

    def odd(_: int, path: str) -> Fault | None:
        return Fault(FaultKind.OBJECT) if path.partition("?")[0].endswith("/api/v1/statuses") else None

    with serving(Software.MASTODON, now=SERVED) as server:
        client = MastodonServer(server.base_url, clock=FakeClock(SERVED), timeout=timedelta(seconds=2))
        ids = [one.remote_id for one in client.tag_page("ai").statuses]
    with serving(Software.MASTODON, now=SERVED, faults=odd) as server:
        client = MastodonServer(server.base_url, clock=FakeClock(SERVED), timeout=timedelta(seconds=2))
        found = client.statuses(ids)
    assert all(found[one] is not None for one in ids)
