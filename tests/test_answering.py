"""The bot at its desk: mentions from the sample's server, answers through the outbox, whatever goes wrong."""

import contextlib
import itertools
import re
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from delivery_trial import START, Standing
from digest_rows import digest_of
from losing_proxy import Fate, LosingProxy
from stored import KEYS, count, database_at, post, save
from test_delivering import token_of

from fedilens.bot import ReplyRules
from fedilens.consent import ConsentRules
from fedilens.errors import PublishError, ServerError
from fedilens.mastodon_api.account import MastodonAccount
from fedilens.pipeline import ACCOUNT, Desk, Informant, answer_mentions, deliver
from fedilens.publish import AccountChannel
from fedilens.sample import SampleServer, demo_views, load_corpus
from fedilens.store import Database
from fedilens.store.conversations import ConversationStore
from fedilens.store.publications import Outbox
from fedilens.store.statuses import StatusStore
from fedilens.types import PostLimits

pytestmark = pytest.mark.long

OWN = "fedilens@tooters.example"


@pytest.fixture
def clock() -> Standing:
    return Standing(START)


@pytest.fixture
def sample(clock: Standing) -> Iterator[SampleServer]:
    """Its limit of 300 requests in five minutes goes by the same clock as the bot."""

    def passed() -> float:
        return (clock.now() - START).total_seconds()

    with SampleServer(demo_views()[0], corpus=load_corpus(), now=START, elapsed=passed) as server:
        server.writing.keeps_keys = False
        yield server


class Office:
    """The bot with its parts, as `app` puts them together."""

    def __init__(
        self,
        server: SampleServer,
        folder: Path,
        clock: Standing,
        *,
        address: str = "",
        rules: ReplyRules | None = None,
    ) -> None:
        self.database: Database = database_at(folder)
        self.clock = clock
        token = token_of(server)
        self.account = MastodonAccount(
            "tooters.example",
            token=token,
            clock=self.clock,
            timeout=timedelta(seconds=5),
            base_url=address or server.base_url,
        )
        self.digests = 0
        self.refused: set[str] = set()
        self.forgotten: list[str] = []
        self.rules = rules or ReplyRules()

    def desk(self) -> Desk:
        conversations = ConversationStore(self.database, KEYS)
        choices = conversations.choices()
        return Desk(
            mentions=self.account,
            store=conversations,
            statuses=StatusStore(self.database, KEYS),
            informant=Informant({"energy": "Too much energy.", "hype": "Overrated."}, self.digest),
            consent=ConsentRules(choice_of=lambda acct: choices.get(KEYS.account(acct))),
            rules=self.rules,
            limits=PostLimits(),
            own=OWN,
            language="en",
            identify=KEYS,
            clock=self.clock,
            forget_beside=self.forgotten.append,
        )

    def digest(self, _length: timedelta, tag: str) -> Any:
        self.digests += 1
        if tag in self.refused:
            raise PublishError("nothing is published: it holds a name of somebody who did not opt in")
        return digest_of()

    def work(self) -> None:
        with contextlib.suppress(ServerError):  # `run` tries again a minute later, and sends meanwhile
            answer_mentions(self.desk())
        deliver(Outbox(self.database), {ACCOUNT: AccountChannel(self.account)}, self.clock)


def said(server: SampleServer) -> list[tuple[str, str]]:
    """What the bot posted, oldest first: visibility and text."""
    return [(one["visibility"], one["text"]) for one in server.writing.own_posts()[::-1]]


