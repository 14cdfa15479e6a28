"""The jobs from end to end on a real database, with a fake model where the model does not matter."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from conftest import DATA, FakeClock, FakeEncoder
from toy_debate import examples, toy_debate

from fedilens.annotate import SpacyLinguist
from fedilens.app import Silence
from fedilens.collect import Record, TagFilter
from fedilens.consent import ConsentRules, Pseudonyms
from fedilens.digest import DigestRules
from fedilens.errors import UnreachableError
from fedilens.pipeline import (
    Analyst,
    CollectRules,
    Judge,
    Reporter,
    analyze,
    collect_tag,
    estimate_shares,
    find_topics,
    import_statuses,
    report,
    train_head,
)
from fedilens.pipeline.collecting import gate
from fedilens.stance import Debate, make_detector
from fedilens.store import Database
from fedilens.store.analyses import AnalysisStore
from fedilens.store.questions import load_questions, run_sql
from fedilens.store.reports import ReportStore
from fedilens.store.statuses import StatusStore
from fedilens.store.topics import TopicStore
from fedilens.types import Account, Audience, EventKind, Page, Status, TagTimeline, Window

NOW = datetime(2025, 2, 1, tzinfo=UTC)
KEYS = Pseudonyms(b"k" * 32)
TIMELINE = TagTimeline("tooters.example", "ai")
RULES = CollectRules(ConsentRules(), TagFilter(), timedelta(days=30), 1000)


def post(number: int, *, acct: str = "", content: str = "", indexable: bool | None = True, days: float = 1.0) -> Status:
    """A post by a person of its own."""
    name = acct or f"user{number}@host{number % 3}.example"
    return Status(
        uri=f"https://x.example/{number}",
        remote_id=str(1000 - number),
        account=Account(name, name, indexable=indexable),
        created_at=NOW - timedelta(days=days),
        content=content or f"<p>post number {number} about power and water</p>",
        language="en",
        tags=("ai",),
    )


class Timeline:
    """A server with one page; satisfies `protocols.TimelineSource`."""

    def __init__(self, *statuses: Status, broken: int = 0, fails: bool = False) -> None:
        self.page = Page(statuses, older=None, newer=statuses[0].remote_id if statuses else None, broken=broken)
        self.fails = fails

    def tag_page(self, tag: str, *, max_id: str | None = None, min_id: str | None = None) -> Page:
        if self.fails and min_id:
            raise UnreachableError("tooters.example is in trouble (503)", host="tooters.example")
        return Page(()) if max_id or min_id else self.page


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database(tmp_path / "test.duckdb")


@pytest.fixture
def debate(tmp_path: Path) -> Debate:
    return toy_debate(tmp_path)


@pytest.fixture
def analyst(database: Database, debate: Debate) -> Analyst:
    encoder = FakeEncoder()
    return Analyst(
        store=AnalysisStore(database),
        topics=TopicStore(database),
        identify=KEYS,
        linguist=SpacyLinguist({}),
        encoder=encoder,
        detector=make_detector(debate, encoder, None),
        debate=debate,
        clock=FakeClock(NOW),
    )


def count(database: Database, table: str) -> int:
    """How many rows a table has."""
    return int(run_sql(database, f"SELECT count(*) FROM {table}").rows[0][0])


def test_collecting_stores_who_may_be_counted_and_tells_the_rest(database: Database) -> None:
    """An excluded account's post is counted in the run and kept nowhere."""
    store = StatusStore(database, KEYS)
    source = Timeline(post(1), post(2, indexable=False), post(3), broken=2)
    run = collect_tag(TIMELINE, source, rules=RULES, store=store, clock=FakeClock(NOW))
    assert (run.seen, run.new, run.excluded, run.broken, run.error) == (3, 2, 1, 2, None)
    assert count(database, "statuses") == 2
    assert run_sql(database, "SELECT count(*) FROM status_links WHERE uri LIKE '%/2'").rows == ((0,),)
    assert run_sql(database, "SELECT seen, excluded FROM poll_runs").rows == ((3, 1),)


def test_a_servers_trouble_is_told_and_keeps_what_was_read(database: Database) -> None:
    """What came before the error stays stored, and the error is in the run."""
    store = StatusStore(database, KEYS)
    run = collect_tag(TIMELINE, Timeline(post(1), fails=True), rules=RULES, store=store, clock=FakeClock(NOW))
    assert run.new == 1
    assert run.error == "tooters.example is in trouble (503)"
    assert run_sql(database, "SELECT error FROM poll_runs").rows == ((run.error,),)


def test_unwanted_tags_are_left_out_without_being_counted(database: Database) -> None:
    """The tag filter comes before the gate."""
    rules = replace(RULES, tags=TagFilter(none=frozenset({"ai"})))
    run = collect_tag(TIMELINE, Timeline(post(1)), rules=rules, store=StatusStore(database, KEYS), clock=FakeClock(NOW))
    assert (run.seen, run.new, run.excluded) == (1, 0, 0)


