"""What every file in queries/ answers on an empty and on a small filled database."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from stored import KEYS, MODEL, NOW, clean, database_at, embedded, excluded, post, save, save_topics

from fedilens.store import Database
from fedilens.store.analyses import AnalysisStore, Likeness, ReasonMatch
from fedilens.store.corrections import Corrections, Published
from fedilens.store.job_runs import JobRuns
from fedilens.store.labels import LabelGiven, LabelStore
from fedilens.store.publications import Outbox
from fedilens.store.questions import ask, load_questions
from fedilens.store.reports import Estimate, ReportStore
from fedilens.store.statuses import StatusStore
from fedilens.types import (
    Audience,
    Cluster,
    Digest,
    EventKind,
    Figure,
    Label,
    Level,
    Part,
    PollRun,
    PostDraft,
    Stance,
    Status,
    TagTimeline,
    TopicEvent,
    Window,
)

START = NOW - timedelta(days=7)
WEEK = Window(START, NOW)
ELSEWHERE, QUESTIONS = TagTimeline("else.example", "ai"), load_questions()
NEEDED = {"status": {"uri": "https://x.example/1"}, "account": {"acct": "@Ann@a.example"}}
NEEDED |= {"evidence": {"target": "power"}, "decisions": {"until": "2025-02-02"}}
TEXTS = {1: "power hungry", 2: "too much", 3: "power hungry", 4: "late", 5: "early", 6: "robots", 7: "power hungry!"}


def human_posts() -> list[Status]:
    """Ann's two on a.example, Bob's two and Cyd's one on b.example; one at the start, one at the end, one before."""
    return [
        post(1, acct="ann@a.example", at=START, in_reply_to_id="77"),
        post(2, acct="ann@a.example", at=NOW - timedelta(days=1)),
        post(3, acct="bob@b.example", at=NOW - timedelta(seconds=1)),
        post(4, acct="dan@c.example", at=NOW),
        post(5, acct="eve@c.example", at=START - timedelta(seconds=1)),
        post(7, acct="cyd@b.example", at=NOW - timedelta(days=1)),
    ]


def stance(label: Label, favor: float, against: float, evidence: int | None = None) -> Stance:
    """On the power."""
    return Stance("power", label, favor, against, 1 - favor - against, evidence)


def fill(database: Database) -> None:
    """A week with five people, a bot, three excluded people, and all that is found in their posts."""
    machine = post(6, acct="bot@a.example")
    save(database, *human_posts(), replace(machine, account=replace(machine.account, bot=True)))
    save(database, human_posts()[0], timeline=ELSEWHERE)
    left_out = [excluded(post(20)), excluded(post(21), "noindex"), excluded(post(22), "own-post")]
    save(database, left_out=[*left_out, excluded(post(23, at=NOW)), excluded(post(24, at=START - timedelta(days=1)))])
    clean(database, TEXTS, links=("https://n.example/a",))
    store = AnalysisStore(database)
    store.save_duplicates({KEYS.text("power hungry!"): Likeness("copy", KEYS.text("power hungry"))})
    store.save_embedded([embedded(text) for text in sorted(set(TEXTS.values()))], model=MODEL)
    stances = {
        "power hungry": stance(Label.FAVOR, 0.75, 0.125, 0),
        "too much": stance(Label.AGAINST, 0.05, 0.9, 1),
        "late": stance(Label.FAVOR, 0.9, 0.05, 0),
        "power hungry!": stance(Label.UNCLEAR, 0.4, 0.3),
    }
    reasons = [ReasonMatch(KEYS.text(text), "power", "favor", "costs", 0.7) for text in ("power hungry", "late")]
    found = {KEYS.text(text): [one] for text, one in stances.items()}
    store.save_stances(found, debate="ai", detector="d", reasons=reasons)
    cluster = Cluster("hungry power", ("power",), (0, 1), (0.75, 0.5), (0,))
    hashes = [KEYS.text("power hungry"), KEYS.text("too much")]
    inside = replace(cluster, label="hunger", level=Level.ARGUMENT, parent=0)
    born = TopicEvent(EventKind.BORN, None, 0, 2, 0)
    save_topics(database, cluster, inside, hashes=hashes, window=WEEK, events=[born])
    report(ReportStore(database))
    Corrections(database).save(Published(UUID(int=1), "ai", WEEK, NOW))
    for minute in range(5):
        at = NOW + timedelta(minutes=minute)
        failed = "down" if minute == 4 else None
        StatusStore(database, KEYS).record_run(PollRun(ELSEWHERE, at, at, minute, 6, 7, 8, 9, failed))


