"""Digests: what is told to whom, in every form, with the same figures."""

import itertools
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from fedilens.digest import (
    DigestRules,
    Facts,
    PostLimits,
    build_digest,
    length,
    render_feed,
    render_json,
    render_page,
    render_text,
    render_thread,
)
from fedilens.digest.lead import lead_sentence
from fedilens.digest.thread import NUMBER_ROOM, split_thread, without_mentions
from fedilens.digest.words import count, percent, period, points
from fedilens.types import Audience, Digest, Figure, Window

END = datetime(2025, 2, 1, tzinfo=UTC)
WEEK = Window(END - timedelta(days=7), END)
LIMITS = PostLimits()


def overview(**values: int) -> list[dict[str, Any]]:
    return [{"posts": 60, "people": 40, "instances": 6, "people_seen": 55, "bots": 2} | values]


def share(target: str, kind: str, value: float, low: float, high: float) -> dict[str, Any]:
    return {"target": target, "kind": kind, "value": value, "low": low, "high": high, "n": 40, "method": "m"}


def topic(number: int, label: str, **counts: int) -> dict[str, Any]:
    return {"cluster_id": number, "label": label, "keywords": label.split(", ")} | counts


def answers(**more: Any) -> dict[str, Any]:
    """What the questions answer for a week."""
    return {
        "overview": overview(),
        "exclusions": [{"reason": "locked", "people": 9, "posts": 12}, {"reason": "not-said", "people": 6, "posts": 6}],
        "languages": [
            {"language": "en", "posts": 50, "people": 33, "read": True},
            {"language": "de", "posts": 8, "people": 6, "read": False},
            {"language": "fi", "posts": 1, "people": 1, "read": False},
        ],
        "shares": [
            share("energy", "favor", 0.4, 0.3, 0.5),
            share("energy", "against", 0.1, 0.0, 0.2),
            share("hype", "favor", 0.2, 0.1, 0.3),
            share("hype", "against", 0.05, 0.0, 0.1),
        ],
        "stances": [{"target": "hype"}, {"target": "energy"}],
        "reasons": [
            {"target": "energy", "side": "favor", "reason": "It drinks the river.", "people": 7, "instances": 3},
            {"target": "hype", "side": "against", "reason": "It stays.", "people": 4, "instances": 2},
        ],
        "topics": [
            {
                "cluster_id": 1,
                "label": "river, water",
                "keywords": ["river", "water"],
                "people": 8,
                "posts": 9,
                "instances": 3,
            },
            {"cluster_id": 2, "label": "one server", "keywords": ["one"], "people": 9, "posts": 9, "instances": 1},
            {"cluster_id": 3, "label": "small", "keywords": ["small"], "people": 4, "posts": 4, "instances": 2},
        ],
        "exemplars": [{"cluster_id": 1, "url": "https://h.example/@a/1"}, {"cluster_id": 1, "url": None}],
        "articles": [
            {"url": "https://news.example/a", "people": 6, "instances": 4},
            {"url": "https://news.example/b", "people": 6, "instances": 2},
            {"url": "https://news.example/c", "people": 4, "instances": 4},
        ],
        "daily": [{"day": "2025-01-30", "posts": 20, "people": 15}, {"day": "2025-01-31", "posts": 40, "people": 30}],
    } | more


def made(audience: Audience = Audience.PUBLIC, *, before: dict[str, int] | None = None, **more: Any) -> Digest:
    """A digest of these answers."""
    facts = Facts(
        now=answers(**more),
        before={"overview": overview(**(before or {}))},
        statements={"energy": "AI's costs are unacceptable.", "hype": "AI is a bubble.", "danger": "AI endangers us."},
        certainty=("Sixty of 100 are right.",),
    )
    return build_digest(
        facts,
        digest_id=UUID(int=1),
        debate="ai",
        title="The debate",
        audience=audience,
        window=WEEK,
        rules=DigestRules(20, 5),
        created_at=END,
    )


def test_the_public_sees_no_small_groups_and_no_links_to_posts() -> None:
    """Five people at least; a topic on one instance is that instance's affair."""
    public = made()
    assert [reason.text for reason in public.reasons] == ["It drinks the river."]
    assert [topic.label for topic in public.topics] == ["river, water"]
    assert [article.url for article in public.articles] == ["https://news.example/a"]
    assert public.topics[0].links == ()
    assert {key: figure.value for key, figure in public.unread_languages.items()} == {"de": 6, "other": 1}
    for form in (render_text, render_json, render_page, render_feed):
        assert "h.example" not in form(public)


