"""Topics from week to week, in a simulated debate with a known history."""

from collections import Counter

import numpy as np
import pytest
from simulated_debate import POSTS, Week, ten_weeks, unit

from fedilens.topics import find_clusters
from fedilens.types import EventKind, KnownTopic, TopicEvent, Topics, Vectors

NAMELESS = frozenset[str]()
Told = tuple[str, str, str]


def refit(vectors: Vectors, known: list[KnownTopic]) -> Topics:
    return find_clusters(vectors, [["word"]] * len(vectors), common=NAMELESS, known=known)


class History:
    """Refits week after week: which planted topic each found one is made of, and what was told."""

    def __init__(self) -> None:
        self.known: list[KnownTopic] = []
        self.names: list[str] = []
        self.ids: list[int] = []
        self.born = 0
        self.home: dict[str, int] = {}
        self.kept = self.posts = 0

    def read(self, week: Week) -> set[Told]:
        """The events of the week, as (kind, planted topic before, planted topic now)."""
        found = refit(week.vectors, self.known)
        names = [Counter(week.truth[row] for row in topic.members).most_common(1)[0][0] for topic in found.topics]
        told = {self._told(event, names) for event in found.events}
        self._follow(week, found)
        self.known = [KnownTopic(topic.label, week.vectors[list(topic.members)]) for topic in found.topics]
        self.names = names
        return told

    def _told(self, event: TopicEvent, names: list[str]) -> Told:
        before = "" if event.known is None else self.names[event.known]
        return event.kind.value, before, "" if event.found is None else names[event.found]

    def _follow(self, week: Week, found: Topics) -> None:
        """Counts posts that stand where their planted topic stood the week before."""
        ids = []
        for topic in found.topics:
            self.born += topic.continues is None
            ids.append(self.born if topic.continues is None else self.ids[topic.continues])
        where = {row: number for topic, number in zip(found.topics, ids, strict=True) for row in topic.members}
        fresh = {event[2] for event in week.events if event[0] in ("born", "split")}
        home: dict[str, int] = {}
        for name in set(week.truth):
            seen = Counter(where.get(row, 0) for row, one in enumerate(week.truth) if one == name)
            if name in self.home and name not in fresh:
                self.kept += seen[self.home[name]]
                self.posts += seen.total()
            home[name] = seen.most_common(1)[0][0]
        self.home, self.ids = home, ids


def same(told: Told, planted: Told) -> bool:
    """Of a split either half may keep the name, and of a merger either topic."""
    if told[0] != planted[0]:
        return False
    if told[0] == "split":
        return told[1] == planted[1]
    if told[0] == "merged":
        return {told[1], told[2]} <= {"pair-a", "pair-b"}
    return told == planted


def test_over_ten_weeks_topics_keep_their_ids_and_events_are_found_at_once() -> None:
    """At least 95 of 100 posts stand where their topic stood, every event is told in its week, few are false."""
    kept = posts = planted = found = told = false = 0
    for seed in range(6):
        history = History()
        for number, week in enumerate(ten_weeks(seed)):
            events = history.read(week)
            assert number or not events, "the first week has nothing to compare with"
            planted += len(week.events)
            found += sum(any(same(one, event) for one in events) for event in week.events)
            told += len(events)
            false += sum(not any(same(one, event) for event in week.events) for one in events)
        kept, posts = kept + history.kept, posts + history.posts
    assert kept / posts >= 0.95
    assert found == planted == 36
    assert false / told <= 0.05


def week(random: np.random.Generator, centres: Vectors, sizes: list[int]) -> Vectors:
    rows = np.repeat(centres, sizes, axis=0)
    return unit(rows + 0.7 * unit(random.normal(size=rows.shape)))


@pytest.mark.parametrize(("now", "kind"), [(4 * POSTS, EventKind.GROWN), (POSTS // 4, EventKind.SHRUNK)])
def test_growth_beyond_chance_is_an_event(now: int, kind: EventKind) -> None:
    """One topic in six changes fourfold; that the others' shares change with it is none."""
    random = np.random.default_rng(3)
    centres = unit(random.normal(size=(6, 64)))
    before = week(random, centres, [POSTS] * 6)
    known = [KnownTopic("", before[list(topic.members)]) for topic in refit(before, []).topics]
    found = refit(week(random, centres, [now, *[POSTS] * 5]), known)
    assert [event.kind for event in found.events] == [kind]
    (event,) = found.events
    assert (event.before, event.now) == (POSTS, now)
    assert event.chance is not None
    assert event.chance < 0.01 / 6


def test_a_topic_that_goes_on_keeps_its_label() -> None:
    """Other words come and go; the name stays."""
    random = np.random.default_rng(4)
    centres = unit(random.normal(size=(3, 64)))
    before, after = week(random, centres, [POSTS] * 3), week(random, centres, [POSTS] * 3)
    first = refit(before, []).topics
    known = [KnownTopic(f"name {place}", before[list(topic.members)]) for place, topic in enumerate(first)]
    found = refit(after, known).topics
    assert {topic.label for topic in found} == {"name 0", "name 1", "name 2"}
    assert {topic.continues for topic in found} == {0, 1, 2}


def test_a_topic_that_was_always_wide_does_not_split_every_week() -> None:
    """Two halves that lay apart before are no news."""
    random = np.random.default_rng(5)
    halves = unit(np.stack([np.eye(64)[0] + 0.45 * np.eye(64)[1], np.eye(64)[0] - 0.45 * np.eye(64)[1]]))
    other = np.eye(64, dtype=np.float32)[5:6]
    centres = np.concatenate([halves, other])
    before = week(random, centres, [POSTS] * 3)
    known = [KnownTopic("wide", before[: 2 * POSTS]), KnownTopic("other", before[2 * POSTS :])]
    found = refit(week(random, centres, [POSTS] * 3), known)
    assert EventKind.SPLIT not in {event.kind for event in found.events}


def test_when_all_is_gone_all_has_died() -> None:
    """A silent week ends every topic."""
    random = np.random.default_rng(6)
    before = week(random, unit(random.normal(size=(2, 64))), [POSTS] * 2)
    known = [KnownTopic("", before[:POSTS]), KnownTopic("", before[POSTS:])]
    found = refit(np.zeros((0, 64), dtype=np.float32), known)
    assert [event.kind for event in found.events] == [EventKind.DIED] * 2
    assert found.clusters == ()
