"""The first sentence of a digest, and figures in words."""

from datetime import UTC, datetime

import pytest
from digest_rows import digest_of, overview, share

from fedilens.digest.words import count, percent, period, points
from fedilens.types import Figure, Window

FLAT = [share("energy", "favor", 0.3, 0.2, 0.4), share("energy", "against", 0.1, 0.0, 0.2)]
UNSURE = [share("energy", "favor", 0.3, 0.0, 0.4), share("energy", "against", 0.1, 0.0, 0.2)]


@pytest.mark.parametrize(
    ("kind", "change", "told"),
    [
        (
            "favor_change",
            (0.09, 0.02, 0.17),
            "More people agree that “The data centres of AI use too much energy”: 30 %",
        ),
        ("favor_change", (-0.09, -0.17, -0.02), "Fewer people agree that “"),
        (
            "against_change",
            (0.09, 0.02, 0.17),
            "More people disagree that “The data centres of AI use too much energy”: 10",
        ),
        ("against_change", (-0.09, -0.17, -0.02), "Fewer people disagree that “"),
    ],
)
def test_a_share_that_moved_beyond_chance_comes_first(kind: str, change: tuple[float, float, float], told: str) -> None:
    """Even in a window that is much louder."""
    digest = digest_of(shares=[*FLAT, share("energy", kind, *change)], before=overview(posts=20))
    assert digest.lead.startswith(told)
    assert points(Figure("", change[0], "", change[1], change[2])) in digest.lead
    assert digest.lead.endswith(" against the window before.")


def test_the_greatest_of_several_moves_is_told() -> None:
    """Greatest in either direction."""
    moves = [share("energy", "favor_change", 0.05, 0.01, 0.1), share("energy", "against_change", -0.08, -0.1, -0.01)]
    assert digest_of(shares=FLAT + moves).lead.startswith("Fewer people disagree")


def test_a_move_that_may_be_chance_is_not_told() -> None:
    """An interval that touches zero says nothing."""
    rows = [*FLAT, share("energy", "favor_change", 0.05, 0.0, 0.1), share("energy", "against_change", -0.05, -0.1, 0.0)]
    assert digest_of(shares=rows).lead.startswith("The view met most")


@pytest.mark.parametrize(
    ("before", "told"),
    [
        (80, "The debate got louder: 120 posts by 60 people, after 80 posts in the window before."),
        (180, "The debate got quieter: 120 posts by 60 people, after 180 posts in the window before."),
        (81, "The view met most"),
        (179, "The view met most"),
        (19, "The view met most"),
        (20, "The debate got louder"),
    ],
)
def test_volume_is_told_from_one_and_a_half_times_on(before: int, told: str) -> None:
    """Up or down, and only where both windows hold enough posts for a ratio."""
    assert digest_of(shares=FLAT, before=overview(posts=before)).lead.startswith(told)


def test_a_window_of_few_posts_got_neither_louder_nor_quieter() -> None:
    """A ratio of few posts says nothing."""
    digest = digest_of(shares=FLAT, overview=overview(posts=19), before=overview(posts=100))
    assert digest.lead.startswith("The view met most")


def test_the_view_that_most_hold_is_told_when_it_is_beyond_zero() -> None:
    """For or against, whichever is held more."""
    assert digest_of(shares=FLAT).lead == (
        "The view met most: 30 % (20–40) of people agree that “The data centres of AI use too much energy”."
    )
    against = [*FLAT, share("labour", "favor", 0.1, 0.05, 0.2), share("labour", "against", 0.5, 0.4, 0.6)]
    assert digest_of(shares=against).lead == (
        "The view met most: 50 % (40–60) of people disagree that “AI takes work away from people”."
    )


def test_without_anything_else_the_counts_are_told() -> None:
    """Nothing is certain, and nothing changed."""
    assert digest_of(shares=UNSURE).lead == "120 posts by 60 people from 9 instances."


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0 people"), (1, "1 person"), (2, "2 people"), (999, "999 people"), (12345, "12\u202f345 people")],
)
def test_counts_know_singular_plural_and_thousands(value: float, text: str) -> None:
    """Thousands are parted by a thin gap."""
    assert count(Figure("", value, ""), "person", "people") == text


def test_the_plural_is_made_with_an_s_where_none_is_given() -> None:
    """`1 post`, `2 posts`; estimates are rounded."""
    assert [count(Figure("", value, ""), "post") for value in (1, 2, 1.6)] == ["1 post", "2 posts", "2 posts"]


def test_a_share_is_told_in_percent_with_its_interval() -> None:
    """Low before high; without an interval it stands alone."""
    assert percent(Figure("", 0.24, "", low=0.12, high=0.35)) == "24 % (12–35)"
    assert percent(Figure("", 1.0, "")) == "100 %"


def test_a_change_is_told_in_points_with_signs() -> None:
    """Points, not percent, and always a sign."""
    assert points(Figure("", 0.09, "", low=0.02, high=0.17)) == "+9 points (+2 to +17)"
    assert points(Figure("", -0.09, "", low=-0.17, high=0.02)) == "-9 points (-17 to +2)"


@pytest.mark.parametrize(
    ("start", "end", "text"),
    [
        ((2025, 1, 25), (2025, 2, 1), "25 to 31 January 2025"),
        ((2025, 1, 25), (2025, 2, 2), "25 January to 1 February 2025"),
        ((2024, 12, 29), (2025, 1, 5), "29 December 2024 to 4 January 2025"),
        ((2025, 3, 3), (2025, 3, 4), "3 March 2025"),
        ((2025, 3, 3), (2025, 3, 4, 0, 0, 1), "3 to 4 March 2025"),
    ],
)
def test_a_period_names_the_days_that_a_window_touches(
    start: tuple[int, int, int], end: tuple[int, ...], text: str
) -> None:
    """The end itself is not part of a window."""
    assert period(Window(datetime(*start, tzinfo=UTC), datetime(*end, tzinfo=UTC))) == text  # type: ignore[arg-type,misc]