def test_each_command_gets_its_answer(sample: SampleServer, clock: Standing, tmp_path: Path) -> None:
    """What is about the asker is answered direct; nothing in an answer names anybody else."""
    office = Office(sample, tmp_path, clock)
    asked = {
        "digest": ("unlisted", "AI, 25 to 31 January 2025."),
        "digest #AI week": ("unlisted", "#ai, 25 to 31 January 2025: 120 posts by 60 people"),
        "digest #AI": ("unlisted", "#ai, 25 to 31 January 2025: 120 posts by 60 people"),
        "target energy": ("unlisted", "“The data centres of AI use too much energy.” For: "),
        "target nonsense": ("unlisted", "Say target and one of these: energy, hype."),
        "topics": ("unlisted", "Spoken of, 25 to 31 January 2025:"),
        "help": ("unlisted", "I count what hashtags argue about."),
        "subscribe daily": ("unlisted", "Done: the daily digest comes here as a reply."),
        "unsubscribe": ("unlisted", "You had no subscription, and have none now."),
        "opt out": ("direct", "Done: you are left out from now on"),
        "opt in": ("direct", "Thank you: your public posts under the hashtags are counted"),
        "forget me": ("direct", "Done: everything that was stored of you is removed."),
        "status": ("direct", "I hold no post of yours. You are counted, never named"),
        "what do you think?": ("unlisted", "I count what hashtags argue about."),
    }
    for number, text in enumerate(asked):
        sample.mention(f"asker{number}@elsewhere.example", text)
    office.work()
    answers = said(sample)
    for number, (visibility, begins) in enumerate(asked.values()):
        mine = [one for one in answers if one[1].startswith(f"@asker{number}@elsewhere.example ")]
        assert mine, number
        assert mine[0] == (visibility, mine[0][1])
        assert mine[0][1].removeprefix(f"@asker{number}@elsewhere.example ").startswith(begins)
    for _, text in answers:
        assert len(re.findall(r"@[\w.-]", text)) == 2  # the asker's name and host


def test_what_the_last_look_refuses_holds_up_nobody_else(sample: SampleServer, clock: Standing, tmp_path: Path) -> None:
    """A hashtag may be somebody's name; whoever asks for it hears that it cannot be told, without the name."""
    office = Office(sample, tmp_path, clock)
    office.refused = {"zeno_91"}
    for number, text in enumerate(("digest #zeno_91", "digest #ai")):
        sample.mention(f"asker{number}@elsewhere.example", text)
    office.work()
    texts = [text for _, text in said(sample)]
    assert "@asker0@elsewhere.example That cannot be told now. The operator can see why." in texts
    assert any(text.startswith("@asker1@elsewhere.example #ai, 25 to 31 January 2025: 120 posts") for text in texts)
    assert not any("zeno" in text for text in texts)


def test_an_answer_is_given_once(sample: SampleServer, clock: Standing, tmp_path: Path) -> None:
    """However often mentions are read, and although the cursor was lost."""
    office = Office(sample, tmp_path, clock)
    sample.mention("a@elsewhere.example", "topics")
    for _ in range(3):
        office.work()
    with office.database.write() as connection:
        connection.execute("DELETE FROM store_facts WHERE name = 'mentions'")
    office.work()
    assert len(said(sample)) == 1


def test_old_mentions_are_left_alone_at_the_first_reading(
    sample: SampleServer, clock: Standing, tmp_path: Path
) -> None:
    """They were meant for whoever had the account before."""
    sample.mention("a@elsewhere.example", "topics")
    office = Office(sample, tmp_path, clock)
    office.clock.time = START + timedelta(days=2)
    office.work()
    assert said(sample) == []
    sample.mention("a@elsewhere.example", "topics")
    office.work()
    assert len(said(sample)) == 1


def test_opting_out_removes_what_was_stored_and_keeps_it_out(
    sample: SampleServer, clock: Standing, tmp_path: Path
) -> None:
    """Of the account only the keyed hash stays; opting in later undoes it."""
    office = Office(sample, tmp_path, clock)
    save(office.database, post(1, acct="a@elsewhere.example"), post(2, acct="b@elsewhere.example"))
    sample.mention("a@elsewhere.example", "opt out")
    office.work()
    assert count(office.database, "statuses") == 1
    conversations = ConversationStore(office.database, KEYS)
    assert conversations.choices() == {KEYS.account("a@elsewhere.example"): "opted-out"}
    sample.mention("a@elsewhere.example", "status")
    office.work()
    assert "You are left out: asked to be left out." in said(sample)[-1][1]
    sample.mention("a@elsewhere.example", "opt in")
    sample.mention("a@elsewhere.example", "status")
    office.work()
    office.work()
    assert conversations.choices() == {KEYS.account("a@elsewhere.example"): "opted-in"}


