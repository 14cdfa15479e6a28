"""The border to servers: real Mastodon.py against the sample's server, with everything that goes wrong."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from conftest import DATA, FakeClock

from fedilens.errors import RateLimitedError, ServerError, TokenWantedError, UnreachableError
from fedilens.mastodon_api import BrokenStatusError, status_from_api
from fedilens.mastodon_api.budget import Budget, parse_reset, retry_at
from fedilens.mastodon_api.client import MastodonServer
from fedilens.sample import Corpus, Fault, FaultKind, SampleServer, demo_views, load_corpus

NOW = datetime(2025, 2, 1, tzinfo=UTC)
RECORDINGS = sorted((DATA / "servers").glob("*/*.json"))


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return load_corpus()


def client(url: str, clock: FakeClock | None = None, timeout: float = 2.0) -> MastodonServer:
    """A client as `app` makes it."""
    return MastodonServer(
        url, clock=clock or FakeClock(NOW), timeout=timedelta(seconds=timeout), contact="me@x.example"
    )


def faults(*kinds: Fault | None) -> Callable[[int, str], Fault | None]:
    """The first requests get these, the later ones nothing."""
    return lambda number, _path: kinds[number - 1] if number <= len(kinds) else None


def status(code: int, **headers: str) -> Fault:
    return Fault(FaultKind.STATUS, code=code, headers={key.replace("_", "-"): value for key, value in headers.items()})


@pytest.mark.parametrize("code", [401, 403, 422])
def test_a_refusal_is_asked_once(corpus: Corpus, code: int) -> None:
    """It is permanent: another try would only be rude."""
    with SampleServer(demo_views()[0], corpus=corpus, now=NOW, faults=lambda _n, _p: status(code)) as server:
        with pytest.raises(TokenWantedError, match=f"wants a token for this \\({code}\\)"):
            client(server.base_url).tag_page("ai")
        assert len(server.requests) == 1


@pytest.mark.parametrize(
    "fault",
    [
        status(503),
        status(500),
        Fault(FaultKind.RESET),
        Fault(FaultKind.MALFORMED),
        Fault(FaultKind.HTML),
        Fault(FaultKind.HANG, seconds=3),
    ],
)
def test_passing_trouble_is_tried_again_with_growing_pauses(corpus: Corpus, fault: Fault) -> None:
    """Two failures, then the page."""
    clock = FakeClock(NOW)
    with SampleServer(demo_views()[0], corpus=corpus, now=NOW, faults=faults(fault, fault)) as server:
        page = client(server.base_url, clock, timeout=0.5).tag_page("ai")
        assert len(server.requests) == 3
    assert len(page.statuses) == 40
    first, second = clock.slept
    assert 1 <= first <= 2
    assert 2 <= second <= 3


def test_trouble_that_stays_ends_after_five_tries(corpus: Corpus) -> None:
    """Pauses differ by jitter, so that many clients do not come back at once."""
    with SampleServer(demo_views()[0], corpus=corpus, now=NOW, faults=lambda _n, _p: status(502)) as server:
        slept = []
        for _ in range(2):
            clock = FakeClock(NOW)
            with pytest.raises(UnreachableError, match="in trouble \\(502\\)"):
                client(server.base_url, clock).tag_page("ai")
            slept.append(clock.slept)
        assert len(server.requests) == 10
    assert slept[0] != slept[1]
    assert slept[0] == sorted(slept[0])


def test_too_many_requests_are_waited_out(corpus: Corpus) -> None:
    """Retry-After in seconds, or the reset in either format."""
    reset = NOW + timedelta(seconds=90)
    for fault, least in (
        (status(429, Retry_After="30"), 30),
        (status(429, X_RateLimit_Reset=reset.isoformat()), 90),
        (status(429, X_RateLimit_Reset=str(int(reset.timestamp()))), 90),
    ):
        clock = FakeClock(NOW)
        with SampleServer(demo_views()[0], corpus=corpus, now=NOW, faults=faults(fault)) as server:
            assert client(server.base_url, clock).tag_page("ai").statuses
        assert least <= clock.slept[0] <= least + 2
    with (
        SampleServer(demo_views()[0], corpus=corpus, now=NOW, faults=lambda _n, _p: status(429)) as server,
        pytest.raises(RateLimitedError),
    ):
        client(server.base_url).tag_page("ai")


def test_other_refusals_and_missing_tags() -> None:
    """A 400 is an error of its own; a 404 for a tag means that nobody used it."""
    with played({"/api/v1/timelines/tag/none": (404, {}, {"error": "Not Found"})}) as url:
        assert client(url).tag_page("none").statuses == ()
    with (
        played({"/api/v1/timelines/tag/ai": (400, {}, {"error": "bad"})}) as url,
        pytest.raises(ServerError, match="refused this: bad"),
    ):
        client(url).tag_page("ai")
    with played({"/api/v1/timelines/tag/ai": (200, {}, {"no": "list"})}) as url, pytest.raises(UnreachableError):
        client(url).tag_page("ai")


def test_a_server_that_is_down_is_unreachable() -> None:
    """And no RecursionError."""
    with pytest.raises(UnreachableError, match=r"127\.0\.0\.1:9 cannot be reached: it refused the connection"):
        client("http://127.0.0.1:9").tag_page("ai")


def test_broken_posts_cost_themselves_only(corpus: Corpus) -> None:
    """The good ones around them are read, the others counted."""
    with SampleServer(demo_views()[0], corpus=corpus, now=NOW, faults=faults(Fault(FaultKind.BROKEN_POSTS))) as server:
        broken = client(server.base_url).tag_page("ai")
        whole = client(server.base_url).tag_page("ai")
    assert broken.broken > 0
    assert {one.uri for one in whole.statuses} <= {one.uri for one in broken.statuses}
    assert whole.broken == 0


def test_the_last_requests_of_a_budget_are_kept() -> None:
    """All tags of a server share it; then there is a pause until it is full again."""
    reset = NOW + timedelta(seconds=120)
    headers = {"X-RateLimit-Limit": "300", "X-RateLimit-Remaining": "1", "X-RateLimit-Reset": reset.isoformat()}
    clock = FakeClock(NOW)
    with played({"/api/v1/timelines/tag/ai": (200, headers, []), "/api/v1/timelines/tag/b": (200, {}, [])}) as url:
        server = client(url, clock)
        server.tag_page("ai")
        assert clock.slept == []
        server.tag_page("b")
    assert clock.slept == [120.0]
    assert Budget(2, reset).pause(now=NOW) == 0
    assert Budget(1, NOW + timedelta(days=3)).pause(now=NOW) == 15 * 60
    assert Budget(0, NOW - timedelta(seconds=1)).pause(now=NOW) == 0


def test_resets_are_read_in_both_formats() -> None:
    """ISO 8601 on Mastodon, unix time on GoToSocial; nonsense is nothing."""
    assert parse_reset("2025-02-01T00:05:00.000Z", now=NOW) == NOW + timedelta(minutes=5)
    assert parse_reset(str(int(NOW.timestamp()) + 60), now=NOW) == NOW + timedelta(minutes=1)
    assert parse_reset("2025-02-01T00:05:00", now=NOW) == NOW + timedelta(minutes=5)
    assert parse_reset("soon", now=NOW) is None
    assert parse_reset(None, now=NOW) is None
    assert retry_at({"Retry-After": "999999"}, now=NOW) == NOW + timedelta(minutes=15)
    assert retry_at({}, now=NOW) is None


def test_requests_introduce_themselves() -> None:
    """Name, version and where to complain."""
    with played({"/api/v1/timelines/tag/ai": (200, {}, [])}) as url:
        client(url).tag_page("ai")
        assert played.agents[-1].startswith("fedilens/")  # type: ignore[attr-defined]
        assert "me@x.example" in played.agents[-1]  # type: ignore[attr-defined]


@contextmanager
def played(answers: dict[str, tuple[int, dict[str, str], Any]]) -> Iterator[str]:
    """A server on loopback that gives these answers; `played.agents` keeps who asked."""
    played.agents = []  # type: ignore[attr-defined]

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            code, headers, body = answers[self.path.split("?")[0]]
            played.agents.append(self.headers["User-Agent"])  # type: ignore[attr-defined]
            self.send_response(code)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_recorded_answers_of_real_servers_are_read(path: Any) -> None:
    """Each either gives its posts or the error that its code stands for."""
    recorded = json.loads(path.read_text())
    link = {name: value for name, value in recorded["headers"].items() if name.lower() == "link"}
    body, code = recorded["body"], recorded["status"]
    with played({"/api/v1/timelines/tag/ai": (code, link, body)}) as url:
        server = client(url)
        if code in {401, 403, 422}:
            with pytest.raises(TokenWantedError):
                server.tag_page("ai")
        elif code >= 400 and code != 404:
            with pytest.raises(ServerError):
                server.tag_page("ai")
        elif code == 404:
            assert server.tag_page("ai").statuses == ()
        elif isinstance(body, list):
            page = server.tag_page("ai")
            assert len(page.statuses) + page.broken == len(body)
            posts = [one for one in body if isinstance(one, dict) and "content" in one and "uri" in one]
            assert [one.uri for one in page.statuses] == [one["uri"] for one in posts]
            if posts:
                assert page.older == posts[-1]["id"]
                assert page.newer == posts[0]["id"]
        else:
            with pytest.raises(UnreachableError):
                server.tag_page("ai")


def golden() -> dict[str, Any]:
    return dict(json.loads((DATA / "seed-status.json").read_text()))


def test_a_status_is_read_field_by_field() -> None:
    """The golden post, with all that later stages rely on."""
    one = status_from_api(golden(), host="x.example")
    assert one.uri.endswith("/113900000000000001")
    assert one.remote_id == "113900000000000001"
    assert one.account.acct == "author@tldr.nettime.org"
    assert one.account.instance == "tldr.nettime.org"
    assert (one.account.locked, one.account.bot) == (False, False)
    assert (one.account.discoverable, one.account.indexable, one.account.noindex) == (True, True, None)
    assert one.created_at == datetime(2025, 1, 28, 12, tzinfo=UTC)
    assert one.tags == ("ai", "generativeai", "llms", "bigtech", "capitalism", "environment", "deepseek")
    assert (one.language, one.visibility, one.in_reply_to_id, one.edited_at) == ("en", "public", None, None)


@pytest.mark.parametrize("name", ["id", "uri", "created_at", "content", "account"])
@pytest.mark.parametrize("value", [None, 7.5, [], {}])
def test_a_status_without_what_it_needs_is_broken(name: str, value: object) -> None:
    """Missing, null, or of another type."""
    with pytest.raises(BrokenStatusError, match="acct" if (name, value) == ("account", {}) else name):
        status_from_api(golden() | {name: value}, host="x")
    with pytest.raises(BrokenStatusError):
        status_from_api("text", host="x")


def test_odd_values_of_what_only_enriches_are_left_out() -> None:
    """A flag that is no flag was not said; lone surrogates and NULs do not get in."""
    raw = golden()
    raw["account"] |= {"indexable": "yes", "discoverable": None, "acct": "kim", "fields": [{"name": "a", "value": "b"}]}
    raw |= {"tags": None, "card": [], "language": "de-AT", "content": "a\ud800b\x00c", "id": 17, "in_reply_to_id": 5}
    raw |= {"edited_at": "2025-01-29T10:00:00+02:00", "card": {"url": "https://n.example"}, "spoiler_text": None}
    one = status_from_api(raw, host="x.example")
    assert (one.account.indexable, one.account.discoverable) == (None, None)
    assert one.account.acct == "kim@tldr.nettime.org"
    assert one.account.fields == ("a", "b")
    assert (one.tags, one.language, one.content) == ((), "de", "a?bc")
    assert (one.remote_id, one.in_reply_to_id, one.spoiler_text) == ("17", "5", "")
    assert one.edited_at == datetime(2025, 1, 29, 8, tzinfo=UTC)
    assert one.card_url == "https://n.example"
    del raw["account"]["uri"], raw["account"]["url"]
    assert status_from_api(raw, host="x.example").account.acct == "kim@x.example"
    raw["account"]["locked"] = None
    with pytest.raises(BrokenStatusError, match="locked"):
        status_from_api(raw, host="x")
