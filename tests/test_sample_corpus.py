"""The corpus: what its files may say, and what the one that ships says."""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from fedilens.errors import InputError
from fedilens.sample import SampleAccount, SampleEdit, SamplePost, demo_views, load_corpus
from fedilens.sample.addresses import status_uri
from fedilens.sample.corpus import GOLDEN, joined
from fedilens.sample.html import tags_of
from fedilens.sample.views import snapshot

NOON = datetime(2025, 1, 5, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
MIRA = {"acct": "mira@kunst.example", "name": "Mira", "note": "Draws.", "indexable": True}
POST = {"id": "A-1", "acct": "mira@kunst.example", "at": "2025-01-05T12:00:00Z", "language": "en", "text": "Hi #AI"}


def folder(where: Path, accounts: list[Any], posts: list[Any]) -> Path:
    for name, rows in (("accounts", accounts), ("posts", posts)):
        lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
        (where / f"{name}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return where


def test_an_account_and_its_post_are_read_with_every_field(tmp_path: Path) -> None:
    """What the lines say stands in the values."""
    account = {**MIRA, "locked": True, "bot": True, "discoverable": False, "noindex": True, "fields": [["Web", "x"]]}
    second = {**POST, "id": "A-2", "at": "2025-01-05T14:30:00+01:00", "reply_to": "A-1", "cw": "AI"}
    edit = {"at": "2025-01-05T15:00:00Z", "text": "Hello #AI"}
    corpus = load_corpus(folder(tmp_path, [account], [POST, {**second, "edit": edit}]))
    assert corpus.accounts == {
        "mira@kunst.example": SampleAccount(
            "mira@kunst.example", "Mira", "Draws.", (("Web", "x"),), True, True, False, True, True
        )
    }
    assert corpus.accounts["mira@kunst.example"].user == "mira"
    assert corpus.accounts["mira@kunst.example"].host == "kunst.example"
    assert corpus.posts["A-2"] == SamplePost(
        id="A-2",
        acct="mira@kunst.example",
        at=NOON + 1.5 * HOUR,
        text="Hi #AI",
        language="en",
        reply_to="A-1",
        cw="AI",
        edit=SampleEdit(NOON + 3 * HOUR, "Hello #AI"),
    )


def test_what_an_account_does_not_say_stays_open(tmp_path: Path) -> None:
    """Missing flags are neither yes nor no, and nobody is locked or a bot by silence."""
    corpus = load_corpus(folder(tmp_path, [{"acct": "a@b.example", "name": "A"}], []))
    assert corpus.accounts["a@b.example"] == SampleAccount("a@b.example", "A")
    assert corpus.accounts["a@b.example"].indexable is None


def test_an_edit_shows_from_its_moment_on() -> None:
    """Before it the first text stands, without a mark."""
    post = SamplePost("p", "a@b.example", NOON, "first", edit=SampleEdit(NOON + HOUR, "second"))
    before, at = NOON + HOUR - timedelta(seconds=1), NOON + HOUR
    assert (post.text_at(before), post.edited_at(before)) == ("first", None)
    assert (post.text_at(at), post.edited_at(at)) == ("second", at)
    assert SamplePost("p", "a@b.example", NOON, "x").edited_at(at) is None


@pytest.mark.parametrize(
    ("accounts", "posts", "said"),
    [
        ([MIRA], ["{"], "posts.jsonl, line 1: not valid JSON"),
        ([MIRA], ["", "[]"], "posts.jsonl, line 2: not an object"),
        ([{"name": "x"}], [], "accounts.jsonl, line 1: acct is not a text"),
        ([{**MIRA, "indexable": "yes"}], [], "accounts.jsonl, line 1: indexable is neither"),
        ([MIRA], [{**POST, "at": "yesterday"}], "posts.jsonl, line 1: at is not a time"),
        ([MIRA], [{**POST, "edit": {"at": "2025-01-06T00:00:00Z"}}], "posts.jsonl, line 1, edit: text is not a text"),
        ([MIRA, MIRA], [], "twice"),
        ([MIRA], [POST, POST], "twice"),
        ([], [POST], "by nobody"),
        ([MIRA], [{**POST, "reply_to": "A-9"}], "A-1 answers A-9, which is not there"),
        ([MIRA], [POST, {**POST, "id": "A-2", "reply_to": "A-1"}], "A-2 answers A-1, which is not there by then"),
        ([MIRA], [{**POST, "edit": {"at": POST["at"], "text": "x"}}], "edited before it is written"),
    ],
)
def test_a_mistake_in_the_files_is_named(tmp_path: Path, accounts: list[Any], posts: list[Any], said: str) -> None:
    """Whoever writes the corpus is told the file, the line or the post."""
    with pytest.raises(InputError, match=r"sample|jsonl") as caught:
        load_corpus(folder(tmp_path, accounts, posts))
    assert said in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """A folder without the two files is no corpus."""
    with pytest.raises(InputError, match=r"cannot read accounts\.jsonl"):
        load_corpus(tmp_path)


def test_posts_stand_in_the_order_of_their_dates() -> None:
    """Whatever their order in the file."""
    account = SampleAccount("a@b.example")
    late, early = (SamplePost(str(hours), account.acct, NOON + hours * HOUR, "") for hours in (2, 1))
    assert list(joined([account], [late, early]).posts) == ["1", "2"]


def test_the_golden_post_is_read_as_it_is(tmp_path: Path) -> None:
    """Its JSON and its account's travel along untouched."""
    raw = {
        "content": "<p>x</p>",
        "created_at": "2025-01-05T12:00:00.000Z",
        "uri": "https://c.example/1",
        "account": {"acct": "g@c.example"},
    }
    (tmp_path / "golden.json").write_text(json.dumps(raw), encoding="utf-8")
    corpus = load_corpus(folder(tmp_path, [], []))
    assert corpus.posts[GOLDEN].raw == raw
    assert corpus.posts[GOLDEN].at == NOON
    assert corpus.accounts["g@c.example"].raw == {"acct": "g@c.example"}


def test_the_shipped_corpus_is_as_large_and_as_mixed_as_the_demo_needs() -> None:
    """Posts, accounts, hosts, weeks, replies, edits, bots, languages, warnings; what does not count is there too."""
    corpus = load_corpus()
    posts, accounts = list(corpus.posts.values()), list(corpus.accounts.values())
    assert len(posts) >= 240
    assert len(accounts) >= 80
    assert len({account.host for account in accounts}) >= 6
    assert {post.acct for post in posts} == {account.acct for account in accounts}
    first, end = datetime(2024, 12, 28, tzinfo=UTC), datetime(2025, 1, 31, 23, tzinfo=UTC)
    assert all(first <= post.at <= end for post in posts)
    weeks = Counter((post.at - first) // timedelta(days=7) for post in posts)
    assert min(weeks[week] for week in range(5)) >= 20
    assert len({post.language for post in posts}) >= 3
    assert sum(post.reply_to is not None for post in posts) >= 40
    assert sum(post.edit is not None for post in posts) >= 5
    assert sum(bool(post.cw) for post in posts) >= 5
    assert sum(account.bot for account in accounts) >= 3
    assert sum(account.locked for account in accounts) >= 3


def test_every_shipped_post_belongs_to_the_debate_and_the_servers_see_the_golden_one() -> None:
    """Each has one of the two tags that the demo reads, when written and when edited."""
    corpus = load_corpus()
    for post in corpus.posts.values():
        if post.raw is None:
            for text in (post.text, *([post.edit.text] if post.edit else [])):
                assert {"ai", "generativeai"} & set(tags_of(text)), post.id
    views = demo_views()
    assert all(view.has(corpus.posts[GOLDEN]) for view in views)
    assert sum(any(view.has(post) for view in views) for post in corpus.posts.values()) >= 230


def test_no_two_shipped_posts_share_an_address_or_an_id() -> None:
    """Neither their uri nor, on one server, what it files them under."""
    corpus = load_corpus()
    assert len({status_uri(post) for post in corpus.posts.values()}) == len(corpus.posts)
    for view in demo_views():
        shown = snapshot(view, corpus, now=datetime(2025, 2, 1, tzinfo=UTC)).shown
        assert len({entry.remote_id for entry in shown}) == len(shown) > 100
