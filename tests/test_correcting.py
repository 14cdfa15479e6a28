"""A digest that is out is corrected where it holds no longer: by an edit, or by a reply where none can be made."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from bs4 import BeautifulSoup
from conftest import FakeClock
from delivery_trial import START
from digest_rows import WINDOW, digest_of, now_rows, overview, share
from mastodon import Mastodon
from mastodon_mock.testing import MockServer
from stored import KEYS, database_at
from test_delivering import token_of

from fedilens.digest import corrections_told, no_longer_true
from fedilens.errors import PublishError
from fedilens.mastodon_api.account import MastodonAccount
from fedilens.pipeline import ACCOUNT, Corrector, ThreadStyle, correct_published, deliver, thread_parts
from fedilens.publish import AccountChannel
from fedilens.sample import SampleServer, demo_views, load_corpus
from fedilens.store import Database
from fedilens.store.corrections import Corrections, Published
from fedilens.store.publications import Outbox
from fedilens.store.reports import ReportStore
from fedilens.store.statuses import note_change
from fedilens.types import Digest, Figure, PostLimits, Window

DAY = timedelta(days=1)
STYLE = ThreadStyle(PostLimits(), content_warning="AI", hashtags=("aidebate",), replies=2)
LOWER = [row for row in now_rows()["shares"] if row["target"] != "energy"] + [
    share("energy", "favor", 0.11, 0.05, 0.2),
    share("energy", "against", 0.12, 0.02, 0.24),
]


def changed() -> Digest:
    """Fewer are for the energy's target than was published."""
    return replace(digest_of(shares=LOWER), digest_id=UUID(int=8))


def speaking_digest(part: float) -> Digest:
    """A digest in which so many speak of its first topic."""
    share = {"share": part, "low": max(part - 0.1, 0.0), "high": part + 0.1, "change": None}
    return digest_of(attention=[share | {"cluster_id": 11, "people": 9, "people_before": 0}])


def speaking(part: float) -> Sequence[Figure]:
    return speaking_digest(part).figures


def test_a_figure_outside_of_what_was_published_is_told() -> None:
    """Inside the interval nothing is; a count may change by a tenth; what cannot be told any more is said."""
    published = digest_of().figures
    assert no_longer_true(published, digest_of()) == []
    assert no_longer_true(published, changed()) == [
        "“The data centres of AI use too much energy.” For: 11 % (5–20), published as 31 % (18–45)."
    ]
    fewer = [row for row in now_rows()["shares"] if row["target"] != "labour"]
    assert no_longer_true(published, digest_of(shares=fewer)) == [
        "The share for labour, published as 26 % (13–39), cannot be told any more.",
        "The share against labour, published as 22 % (11–33), cannot be told any more.",
    ]
    assert no_longer_true(published, digest_of(overview=overview(people=55))) == []
    assert no_longer_true(speaking(0.15), speaking_digest(0.2)) == []
    assert no_longer_true(speaking(0.15), digest_of()) == [], "a topic of another name is another one"
    assert no_longer_true(speaking(0.15), speaking_digest(0.02)) == [
        "“grid, power” is spoken of by 2 % (0–12) of people, published as 15 % (5–25)."
    ]
    assert no_longer_true(published, digest_of(overview=overview(people=50))) == [
        "50 people are counted, 60 were published."
    ]


def test_the_next_mail_tells_of_corrections() -> None:
    """A mail that is out cannot be changed."""
    assert corrections_told([(WINDOW, datetime(2025, 2, 3, tzinfo=UTC))]) == (
        "The digest of 25 to 31 January 2025 was corrected on 3 February 2025; its page says how it reads now.",
    )


class Office:
    """A digest that went out through an account, and what corrects it."""

    def __init__(self, folder: Path, account: MastodonAccount, now: datetime) -> None:
        self.database: Database = database_at(folder)
        self.outbox = Outbox(self.database)
        self.reports = ReportStore(self.database)
        self.corrections = Corrections(self.database)
        self.account = account
        self.clock = FakeClock(now)
        self.written: list[Digest] = []
        self.checked: list[str] = []
        self.refuses = False
        digest = digest_of()
        self.reports.save_digest(digest)
        self.outbox.plan(thread_parts(digest, STYLE, moment=WINDOW.end, identify=KEYS), now=now)
        self.deliver()
        self.corrections.save(Published(digest.digest_id, "ai", WINDOW, now))

    def check(self, renderings: Iterable[str]) -> None:
        self.checked += renderings
        if self.refuses:
            raise PublishError("nothing is published: it holds a name of somebody who did not opt in")

    def deliver(self) -> None:
        deliver(self.outbox, {ACCOUNT: AccountChannel(self.account)}, self.clock)

    def correct(self, digest: Digest, *, after: timedelta) -> int:
        """What the hourly job does, so much later."""
        self.clock.sleep(after.total_seconds())
        with self.database.write() as connection:
            note_change(connection)
        done = correct_published(
            Corrector(
                store=self.corrections,
                outbox=self.outbox,
                make=lambda _: digest,
                keep=self.reports.save_digest,
                write=self.written.append,
                check=self.check,
                editor=self.account,
                style=STYLE,
                identify=KEYS,
                clock=self.clock,
                kept=10_000 * DAY,
            )
        )
        self.deliver()
        return done


