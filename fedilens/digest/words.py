"""Figures in words, the same in every rendering."""

from datetime import timedelta

from fedilens.types import Figure, TopicSummary, Window

REASON_WORDS = {
    "opted-out": "asked to be left out",
    "profile-word": "a word such as #nobot in the profile",
    "locked": "locked account",
    "noindex": "does not want to be indexed",
    "not-indexable": "has not switched indexing on",
    "not-said": "the server does not say, and neither does the account",
    "blocked-instance": "on a server that the operator left out",
    "server-rules": "on a server whose rules do not allow this",
    "not-public": "post that is not public",
    "other": "for other reasons, each of few people",
    "own-post": "the bot's own posts",
}


def count(figure: Figure, one: str, many: str | None = None) -> str:
    """`3 posts`, `1 person`; thousands with a thin gap as readers expect in any country."""
    number = round(figure.value)
    return f"{number:,} {one if number == 1 else many or one + 's'}".replace(",", "\u202f")


def percent(figure: Figure) -> str:
    """`24 % (12–35)`: a share with its interval."""
    text = f"{100 * figure.value:.0f} %"
    if figure.low is None or figure.high is None:
        return text
    return f"{text} ({100 * figure.low:.0f}–{100 * figure.high:.0f})"


def points(figure: Figure) -> str:
    """`+9 points (+2 to +17)`: a change of a share with its interval."""
    low, high = figure.low or 0.0, figure.high or 0.0
    return f"{100 * figure.value:+.0f} points ({100 * low:+.0f} to {100 * high:+.0f})"


def attention(topic: TopicSummary) -> str:
    """`12 people, 20 % (12–31) of all, +9 points (+2 to +17)`: who spoke of a topic; a change if beyond chance."""
    text = count(topic.people, "person", "people")
    if topic.share is not None:
        text += f", {percent(topic.share)} of all"
    if topic.change is not None and beyond_chance(topic.change):
        text += f", {points(topic.change)}"
    return text


def beyond_chance(change: Figure) -> bool:
    """Does the interval leave out zero?"""
    return (change.low or 0.0) > 0.0 or (change.high or 0.0) < 0.0


def period(window: Window) -> str:
    """`25 to 31 January 2025`: the days that a window touches."""
    first, last = window.start, window.end - timedelta(microseconds=1)
    end = f"{last.day} {last:%B %Y}"
    if (first.year, first.month, first.day) == (last.year, last.month, last.day):
        return end
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day} to {end}"
    if first.year == last.year:
        return f"{first.day} {first:%B} to {end}"
    return f"{first.day} {first:%B %Y} to {end}"
