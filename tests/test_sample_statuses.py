"""The statuses and accounts that the sample's servers tell, each in its own dialect."""

from typing import Any

import pytest
from sample_parts import MINUTE, NOW, OWN, START, ai, corpus, get, serving

from fedilens.sample import (
    SampleAccount,
    SamplePost,
    SampleServer,
    Software,
    View,
)
from fedilens.sample.corpus import joined


def test_a_mastodon_timeline_holds_whole_statuses() -> None:
    """Every field that readers look at, for a post of another server."""
    with serving() as server:
        status = ai(server)[2]
    del status["account"]
    assert status == {
        "id": status["id"],
        "uri": f"https://kunst.example/users/mira/statuses/{status['uri'].rpartition('/')[2]}",
        "url": f"https://kunst.example/@mira/{status['uri'].rpartition('/')[2]}",
        "created_at": "2025-01-05T12:00:00.000Z",
        "edited_at": None,
        "in_reply_to_id": None,
        "in_reply_to_account_id": None,
        "visibility": "public",
        "language": "en",
        "content": (
            '<p>Look :blobcat: <span class="h-card" translate="no"><a href="https://tooters.example/@tom" '
            'class="u-url mention" rel="nofollow noopener" target="_blank">@<span>tom</span></a></span></p>'
            '<p><a href="https://kunst.example/tags/AI" class="mention hashtag" rel="nofollow noopener" '
            'target="_blank">#<span>AI</span></a> <a href="https://kunst.example/tags/Art" class="mention hashtag" '
            'rel="nofollow noopener" target="_blank">#<span>Art</span></a></p>'
        ),
        "spoiler_text": "long",
        "sensitive": True,
        "media_attachments": [],
        "poll": None,
        "emojis": [
            {
                "shortcode": "blobcat",
                "url": "https://kunst.example/emoji/blobcat.png",
                "static_url": "https://kunst.example/emoji/blobcat.png",
                "visible_in_picker": True,
            }
        ],
        "reblog": None,
        "mentions": [
            {
                "id": status["mentions"][0]["id"],
                "username": "tom",
                "acct": "tom",
                "url": "https://tooters.example/@tom",
            }
        ],
        "tags": [
            {"name": "ai", "url": "https://tooters.example/tags/ai"},
            {"name": "art", "url": "https://tooters.example/tags/art"},
        ],
        "card": None,
        "replies_count": 0,
        "reblogs_count": 0,
        "favourites_count": 0,
    }


def test_a_mastodon_status_holds_its_author() -> None:
    """With the flags that Mastodon sends, and without the one that it keeps for its own people."""
    with serving() as server:
        account = ai(server)[2]["account"]
    assert {name: account[name] for name in ("acct", "username", "display_name", "uri", "url", "locked", "bot")} == {
        "acct": "mira@kunst.example",
        "username": "mira",
        "display_name": "Mira",
        "uri": "https://kunst.example/users/mira",
        "url": "https://kunst.example/@mira",
        "locked": False,
        "bot": False,
    }
    assert account["note"].startswith("<p>Draws. <a href=")
    assert account["note"].endswith("#<span>nobot</span></a></p>")
    assert account["fields"] == []
    assert "noindex" not in account


def test_an_account_of_the_server_itself_goes_without_a_host() -> None:
    """At Mastodon and GoToSocial; snac always gives the whole address."""
    for software, acct in ((Software.MASTODON, "tom"), (Software.GOTOSOCIAL, "tom"), (Software.SNAC, OWN.acct)):
        with serving(software) as server:
            own = ai(server)[1]
            assert own["account"]["acct"] == acct
            assert [mention["acct"] for mention in ai(server)[2]["mentions"]] == [acct]
    assert 'rel="tag"' not in own["content"] or software is Software.SNAC


