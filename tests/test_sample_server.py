"""The sample's server over loopback: endpoints, JSON, limits and faults."""

import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
from sample_parts import MINUTE, MIRA, NOW, START, WAIT, ai, corpus, get, serving

from fedilens.sample import (
    TOKEN,
    Fault,
    FaultKind,
    RateLimit,
    SampleAccount,
    SamplePost,
    Software,
)
from fedilens.sample.corpus import joined
from fedilens.sample.faults import BROKEN_POSTS


def test_a_status_is_found_by_its_id_and_several_at_once_on_mastodon() -> None:
    """What is not there is a 404 alone, and left out among several."""
    with serving() as server:
        ids = [status["id"] for status in ai(server)]
        assert get(server, f"/api/v1/statuses/{ids[0]}").json()["id"] == ids[0]
        several = get(server, "/api/v1/statuses", params={"id[]": [ids[2], "1", ids[0]]}).json()
        assert [status["id"] for status in several] == [ids[2], ids[0]]
        missing = get(server, "/api/v1/statuses/1")
        assert (missing.status_code, missing.json()) == (404, {"error": "Record not found"})
        assert get(server, "/api/v1/statuses/1/history").status_code == 404
        assert len(get(server, f"/api/v1/statuses/{ids[0]}/history").json()) == 1


def test_snac_and_gotosocial_refuse_what_they_do_not_have() -> None:
    """With the codes and bodies of the recordings."""
    with serving(Software.SNAC) as server:
        status = ai(server)[1]
        for path in ("/api/v2/instance", "/api/v1/instance/rules", "/api/v1/statuses", "/nothing"):
            got = get(server, path)
            assert (got.status_code, got.text) == (404, "<h1>404 Not Found (snac/2.94)</h1>")
            assert got.headers["Content-Type"].startswith("text/html")
        assert get(server, f"/api/v1/statuses/{status['id']}/history").status_code == 404
        aged = "1" * 10 + status["id"][10:]
        assert get(server, f"/api/v1/statuses/{aged}").json()["uri"] == status["uri"]
        assert {"text", "reactions"} <= set(status)
    with serving(Software.GOTOSOCIAL) as server:
        assert get(server, "/api/v1/statuses").status_code == 405
        assert get(server, "/api/v1/instance/rules").json() == []
        assert ai(server)[0]["content_type"] == "text/plain"


def test_an_unknown_tag_is_an_empty_list_but_at_gotosocial() -> None:
    """There it is a 404."""
    for software, code in ((Software.MASTODON, 200), (Software.SNAC, 200), (Software.GOTOSOCIAL, 404)):
        with serving(software) as server:
            got = get(server, "/api/v1/timelines/tag/neverused")
            assert got.status_code == code
            assert got.json() == [] or code == 404
            assert "Link" not in got.headers


def test_a_page_links_to_its_neighbours_except_at_snac() -> None:
    """With the limit that was asked for, on the address that was asked, escaped where it must be."""
    more = [SamplePost(f"m{n}", MIRA.acct, START + n * MINUTE, "#生成AI") for n in range(45)]
    path = "/api/v1/timelines/tag/%E7%94%9F%E6%88%90AI"
    for software in Software:
        with serving(software, corpus=corpus(*more)) as server:
            got = get(server, path, params={"limit": 5})
            ids = [status["id"] for status in got.json()]
            assert len(ids) == 5
            if software is Software.SNAC:
                assert "Link" not in got.headers
                continue
            assert got.links["next"]["url"] == f"{server.base_url}{path}?limit=5&max_id={ids[-1]}"
            assert got.links["prev"]["url"] == f"{server.base_url}{path}?limit=5&min_id={ids[0]}"
            behind = requests.get(got.links["next"]["url"], timeout=WAIT).json()
            assert behind[0]["created_at"] == "2025-01-05T12:39:00.000Z"
            assert requests.get(got.links["prev"]["url"], timeout=WAIT).json() == []
            bare = get(server, path)
            assert len(bare.json()) == 20
            assert "limit" not in bare.links["next"]["url"]
            assert len(get(server, path, params={"limit": "400"}).json()) == 40
            assert len(get(server, path, params={"limit": "no"}).json()) == 20
            assert len(get(server, path, params={"limit": "0"}).json()) == 1
            newest = get(server, path, params={"limit": 2, "since_id": ids[4]}).json()
            assert [status["id"] for status in newest] == ids[:2]
            forward = get(server, path, params={"limit": 2, "min_id": ids[4]}).json()
            assert [status["id"] for status in forward] == ids[2:4]


