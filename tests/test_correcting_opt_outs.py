"""People opt out of a digest that is out, and nothing is planted: the whole program, on both kinds of servers."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from conftest import FakeClock, FakeEncoder
from delivery_trial import START
from mastodon import Mastodon
from mastodon_mock.testing import MockServer
from stored import post
from test_delivering import token_of
from toy_debate import examples, toy_debate

from fedilens.app import App
from fedilens.app.service import Service
from fedilens.config import BotSection, CollectSection, Config, DigestSection, FilesSection, StoreSection
from fedilens.credentials import BOT, Token
from fedilens.digest.words import REASON_WORDS
from fedilens.pipeline import train_head
from fedilens.sample import SampleServer, demo_views, load_corpus
from fedilens.stance import Debate, Head
from fedilens.store.conversations import Effect
from fedilens.store.corrections import Corrections
from fedilens.store.statuses import StatusStore
from fedilens.types import Mention, Page, Status

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
HOST = "tooters.example"
WORDS = ["awful wasted megawatts"] * 24 + ["negligible tiny kilowatts"] * 10 + ["delightful happy hours"] * 10
"""What each of 44 people writes: 24 are for a target, 10 are against it, 10 speak of another."""
BY_BOT, BY_FLAG, LATER = range(6), range(6, 14), range(14, 20)
"""Who opts out, all of one side."""
WARNING = "About AI, counted by a program, without any names"
ROOM = 312
"""Characters of a post and its warning: the first thread takes three posts, and would take two without a warning."""
NOTE = "Corrected on {:%-d %B %Y}: posts that this rests on were edited, deleted or withdrawn."


class Town:
    """People who wrote once each, and their server; satisfies `protocols.TimelineSource` and `StatusSource`."""

    def __init__(self, now: datetime) -> None:
        self.posts = {str(n): self._post(n, words, now) for n, words in enumerate(WORDS)}

    def _post(self, number: int, words: str, now: datetime) -> Status:
        text = f"<p>Well person{number} thinks {words} indeed.</p>"
        return post(number, at=now - (1 + number % 5) * DAY, content=text)

    def tag_page(self, tag: str, *, max_id: str | None = None, min_id: str | None = None) -> Page:
        found = () if max_id or min_id else tuple(self.posts.values())
        return Page(found, older=None, newer=found[0].remote_id if found else None)

    def statuses(self, ids: Sequence[str]) -> Mapping[str, Status | None]:
        return {one: self.posts.get(one) for one in ids}

    def switch_indexing_off(self, number: int) -> None:
        old = self.posts[str(number)]
        self.posts[str(number)] = replace(old, account=replace(old.account, indexable=False))


@dataclass(frozen=True)
class ToyApp(App):
    """The program with a fake model, a toy debate and a town in the place of servers."""

    town: Town | None = None

    @cached_property
    def debate(self) -> Debate:
        return toy_debate(self.config.store.path.parent)

    @cached_property
    def encoder(self) -> FakeEncoder:
        return FakeEncoder()

    @cached_property
    def head(self) -> Head:
        return train_head(self.judge, self.debate, examples(120))

    def source(self, instance: str, *, attempts: int = 5) -> Town | None:
        return self.town


Posts = list[dict[str, Any]]


@dataclass(frozen=True)
class Home:
    """The bot's server: where it is, the bot's token, the time there, and what the bot posted, oldest first."""

    address: str
    token: str
    now: datetime
    posts: Callable[[], Posts]


@contextmanager
def editing() -> Iterator[Home]:
    """mastodon_mock."""
    with MockServer() as server:
        alice = Mastodon(access_token="alice_token", api_base_url=server.base_url, version_check_mode="none")

        def posts() -> Posts:
            found = alice.account_statuses(alice.me()["id"])[::-1]
            return [{**one, "text": BeautifulSoup(one["content"], "html.parser").get_text("\n")} for one in found]

        yield Home(server.base_url, "alice_token", datetime.now(UTC).replace(second=0, microsecond=0), posts)


@contextmanager
def not_editing() -> Iterator[Home]:
    """The sample's server."""
    with SampleServer(demo_views()[0], corpus=load_corpus(), now=START) as server:
        yield Home(server.base_url, token_of(server), START, lambda: server.writing.own_posts()[::-1])