def report(store: ReportStore) -> None:
    """One share, two camps and two digests."""
    estimates = [Estimate("favor", "power", 0.5, 0.4, 0.6, 30)]
    store.save_estimates(estimates, debate="ai", window=WEEK, method="plain", now=NOW)
    store.save_estimates(camps(), debate="ai", window=WEEK, method="camps", now=NOW)
    figure = Figure("people", 3, "overview", 2, 4, 3)
    for number in (1, 2):
        digest = Digest(
            UUID(int=number), "ai", "AI", Audience.PUBLIC, WEEK, NOW + timedelta(hours=number), f"lead {number}", True,
            figure, figure, figure, figure, figure, {}, {}, {}, figures=(replace(figure, value=number),),
        )  # fmt: skip
        store.save_digest(digest)


def camps() -> list[Estimate]:
    """Two camps that share one view, differ in another, and of which one alone speaks of a third."""
    shares = {
        "shared": [(0.9, 0.8, 0.95), (0.8, 0.7, 0.9)],
        "split": [(0.9, 0.8, 0.95), (0.1, 0.05, 0.2)],
        "own": [(0.9, 0.8, 0.95)],
    }
    found = [Estimate(f"camp_size_{number}", "", 60, 60, 60, 60) for number in (1, 2)]
    for target, values in shares.items():
        found += [Estimate(f"camp_{number}", target, *value, 30) for number, value in enumerate(values, start=1)]
    found += [Estimate("camp_gap", target, gap, gap, gap, 120) for target, gap in (("shared", 0.1), ("split", 0.8))]
    found += [Estimate("camp_chance", target, p, p, p, 120) for target, p in (("shared", 0.4), ("split", 0.001))]
    return found


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Database:
    filled = database_at(tmp_path_factory.mktemp("filled"))
    fill(filled)
    LabelStore(filled).save(LabelGiven(KEYS.text("late"), "ai", "power", Label.FAVOR, "ann", NOW))
    JobRuns(filled).remember("collect", NOW, NOW, None, now=NOW)
    Outbox(filled).plan([Part(UUID(int=1), "thread/ai/now", "account", 1, PostDraft("one", "unlisted"))], now=NOW)
    return filled


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Database:
    return database_at(tmp_path_factory.mktemp("empty"))


def answer(database: Database, name: str, **values: str) -> list[dict[str, Any]]:
    """The rows that a question gives at the end of the week."""
    return ask(database, QUESTIONS[name], {**NEEDED.get(name, {}), **values}, now=NOW).dicts()


@pytest.mark.parametrize("name", sorted(QUESTIONS))
def test_every_question_runs_on_an_empty_database(empty: Database, name: str) -> None:
    """It has columns and, but for the zeros of the overview, no rows."""
    found = answer(empty, name)
    assert found == ([dict.fromkeys(found[0], 0)] if name == "overview" else [])


@pytest.mark.parametrize("name", sorted(QUESTIONS))
def test_every_question_has_an_answer_in_a_small_database(database: Database, name: str) -> None:
    """Each finds at least a row."""
    assert answer(database, name)


def test_the_overview_counts_people_of_the_window_alone(database: Database) -> None:
    """A post at the start counts, one at the end does not; bots and own posts are apart."""
    assert answer(database, "overview") == [
        {
            "posts": 4,
            "people": 3,
            "instances": 2,
            "replies": 1,
            "bots": 1,
            "people_excluded": 2,
            "people_seen": 5,
        }
    ]


def test_a_shifted_window_takes_the_post_at_its_end(database: Database) -> None:
    """The same post at the end of one window is at the start of the next."""
    until = (NOW + timedelta(days=7)).isoformat()
    found = answer(database, "overview", until=until)[0]
    assert (found["posts"], found["people"], found["people_excluded"]) == (1, 1, 1)