def test_where_a_server_can_edit_the_thread_is_edited_and_dated(tmp_path: Path) -> None:
    """mastodon_mock: the same posts, with the new figure, the note, the picture and the warning."""
    with MockServer() as server:
        now = datetime.now(UTC).replace(microsecond=0)
        account = MastodonAccount(
            "mock.example", token="alice_token", clock=FakeClock(now), timeout=timedelta(seconds=5),
            base_url=server.base_url,
        )  # fmt: skip
        office = Office(tmp_path, account, now)
        alice = Mastodon(access_token="alice_token", api_base_url=server.base_url, version_check_mode="none")
        before = alice.account_statuses(alice.me()["id"])[::-1]
        assert office.correct(changed(), after=2 * DAY) == 1
        after = alice.account_statuses(alice.me()["id"])[::-1]
    assert [post["id"] for post in after] == [post["id"] for post in before]
    texts = [BeautifulSoup(post["content"], "html.parser").get_text(" ") for post in after]
    assert "Corrected on" in texts[0]
    assert "11 % (5–20)" in " ".join(texts)
    assert "31 % (18–45)" not in " ".join(texts)
    assert after[0]["media_attachments"][0]["description"] == before[0]["media_attachments"][0]["description"]
    assert after[0]["spoiler_text"] == "AI"
    (page,) = office.written
    assert page.notes[0].startswith("Corrected on")


def test_where_a_server_cannot_edit_a_reply_corrects(tmp_path: Path) -> None:
    """The sample's server: under the first post, with the figures, once."""
    with SampleServer(demo_views()[0], corpus=load_corpus(), now=START) as server:
        account = MastodonAccount(
            "tooters.example", token=token_of(server), clock=FakeClock(START), timeout=timedelta(seconds=5),
            base_url=server.base_url,
        )  # fmt: skip
        office = Office(tmp_path, account, START)
        before = server.writing.own_posts()[::-1]
        assert office.correct(changed(), after=2 * DAY) == 1
        after = server.writing.own_posts()[::-1]
        assert office.correct(changed(), after=timedelta(hours=1)) == 0
        assert office.correct(changed(), after=2 * DAY) == 0, "what was corrected holds now"
        assert server.writing.own_posts()[::-1] == after
    assert after[: len(before)] == before
    (reply,) = after[len(before) :]
    assert reply["in_reply_to_id"] == before[0]["id"]
    assert reply["text"].startswith("Corrected on ")
    assert "11 % (5–20), published as 31 % (18–45)" in reply["text"]
    looked_at = " ".join(office.checked)
    assert all(line in looked_at for line in reply["text"].split("\n") if line), "nothing goes out without a last look"


@pytest.mark.parametrize(("digest", "after"), [(digest_of(), 2 * DAY), (changed(), DAY / 2), (changed(), 20 * DAY)])
def test_nothing_is_corrected_that_holds_or_is_too_young_or_too_old(
    tmp_path: Path, digest: Digest, after: timedelta
) -> None:
    """At most once a day, and for two weeks."""
    with SampleServer(demo_views()[0], corpus=load_corpus(), now=START) as server:
        account = MastodonAccount(
            "tooters.example", token=token_of(server), clock=FakeClock(START), timeout=timedelta(seconds=5),
            base_url=server.base_url,
        )  # fmt: skip
        office = Office(tmp_path, account, START)
        before = server.writing.own_posts()
        assert office.correct(digest, after=after) == 0
        assert server.writing.own_posts() == before
    assert office.written == []


def test_a_correction_that_the_last_look_refuses_is_made_the_next_time(tmp_path: Path) -> None:
    """Nothing of it goes out, and the other digests are corrected all the same."""
    with SampleServer(demo_views()[0], corpus=load_corpus(), now=START) as server:
        account = MastodonAccount(
            "tooters.example", token=token_of(server), clock=FakeClock(START), timeout=timedelta(seconds=5),
            base_url=server.base_url,
        )  # fmt: skip
        office = Office(tmp_path, account, START)
        before = server.writing.own_posts()
        later = Window(WINDOW.end, WINDOW.end + 7 * DAY)
        office.corrections.save(Published(digest_of().digest_id, "ai", later, START))
        office.refuses = True
        with pytest.raises(PublishError):
            office.correct(changed(), after=2 * DAY)
        assert server.writing.own_posts() == before
        assert [one.corrected_at is None for one in office.corrections.since(START)] == [True, False]
        office.refuses = False
        assert office.correct(changed(), after=2 * DAY) == 1
        assert len(server.writing.own_posts()) == len(before) + 1


def test_without_edits_and_deletions_nothing_is_computed_again(tmp_path: Path) -> None:
    """What comes in late is no reason; once looked at, it is settled."""
    store = Corrections(database_at(tmp_path))
    assert not store.is_due()
    with store.database.write() as connection:
        note_change(connection)
    assert store.is_due()
    store.settle()
    assert not store.is_due()