def test_the_operator_sees_all_groups_and_links() -> None:
    """On their own pages."""
    private = made(Audience.OPERATOR)
    assert len(private.reasons) == 2
    assert len(private.topics) == 3
    assert private.topics[0].links == ("https://h.example/@a/1",)
    assert [article.url for article in private.articles] == ["https://news.example/a"]
    assert "https://h.example/@a/1" in render_text(private)


def test_shares_come_in_the_order_of_their_discussion_with_both_sides() -> None:
    """Not swapped, with intervals."""
    first, second = made().shares
    assert (first.target, second.target) == ("hype", "energy")
    assert (second.favor.value, second.against.value) == (0.4, 0.1)
    assert (second.favor.low, second.favor.high, second.favor.n) == (0.3, 0.5, 40)
    assert second.statement == "AI's costs are unacceptable."


def test_with_too_few_people_only_counts_are_told() -> None:
    """Nineteen are too few, twenty are enough."""
    few = made(overview=overview(people=19))
    assert not few.enough
    assert (few.shares, few.reasons, few.topics) == ((), (), ())
    assert "from 20 people on" in few.notes[1]
    assert made(overview=overview(people=20)).enough


def test_what_cannot_be_told_is_named() -> None:
    """A reader should know which targets are missing."""
    assert "danger" in made().notes[1]
    assert "energy" not in made().notes[1]


def test_every_figure_names_a_query_and_is_listed_once() -> None:
    """Figures are what is kept and checked."""
    digest = made()
    names = [figure.name for figure in digest.figures]
    assert len(names) == len(set(names))
    for name in (
        "posts",
        "people",
        "excluded.locked",
        "share.energy.favor",
        "reason.1",
        "topic.1.people",
        "daily.2025-01-31",
    ):
        assert name in names
    assert all(figure.query for figure in digest.figures)
    assert digest.people_seen.value == 55


MOVED = [
    *answers()["shares"],
    share("energy", "favor_change", -0.2, -0.3, -0.1),
    share("hype", "against_change", 0.3, 0.1, 0.4),
]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"shares": MOVED}, "More people disagree that “AI is a bubble”: 5 % (0–10), +30 points (+10 to +40)"),
        ({"shares": MOVED[:5]}, "Fewer people agree that “AI's costs are unacceptable”: 40 % (30–50), -20 points"),
        (
            {"shares": [*answers()["shares"], share("hype", "favor_change", 0.3, -0.1, 0.5)]},
            "The view met most: 40 % (30–50) of people agree",
        ),
        ({"before": {"posts": 40}}, "The debate got louder: 60 posts by 40 people"),
        ({"before": {"posts": 90}}, "The debate got quieter: 60 posts by 40 people"),
        ({"before": {"posts": 41}}, "The view met most: 40 % (30–50) of people agree"),
        ({"before": {"posts": 19}}, "The view met most: 40 % (30–50) of people agree"),
        ({"shares": []}, "60 posts by 40 people from 6 instances."),
    ],
)
def test_the_lead_tells_what_changed_most(change: dict[str, Any], says: str) -> None:
    """Beyond chance only; else the volume, the view met most, or the counts."""
    assert lead_sentence(made(**change)).startswith(says)


def test_figures_read_as_people_read_them() -> None:
    """One and many, thousands, intervals, signs."""
    assert count(Figure("x", 1, "q"), "person", "people") == "1 person"
    assert count(Figure("x", 2, "q"), "person", "people") == "2 people"
    assert count(Figure("x", 12345, "q"), "post") == "12\u202f345 posts"
    assert percent(Figure("x", 0.123, "q")) == "12 %"
    assert percent(Figure("x", 0.123, "q", low=0.04, high=0.5)) == "12 % (4–50)"
    assert points(Figure("x", -0.1, "q", low=-0.2, high=0.05)) == "-10 points (-20 to +5)"


@pytest.mark.parametrize(
    ("days", "end", "words"),
    [
        (7, END, "25 to 31 January 2025"),
        (1, END, "31 January 2025"),
        (2, END + timedelta(days=1), "31 January to 1 February 2025"),
        (40, END, "23 December 2024 to 31 January 2025"),
    ],
)
def test_a_period_names_the_days_that_it_touches(days: int, end: datetime, words: str) -> None:
    """The end itself is not a part of it."""
    assert period(Window(end - timedelta(days=days), end)) == words