def test_posts_are_counted_by_day_and_instance(database: Database) -> None:
    """Days in UTC; shares of people add up to 1."""
    assert answer(database, "daily", window="7d") == [
        {"day": "2025-01-25", "posts": 1, "people": 1},
        {"day": "2025-01-31", "posts": 3, "people": 3},
    ]
    assert answer(database, "instances") == [
        {"instance": "b.example", "people": 2, "posts": 2, "share_of_people": 0.667},
        {"instance": "a.example", "people": 1, "posts": 2, "share_of_people": 0.333},
    ]


def test_one_person_has_one_voice_and_the_surer_stance_counts(database: Database) -> None:
    """Ann wrote both, and was surer against; Bob is for it; Cyd is unclear."""
    assert answer(database, "stances") == [
        {"target": "power", "favor": 1, "against": 1, "unclear": 1, "people_read": 3}
    ]


def test_reasons_entities_articles_and_tags_are_counted_by_people(database: Database) -> None:
    """Each within the window, from so many people on."""
    assert answer(database, "reasons") == [
        {"target": "power", "side": "favor", "reason": "costs", "people": 2, "instances": 2}
    ]
    assert answer(database, "reasons", people="3") == []
    assert answer(database, "entities") == [{"name": "Acme", "label": "ORG", "people": 3, "instances": 2}]
    assert answer(database, "articles") == [{"url": "https://n.example/a", "people": 3, "instances": 2}]
    assert answer(database, "articles", people="4") == []
    assert answer(database, "articles", instances="3") == []
    assert [(row["tag"], row["people"], row["posts"]) for row in answer(database, "tags")] == [
        ("ai", 3, 4),
        ("energy", 3, 4),
        ("power", 3, 4),
    ]


def test_near_duplicates_are_counted_as_one_text(database: Database) -> None:
    """In the list of repeated texts and in topics."""
    (found,) = answer(database, "duplicates")
    assert (found["posts"], found["people"], found["instances"], found["text"]) == (3, 3, 2, "power hungry")
    topic = answer(database, "topics")[0]
    assert (topic["label"], topic["people"], topic["posts"], topic["instances"]) == ("hungry power", 3, 4, 2)


def test_camps_tell_common_ground_and_what_divides(database: Database) -> None:
    """What only one camp speaks of is neither."""
    found = {row["target"]: row["verdict"] for row in answer(database, "camps")}
    assert found == {"shared": "common ground: for", "split": "divides", "own": ""}


def test_positions_are_one_a_person_and_target(database: Database) -> None:
    """Ann was surer against; who is unclear has none."""
    assert sorted(row["side"] for row in answer(database, "positions")) == [pytest.approx(-0.9), 0.75]


def test_coverage_counts_posts_by_the_servers_that_showed_them(database: Database) -> None:
    """The bot's post too: it is about what servers show."""
    assert answer(database, "coverage") == [
        {"servers": ["tooters.example"], "posts": 4},
        {"servers": ["else.example", "tooters.example"], "posts": 1},
    ]


def test_exclusions_are_told_by_reason(database: Database) -> None:
    """About how many people and posts, in the window."""
    assert answer(database, "exclusions") == [
        {"reason": reason, "people": 1, "posts": 1} for reason in ("locked", "noindex", "own-post")
    ]


def test_sightings_tell_what_one_server_showed_alone(database: Database) -> None:
    """The bot's post is a sighting too; that at the window's end is not."""
    assert answer(database, "sightings") == [
        {"instance": "tooters.example", "posts": 5, "only_here": 4},
        {"instance": "else.example", "posts": 1, "only_here": 0},
    ]


def test_languages_tell_which_are_read(database: Database) -> None:
    """Read means that there is a stance in that debate."""
    assert answer(database, "languages") == [{"language": "en", "posts": 4, "people": 3, "read": True}]
    assert answer(database, "languages", debate="tea")[0]["read"] is False


