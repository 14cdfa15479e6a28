"""The border to servers, page by page: which ids lead on, what odd answers cost, and how much is asked."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from conftest import DATA, FakeClock
from hypothesis import given
from hypothesis import strategies as st

from fedilens.errors import RateLimitedError, TokenWantedError, UnreachableError
from fedilens.mastodon_api import status_from_api
from fedilens.mastodon_api.budget import LONGEST_WAIT, Budget, parse_reset, retry_at
from fedilens.mastodon_api.client import MastodonServer
from fedilens.mastodon_api.connection import _reason, user_agent
from fedilens.mastodon_api.entities import BrokenStatusError, status_id
from fedilens.sample import (
    TOKEN,
    Corpus,
    Fault,
    FaultKind,
    RateLimit,
    SampleAccount,
    SamplePost,
    SampleServer,
    Software,
    View,
)
from fedilens.sample.corpus import joined
from fedilens.types import Page

START = datetime(2025, 1, 6, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
NOW = START + timedelta(days=1, minutes=1)
POSTS = 95
TAG = "/api/v1/timelines/tag/ai"


def corpus() -> Corpus:
    posts = [SamplePost(f"p{n}", "a@x.example", START + n * MINUTE, f"Post {n} #AI") for n in range(POSTS)]
    return joined([SampleAccount("a@x.example", indexable=True)], posts)


def serving(software: Software = Software.MASTODON, **options: Any) -> SampleServer:
    view = View("x.example", software, wants_token=options.pop("wants_token", False))
    return SampleServer(view, corpus=corpus(), now=NOW, elapsed=lambda: 0.0, **options)


def reader(server: SampleServer, clock: FakeClock | None = None, **options: Any) -> MastodonServer:
    clock, timeout = clock or FakeClock(NOW), options.pop("timeout", timedelta(seconds=5))
    return MastodonServer("x.example", base_url=server.base_url, clock=clock, timeout=timeout, **options)


def always(fault: Fault) -> Callable[[int, str], Fault]:
    return lambda _number, _path: fault


def texts(*pages: Page) -> list[int]:
    """The numbers of the posts on these pages."""
    return [int(status.content.split("Post ")[1].split()[0]) for page in pages for status in page.statuses]


@pytest.mark.parametrize("software", list(Software))
def test_following_older_and_newer_meets_every_post_once(software: Software) -> None:
    """By Link at Mastodon and GoToSocial, by the posts' ids at snac; forty posts a page."""
    with serving(software) as server:
        source = reader(server)
        back = [source.tag_page("ai")]
        while back[-1].older:
            back.append(source.tag_page("ai", max_id=back[-1].older))
        forth = [source.tag_page("ai", min_id=back[-2].newer)]
        while forth[-1].newer:
            forth.append(source.tag_page("ai", min_id=forth[-1].newer))
    assert texts(*back) == list(reversed(range(POSTS)))
    assert [len(page.statuses) for page in back] == [40, 40, 15, 0]
    assert texts(*reversed(forth)) == list(reversed(range(15, POSTS)))
    assert (forth[-1].older, forth[-1].newer) == (None, None)


def test_a_page_costs_one_request() -> None:
    """Mastodon.py's own look at the instance before each page is left out."""
    with serving() as server:
        page = reader(server, contact="https://x.example; a@x.example").tag_page("ai")
        reader(server).tag_page("ai", max_id="9", min_id="5")
    first, second = server.requests
    assert (first.path, first.params) == (TAG, {"limit": ("40",)})
    assert (second.path, second.params) == (TAG, {"limit": ("40",), "max_id": ("9",), "min_id": ("5",)})
    assert first.headers["user-agent"] == user_agent("https://x.example; a@x.example")
    assert first.headers["user-agent"].endswith("(https://x.example; a@x.example)")
    assert "authorization" not in first.headers
    assert page.statuses[0].account.acct == "a@x.example"


def test_a_token_opens_what_wants_one() -> None:
    """Without it the refusal is told at once."""
    with serving(wants_token=True) as server:
        assert len(reader(server, token=TOKEN).tag_page("ai").statuses) == 40
        with pytest.raises(TokenWantedError) as caught:
            reader(server).tag_page("ai")
    assert caught.value.host == "x.example"
    assert len(server.requests) == 2


def test_link_goes_before_the_posts_ids() -> None:
    """The server knows better where the next page begins; a Link that says nothing of use is passed over."""
    posts = json.loads((DATA / "servers/takahe/06-tag-first-page.json").read_text())["body"][:2]
    first, last = posts[0]["id"], posts[1]["id"]
    neighbours = '<http://y.example/?max_id=11>; rel="next", <http://y.example/?min_id=22>; rel="prev"'
    for link, older, newer in (
        (neighbours, "11", "22"),
        ('<http://y.example/?page=2>; rel="next", <http://y.example/?since_id=3>; rel="prev"', last, first),
        ('<http://[broken/?max_id=1>; rel="next"', last, first),
        ("", last, first),
    ):
        page = parsed(posts, {"Link": link})
        assert (page.older, page.newer) == (older, newer)


