"""A simulated world of accounts that change their minds, and the program that follows it day by day."""

import json
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from conftest import FakeClock, FakeEncoder
from toy_debate import toy_debate

from fedilens.annotate import SpacyLinguist
from fedilens.app import Silence
from fedilens.collect import TagFilter
from fedilens.consent import ConsentRules, load_key
from fedilens.digest import DigestRules, render_feed, render_json, render_page, render_thread
from fedilens.pipeline import (
    CORRECTED_WITHIN,
    Analyst,
    CollectRules,
    Corrector,
    Reporter,
    ThreadStyle,
    analyze,
    collect_tag,
    correct_published,
    find_topics,
    recheck,
    reconsider,
    refuse_leaks,
    renew_topics,
    report,
    shown_since,
)
from fedilens.stance import make_detector
from fedilens.store import Database
from fedilens.store.analyses import AnalysisStore
from fedilens.store.care import CareStore
from fedilens.store.conversations import ConversationStore, Effect
from fedilens.store.corrections import Corrections, Published
from fedilens.store.ledger import Ledger
from fedilens.store.publications import Outbox
from fedilens.store.questions import load_questions
from fedilens.store.reports import ReportStore
from fedilens.store.statuses import StatusStore
from fedilens.store.topics import TopicStore
from fedilens.types import Account, Audience, Digest, Mention, Page, PostLimits, Status, TagTimeline, Window

START = datetime(2025, 1, 6, tzinfo=UTC)
DAY, WEEK = timedelta(days=1), timedelta(days=7)
TIMELINE = TagTimeline("tooters.example", "ai")
VOCABULARY = [
    a + b + c for a in "kltmnrsv" for b in ("ana", "ore", "ilu", "ebi", "usa") for c in ("k", "n", "ra", "to")
]
Entry = dict[str, Any]