def test_a_server_tells_what_it_is() -> None:
    """Version 2 where there is one, with who may read tag timelines; with a slash at the end too."""
    with serving(wants_token=True) as server:
        v1, v2 = get(server, "/api/v1/instance/").json(), get(server, "/api/v2/instance/").json()
        assert (v1["uri"], v2["domain"], v1["version"]) == ("tooters.example", "tooters.example", "4.5.2")
        feeds = v2["configuration"]["timelines_access"]["hashtag_feeds"]
        assert feeds == {"local": "authenticated", "remote": "authenticated"}
        assert v2["configuration"]["statuses"]["max_characters"] == 500
        assert [rule["id"] for rule in get(server, "/api/v1/instance/rules").json()] == ["1", "2"]
    with serving() as server:
        feeds = get(server, "/api/v2/instance").json()["configuration"]["timelines_access"]["hashtag_feeds"]
        assert feeds == {"local": "public", "remote": "public"}
    with serving(Software.GOTOSOCIAL) as server:
        assert "timelines_access" not in get(server, "/api/v2/instance").json()["configuration"]
    with serving(Software.SNAC) as server:
        assert get(server, "/api/v1/instance").json()["version"].endswith("really snac/2.94)")


def test_an_account_is_looked_up_by_its_address() -> None:
    """With or without its host where it lives here."""
    with serving() as server:
        for acct in ("tom", "tom@tooters.example", "@tom"):
            assert get(server, "/api/v1/accounts/lookup", params={"acct": acct}).json()["display_name"] == "Tom"
        assert (
            get(server, "/api/v1/accounts/lookup", params={"acct": "mira@kunst.example"}).json()["username"] == "mira"
        )
        assert get(server, "/api/v1/accounts/lookup", params={"acct": "mira"}).status_code == 404
        assert get(server, "/api/v1/accounts/lookup").status_code == 404