def test_who_is_forgotten_leaves_no_name(sample: SampleServer, clock: Standing, tmp_path: Path) -> None:
    """Not in subscriptions, not in the outbox, not in what was asked."""
    office = Office(sample, tmp_path, clock)
    sample.mention("gone@elsewhere.example", "subscribe weekly")
    office.work()
    sample.mention("gone@elsewhere.example", "forget me")
    office.work()
    assert len(said(sample)) == 2
    assert office.forgotten == ["gone@elsewhere.example"], "exports beside the database forget, too"
    with office.database.read() as connection:
        for table in ("subscriptions", "commands", "publications", "publication_drafts", "choices", "store_facts"):
            for row in connection.execute(f"SELECT * FROM {table}").fetchall():
                assert "gone" not in str(row)
        hashed = "SELECT count(*) FROM commands WHERE account_id = $id"
        assert connection.execute(hashed, {"id": KEYS.account("gone@elsewhere.example")}).fetchall() == [(0,)]
    assert ConversationStore(office.database, KEYS).choices() == {KEYS.account("gone@elsewhere.example"): "opted-out"}


def test_a_bots_opt_out_is_done_without_a_word(sample: SampleServer, clock: Standing, tmp_path: Path) -> None:
    """Two bots that answer each other never end; but no is no."""
    office = Office(sample, tmp_path, clock)
    sample.mention("robot@elsewhere.example", "opt out", bot=True)
    office.work()
    assert said(sample) == []
    choices = ConversationStore(office.database, KEYS).choices()
    assert choices == {KEYS.account("robot@elsewhere.example"): "opted-out"}


def asker(text: str) -> str:
    """Whom an answer names."""
    found = re.match(r"@(\S+) ", text)
    assert found is not None
    return found[1]


HOSTILE = [
    "@everybody@other.example digest",
    "digest @victim@other.example",
    "target @victim@other.example",
    "x" * 4_000,
    "<script>alert(1)</script>",
    "'; DROP TABLE commands; --",
    "\u202e\u0000digest",
    "digest https://evil.example/@victim",
    "target energy\r\nBcc: x@y.example",
]


def test_a_storm_of_mentions_while_a_third_of_all_requests_fail(
    sample: SampleServer, clock: Standing, tmp_path: Path
) -> None:
    """300 mentions: every command answered once, within the limits, bots never, nobody else pinged."""
    for number in range(300):
        kind = number % 10
        if kind == 0:
            sample.mention(f"robot{number}@bots.example", "digest", bot=True)
        elif kind == 1:
            sample.mention(f"rude{number}@elsewhere.example", HOSTILE[number // 10 % len(HOSTILE)])
        elif kind == 2:
            sample.mention("greedy@elsewhere.example", "topics")
        elif kind == 3:
            sample.mention(f"unsure{number % 40}@elsewhere.example", "what is this?")
        elif kind == 4:
            sample.mention(f"private{number}@elsewhere.example", "opt out")
        else:
            sample.mention(f"person{number}@elsewhere.example", ["digest", "target energy", "help"][number % 3])
    dice = itertools.cycle([Fate.PASS, Fate.TOO_MANY, Fate.PASS, Fate.TROUBLE, Fate.PASS, Fate.PASS])
    with LosingProxy(sample.base_url, lambda *_: next(dice)) as proxy:
        office = Office(sample, tmp_path, clock, address=proxy.url, rules=ReplyRules(an_hour=10, a_day=150))
        for _ in range(12):
            office.work()
            office.clock.time += timedelta(minutes=3)
    own = {one["id"] for one in sample.writing.own_posts()}
    begun = [one["text"] for one in sample.writing.own_posts() if one["in_reply_to_id"] not in own]
    answers = Counter(asker(text) for text in begun)
    assert not [acct for acct in answers if acct.startswith("robot")]
    assert answers["greedy@elsewhere.example"] <= 11  # ten, and that the day is full
    privates = {
        f"private{number}@elsewhere.example": answers[f"private{number}@elsewhere.example"]
        for number in range(4, 300, 10)
    }
    assert set(privates.values()) == {1}, privates
    assert {acct for acct, times in answers.items() if times > 1} <= {"greedy@elsewhere.example"}
    full = Counter(asker(text) for text in begun if "That was enough for one day" in text)
    assert full
    assert set(full.values()) == {1}
    for _, text in said(sample):
        assert len(text) <= 500
        assert set(re.findall(r"@([\w.-]+@[\w.-]+)", text)) == {asker(text)}
    with office.database.read() as connection:
        told = connection.execute("SELECT count(*) FROM commands WHERE answered AND name NOT IN ('opt out', 'full')")
        assert told.fetchall()[0][0] <= 150
        assert connection.execute("SELECT count(*) FROM commands").fetchall() == [(300,)]
        left = connection.execute("SELECT count(*) FROM publications WHERE state <> 'sent'").fetchall()
        assert left == [(0,)]
