"""Views of the corpus, ids and pages, without a network."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedilens.sample import SampleAccount, SampleEdit, SamplePost, Software, View, demo_views
from fedilens.sample.corpus import Corpus, joined
from fedilens.sample.timelines import PageQuery, page, tagged
from fedilens.sample.views import Shown, Snapshot, snapshot

START = datetime(2025, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
LATER = START + timedelta(days=30)
ACCOUNTS = [SampleAccount("a@kunst.example"), SampleAccount("b@plaza.example")]


def corpus(count: int = 100, acct: str = "a@kunst.example") -> Corpus:
    """Posts p0, p1 … a minute apart."""
    return joined(ACCOUNTS, [SamplePost(f"p{n}", acct, START + n * MINUTE, "Hi #AI") for n in range(count)])


def names(shown: Snapshot) -> list[str]:
    return [entry.post.id for entry in shown.shown]


def view(software: Software = Software.MASTODON, **options: object) -> View:
    return View("tooters.example", software, **options)  # type: ignore[arg-type]  # options of View


@pytest.mark.parametrize("software", list(Software))
def test_a_post_is_there_from_its_moment_on(software: Software) -> None:
    """Newest first, and nothing of the future."""
    assert names(snapshot(view(software), corpus(5), now=START + 2 * MINUTE)) == ["p2", "p1", "p0"]
    assert names(snapshot(view(software), corpus(5), now=START - MINUTE)) == []


@pytest.mark.parametrize("software", [Software.MASTODON, Software.GOTOSOCIAL])
def test_a_late_post_stands_in_the_place_of_its_date(software: Software) -> None:
    """So a cursor that has gone on does not meet it: what the overlap is for."""
    late = view(software, fetched={"p1": START + 60 * MINUTE})
    assert names(snapshot(late, corpus(4), now=START + 59 * MINUTE)) == ["p3", "p2", "p0"]
    assert names(snapshot(late, corpus(4), now=START + 60 * MINUTE)) == ["p3", "p2", "p1", "p0"]


def test_snac_puts_a_late_post_on_top() -> None:
    """It orders by arrival, and its id tells the arrival."""
    seen = snapshot(view(Software.SNAC, fetched={"p1": START + 60 * MINUTE}), corpus(4), now=LATER)
    assert names(seen) == ["p1", "p3", "p2", "p0"]
    assert seen.shown[0].remote_id.startswith(str(int((START + 60 * MINUTE).timestamp())))


def test_ids_look_as_each_software_makes_them() -> None:
    """A snowflake and a ULID hold the post's date, snac's the unix time and a hash in hex."""
    ids = {software: snapshot(view(software), corpus(1), now=LATER).shown[0].remote_id for software in Software}
    assert datetime.fromtimestamp((int(ids[Software.MASTODON]) >> 16) / 1000, tz=UTC) == START
    assert len(ids[Software.GOTOSOCIAL]) == 26
    assert ids[Software.GOTOSOCIAL].startswith("01JGFJJZ00")  # 2025-01-01T00:00:00Z in Crockford's base 32
    assert len(ids[Software.SNAC]) == 42
    assert ids[Software.SNAC].startswith("1735689600")
    int(ids[Software.SNAC], 16)


@pytest.mark.parametrize("software", list(Software))
def test_two_servers_give_one_post_two_ids(software: Software) -> None:
    """All but snac, whose hash is that of the uri."""
    first, second = (
        snapshot(View(host, software), corpus(1), now=LATER).shown[0] for host in ("x.example", "y.example")
    )
    assert (first.remote_id == second.remote_id) == (software is Software.SNAC)
    assert first.remote_id == snapshot(View("x.example", software), corpus(1), now=LATER).shown[0].remote_id


def test_an_edit_gives_a_post_another_id_at_snac_alone() -> None:
    """As recorded: the time in front changes, the hash and the place stay."""
    edit = SampleEdit(START + 30 * MINUTE, "Hello #AI")
    edited = joined(ACCOUNTS, [*corpus(2).posts.values(), SamplePost("e", "a@kunst.example", START, "Hi", edit=edit)])
    for software in Software:
        before = snapshot(view(software), edited, now=START + 20 * MINUTE).find("e")
        after = snapshot(view(software), edited, now=START + 30 * MINUTE).find("e")
        assert before is not None
        assert after is not None
        assert (before.remote_id != after.remote_id) == (software is Software.SNAC)
        assert before.remote_id[10:] == after.remote_id[10:]


def test_a_server_knows_its_part_of_others_posts_and_all_of_its_own() -> None:
    """The part is about as large as said, the same on every run and another on every server."""
    far = {
        host: set(names(snapshot(View(host, knows=0.7), corpus(500), now=LATER))) for host in ("x.example", "y.example")
    }
    assert all(310 < len(known) < 390 for known in far.values())
    assert far["x.example"] != far["y.example"]
    assert far["x.example"] == set(names(snapshot(View("x.example", knows=0.7), corpus(500), now=LATER)))
    own = corpus(50, "b@plaza.example")
    assert len(snapshot(View("plaza.example", knows=0.0), own, now=LATER).shown) == 50
    assert names(snapshot(View("x.example", knows=0.0), own, now=LATER)) == []
    assert len(snapshot(View("x.example", knows=1.0), own, now=LATER).shown) == 50


def test_a_predicate_says_what_a_server_knows() -> None:
    """For tests that need certain posts."""
    assert names(snapshot(view(knows=lambda post: post.id == "p3"), corpus(9), now=LATER)) == ["p3"]


def test_the_demo_sees_through_three_servers() -> None:
    """Two run Mastodon, one snac; none wants a token."""
    assert [(view.host, view.software, view.knows, view.wants_token) for view in demo_views()] == [
        ("tooters.example", Software.MASTODON, 0.85, False),
        ("plaza.example", Software.MASTODON, 0.70, False),
        ("snacbar.example", Software.SNAC, 0.40, False),
    ]


def test_a_timeline_holds_the_posts_with_its_tag_as_they_read_now() -> None:
    """Case does not matter; an edit can bring a tag or take it away."""
    edit = SampleEdit(START + 5 * MINUTE, "now #ki")
    posts = [SamplePost("x", "a@kunst.example", START, "once #AI", edit=edit)]
    for moment, tag, there in ((0, "ai", True), (0, "ki", False), (5, "Ki", True), (5, "AI", False)):
        shown = snapshot(view(), joined(ACCOUNTS, posts), now=START + moment * MINUTE)
        assert bool(tagged(shown, tag)) == there


@pytest.mark.parametrize("software", list(Software))
def test_pages_are_cut_as_the_recorded_servers_cut_them(software: Software) -> None:
    """The very rows of the recordings: 66 posts, a first page of 40, min_id beside the anchor, since_id on top."""
    rows = snapshot(view(software), corpus(66), now=LATER).shown
    oldest = rows[65].remote_id
    assert list(page(rows, PageQuery(40), software=software)) == list(rows[:40])
    assert list(page(rows, PageQuery(40, max_id=rows[39].remote_id), software=software)) == list(rows[40:])
    assert list(page(rows, PageQuery(10, min_id=oldest), software=software)) == list(rows[55:65])
    assert list(page(rows, PageQuery(10, since_id=oldest), software=software)) == list(rows[:10])
    assert list(page(rows, PageQuery(), software=software)) == list(rows[:20])
    whole = 66 if software is Software.SNAC else 40
    assert len(page(rows, PageQuery(500), software=software)) == whole


@pytest.mark.parametrize("software", list(Software))
@given(data=st.data())
def test_walking_back_and_forth_meets_every_post_once(software: Software, data: st.DataObject) -> None:
    """With max_id from the top or with min_id from the bottom, whatever the size of a page."""
    rows = snapshot(view(software), corpus(23), now=LATER).shown
    limit = data.draw(st.integers(1, 30))
    back: list[Shown] = []
    anchor = rows[0].remote_id
    while part := page(rows, PageQuery(limit, max_id=anchor), software=software):
        back.extend(part)
        anchor = part[-1].remote_id
    forth: list[Shown] = []
    anchor = rows[-1].remote_id
    while part := page(rows, PageQuery(limit, min_id=anchor), software=software):
        forth.extend(reversed(part))
        anchor = part[0].remote_id
    assert back == list(rows[1:])
    assert forth == list(reversed(rows[:-1]))


def test_an_id_that_is_gone_still_parts_old_from_new() -> None:
    """Mastodon and GoToSocial compare; snac, which looks it up, finds nothing more."""
    rows = snapshot(view(), corpus(10), now=LATER).shown
    rest = [*rows[:4], *rows[5:]]
    assert list(page(rest, PageQuery(3, max_id=rows[4].remote_id), software=Software.MASTODON)) == list(rows[5:8])
    assert list(page(rest, PageQuery(3, min_id=rows[4].remote_id), software=Software.MASTODON)) == list(rows[1:4])
    assert not page(rest, PageQuery(3, max_id="0" * 42), software=Software.SNAC)
    assert not page(rest, PageQuery(3, min_id="0" * 42), software=Software.SNAC)


def test_both_bounds_may_stand_together() -> None:
    """Between max_id and min_id, the part beside min_id."""
    rows = snapshot(view(), corpus(20), now=LATER).shown
    query = PageQuery(3, max_id=rows[5].remote_id, min_id=rows[12].remote_id)
    assert list(page(rows, query, software=Software.MASTODON)) == list(rows[9:12])
    assert list(
        page(rows, PageQuery(9, max_id=rows[5].remote_id, min_id=rows[8].remote_id), software=Software.MASTODON)
    ) == list(rows[6:8])
