"""Answers become a digest: what is shown to whom, and the query behind each figure."""

from pathlib import Path

import pytest
from digest_rows import MADE, WINDOW, digest_of, now_rows, overview, topic

from fedilens.types import Audience

QUERIES = Path(__file__).parent.parent / "queries"


def test_figures_stand_where_they_belong() -> None:
    """Every number of the answers is in the digest, none in the place of another."""
    digest = digest_of()
    assert [figure.value for figure in (digest.posts, digest.people, digest.instances)] == [120, 60, 9]
    assert (digest.people_seen.value, digest.bots.value, digest.posts.n) == (100, 2, 60)
    assert {name: figure.value for name, figure in digest.before.items()} == {
        "posts": 110,
        "people": 58,
        "instances": 9,
        "people_seen": 100,
        "bots": 2,
    }
    assert {reason: figure.value for reason, figure in digest.excluded.items()} == {
        "not-indexable": 30,
        "opted-out": 10,
        "locked": 0,
    }
    assert digest.daily_posts == (("2025-01-25", 50), ("2025-01-26", 70))
    assert (digest.window, digest.created_at, digest.debate, digest.title) == (WINDOW, MADE, "ai", "AI")
    assert digest.certainty == ("Of ten labels shown about six are right.",)


def test_shares_are_told_of_each_target_most_discussed_first() -> None:
    """With the statement, the interval, and the change where there is one."""
    labour, energy = digest_of().shares
    assert (labour.target, energy.target) == ("labour", "energy")
    assert energy.statement == "The data centres of AI use too much energy."
    assert (energy.favor.value, energy.favor.low, energy.favor.high, energy.favor.n) == (0.31, 0.18, 0.45, 60)
    assert energy.against.value == 0.12
    assert energy.favor_change is not None
    assert energy.favor_change.value == 0.05
    assert energy.against_change is not None
    assert energy.against_change.value == -0.01
    assert (labour.favor_change, labour.against_change) == (None, None)


def test_a_target_that_nobody_described_is_told_by_its_name_and_last() -> None:
    """An older debate's target may still have a share."""
    rows = now_rows()["shares"]
    strange = [{**row, "target": "old"} for row in rows[:2]]
    assert [(one.target, one.statement) for one in digest_of(shares=strange + rows).shares][-1] == ("old", "old")


@pytest.mark.parametrize(("people", "enough"), [(29, False), (30, True)])
def test_below_the_minimum_of_people_no_share_reason_or_topic_is_told(people: int, enough: bool) -> None:
    """The minimum itself is enough; articles and counts are told anyway."""
    digest = digest_of(overview=overview(people=people))
    assert digest.enough is enough
    assert [bool(part) for part in (digest.shares, digest.reasons, digest.topics)] == [enough] * 3
    assert digest.articles
    assert any("from 30 people on" in note for note in digest.notes) is not enough


def test_the_public_sees_nothing_of_a_small_group() -> None:
    """Reasons and topics of too few people, topics of one instance, and links are for the operator alone."""
    digest = digest_of()
    assert [reason.text for reason in digest.reasons] == ["It drinks rivers dry.", "New trades arise."]
    assert [one.label for one in digest.topics] == ["grid, power"]
    assert digest.topics[0].links == ()
    assert {language: figure.value for language, figure in digest.unread_languages.items()} == {"de": 12, "other": 3}


def test_a_topic_of_just_the_least_number_of_people_is_told() -> None:
    """The minimum itself is enough."""
    rows = [topic(11, "just, enough", people=3, instances=2), topic(12, "too, few", people=2, instances=2)]
    assert [one.label for one in digest_of(topics=rows).topics] == ["just, enough"]


def test_the_operator_sees_small_groups_and_links() -> None:
    """Links in the order of the answers, without those that are missing."""
    digest = digest_of(audience=Audience.OPERATOR)
    assert len(digest.reasons) == 3
    assert [(one.label, one.links) for one in digest.topics] == [
        ("grid, power", ("https://a.example/@x/1", "https://b.example/@y/2")),
        ("one, server", ()),
        ("a, pair", ()),
    ]
    assert list(digest.unread_languages) == ["de", "fi", "eo"]