def test_names_of_others_are_taken_out_before_storing() -> None:
    """Whoever is mentioned has not been asked; a link to a person's page names them too."""
    html = '<p><a href="https://h.example/@zeno" class="u-url mention">@<span>zeno</span></a> yes, @kim@k.example '
    html += 'see <a href="https://h.example/@zeno/1">this</a> and <a href="https://news.example/a">that</a></p>'
    personal = replace(post(1, content=html), card_url="https://h.example/@zeno/1", spoiler_text="for @zeno@h.example")
    admitted, _ = gate([personal], ConsentRules())
    stored = admitted[0].status
    assert "zeno" not in stored.content + stored.spoiler_text + str(stored.card_url)
    assert "kim" not in stored.content
    assert "https://news.example/a" in stored.content


def test_posts_that_are_not_public_are_left_out() -> None:
    """A token may show followers-only posts; they are nobody's data."""
    admitted, excluded = gate([replace(post(1), visibility="private")], ConsentRules())
    assert not admitted
    assert [one.reason for one in excluded] == ["not-public"]


def test_importing_goes_through_the_same_gate_and_counts_broken_lines(database: Database) -> None:
    """A broken line is told with its number; the rest is stored."""
    golden = json.loads((DATA / "seed-status.json").read_text())
    hidden = golden | {
        "uri": "https://x.example/2",
        "account": golden["account"] | {"locked": True, "acct": "b@c.example"},
    }
    records = [Record(1, golden), Record(2, None, "not valid JSON"), Record(3, {"id": "1"}), Record(4, hidden)]
    found = import_statuses(records, consent=ConsentRules(), store=StatusStore(database, KEYS), clock=FakeClock(NOW))
    assert (found.read, found.new, found.excluded) == (4, 1, {"locked": 1})
    assert found.problems[0] == "line 2: not valid JSON"
    assert found.problems[1].startswith("line 3: ")
    assert run_sql(database, "SELECT instance, tag FROM sightings").rows == (("archive", "ai"),)


def test_analysing_fills_what_is_missing_and_then_finds_nothing_to_do(database: Database, analyst: Analyst) -> None:
    """Every table is filled once; a second run is idle."""
    posts = [post(number) for number in range(40)] + [
        post(99, content="<p>Das ist ganz und gar kein Englisch, sondern Deutsch.</p>")
    ]
    collect_tag(TIMELINE, Timeline(*posts), rules=RULES, store=StatusStore(database, KEYS), clock=FakeClock(NOW))
    first = analyze(analyst, progress=Silence())
    assert (first.cleaned, first.embedded, first.scored) == (41, 40, 40)
    assert count(database, "stances") == 80
    assert count(database, "embeddings") == 80
    assert run_sql(database, "SELECT language FROM documents WHERE text LIKE 'Das ist%'").rows == (("de",),)
    again = analyze(analyst, progress=Silence())
    assert (again.cleaned, again.embedded, again.scored) == (0, 0, 0)
    assert count(database, "stances") == 80


def test_a_text_that_nearly_repeats_another_is_marked_as_its_copy(database: Database, analyst: Analyst) -> None:
    """The first one stands for itself, and so does what is different."""
    long = "The new data centre outside our town drinks as much water as every farm in the valley together does"
    texts = [f"<p>{long}.</p>", f"<p>{long}!! Yes.</p>", "<p>Tea is ready.</p>"]
    posts = [post(number, content=text, days=3 - number) for number, text in enumerate(texts)]
    collect_tag(TIMELINE, Timeline(*posts), rules=RULES, store=StatusStore(database, KEYS), clock=FakeClock(NOW))
    analyze(analyst, progress=Silence())
    sql = "SELECT text, duplicate_of IS NOT NULL AND duplicate_of <> content_hash FROM documents ORDER BY text"
    marked = run_sql(database, sql).rows
    assert len(marked) == 3
    assert [text for text, copy in marked if copy] in ([f"{long}."], [f"{long}!! Yes."])


def test_the_same_text_is_embedded_once(database: Database, analyst: Analyst) -> None:
    """Two posts with one text share a document."""
    posts = [post(1, content="<p>Same words here.</p>"), post(2, content="<p>Same words here.</p>")]
    collect_tag(TIMELINE, Timeline(*posts), rules=RULES, store=StatusStore(database, KEYS), clock=FakeClock(NOW))
    analyze(analyst, progress=Silence())
    assert count(database, "documents") == 1
    assert count(database, "statuses") == 2


