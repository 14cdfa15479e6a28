"""Deliveries: each part exactly once and in order, whatever is lost and whoever is killed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from delivery_trial import START, Standing, round_of, thread, trial
from losing_proxy import Fate, LosingProxy
from mastodon import Mastodon
from mastodon_mock.testing import MockServer

from fedilens.mastodon_api.login import BOT_SCOPES
from fedilens.pipeline.delivering import deliver
from fedilens.sample import SampleServer, demo_views, load_corpus
from fedilens.store import Database
from fedilens.store.publications import Outbox
from fedilens.types import PartState


@pytest.fixture(scope="module")
def corpus() -> Any:
    return load_corpus()


@pytest.fixture
def sample(corpus: Any) -> Iterator[SampleServer]:
    """A server that does not honour idempotency keys, as most do."""
    with SampleServer(demo_views()[0], corpus=corpus, now=START) as server:
        server.writing.keeps_keys = False
        yield server


def token_of(server: SampleServer) -> str:
    program = server.writing.register({"redirect_uris": "urn:x", "scopes": " ".join(BOT_SCOPES)})
    code = server.writing.authorize(program["client_id"], " ".join(BOT_SCOPES))
    form = {"code": code, "client_id": program["client_id"], "client_secret": program["client_secret"]}
    made = server.writing.token(form | {"redirect_uri": "urn:x", "grant_type": "authorization_code"}, now=START)
    assert made is not None
    return str(made["access_token"])


def posted(server: SampleServer) -> list[dict[str, Any]]:
    """Oldest first."""
    return server.writing.own_posts()[::-1]


def check_thread(posts: list[dict[str, Any]], seed: int, texts: list[str]) -> None:
    """Once each, in order, each answering the one before, the picture on the first."""
    assert texts == [f"Part {number} of {seed}: see https://d.example/{number} #AI" for number in range(1, 5)]
    assert [post["in_reply_to_id"] for post in posts] == [None, *(post["id"] for post in posts[:-1])]
    assert [bool(post["media_attachments"]) for post in posts] == [True, False, False, False]


@pytest.mark.parametrize("seed", range(8))
def test_a_thread_is_posted_exactly_once_although_answers_get_lost(
    sample: SampleServer, tmp_path: Path, seed: int
) -> None:
    """A quarter of all requests or answers are lost, or refused with 429 and 503; the server ignores keys."""
    trial(seed, target=sample.base_url, token=token_of(sample), database=tmp_path / "a.duckdb", kill=False, losing=0.3)
    check_thread(posted(sample), seed, [post["text"] for post in posted(sample)])


@pytest.mark.parametrize("seed", range(3))
def test_a_thread_is_posted_exactly_once_although_the_process_is_killed(
    sample: SampleServer, tmp_path: Path, seed: int
) -> None:
    """Kill -9 in the middle of requests, before and behind the moment at which the server acted."""
    kills = trial(
        seed + 100,
        target=sample.base_url,
        token=token_of(sample),
        database=tmp_path / "a.duckdb",
        kill=True,
        losing=0.35,
    )
    check_thread(posted(sample), seed + 100, [post["text"] for post in posted(sample)])
    assert kills or seed  # by these seeds the first one is killed


@pytest.mark.parametrize("seed", range(4))
def test_the_same_against_another_implementation_of_the_api(tmp_path: Path, seed: int) -> None:
    """mastodon_mock: a fake of Mastodon that others keep. Alice is the bot."""
    with MockServer() as server:
        trial(seed, target=server.base_url, token="alice_token", database=tmp_path / "a.duckdb", kill=False, losing=0.3)
        alice = Mastodon(access_token="alice_token", api_base_url=server.base_url, version_check_mode="none")
        posts = alice.account_statuses(alice.me()["id"])[::-1]
        plain = [BeautifulSoup(post["content"], "html.parser").get_text() for post in posts]
        parents = [None if post["in_reply_to_id"] is None else str(post["in_reply_to_id"]) for post in posts]
        pictures = [{"media_attachments": post["media_attachments"]} for post in posts]
        check_thread(
            [
                {"id": str(post["id"]), "in_reply_to_id": parent, **picture}
                for post, parent, picture in zip(posts, parents, pictures, strict=True)
            ],
            seed,
            plain,
        )
        assert posts[0]["media_attachments"][0]["description"] == "Two bars."


def test_a_thread_that_broke_half_way_goes_on_at_the_next_part(sample: SampleServer, tmp_path: Path) -> None:
    """The third post is refused for hours; the first two are not posted again."""
    token, database = token_of(sample), tmp_path / "a.duckdb"
    Outbox(Database(database)).plan(thread(["one", "two", "three", "four"]), now=START)

    def third_fails(_number: int, method: str, path: str) -> Fate:
        full = len(posted(sample)) == 2 and (method, path) == ("POST", "/api/v1/statuses")
        return Fate.TROUBLE if full else Fate.PASS

    with LosingProxy(sample.base_url, third_fails) as proxy:
        assert round_of(database, proxy.url, token, START) == 1
    assert [post["text"] for post in posted(sample)] == ["one", "two"]
    assert round_of(database, sample.base_url, token, START.replace(hour=12)) == 0
    assert [post["text"] for post in posted(sample)] == ["one", "two", "three", "four"]


def test_what_a_server_refuses_for_good_is_parked_and_can_be_tried_again(sample: SampleServer, tmp_path: Path) -> None:
    """Too long: 422. The reason is kept, the parts behind it wait, and the other delivery goes out."""
    token, outbox = token_of(sample), Outbox(Database(tmp_path / "a.duckdb"))
    outbox.plan(thread(["x" * 501, "two"]), now=START)
    assert round_of(tmp_path / "a.duckdb", sample.base_url, token, START) == 0
    assert posted(sample) == []
    assert outbox.retry("thread/ai/now", now=START) == 1
    assert [part.state for part in outbox.open_deliveries()["thread/ai/now"]] == [PartState.PLANNED] * 2
    assert outbox.drop("thread/ai/now") == 2
    assert outbox.open_deliveries() == {}


def test_a_channel_that_is_not_there_holds_up_nobody(tmp_path: Path) -> None:
    """A delivery for the account waits while nobody is logged in."""
    outbox = Outbox(Database(tmp_path / "a.duckdb"))
    outbox.plan(thread(["one"]), now=START)
    report = deliver(outbox, {}, Standing(START))
    assert (report.sent, report.waiting, report.parked) == (0, 1, 0)