class Story:
    """A digest of forty-four people went out as a thread, a page and a feed."""

    def __init__(self, folder: Path, home: Home) -> None:
        self.home, self.folder = home, folder / "public"
        self.clock, self.town = FakeClock(home.now), Town(home.now)
        config = Config(
            collect=CollectSection(instances=(HOST,), tags=("ai",)),
            store=StoreSection(path=folder / "fedilens.duckdb"),
            digest=DigestSection(minimum_people=10),
            bot=BotSection(content_warning=WARNING, hashtags=("aidebate",), max_characters=ROOM),
            files=FilesSection(folder=str(self.folder)),
        )
        self.app = ToyApp(config, clock=self.clock, town=self.town)
        self.app.tokens.save(BOT, Token(home.address, home.token, "fedilens@bots.example"))
        self.service = Service(self.app)
        self.service.collect()
        self.service.publish(home.now)
        self.service.deliver()

    def work(self, *, after: timedelta) -> None:
        """What `fedilens run` does so much later."""
        self.clock.sleep(after.total_seconds())
        self.service.take_care()
        self.service.deliver()

    def tell_bot(self, numbers: Sequence[int]) -> None:
        """These people tell the bot to leave them out: what a desk does with it."""
        now = self.clock.now()
        for number in numbers:
            account = self.town.posts[str(number)].account
            StatusStore(self.app.database, self.app.pseudonyms).withdraw({account.acct: ("opted-out", "bot")}, now=now)
            mention = Mention(str(number), "1", f"https://x.example/m/{number}", account, "opt out", "direct", now)
            effect = Effect(choice="opted-out")
            self.app.conversations.save(mention, name="opt out", effect=effect, parts=[], now=now)

    def people(self) -> float:
        """How many the version that stands speaks of."""
        store = Corrections(self.app.database)
        (one,) = store.since(self.home.now - DAY)
        return next(figure.value for figure in store.figures(one.digest_id) if figure.name == "people")

    def files(self) -> dict[str, str]:
        return {str(one.relative_to(self.folder)): one.read_text() for one in self.folder.rglob("*.*") if one.is_file()}


SERVERS = pytest.mark.parametrize("server", [editing, not_editing])


def texts(posts: Posts) -> str:
    return "\n".join(one["text"] for one in posts)


def opted_out(story: Story) -> None:
    """Fourteen people who are for a target: six tell the bot, eight change a flag that the next recheck sees."""
    story.tell_bot(BY_BOT)
    for number in BY_FLAG:
        story.town.switch_indexing_off(number)


def check_nobody_is_named(story: Story, posts: Posts) -> None:
    """Neither who, in anything that is out, nor why, in what tells of the correction."""
    told = [text for name, text in story.files().items() if name != "about.html"]
    said = "\n".join([texts(posts), *told]).lower()
    assert not re.search(r"person\d|user\d|host\d|x\.example|name of", said)
    assert "asked to be left out" not in said
    assert not [why for why in (*REASON_WORDS, *REASON_WORDS.values()) if why != "other" and why in texts(posts)]


def check_files(story: Story, *, people: int, note: str) -> None:
    """The latest page, the page in the archive and the feed carry the note once and the new count."""
    files = story.files()
    (archived,) = (name for name in files if name.startswith("archive/toy-"))
    for name in ("index.html", archived, "feed.xml"):
        kind = "xml" if name.endswith("xml") else "html.parser"
        text = " ".join(BeautifulSoup(files[name], kind).get_text(" ").split())
        assert text.count("Corrected on") == text.count(note) == 1, name
        assert f"Counted are the {people} of" in text, name
        assert "44" not in re.sub(r"\d\d:\d\d:\d\d\S*|T\d{4}", "", text), name


@SERVERS
def test_a_digest_is_corrected_after_people_opted_out(
    server: Callable[[], AbstractContextManager[Home]], tmp_path: Path
) -> None:
    """Thread, page and feed tell the new counts and the day, not who or why; once a day, and only if need be."""
    with server() as home:
        story = Story(tmp_path, home)
        before = home.posts()
        assert "44 posts by 44 people" in texts(before)
        assert "For: 55 % (39–70)" in texts(before)

        opted_out(story)
        story.work(after=2 * DAY)
        corrected, files, note = home.posts(), story.files(), NOTE.format(story.clock.now())
        assert story.people() == 30
        check_files(story, people=30, note=note)
        check_nobody_is_named(story, corrected)
        assert texts(corrected).count(note) == 1
        if server is editing:
            assert [one["id"] for one in corrected] == [one["id"] for one in before]
            assert corrected[0]["text"].endswith(note)
            assert "30 posts by 30 people" in texts(corrected)
            assert "For: 33 % (17–51)" in texts(corrected)
            assert not re.search("44|55 %", texts(corrected))
        else:
            assert corrected[: len(before)] == before
            reply = corrected[len(before) :]
            assert reply[0]["in_reply_to_id"] == before[0]["id"]
            assert "For: 33 % (17–51), published as 55 % (39–70)." in texts(reply)
            assert "30 people are counted, 44 were published." in texts(reply)
        assert max(len(one["text"]) for one in corrected) <= ROOM - len(WARNING)
        assert {one["spoiler_text"] for one in corrected} == {WARNING}

        story.work(after=HOUR)
        assert (home.posts(), story.files()) == (corrected, files), "a second run changes nothing more"
        story.tell_bot(LATER)
        story.work(after=HOUR)
        assert (home.posts(), story.files()) == (corrected, files), "at most one correction a day"
        story.work(after=DAY)
        check_files(story, people=24, note=NOTE.format(story.clock.now()))
        check_nobody_is_named(story, home.posts())
        if server is editing:
            assert "24 posts by 24 people" in texts(home.posts())
            assert len(home.posts()) == len(before)
        else:
            assert "24 people are counted, 30 were published." in texts(home.posts()[len(corrected) :])
