"""Camps, coverage and alerts from a real database, as sentences and as answers of the questions."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest
from conftest import FakeClock
from stored import KEYS, NOW, TIMELINE, clean, database_at, post, rows, save, save_topics
from toy_debate import toy_debate

from fedilens.digest import DigestRules
from fedilens.opinion import CAMPS_METHOD, METHOD, Camps, NoCamps
from fedilens.pipeline import Reporter, estimate_camps, find_alerts, tell_camps, tell_coverage, window_coverage
from fedilens.store import Database
from fedilens.store.analyses import AnalysisStore
from fedilens.store.questions import ask, load_questions
from fedilens.store.reports import Estimate, ReportStore
from fedilens.types import Cluster, EventKind, Label, Stance, TagTimeline, TopicEvent, Window

WEEK = Window(NOW - timedelta(days=7), NOW)
PEOPLE = 160


@pytest.fixture
def reporter(tmp_path: Path) -> Reporter:
    database = database_at(tmp_path)
    return Reporter(
        store=ReportStore(database),
        questions=load_questions(),
        debate=toy_debate(tmp_path),
        head=None,
        rules=DigestRules(minimum_people=30, minimum_group=5),
        identify=KEYS,
        clock=FakeClock(NOW),
    )


def stance(target: str, side: int) -> Stance:
    """A sure one."""
    favor, against = (0.95, 0.02) if side > 0 else (0.02, 0.95)
    return Stance(target, Label.FAVOR if side > 0 else Label.AGAINST, favor, against, 0.03, None)


def two_camps(database: Database, people: int) -> None:
    """Half for both targets and half against both, with one in twelve stances turned round; a post a person."""
    random = np.random.default_rng(1)
    save(database, *[post(number) for number in range(people)])
    clean(database, {number: f"text {number}" for number in range(people)})
    found = {}
    for number in range(people):
        side = 1 if number % 2 else -1
        sides = np.where(random.random(2) < 1 / 12, -side, side)
        pairs = zip(("joy", "power"), sides, strict=True)
        found[KEYS.text(f"text {number}")] = [stance(target, int(one)) for target, one in pairs]
    AnalysisStore(database).save_stances(found, debate="toy", detector="d", reasons=[])


def test_camps_are_told_in_sentences_and_kept_without_their_people(reporter: Reporter) -> None:
    """How many, how each stands, what divides; the database has figures of groups alone."""
    database = reporter.store.database
    two_camps(database, PEOPLE)
    found = estimate_camps(reporter, WEEK)
    assert isinstance(found, Camps)
    assert len(found.sizes) == 2
    told = tell_camps(found)
    assert told[0].startswith("2 camps can be told apart by where ")
    assert " for joy" in "".join(told[1:3])
    assert " against joy" in "".join(told[1:3])
    assert any(line.startswith("Most divisive: ") for line in told)
    (row,) = rows(database, "SELECT min(n), count(DISTINCT kind) FROM estimates WHERE kind SIMILAR TO 'camp_\\d'")
    assert row == (pytest.approx(PEOPLE / 2, abs=20), 2)
    values = {"debate": "toy", "until": NOW.isoformat()}
    asked = ask(database, reporter.questions["camps"], values, now=NOW).dicts()
    assert {(one["target"], one["verdict"]) for one in asked} == {("joy", "divides"), ("power", "divides")}


def test_with_few_people_no_camps_are_told_and_older_ones_go(reporter: Reporter) -> None:
    """The reason says how many there were and how many it takes."""
    database = reporter.store.database
    old = [Estimate("camp_size_1", "", 60, 60, 60, 60)]
    two_camps(database, 40)
    reporter.store.save_estimates(old, debate="toy", window=WEEK, method=CAMPS_METHOD, now=NOW)
    found = estimate_camps(reporter, WEEK)
    assert isinstance(found, NoCamps)
    assert "100 people" in tell_camps(found)[0]
    assert "40" in tell_camps(found)[0]
    assert rows(database, "SELECT count(*) FROM estimates WHERE kind LIKE 'camp%'") == [(0,)]


def test_coverage_takes_two_servers(reporter: Reporter) -> None:
    """With one it says that it cannot be told; with two, what each did not show."""
    database = reporter.store.database
    shown = [post(number) for number in range(30)]
    save(database, *shown[:20])
    assert tell_coverage(window_coverage(reporter, WEEK))[0].startswith("Coverage is not available")
    save(database, *shown[10:], timeline=TagTimeline("else.example", "ai"))
    coverage = window_coverage(reporter, WEEK)
    assert coverage is not None
    assert coverage.seen == 30
    assert 30 <= coverage.least < 40
    told = " ".join(tell_coverage(coverage))
    assert "lower bound" in told
    assert f"{TIMELINE.instance} alone showed 10, and did not show 10 that others did." in told


def topic_of(database: Database, numbers: range, label: str, *, days: float) -> UUID:
    """Posts by as many people, all of one text; returns its hash."""
    save(database, *[post(number, at=NOW - timedelta(days=days)) for number in numbers])
    clean(database, dict.fromkeys(numbers, label))
    return KEYS.text(label)


def test_alerts_tell_what_moved_what_is_new_and_what_has_more_attention(reporter: Reporter) -> None:
    """Shifts come first, then topics by their people; what few people speak of is left out."""
    database = reporter.store.database
    hashes = [
        topic_of(database, range(40), "grid", days=1),
        topic_of(database, range(100, 110), "books", days=1),
        topic_of(database, range(200, 204), "rare", days=1),
        topic_of(database, range(300, 330), "old", days=8),
    ]
    topic_of(database, range(400, 405), "grid", days=8)
    clusters = [Cluster(label, (label,), (row,), (1.0,), (0,)) for row, label in enumerate(("grid", "books", "rare"))]
    old = Cluster("old", ("old",), (3,), (1.0,), (0,))
    save_topics(database, clusters[0], old, hashes=hashes, window=WEEK.before)
    (grid,) = rows(database, "SELECT cluster_id FROM clusters WHERE label = 'grid'")[0]
    goes_on = Cluster("grid", ("grid",), (0,), (1.0,), (0,), continues=0)
    born = [TopicEvent(EventKind.BORN, None, place, 4, 0) for place in (1, 2)]
    save_topics(
        database, goes_on, *clusters[1:], hashes=hashes, window=WEEK, known=[grid], labels=["grid"], events=born
    )
    moved = [Estimate("favor_change", "joy", 0.2, 0.1, 0.3, 40), Estimate("against_change", "joy", -0.1, -0.3, 0.1, 40)]
    reporter.store.save_estimates(moved, debate="toy", window=WEEK, method=METHOD, now=NOW)
    told = [(alert.kind, alert.subject, alert.text) for alert in find_alerts(reporter, WEEK)]
    assert told == [
        ("shift", "joy", "The share for joy moved by +20 points (+10 to +30)."),
        ("attention", "grid", "More attention: grid, 74 % of people after 14 %."),
        ("born", "books", "New topic: books, 10 people."),
    ]


def test_without_anything_before_nothing_is_news(reporter: Reporter) -> None:
    """The first window has nothing to be compared with."""
    database = reporter.store.database
    hashed = topic_of(database, range(40), "grid", days=1)
    save_topics(database, Cluster("grid", ("grid",), (0,), (1.0,), (0,)), hashes=[hashed], window=WEEK)
    assert find_alerts(reporter, WEEK) == []