def test_topics_of_a_window_are_found_and_replaced(database: Database, analyst: Analyst) -> None:
    """Doing it again leaves the same topics, not twice as many."""
    texts = ["solar panels on roofs", "court rules on books"]
    posts = [post(number, content=f"<p>{texts[number % 2]} {'x' * number}</p>") for number in range(12)]
    collect_tag(TIMELINE, Timeline(*posts), rules=RULES, store=StatusStore(database, KEYS), clock=FakeClock(NOW))
    analyze(analyst, progress=Silence())
    window = Window(NOW - timedelta(days=7), NOW)
    found = find_topics(analyst, window)
    first = run_sql(database, "SELECT cluster_id, label FROM clusters ORDER BY ALL").rows
    find_topics(analyst, window)
    assert found.topics
    assert run_sql(database, "SELECT cluster_id, label FROM clusters ORDER BY ALL").rows == first
    assert not find_topics(analyst, Window(NOW - timedelta(days=60), NOW - timedelta(days=50))).clusters


def test_a_window_without_posts_ends_the_topics_before_it(database: Database, analyst: Analyst) -> None:
    """A silence is no error."""
    posts = [post(number, content=f"<p>solar panels on roofs {'x' * number}</p>") for number in range(12)]
    collect_tag(TIMELINE, Timeline(*posts), rules=RULES, store=StatusStore(database, KEYS), clock=FakeClock(NOW))
    analyze(analyst, progress=Silence())
    assert find_topics(analyst, Window(NOW - timedelta(days=7), NOW)).topics
    found = find_topics(analyst, Window(NOW + timedelta(days=60), NOW + timedelta(days=67)))
    assert not found.clusters
    assert {event.kind for event in found.events} == {EventKind.DIED}


def reporter(database: Database, debate: Debate, *, minimum: int = 20) -> Reporter:
    """Reports with a head that was trained on the toy examples."""
    judge = Judge(SpacyLinguist({}), FakeEncoder())
    return Reporter(
        store=ReportStore(database),
        questions=load_questions(),
        debate=debate,
        head=train_head(judge, debate, examples(120)),
        rules=DigestRules(minimum, 5),
        identify=KEYS,
        clock=FakeClock(NOW),
    )


def filled(database: Database, analyst: Analyst, debate: Debate, maker: Reporter) -> Analyst:
    """Forty people in this window, thirty in the one before, with known sides."""
    words = ["awful wasted megawatts", "negligible tiny kilowatts", "tea and biscuits at four"]
    posts = [post(n, content=f"<p>Well {words[n % 4 if n % 4 < 3 else 0]} indeed {n}.</p>") for n in range(40)]
    posts += [post(n, content=f"<p>Well {words[1]} indeed {n}.</p>", days=9) for n in range(100, 130)]
    collect_tag(TIMELINE, Timeline(*posts), rules=RULES, store=StatusStore(database, KEYS), clock=FakeClock(NOW))
    trained = replace(analyst, detector=make_detector(debate, analyst.encoder, maker.head))
    analyze(trained, progress=Silence())
    return trained


def test_a_digest_tells_shares_with_intervals_and_what_moved(
    database: Database, analyst: Analyst, debate: Debate
) -> None:
    """Half of the people are for, a quarter against; the window before was all against."""
    maker = reporter(database, debate)
    filled(database, analyst, debate, maker)
    window = Window(NOW - timedelta(days=7), NOW)
    made = report(maker, window, Audience.PUBLIC)
    power = next(share for share in made.shares if share.target == "power")
    assert power.favor.value == pytest.approx(0.5, abs=0.2)
    assert power.favor.low is not None
    assert power.favor.high is not None
    assert power.favor.low <= 0.5 <= power.favor.high
    assert power.against.value == pytest.approx(0.25, abs=0.2)
    assert power.favor_change is not None
    assert power.favor_change.value > 0.2
    assert power.against_change is not None
    assert power.against_change.value < -0.2
    assert (made.posts.value, made.people.value, made.instances.value) == (40, 40, 3)
    assert made.before["people"].value == 30
    assert count(database, "digests") == 1
    assert count(database, "digest_figures") == len(made.figures)


def test_estimates_of_a_window_are_replaced_and_wait_for_enough_people(
    database: Database, analyst: Analyst, debate: Debate
) -> None:
    """Under the minimum of people nothing is estimated."""
    maker = reporter(database, debate)
    filled(database, analyst, debate, maker)
    window = Window(NOW - timedelta(days=7), NOW)
    first = estimate_shares(maker, window)
    estimate_shares(maker, window)
    assert first
    assert count(database, "estimates") == len(first)
    few = reporter(database, debate, minimum=41)
    assert not estimate_shares(few, window)
    assert not report(few, window, Audience.PUBLIC).shares


def test_a_debate_without_examples_gives_no_shares(database: Database, debate: Debate) -> None:
    """Without measured errors there is no percentage, and the digest says why."""
    made = report(replace(reporter(database, debate), head=None), Window(NOW - timedelta(days=7), NOW), Audience.PUBLIC)
    assert not made.shares
    assert "no labelled examples" in made.certainty[0]