def test_ids_lead_on_even_where_posts_cannot_be_read() -> None:
    """Numbers are ids too; without any id there is nowhere to go."""
    page = parsed([{"id": 9}, "nonsense", {"id": ""}, {"id": "7"}, {"id": None}], {})
    assert (page.statuses, page.broken) == ((), 5)
    assert (page.older, page.newer) == ("7", "9")
    page = parsed([{"uri": "x"}], {})
    assert (page.older, page.newer, page.broken) == (None, None, 1)


def parsed(body: list[Any], headers: Mapping[str, str]) -> Page:
    """What the client makes of an answer, handed to it beneath the network."""
    with serving(faults=always(Fault(FaultKind.STATUS, 200, headers))) as server:
        source = reader(server)
        with pytest.raises(UnreachableError, match="not a timeline"):
            source.tag_page("ai")
        answer = source._connection._answer
        assert answer is not None
        return source._page(body, {name: link["url"] for name, link in answer.links.items()})


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Fault(FaultKind.RESET), "it reset the connection"),
        (Fault(FaultKind.HANG, seconds=9), "it did not answer in time"),
        (Fault(FaultKind.HANG), "it broke off the connection"),
        (Fault(FaultKind.CUT), "cannot be reached"),
        (Fault(FaultKind.CUT, seconds=9), "it did not answer in time"),
        (Fault(FaultKind.MALFORMED), "not JSON"),
        (Fault(FaultKind.HTML), "not JSON"),
        (Fault(FaultKind.STATUS, 500), "in trouble (500)"),
        (Fault(FaultKind.STATUS, 503), "in trouble (503)"),
    ],
)
def test_trouble_that_stays_is_told_after_five_tries(fault: Fault, reason: str) -> None:
    """With pauses that double, each with up to a second of jitter."""
    clock = FakeClock(NOW)
    quick = timedelta(seconds=0.05) if fault.seconds else timedelta(seconds=5)
    with serving(faults=always(fault)) as server, pytest.raises(UnreachableError) as caught:
        reader(server, clock, timeout=quick).tag_page("ai")
    assert reason in str(caught.value)
    assert str(caught.value).startswith("x.example ")
    assert len(server.requests) == 5
    assert len(clock.slept) == 4
    assert all(least <= slept <= least + 1 for least, slept in zip((1, 2, 4, 8), clock.slept, strict=True))


def test_a_failure_is_told_by_its_root_cause() -> None:
    """In words of ours, as requests and urllib3 name what happened; without addresses."""
    assert _reason(OSError("NameResolutionError: Failed to resolve 'x'")) == "its name is not known"
    assert _reason(OSError("[SSL: CERTIFICATE_VERIFY_FAILED]")) == "its certificate is not valid"
    assert _reason(OSError("http://secret.example")) == "the connection failed"
    assert _reason(None) == "the connection failed"


@pytest.mark.parametrize("code", [404, 410])
def test_what_is_missing_is_an_empty_page(code: int) -> None:
    """Asked for once."""
    with serving(faults=always(Fault(FaultKind.STATUS, code))) as server:
        assert reader(server).tag_page("ai") == Page(())
    assert len(server.requests) == 1


def test_tags_of_a_server_share_its_budget() -> None:
    """One request is left to the operator's own apps; then the reader sleeps until the window ends."""
    for software in (Software.MASTODON, Software.GOTOSOCIAL):
        clock = FakeClock(NOW)
        with serving(software, limit=RateLimit(3, 5 * MINUTE)) as server:
            source = reader(server, clock)
            source.tag_page("ai")
            source.tag_page("other")
            assert clock.slept == []
            server.now = NOW + 4 * MINUTE
            source.tag_page("ai")
        assert clock.slept == [4 * 60.0]
        assert len(server.requests) == 3


def test_a_spent_budget_is_waited_for_and_at_most_five_times() -> None:
    """The pause goes to the moment that the server names, and a second more."""
    clock = FakeClock(NOW)
    with serving(limit=RateLimit(0, 5 * MINUTE)) as server, pytest.raises(RateLimitedError) as caught:
        reader(server, clock).tag_page("ai")
    assert caught.value.retry_at is not None
    assert len(server.requests) == 5
    assert clock.slept[0] == 4 * 60.0 + 1