@pytest.mark.parametrize(
    ("software", "sent"),
    [
        (Software.MASTODON, {"discoverable": None, "indexable": False, "noindex": True}),
        (Software.GOTOSOCIAL, {"discoverable": None}),
        (Software.SNAC, {"discoverable": None, "indexable": False, "noindex": True}),
    ],
)
def test_each_software_sends_its_own_flags(software: Software, sent: dict[str, Any]) -> None:
    """GoToSocial does not know two of them, nor an account's uri."""
    flags = ("discoverable", "indexable", "noindex")
    with serving(software) as server:
        newest, own, _ = ai(server)
    assert {flag: own["account"][flag] for flag in flags if flag in own["account"]} == sent
    assert own["account"]["locked"] is True
    assert own["account"]["bot"] is True
    assert ("uri" in own["account"]) == (software is not Software.GOTOSOCIAL)
    assert not {"indexable", "noindex"} & set(newest["account"])  # what the corpus leaves open is never sent
    assert newest["account"]["fields"][0]["name"] == "Likes"
    assert "#<span>cats</span>" in newest["account"]["fields"][0]["value"]


def test_a_post_keeps_the_html_of_the_server_it_was_written_on() -> None:
    """A post from GoToSocial has its dialect on GoToSocial and snac; Mastodon changes the links."""
    written = (
        '<p>Hm <a href="https://gts.example/tags/ai" class="mention hashtag" rel="tag nofollow noreferrer noopener" '
        'target="_blank">#<span>ai</span></a></p>'
    )
    for software in (Software.GOTOSOCIAL, Software.SNAC):
        with serving(software) as server:
            assert ai(server)[0]["content"] == written
    with serving() as server:
        assert ai(server)[0]["content"] == written.replace("tag nofollow noreferrer noopener", "nofollow noopener")
        assert 'rel="tag"' in ai(server)[1]["content"]


def test_addresses_are_those_of_the_authors_server() -> None:
    """GoToSocial and snac have other paths than Mastodon."""
    posts = [SamplePost(f"s{n}", acct, START, "#x") for n, acct in enumerate(("a@gts.example", "b@snacbar.example"))]
    accounts = [SampleAccount(post.acct) for post in posts]
    with serving(corpus=joined(accounts, posts)) as server:
        got = {status["account"]["username"]: status for status in get(server, "/api/v1/timelines/tag/x").json()}
    assert got["a"]["uri"].startswith("https://gts.example/users/a/statuses/01J")
    assert got["a"]["url"].startswith("https://gts.example/@a/statuses/01J")
    assert got["a"]["account"]["url"] == "https://gts.example/@a"
    assert got["b"]["uri"].startswith("https://snacbar.example/b/p/1736078400.")
    assert got["b"]["url"] == got["b"]["uri"]
    assert got["b"]["account"]["uri"] == got["b"]["account"]["url"] == "https://snacbar.example/b"


def test_a_reply_names_what_it_answers_by_the_servers_own_ids() -> None:
    """And nothing where the server does not have it."""
    with serving() as server:
        _, reply, first = ai(server)
        assert reply["in_reply_to_id"] == first["id"]
        assert reply["in_reply_to_account_id"] == first["account"]["id"]
    view = View("tooters.example", knows=0.0)
    with SampleServer(view, corpus=corpus(), now=NOW) as server:
        (alone,) = ai(server)
        assert alone["in_reply_to_id"] is None
        assert alone["in_reply_to_account_id"] is None


def test_an_edit_shows_once_the_servers_time_has_come_to_it() -> None:
    """Time is the test's to move."""
    with serving(now=NOW - MINUTE) as server:
        before = ai(server)[1]
        server.now = NOW
        after = ai(server)[1]
        history = get(server, f"/api/v1/statuses/{after['id']}/history").json()
    assert (before["edited_at"], before["content"].startswith("<p>No ")) == (None, True)
    assert (after["edited_at"], after["content"].startswith("<p>Yes ")) == ("2025-01-06T12:01:00.000Z", True)
    assert after["created_at"] == before["created_at"] == "2025-01-05T12:01:00.000Z"
    assert [(entry["created_at"], entry["content"][:6]) for entry in history] == [
        (after["created_at"], "<p>No "),
        (after["edited_at"], "<p>Yes"),
    ]
    assert history[0]["account"]["acct"] == "tom"


def test_time_goes_on_by_itself() -> None:
    """From the moment that was set, with the seconds that pass."""
    passed = [100.0]
    with SampleServer(View("x.example"), corpus=corpus(), now=START, elapsed=lambda: passed[0]) as server:
        passed[0] += 60.0
        assert server.now == START + MINUTE
        server.now = START
        passed[0] += 30.0
        assert server.now == START + MINUTE / 2