def test_a_token_is_wanted_where_the_view_says_so() -> None:
    """Mastodon says 422 and GoToSocial 401; a wrong token is 401 everywhere; the instance is open."""
    path = "/api/v1/timelines/tag/AI"
    for software, code in ((Software.MASTODON, 422), (Software.GOTOSOCIAL, 401)):
        with serving(software, wants_token=True) as server:
            assert get(server, path).status_code == code
            assert get(server, path, headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200
            assert get(server, path, headers={"Authorization": "Bearer no"}).status_code == 401
            assert get(server, "/api/v1/instance").status_code == 200
    with serving() as server:
        assert get(server, path, headers={"Authorization": "Bearer no"}).status_code == 401


def test_other_paths_and_methods_are_a_404() -> None:
    """With a body that is read, so that the answer arrives."""
    with serving() as server:
        assert get(server, "/api/v1/elsewhere").json() == {"error": "Record not found"}
        posted = requests.post(f"{server.base_url}/api/v1/elsewhere", json={"status": "x" * 10**5}, timeout=WAIT)
        assert (posted.status_code, posted.json()) == (404, {"error": "Record not found"})
        assert requests.head(server.base_url, timeout=WAIT).status_code == 404


def test_requests_are_kept_for_tests_to_look_at() -> None:
    """Method, decoded path and parameters, headers in lower case."""
    with serving() as server:
        get(server, "/api/v1/timelines/tag/%C3%A9", params={"limit": 3, "x[]": ["a", ""]}, headers={"User-Agent": "me"})
        requests.delete(f"{server.base_url}/api/v1/statuses/1", timeout=WAIT)
    first, second = server.requests
    assert (first.method, first.path) == ("GET", "/api/v1/timelines/tag/é")
    assert first.params == {"limit": ("3",), "x[]": ("a", "")}
    assert first.headers["user-agent"] == "me"
    assert (second.method, second.path) == ("DELETE", "/api/v1/statuses/1")


@pytest.mark.parametrize(("software", "iso"), [(Software.MASTODON, True), (Software.GOTOSOCIAL, False)])
def test_the_budget_of_requests_is_spent_and_comes_back(software: Software, *, iso: bool) -> None:
    """Every answer says what is left; past it comes a 429; the next window is full again."""
    with serving(software, limit=RateLimit(2, 5 * MINUTE)) as server:
        first, second, third = (get(server, "/api/v1/timelines/tag/AI") for _ in range(3))
        reset = "2025-01-06T12:05:00.000Z" if iso else "1736165100"
        assert [got.headers["X-RateLimit-Remaining"] for got in (first, second, third)] == ["1", "0", "0"]
        assert {got.headers["X-RateLimit-Reset"] for got in (first, second, third)} == {reset}
        assert {got.headers["X-RateLimit-Limit"] for got in (first, second, third)} == {"2"}
        assert [got.status_code for got in (first, second, third)] == [200, 200, 429]
        assert third.headers["Retry-After"] == "240"
        assert "Retry-After" not in second.headers
        server.now = NOW + 4 * MINUTE - timedelta(seconds=1)
        assert get(server, "/api/v1/timelines/tag/AI").status_code == 429
        server.now = NOW + 4 * MINUTE
        assert get(server, "/api/v1/timelines/tag/AI").headers["X-RateLimit-Remaining"] == "1"
        server.now = START
        assert get(server, "/api/v1/timelines/tag/AI").headers["X-RateLimit-Remaining"] == "1"


def test_the_usual_budget_is_mastodons() -> None:
    """Three hundred requests in five minutes; snac neither counts nor tells."""
    with serving() as server:
        assert get(server, "/").headers["X-RateLimit-Remaining"] == "299"
        assert get(server, "/").headers["X-RateLimit-Reset"] == "2025-01-06T12:05:00.000Z"
    with serving(Software.SNAC, limit=RateLimit(1)) as server:
        assert "X-RateLimit-Remaining" not in get(server, "/api/v1/instance").headers
        assert get(server, "/api/v1/instance").status_code == 200


def test_a_fault_turns_the_answer_into_another() -> None:
    """Each kind that still is an answer, for the request that the test names."""
    kinds = [
        Fault(FaultKind.STATUS, 429, {"Retry-After": "7"}),
        Fault(FaultKind.MALFORMED),
        Fault(FaultKind.HTML),
        Fault(FaultKind.OBJECT),
        Fault(FaultKind.BROKEN_POSTS),
        None,
    ]
    asked = []

    def faults(number: int, path: str) -> Fault | None:
        asked.append((number, path))
        return kinds[number - 1]

    with serving(faults=faults) as server:
        status, malformed, html, whole, broken, good = (get(server, "/api/v1/timelines/tag/AI") for _ in kinds)
    assert asked == [(number, "/api/v1/timelines/tag/AI") for number in range(1, 7)]
    assert (status.status_code, status.headers["Retry-After"]) == (429, "7")
    assert malformed.status_code == 200
    with pytest.raises(json.JSONDecodeError):
        malformed.json()
    assert html.text.startswith("<!DOCTYPE html>")
    assert whole.json() == {"statuses": []}
    assert len(broken.json()) == len(good.json()) + BROKEN_POSTS
    assert broken.links == good.links
    assert [item for item in broken.json() if item in good.json()] == good.json()


def test_a_fault_can_break_the_connection() -> None:
    """Reset before an answer, silence for a while, or a body that stops half way."""
    kinds = [Fault(FaultKind.RESET), Fault(FaultKind.HANG, seconds=30), Fault(FaultKind.CUT)]
    with serving(faults=lambda number, _path: kinds[number - 1]) as server:
        address = f"{server.base_url}/api/v1/timelines/tag/AI"
        with pytest.raises(requests.ConnectionError, match="reset by peer"):
            requests.get(address, timeout=WAIT)
        with pytest.raises(requests.ReadTimeout):
            requests.get(address, timeout=0.1)
        with pytest.raises(requests.exceptions.ChunkedEncodingError):
            requests.get(address, timeout=WAIT)


def test_a_hanging_request_does_not_hold_up_the_end() -> None:
    """The server closes at once; a short silence ends without an answer."""
    hang = Fault(FaultKind.HANG, seconds=60)
    began = time.monotonic()
    with serving(faults=lambda _number, _path: hang) as server, pytest.raises(requests.ReadTimeout):
        requests.get(server.base_url, timeout=0.05)
    assert time.monotonic() - began < WAIT
    with (
        serving(faults=lambda _number, _path: Fault(FaultKind.HANG, seconds=0.01)) as server,
        pytest.raises(requests.ConnectionError, match="without response"),
    ):
        requests.get(server.base_url, timeout=WAIT)


def test_broken_posts_leave_an_empty_page_empty() -> None:
    """There is nothing to break."""
    with serving(faults=lambda _number, _path: Fault(FaultKind.BROKEN_POSTS)) as server:
        assert get(server, "/api/v1/timelines/tag/neverused").json() == []


def test_the_golden_post_is_played_word_for_word() -> None:
    """All of it but the id, which is the server's own; its tags are found; its history has one entry."""
    raw = json.loads((Path(__file__).parent.parent / "fedilens/sample/golden.json").read_text(encoding="utf-8"))
    at = datetime(2025, 1, 28, 12, tzinfo=UTC)
    golden = SamplePost("golden", raw["account"]["acct"], at, raw["content"], raw=raw)
    told = joined([SampleAccount(golden.acct, raw=raw["account"])], [golden])
    for software in Software:
        with serving(software, corpus=told, now=at) as server:
            (status,) = get(server, "/api/v1/timelines/tag/deepseek").json()
            assert {**status, "id": raw["id"]} == raw
            assert len(status["id"]) == {"mastodon": 18, "gotosocial": 26, "snac": 42}[software]
            looked_up = get(server, "/api/v1/accounts/lookup", params={"acct": golden.acct}).json()
            assert looked_up == raw["account"]
            if software is not Software.SNAC:
                (entry,) = get(server, f"/api/v1/statuses/{status['id']}/history").json()
                assert entry["content"] == raw["content"]
