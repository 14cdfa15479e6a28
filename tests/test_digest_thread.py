"""Threads: no part over the limit, no word lost, nobody pinged."""

import itertools
import re
from dataclasses import replace

import pytest
import regex
from digest_rows import digest_of, now_rows, share
from hypothesis import given
from hypothesis import strategies as st

from fedilens.bot import reply_parts
from fedilens.digest import length, packed, render_thread
from fedilens.digest.thread import MOST_REPLIES, NUMBER_ROOM, number_parts, split_thread, without_mentions
from fedilens.types import Figure, PostLimits

LIMITS = PostLimits()
URLS = st.integers(1, 300).map(lambda size: "https://a.example/" + "x" * size)
WORDS = st.one_of(
    st.text(alphabet="abcé@#.!", min_size=1, max_size=30),
    URLS,
    st.just("http://a"),
    st.integers(60, 300).map(lambda size: "w" * size + "http://a"),
    st.integers(60, 300).map(lambda size: "@" * size),
)
SENTENCES = st.lists(st.lists(WORDS, min_size=1, max_size=12).map(" ".join), max_size=8)


def letters(text: str) -> str:
    return "".join(text.split())


def pings(text: str) -> bool:
    return any(first == "@" and (second.isalnum() or second in "_.-") for first, second in itertools.pairwise(text))


@given(SENTENCES, st.integers(60, 500))
def test_no_part_is_over_the_limit_and_no_letter_is_lost(sentences: list[str], most: int) -> None:
    """URLs count as the server counts them, also when they stick to a long word."""
    limits = PostLimits(characters=most)
    parts = split_thread(sentences, limits=limits)
    assert all(length(part, limits) <= most - NUMBER_ROOM for part in parts)
    assert letters("".join(parts)) == letters("".join(sentences))


@given(st.lists(st.lists(st.text("abc", min_size=1, max_size=20), min_size=1).map(" ".join)), st.integers(60, 120))
def test_no_word_that_fits_is_cut(sentences: list[str], most: int) -> None:
    """The words are the same, in the same order."""
    parts = split_thread(sentences, limits=PostLimits(characters=most))
    assert " ".join(parts).split() == " ".join(sentences).split()


def test_parts_are_filled_before_a_new_one_is_begun() -> None:
    """Up to the last character that is left beside the number."""
    limits = PostLimits(characters=20 + NUMBER_ROOM)
    assert split_thread(["a" * 9, "b" * 10], limits=limits) == ["a" * 9 + "\n" + "b" * 10]
    assert split_thread(["a" * 10, "b" * 10], limits=limits) == ["a" * 10, "b" * 10]
    assert split_thread(["a" * 20], limits=limits) == ["a" * 20]
    assert split_thread(["a" * 9 + " " + "b" * 10 + " c"], limits=limits) == ["a" * 9 + " " + "b" * 10, "c"]


def test_a_long_url_is_never_cut() -> None:
    """It counts for 23 characters whatever its length."""
    url = "https://news.example/" + "x" * 600
    parts = split_thread([f"{'word ' * 94}see {url}"], limits=LIMITS)
    assert any(url in part.split() for part in parts)
    assert length(f"see {url}", LIMITS) == 27
    assert length(url, PostLimits(url_characters=5)) == 5


def test_the_number_fits_into_the_room_that_is_kept() -> None:
    """And a single part has none."""
    assert number_parts(["one"]) == ["one"]
    assert number_parts(["one", "two", "three"]) == ["one (1/3)", "two (2/3)", "three (3/3)"]
    assert len(f" ({MOST_REPLIES + 1}/{MOST_REPLIES + 1})") <= NUMBER_ROOM


def test_a_handle_cannot_ping_and_a_link_still_works() -> None:
    """In a URL a zero-width space would lead elsewhere."""
    assert without_mentions("ask @user@a.example, @_b") == "ask @\u200buser@\u200ba.example, @\u200b_b"
    assert without_mentions("at https://m.example/@who/1 @ home") == "at https://m.example/%40who/1 @ home"


@given(
    title=st.text("ab @.", max_size=300),
    statement=st.text("ab @_!", min_size=1, max_size=200),
    url=st.sampled_from(["https://news.example/@who/story", "https://news.example/" + "y" * 700]),
    most=st.integers(160, 600),
    hashtags=st.lists(st.text("abc", min_size=1, max_size=12), max_size=3),
    replies=st.integers(1, MOST_REPLIES),
)
def test_every_post_of_a_thread_keeps_the_limit_and_pings_nobody(
    *, title: str, statement: str, url: str, most: int, hashtags: list[str], replies: int
) -> None:
    """No more than asked for, numbered in order, whatever the titles, statements and links are."""
    digest = digest_of(title=title)
    shares = tuple(replace(one, statement=statement) for one in digest.shares)
    articles = tuple(replace(one, url=url) for one in digest.articles)
    digest = replace(digest, shares=shares, articles=articles, lead=f"More agree that “{statement}”.")
    limits = PostLimits(characters=most)
    parts = render_thread(
        digest, limits=limits, page_url="https://d.example/@bot/ai", hashtags=hashtags, replies=replies
    )
    assert 1 <= len(parts) <= replies + 1
    assert all(length(part, limits) <= most for part in parts)
    assert not any(pings(part) for part in parts)
    numbers = [re.search(r" \((\d)/(\d)\)$", part) for part in parts]
    expected = [(str(number), str(len(parts))) for number in range(1, len(parts) + 1)]
    assert [number.groups() for number in numbers if number] == (expected if len(parts) > 1 else [])