class World:
    """People and their posts. `log` tells everything that happens: what the checker knows of the truth."""

    def __init__(self, people: int, seed: int) -> None:
        self.random = random.Random(seed)  # no secret
        self.log: list[Entry] = []
        self.posts: dict[str, Status] = {}
        self.fresh: list[str] = []
        self.told: list[tuple[str, str]] = []
        self.now = START
        self.accounts = [self._account(number) for number in range(people)]

    def live(self, now: datetime) -> None:
        """A day: posts, edits, deletions, changed flags, and words to the bot."""
        self.now, self.fresh, self.told = now, [], []
        for number in range(len(self.accounts)):
            if self.random.random() < 0.08:
                self._post(number)
            if self.random.random() < 0.01:
                self.accounts[number] = self._other_flags(self.accounts[number])
            if self.random.random() < 0.006:
                choice = self.random.choices(["opted-out", "opted-in", "forgotten"], [5, 3, 2])[0]
                self.told.append((self.accounts[number].acct, choice))
                self._note(choice, acct=self.accounts[number].acct)
        for uri in self.random.sample(sorted(self.posts), min(len(self.posts), len(self.accounts) // 40 + 1)):
            if self.random.random() < 0.5:
                self._note("deleted", acct=self.posts.pop(uri).account.acct, uri=uri)
            elif now - self.posts[uri].created_at < 10 * DAY:
                text = self._text()
                self.posts[uri] = replace(self.posts[uri], content=f"<p>{text}</p>", edited_at=now)
                self._note("edited", acct=self.posts[uri].account.acct, uri=uri, text=text)

    def tag_page(self, tag: str, *, max_id: str | None = None, min_id: str | None = None) -> Page:
        """The day's posts; satisfies `protocols.TimelineSource`."""
        ids = [uri.rpartition("/")[2] for uri in self.fresh]
        if max_id or min_id in ids:
            return Page(())
        found = [self._as_seen(uri) for uri in self.fresh if uri in self.posts]
        return Page(tuple(found), older=None, newer=found[0].remote_id if found else None)

    def statuses(self, ids: Sequence[str]) -> Mapping[str, Status | None]:
        """Satisfies `protocols.StatusSource`."""
        return {one: self._as_seen(uri) if (uri := _uri(one)) in self.posts else None for one in ids}

    def _as_seen(self, uri: str) -> Status:
        """The post with its author as the author is now: what the program learns of somebody's flags."""
        post = self.posts[uri]
        account = self._now(post.account.acct)
        flags = {name: getattr(account, name) for name in ("locked", "noindex", "indexable", "discoverable", "note")}
        self._note("sighted", acct=account.acct, bot=account.bot, flags=flags)
        return replace(post, account=account)

    def _now(self, acct: str) -> Account:
        """Somebody as they are now; the number stands in the address."""
        return self.accounts[int(acct.partition("@")[0].rpartition("_")[2])]

    def _account(self, number: int) -> Account:
        acct = f"person_{number}@host{number % 9}.example"
        name = f"Nomen Nescio {number}" if number % 4 else f"Nescio{number}"
        made = Account(f"https://host{number % 9}.example/users/{number}", acct, display_name=name)
        return self._other_flags(replace(made, bot=self.random.random() < 0.03))

    def _other_flags(self, account: Account) -> Account:
        return replace(
            account,
            locked=self.random.random() < 0.08,
            noindex=self.random.random() < 0.05 or None,
            indexable=self.random.choices([True, False, None], [6, 2, 2])[0],
            discoverable=self.random.choices([True, None], [1, 1])[0],
            note="<p>I like tea #NoBot</p>" if self.random.random() < 0.04 else "<p>I like tea</p>",
        )

    def _post(self, number: int) -> None:
        uri = _uri(str(len(self.log)))
        if uri in self.posts:
            return
        moment = self.now - timedelta(seconds=self.random.randrange(86_400))
        text = self._text()
        account = self.accounts[number]
        self.posts[uri] = Status(
            uri, uri.rpartition("/")[2], account, moment, f"<p>{text}</p>", url=uri, language="en", tags=("ai",)
        )
        self.fresh.append(uri)
        self._note("posted", acct=account.acct, uri=uri, text=text, created_at=moment)

    def _text(self) -> str:
        return " ".join(self.random.choices(VOCABULARY, k=self.random.randrange(9, 30)))

    def _note(self, kind: str, **more: Any) -> None:
        self.log.append({"kind": kind, "at": self.now} | more)


def _uri(remote_id: str) -> str:
    return f"https://posts.example/posts/{remote_id}"


class Program:
    """The real program on a database file in `folder`, with a fake model; what it publishes goes to `folder/public`."""

    def __init__(self, folder: Path, world: World, *, retention: int) -> None:
        self.folder, self.world, self.retention = folder, world, retention
        self.clock = FakeClock(START)
        self.database = Database(folder / "fedilens.duckdb", patience=20)
        self.keys = load_key(folder / "fedilens.key")
        self.care = CareStore(self.database, self.keys)
        self.talk = ConversationStore(self.database, self.keys)
        self.store = StatusStore(self.database, self.keys)
        (folder / "debate").mkdir()
        debate, encoder = toy_debate(folder / "debate"), FakeEncoder()
        self.analyst = Analyst(
            store=AnalysisStore(self.database), topics=TopicStore(self.database), identify=self.keys,
            linguist=SpacyLinguist({}), encoder=encoder, detector=make_detector(debate, encoder, None),
            debate=debate, clock=self.clock,
        )  # fmt: skip
        self.reporter = Reporter(
            store=ReportStore(self.database), questions=load_questions(), debate=debate, head=None,
            rules=DigestRules(minimum_people=10, minimum_group=5), identify=self.keys, clock=self.clock,
        )  # fmt: skip
        self.published = Corrections(self.database)
        self.corrected = 0

    def day(self, now: datetime, *, digest: bool) -> None:
        """What `fedilens run` does in a day."""
        self.clock.time = now
        self._listen(now)
        rules = self._rules()
        reconsider(ledger=Ledger(self.database), store=self.store, rules=rules, clock=self.clock)
        collect = CollectRules(rules, TagFilter(), 30 * DAY, 10_000)
        collect_tag(TIMELINE, self.world, rules=collect, store=self.store, clock=self.clock)
        self.care.expire(now - timedelta(days=self.retention))
        recheck(
            TIMELINE.instance, self.world, care=self.care, store=self.store, rules=rules, clock=self.clock,
            since=shown_since(self.published.since(now - CORRECTED_WITHIN), window=WEEK, now=now), most=100_000,
        )  # fmt: skip
        analyze(self.analyst, progress=Silence())
        if digest:
            window = Window(now - WEEK, now)
            made = self._digest(window)
            self.reporter.store.save_digest(made)
            self._publish(made)
            self.published.save(Published(made.digest_id, made.debate, window, now))
        self.corrected += correct_published(self._corrector())
        self.care.rewrite_if_wanted()

    def _listen(self, now: datetime) -> None:
        """The bot's part: what people told it."""
        for number, (acct, choice) in enumerate(self.world.told):
            account = next(one for one in self.world.accounts if one.acct == acct)
            mention = Mention(str(number), "1", f"https://m.example/{now}/{number}", account, "", "direct", now)
            if choice != "opted-in":
                self.store.withdraw({acct: ("opted-out", "bot")}, now=now)
            forget = choice == "forgotten"
            effect = Effect(choice="opted-in" if choice == "opted-in" else "opted-out", forget=forget)
            self.talk.save(mention, name=choice, effect=effect, parts=[], now=now)

    def _rules(self) -> ConsentRules:
        choices = self.talk.choices()
        return ConsentRules(choice_of=lambda acct: choices.get(self.keys.account(acct)))

    def _digest(self, window: Window) -> Digest:
        renew_topics(self.analyst, window.before)
        find_topics(self.analyst, window)
        return report(self.reporter, window, Audience.PUBLIC, keep=False)

    def _publish(self, digest: Digest) -> None:
        name = f"{digest.window.end:%Y-%m-%d}"
        files = {
            f"{name}.json": render_json(digest),
            f"{name}.html": render_page(digest),
            f"{name}.xml": render_feed(digest),
            f"{name}.txt": json.dumps(render_thread(digest, limits=PostLimits())),
        }
        self._check(files.values())
        (self.folder / "public").mkdir(exist_ok=True)
        for path, text in files.items():
            (self.folder / "public" / path).write_text(text, encoding="utf-8")

    def _check(self, renderings: Iterable[str]) -> None:
        refuse_leaks(self.care.protected(), renderings, allowed=(), own_texts=())

    def _corrector(self) -> Corrector:
        return Corrector(
            store=self.published, outbox=Outbox(self.database), make=self._digest,
            keep=self.reporter.store.save_digest, write=self._publish, check=self._check, editor=None,
            style=ThreadStyle(PostLimits()), identify=self.keys, clock=self.clock, kept=self.retention * DAY,
        )  # fmt: skip