def test_reasons_and_topics_hold_their_own_numbers() -> None:
    """People, posts, side and words of each."""
    digest = digest_of()
    first, second = digest.reasons
    assert (first.target, first.side, first.people.value, first.people.n) == ("energy", "favor", 7, 7)
    assert (second.target, second.side, second.people.value) == ("labour", "against", 3)
    (one,) = digest.topics
    assert (one.people.value, one.posts.value, one.keywords) == (9, 11, ("grid", "power"))


@pytest.mark.parametrize("audience", list(Audience))
def test_an_article_needs_three_instances_and_a_group_of_people(audience: Audience) -> None:
    """For any audience: one loud server is not a debate."""
    articles = digest_of(audience=audience).articles
    assert [(one.url, one.people.value, one.instances.value) for one in articles] == [
        ("https://news.example/a-long-story", 6, 4),
        ("https://news.example/three", 3, 3),
    ]


def test_lists_are_cut_to_what_somebody_reads() -> None:
    """Ten reasons, eight topics, eight articles."""
    rows = now_rows()
    digest = digest_of(
        reasons=rows["reasons"][:1] * 12,
        topics=[topic(number, "a, b", people=5, instances=3) for number in range(12)],
        articles=rows["articles"][:1] * 12,
    )
    assert [len(part) for part in (digest.reasons, digest.topics, digest.articles)] == [10, 8, 8]


@pytest.mark.parametrize("audience", list(Audience))
def test_every_figure_is_listed_once_with_a_query_that_exists(audience: Audience) -> None:
    """So that anybody can ask for it again."""
    digest = digest_of(audience=audience)
    names = [figure.name for figure in digest.figures]
    assert len(set(names)) == len(names)
    for figure in digest.figures:
        assert (QUERIES / f"{figure.query}.sql").is_file()
    shown = [digest.posts, digest.people, digest.instances, digest.people_seen, digest.bots]
    shown += [*digest.before.values(), *digest.excluded.values(), *digest.unread_languages.values()]
    shown += [figure for one in digest.shares for figure in (one.favor, one.against)]
    shown += [change for one in digest.shares for change in (one.favor_change, one.against_change) if change]
    shown += [one.people for one in digest.reasons]
    shown += [figure for one in (*digest.topics,) for figure in (one.people, one.posts)]
    shown += [figure for one in digest.articles for figure in (one.people, one.instances)]
    assert all(figure in digest.figures for figure in shown)
    daily = {figure.name: figure.value for figure in digest.figures if figure.query == "daily"}
    assert daily == {"daily.2025-01-25": 50, "daily.2025-01-26": 70}
    assert len(digest.figures) == len(shown) + len(daily)


def test_each_figure_is_named_after_the_query_it_comes_from() -> None:
    """A share is not said to come from the overview."""
    origin = {figure.name: figure.query for figure in digest_of().figures}
    expected = {
        "people": "overview",
        "before.people": "overview",
        "excluded.opted-out": "exclusions",
        "unread.de": "languages",
        "share.energy.favor": "shares",
        "share.energy.against_change": "shares",
        "reason.1": "reasons",
        "topic.grid, power.posts": "topics",
        "article.2.instances": "articles",
    }
    assert expected.items() <= origin.items()


def test_the_notes_say_who_was_counted_and_what_cannot_be_told() -> None:
    """People and people seen in that order; targets without a share by name."""
    first, second = digest_of().notes
    assert "Counted are the 60 of about 100 people seen" in first
    assert second.endswith(": hype.")
    everything = [{**row, "target": target} for target in ("energy", "labour", "hype") for row in now_rows()["shares"]]
    assert len(digest_of(shares=everything).notes) == 1