def test_the_page_holds_the_digests_figures_and_escapes_what_it_shows() -> None:
    """No script gets in by a label, and nothing is loaded from elsewhere."""
    hostile = answers()["topics"][0] | {"label": "<script>alert(1)</script>"}
    page = BeautifulSoup(render_page(made(topics=[hostile])), "lxml")
    assert not page.find_all(["script", "link", "iframe", "img"])
    assert "<script>alert(1)</script>" in page.text
    assert "40 % (30–50)" in page.text
    assert len(page.find_all("svg")) >= 2
    hosts = {a["href"] for a in page.find_all("a")}
    assert hosts == {"https://news.example/a"}


def test_json_and_feed_keep_ids_times_and_values() -> None:
    """The feed's ids are the same however often it is made."""
    digest = made()
    told = json.loads(render_json(digest))
    assert told["window"] == {"start": "2025-01-25T00:00:00+00:00", "end": "2025-02-01T00:00:00+00:00"}
    assert told["shares"][1]["favor"] == {
        "name": "share.energy.favor", "value": 0.4, "query": "shares", "low": 0.3, "high": 0.5, "n": 40,
    }  # fmt: skip
    feed = render_feed(digest, page_url="https://digest.example/")
    assert feed == render_feed(digest, page_url="https://digest.example/")
    assert "urn:uuid:00000000-0000-0000-0000-000000000001" in feed
    assert "<updated>2025-02-01T00:00:00+00:00</updated>" in feed
    assert 'href="https://digest.example/"' in feed


def test_the_text_tells_all_parts() -> None:
    """Counts against the window before, sides, who was left out."""
    text = render_text(made(before={"posts": 50, "people": 40}))
    for words in (
        "60 posts, 10 more than before, by 40 people, as many as before, on 6 instances.",
        "for     ████████············ 40 % (30–50)",
        "7 people for energy: It drinks the river.",
        "river, water: 8 people, 9 posts",
        "6 people on 4 instances: https://news.example/a",
        "40 people of about 55 seen",
        "2 bots set apart",
        "about 9 people left out: locked account",
        "6 people wrote in a language that is not read: de",
    ):
        assert words in text


def test_a_thread_starts_with_the_lead_and_ends_with_where_to_read_on() -> None:
    """Numbered, with the configured hashtags alone."""
    parts = render_thread(made(), limits=LIMITS, page_url="https://digest.example/", hashtags=("AIdebate",))
    assert made().lead in parts[0]
    assert parts[0].endswith(f"https://digest.example/\n\n#AIdebate (1/{len(parts)})")
    assert "40 % (30–50)" in parts[1]
    assert len(parts) <= 4
    assert not any("#" in part for part in parts[1:])


WORDS = st.text(alphabet=st.characters(blacklist_categories=["Cs", "Zs", "Zl", "Zp", "Cc"]), min_size=1, max_size=40)
SENTENCES = st.lists(st.lists(WORDS, min_size=1, max_size=30).map(" ".join), min_size=1, max_size=12)


@given(SENTENCES, st.integers(min_value=60, max_value=500))
def test_splitting_loses_no_word_and_keeps_the_limit(sentences: list[str], most: int) -> None:
    """Whatever is written, each part has room for its number."""
    limits = PostLimits(characters=most)
    parts = split_thread(sentences, limits=limits)
    assert all(length(part, limits) <= most - NUMBER_ROOM for part in parts)
    assert "".join("".join(parts).split()) == "".join("".join(sentences).split())


@given(st.text(max_size=200))
def test_nothing_in_a_thread_can_ping(text: str) -> None:
    """No @ stands before a character that a name can begin with, and nothing else changes."""
    bare = without_mentions(text)
    assert not any(first == "@" and (second.isalnum() or second in "_.-") for first, second in itertools.pairwise(bare))
    assert bare.replace("@\u200b", "@") == text.replace("@\u200b", "@")


def test_urls_count_the_same_whatever_their_length() -> None:
    """As Mastodon counts them."""
    assert length("see https://a.example/" + "x" * 400 + " now", LIMITS) == len("see  now") + 23


def test_a_digest_without_days_or_shares_still_has_a_page() -> None:
    """Nothing to draw is no error."""
    empty = replace(made(daily=[], shares=[], articles=[]), topics=(), reasons=())
    assert "<svg" not in render_page(empty)