def test_retry_after_may_be_a_date() -> None:
    """As HTTP allows it; nonsense leaves it to the budget's reset, and nothing is waited for without end."""
    date = {"Retry-After": "Tue, 07 Jan 2025 00:03:00 GMT"}
    assert retry_at(date, now=NOW) == NOW + 2 * MINUTE
    reset = {"X-RateLimit-Reset": "2025-01-07T00:04:00Z"}
    assert retry_at({"Retry-After": "soon", **reset}, now=NOW) == NOW + 3 * MINUTE
    assert retry_at({"Retry-After": "60", **reset}, now=NOW) == NOW + MINUTE
    assert retry_at({"X-RateLimit-Reset": "2026-01-01T00:00:00Z"}, now=NOW) == NOW + LONGEST_WAIT
    assert retry_at({"Retry-After": "Wed, 07 Jan 2026 00:03:00 GMT"}, now=NOW) == NOW + LONGEST_WAIT


def test_a_silent_answer_leaves_the_budget_as_it_was() -> None:
    """And so does one that says half of it, or nonsense."""
    known = Budget(5, NOW)
    reset = "2025-01-07T00:04:00Z"
    for headers in ({}, {"X-RateLimit-Remaining": "3"}, {"X-RateLimit-Reset": reset}):
        assert known.after(headers, now=NOW) == known
    for nonsense in ("", "many", "-1", "²", "9" * 5000):
        headers = {"X-RateLimit-Remaining": nonsense, "X-RateLimit-Reset": reset}
        assert known.after(headers, now=NOW) == known
    told = known.after({"X-RateLimit-Remaining": " 3 ", "X-RateLimit-Reset": reset}, now=NOW)
    assert told == Budget(3, NOW + 3 * MINUTE)
    assert Budget().pause(now=NOW) == Budget(0, None).pause(now=NOW) == 0.0


@given(st.text(max_size=40), st.sampled_from(["Retry-After", "X-RateLimit-Reset", "X-RateLimit-Remaining"]))
def test_no_header_stops_the_reader(value: str, name: str) -> None:
    """Whatever it says, the pause is between nothing and fifteen minutes."""
    headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": value, name: value}
    assert 0 <= Budget().after(headers, now=NOW).pause(now=NOW) <= LONGEST_WAIT.total_seconds()
    moment = retry_at(headers, now=NOW)
    assert moment is None or moment <= NOW + LONGEST_WAIT
    parse_reset(value, now=NOW)


def golden() -> dict[str, Any]:
    return dict(json.loads((DATA / "seed-status.json").read_text()))


def test_an_address_that_is_none_leaves_the_host_that_was_asked() -> None:
    """A local account's host is taken from its uri, else its url, else the server."""
    raw = golden()
    for uri, url, host in (
        ("https://b.example/users/kim", "https://c.example/@kim", "b.example"),
        (None, "https://c.example/@kim", "c.example"),
        ("http://[broken", None, "x.example"),
        (None, None, "x.example"),
    ):
        raw["account"] |= {"acct": "@kim", "uri": uri, "url": url}
        account = status_from_api(raw, host="x.example").account
        assert account.acct == f"kim@{host}"
        assert account.uri == (uri or url or "kim@x.example")


def test_names_and_ids_are_text_that_can_be_stored() -> None:
    """Lone surrogates and NULs are gone from every field; an id of nothing else is none."""
    raw = golden() | {"id": "1\ud800\x00", "spoiler_text": "\x00cw", "tags": [{"name": "#A\udfffI"}, {"name": 3}, None]}
    raw["account"] |= {"display_name": "K\ud800", "note": "\x00n", "fields": [{"name": "f\ud800", "value": 1}, "x"]}
    status = status_from_api(raw, host="x.example")
    assert (status.remote_id, status.spoiler_text, status.tags) == ("1?", "cw", ("a?i",))
    assert (status.account.display_name, status.account.note, status.account.fields) == ("K?", "n", ("f?", ""))
    with pytest.raises(BrokenStatusError, match="id"):
        status_from_api(raw | {"id": "\x00"}, host="x.example")
    assert status_id({"id": True}) is None
    assert status_id([]) is None


@pytest.mark.parametrize("flag", ["discoverable", "indexable", "noindex"])
def test_flags_have_three_states(flag: str) -> None:
    """Yes, no, and not said, which is what null, absence and other types are."""
    raw = golden()
    for value, read in ((True, True), (False, False), (None, None), (1, None), ("true", None)):
        raw["account"] |= {flag: value}
        assert getattr(status_from_api(raw, host="x").account, flag) is read
    del raw["account"][flag]
    assert getattr(status_from_api(raw, host="x").account, flag) is None


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(name=st.sampled_from(sorted(golden())), value=json_values, inside=st.booleans())
def test_a_wrong_value_costs_at_most_its_post(name: str, value: object, *, inside: bool) -> None:
    """Whatever a field holds, the status is read or said to be broken; nothing else is raised."""
    raw = golden()
    if inside:
        raw["account"] |= dict.fromkeys(("acct", "uri", "url", "fields", "note", name), value)
    else:
        raw[name] = value
    try:
        status = status_from_api(raw, host="x.example")
    except BrokenStatusError:
        return
    for text in (status.uri, status.remote_id, status.content, status.account.acct, status.account.uri, *status.tags):
        assert text.encode().decode() == text
