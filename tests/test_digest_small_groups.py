"""The public is told nothing of few people, in any rendering; and what weighs more than it should is told."""

import pytest
from digest_rows import RULES, digest_of, overview, topic

from fedilens.digest import render_json, render_page, render_text, render_thread
from fedilens.digest.answers import tell_tag
from fedilens.types import Audience, Digest, PostLimits

GROUP = RULES.minimum_group


def shown(digest: Digest) -> str:
    """Everything that is published."""
    thread = "\n".join(render_thread(digest, limits=PostLimits(characters=5000)))
    return "\n".join([render_text(digest), render_page(digest), thread])


@pytest.mark.parametrize("people", [0, 1, GROUP - 1, GROUP])
def test_a_window_of_few_people_tells_no_count(people: int) -> None:
    """Nobody at all is no secret."""
    digest = digest_of(overview=overview(posts=7, people=people, instances=1), articles=[])
    few = 0 < people < GROUP
    assert digest.too_few is few
    assert digest.people.value == (0 if few else people)
    assert ("Fewer than 3 people" in digest.lead) is few
    assert (f" {people} p" in shown(digest)) is not few
    assert ("7 posts" in shown(digest)) is not few
    assert not few or "7" not in [str(round(figure.value)) for figure in digest.figures]
    operator = digest_of(audience=Audience.OPERATOR, overview=overview(posts=7, people=people, instances=1))
    assert (operator.too_few, operator.people.value) == (False, people)


def test_the_bots_answer_about_a_rare_hashtag_tells_no_count() -> None:
    """Else anybody could ask whether somebody used it."""
    digest = digest_of(overview=overview(posts=2, people=1, instances=1))
    (told,) = tell_tag("rare", digest)
    assert "fewer than 3 people" in told.lower()
    assert "2 posts" not in told


def test_reasons_of_few_people_are_told_together() -> None:
    """Or not at all, if they are few even so."""
    rows = [{"reason": reason, "people": 2, "posts": 9} for reason in ("locked", "noindex")]
    many = {"reason": "opted-out", "people": 8, "posts": 9}
    told = digest_of(exclusions=[many, *rows]).excluded
    assert {reason: figure.value for reason, figure in told.items()} == {"opted-out": 8, "other": 4}
    assert list(digest_of(exclusions=[many, rows[0]]).excluded) == ["opted-out"]
    assert list(digest_of(audience=Audience.OPERATOR, exclusions=[many, *rows]).excluded) == [
        "opted-out",
        "locked",
        "noindex",
    ]


def test_rare_languages_and_quiet_days_are_left_out() -> None:
    """A day of one person is that person's day."""
    rare = [{"language": "fi", "posts": 9, "people": 2, "read": False}]
    assert digest_of(languages=rare).unread_languages == {}
    assert list(digest_of(languages=rare, audience=Audience.OPERATOR).unread_languages) == ["fi"]
    days = [{"day": "2025-01-25", "posts": 9, "people": 2}, {"day": "2025-01-26", "posts": 4, "people": 3}]
    assert digest_of(daily=days).daily_posts == (("2025-01-26", 4),)
    assert len(digest_of(daily=days, audience=Audience.OPERATOR).daily_posts) == 2


@pytest.mark.parametrize(("before", "told"), [(0, True), (2, False), (3, True)])
def test_a_change_from_few_people_is_not_told(before: int, told: bool) -> None:
    """It would tell how few they were."""
    attention = {
        "cluster_id": 11, "label": "grid", "people": 9, "share": 0.2, "low": 0.1, "high": 0.3, "people_before": before,
        "share_before": 0.01, "change": 0.19, "change_low": 0.05, "change_high": 0.3,
    }  # fmt: skip
    (first,) = digest_of(attention=[attention], topics=[topic(11, "grid", people=9, instances=4)]).topics
    assert first.share is not None
    assert (first.change is not None) is told


def test_a_loud_server_and_repeats_are_told_with_their_figures() -> None:
    """People are counted, and a reader should know where they come from."""
    loud = {"instance": "big.example", "people": 31, "posts": 80, "share_of_people": 0.51}
    repeats = [{"kind": "repeated", "posts": 12, "people": 5}, {"kind": "stuffed", "posts": 4, "people": 2}]
    digest = digest_of(instances=[loud], repeats=repeats)
    told = " ".join(digest.notes)
    assert "31 of the 60 people write from one server, big.example" in told
    assert "12 posts repeat another one;" in told
    assert "hashtags than words" not in told
    figures = {figure.name: (figure.value, figure.n, figure.query) for figure in digest.figures}
    assert figures["instances.largest"] == (31.0, 31, "instances")
    assert figures["repeats.repeated"] == (12.0, 5, "repeats")
    operator = " ".join(digest_of(audience=Audience.OPERATOR, repeats=repeats).notes)
    assert "12 posts repeat another one and 4 posts have more hashtags than words" in operator
    assert "one server" not in " ".join(digest_of().notes)


def test_what_is_hidden_is_in_no_machine_readable_form_either() -> None:
    """JSON holds the digest as it is shown."""
    digest = digest_of(exclusions=[{"reason": "locked", "people": 2, "posts": 7}], daily=[])
    assert "locked" not in render_json(digest)