def test_evidence_and_exemplars_lead_the_operator_to_posts(database: Database) -> None:
    """The sentence that shows a stance, and the links of a topic's exemplars."""
    found = [(row["label"], row["probability"], row["sentence"]) for row in answer(database, "evidence")]
    assert found == [("favor", 0.75, "power hungry"), ("against", pytest.approx(0.9), "too much too")]
    shown = answer(database, "exemplars")
    assert [(row["label"], row["closeness"], row["text"]) for row in shown] == [("hungry power", 0.75, "power hungry")]
    assert shown[0]["url"] in ("https://x.example/@p/1", "https://x.example/@p/3")


def test_estimates_are_those_of_just_that_window(database: Database) -> None:
    """A window of another length has none."""
    assert answer(database, "shares") == [
        {"target": "power", "kind": "favor", "value": 0.5, "low": 0.4, "high": 0.6, "n": 30, "method": "plain"}
    ]
    assert answer(database, "shares", window="6d") == []


def test_polls_show_the_last_readings_first(database: Database) -> None:
    """Three a timeline unless asked for more, with the error or ok."""
    found = answer(database, "polls")
    assert [(row["pages"], row["outcome"]) for row in found] == [(4, "down"), (3, "ok"), (2, "ok")]
    assert len(answer(database, "polls", runs="5")) == 5


def test_the_last_digest_and_any_other_tell_their_figures(database: Database) -> None:
    """By id, or the last one made."""
    assert [row["lead"] for row in answer(database, "digests")] == ["lead 2", "lead 1"]
    assert len(answer(database, "digests", digests="1")) == 1
    assert [row["value"] for row in answer(database, "figures")] == [2.0]
    assert [row["value"] for row in answer(database, "figures", digest=str(UUID(int=1)))] == [1.0]


def test_a_post_is_found_by_uri_or_url_with_all_that_is_known(database: Database) -> None:
    """Account, consent, text, tags, sightings, stances and topics."""
    (found,) = answer(database, "status")
    assert answer(database, "status", uri="https://x.example/@p/1") == [found]
    assert (found["acct"], found["consent"], found["consent_reason"]) == ("ann@a.example", "aggregate", "indexable")
    assert (found["text"], found["tags"], found["entities"]) == ("power hungry", ["ai", "energy", "power"], ["Acme"])
    assert [one["instance"] for one in found["sightings"]] == ["else.example", "tooters.example"]
    assert [(one["target"], one["label"], one["evidence"]) for one in found["stances"]] == [
        ("power", "favor", "power hungry")
    ]
    assert (found["topics"], found["links"], found["is_reply"]) == (["hungry power"], ["https://n.example/a"], True)
    assert answer(database, "status", uri="https://x.example/99") == []


@pytest.fixture(scope="module")
def bordering(tmp_path_factory: pytest.TempPathFactory) -> Database:
    """Two people's posts at the very moment that parts two weeks, both with the same text."""
    made = database_at(tmp_path_factory.mktemp("bordering"))
    save(made, post(1, at=START), post(2, at=START))
    clean(made, {1: "border", 2: "border"}, links=("https://n.example/a",))
    store = AnalysisStore(made)
    store.save_embedded([embedded("border")], model=MODEL)
    hashed = KEYS.text("border")
    reasons = [ReasonMatch(hashed, "power", "favor", "costs", 0.7)]
    store.save_stances({hashed: [stance(Label.FAVOR, 0.75, 0.125, 0)]}, debate="ai", detector="d", reasons=reasons)
    for window in (WEEK, Window(START - timedelta(days=7), START)):
        save_topics(made, Cluster("border", (), (0,), (1.0,), (0,)), hashes=[hashed], window=window)
    return made


@pytest.mark.parametrize(
    "name",
    [
        "articles",
        "daily",
        "duplicates",
        "entities",
        "evidence",
        "instances",
        "languages",
        "reasons",
        "sightings",
        "stances",
        "tags",
        "topics",
        "coverage",
        "positions",
    ],
)
def test_a_window_holds_its_start_and_not_its_end(bordering: Database, name: str) -> None:
    """A post at the border belongs to the later of the two weeks alone."""
    assert answer(bordering, name, window="7d")
    assert answer(bordering, name, window="7d", until=START.isoformat()) == []
