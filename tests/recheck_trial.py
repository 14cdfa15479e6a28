"""Many posts of a played server are collected and looked at again two days later; every request's moment is kept."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from conftest import FakeClock
from sample_parts import START
from stored import KEYS, count, database_at

from fedilens.collect import TagFilter
from fedilens.consent import ConsentRules
from fedilens.mastodon_api.client import MastodonServer
from fedilens.pipeline import CollectRules, RecheckReport, collect_tag, recheck
from fedilens.sample import RateLimit, SampleAccount, SamplePost, SampleServer, Software, View
from fedilens.sample.corpus import joined
from fedilens.store.care import CareStore
from fedilens.store.statuses import StatusStore
from fedilens.types import TagTimeline

DAY = timedelta(days=1)
PEOPLE = 30


@dataclass(frozen=True)
class Trial:
    """How many posts were held, what looking again came to, and when the server was asked."""

    held: int
    report: RecheckReport
    moments: list[datetime]
    limit: RateLimit

    @property
    def most(self) -> int:
        """The most requests in one of the server's windows."""
        seconds = self.limit.period.total_seconds()
        return max(Counter(moment.timestamp() // seconds for moment in self.moments).values())


def try_recheck(software: Software, posts: int, limit: RateLimit, folder: Path) -> Trial:
    """On a clock that stands still but for waiting."""
    people = [SampleAccount(f"p{number}@tooters.example", indexable=True) for number in range(PEOPLE)]
    written = [
        SamplePost(f"q{at}", people[at % PEOPLE].acct, START + timedelta(seconds=at), f"No {at} #ai", "en")
        for at in range(posts)
    ]
    clock, begin = FakeClock(START + DAY), START + DAY
    database = database_at(folder)
    store = StatusStore(database, KEYS)
    moments: list[datetime] = []
    with SampleServer(
        View("tooters.example", software, wants_token=False),
        corpus=joined(people, written),
        now=begin,
        limit=limit,
        elapsed=lambda: clock.now().timestamp() - begin.timestamp(),
        faults=lambda *_: moments.append(clock.time),
    ) as server:
        source = MastodonServer(server.base_url, clock=clock, timeout=timedelta(seconds=5))
        rules = CollectRules(ConsentRules(silence_counts=True), TagFilter(), 30 * DAY, posts)
        collect_tag(TagTimeline("tooters.example", "ai"), source, rules=rules, store=store, clock=clock)
        held = count(database, "statuses")
        clock.time += 2 * DAY
        moments.clear()
        report = recheck(
            "tooters.example",
            source,
            care=CareStore(database, KEYS),
            store=store,
            rules=rules.consent,
            clock=clock,
            since=clock.now() - 30 * DAY,
            most=posts,
        )
    return Trial(held, report, moments, limit)