@given(SENTENCES, st.integers(160, 600), st.text("abc_.", min_size=1, max_size=20))
def test_an_answer_names_the_asker_alone_and_loses_no_word_of_what_it_says(
    sentences: list[str], most: int, name: str
) -> None:
    """In at most three posts: what has no room is left out by whole sentences."""
    acct = f"{name}@a.example"
    limits = PostLimits(characters=most - len(acct) - 2)
    clean = [without_mentions(sentence) for sentence in sentences]
    texts = packed(clean, limits=limits, most=3)
    assert len(texts) <= 3
    kept, said = [], letters("".join(texts))
    for sentence in clean:
        if letters(sentence) and said.startswith(letters("".join([*kept, sentence]))):
            kept.append(sentence)
    assert letters("".join(kept)) == said
    for post in reply_parts(acct, texts):
        assert length(post, PostLimits(characters=most)) <= most
        assert post.startswith(f"@{acct} ")
        assert not pings(post.removeprefix(f"@{acct} "))


@given(st.lists(st.sampled_from(["e\u0301", "👩‍👩‍👧‍👦", "🇫🇮", "ก็", "x", "한"]), min_size=100, max_size=400))
def test_letters_keep_their_accents_and_families_their_members(graphemes: list[str]) -> None:
    """A word that has to be cut is cut between graphemes."""
    parts = split_thread(["".join(graphemes)], limits=PostLimits(characters=90))
    cuts = set(itertools.accumulate(len(part) for part in parts))
    assert cuts <= set(itertools.accumulate(len(one) for one in regex.findall(r"\X", "".join(graphemes))))
    assert "".join(parts) == "".join(graphemes)


def test_a_long_digest_gives_one_post_and_three_replies() -> None:
    """What has no room is left out by whole sentences; a lead that needs more room keeps all its words."""
    digest = digest_of()
    wordy = tuple(replace(one, statement=f"{one.statement} {'Very much so. ' * 20}") for one in digest.shares * 4)
    parts = render_thread(replace(digest, shares=wordy), limits=LIMITS)
    assert len(parts) == MOST_REPLIES + 1 == 4
    assert len(render_thread(replace(digest, shares=wordy), limits=LIMITS, replies=0)) == 1
    lead = " ".join(f"word{number}" for number in range(150))
    cut = render_thread(replace(digest, lead=lead), limits=PostLimits(characters=300), replies=1)
    assert all(word in " ".join(cut).split() for word in lead.split())


def test_a_thread_tells_the_digest_from_the_lead_to_the_links() -> None:
    """Counts, sides, changes beyond chance, the first reason, topics and article, in this order."""
    rows = now_rows()["shares"]
    moved = [*rows, share("labour", "favor_change", 0.09, 0.02, 0.17)]
    digest = digest_of(shares=moved)
    first, second = render_thread(digest, limits=PostLimits(characters=2000), page_url="https://d.example/")
    assert first == f"AI, 25 to 31 January 2025.\n\n{digest.lead}\n\nhttps://d.example/ (1/2)"
    assert second.split("\n") == [
        "120 posts by 60 people on 9 instances; counted are those who allow it, of about 100 people seen.",
        "“AI takes work away from people.” For: 26 % (13–39), +9 points (+2 to +17). Against: 22 % (11–33).",
        "“The data centres of AI use too much energy.” For: 31 % (18–45). Against: 12 % (2–24).",
        "Reason given most (7 people): It drinks rivers dry.",
        "Most spoken of: grid, power.",
        "Linked most, by 6 people: https://news.example/a-long-story (2/2)",
    ]


def test_at_most_five_stances_are_told_and_none_that_may_be_zero() -> None:
    """A share whose interval reaches zero on both sides is not worth a line."""
    (one, *_) = digest_of().shares
    nothing = replace(one, statement="Nobody.", favor=Figure("", 0.1, "", low=0.0, high=0.2), against=one.favor)
    nothing = replace(nothing, against=nothing.favor)
    only_against = replace(nothing, statement="Only against.", against=Figure("", 0.3, "", low=0.1, high=0.5))
    digest = replace(digest_of(), shares=(nothing, only_against, one, one, one, one, one))
    told = "\n".join(render_thread(digest, limits=PostLimits(characters=5000)))
    assert "Nobody." not in told
    assert "Only against." in told
    assert told.count("For: ") == 5


@pytest.mark.parametrize("people", [3, 29])
def test_a_digest_of_few_people_is_a_short_thread(people: int) -> None:
    """Counts and articles alone."""
    digest = digest_of(overview=[{**now_rows()["overview"][0], "people": people}], articles=[])
    parts = render_thread(digest, limits=LIMITS)
    assert len(parts) == 2
    assert "%" not in "".join(parts)
