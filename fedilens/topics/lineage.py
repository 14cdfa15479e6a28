"""What happened to the topics from one refit to the next."""

from collections.abc import Mapping, Sequence

import numpy as np

from fedilens.topics.renewal import Renewal
from fedilens.types import EventKind, TopicEvent

SURE = 0.01
"""The chance at which growth and shrinking are told although nothing happened (for all topics together)."""
NOTABLE = 1.5
"""Times; a smaller change is not told, however sure."""


def happened(
    renewal: Renewal, places: Mapping[int, int], before: Sequence[int], now: Sequence[int]
) -> list[TopicEvent]:
    """The events of a refit.

    `places` maps a topic's number in `renewal` to its place among the topics of now; `before` and `now` are
    how many documents the topics have. The events name topics by their places.
    """
    known = len(before)
    events = []
    for number, place in sorted(places.items(), key=lambda item: item[1]):
        if number in renewal.split:
            events.append(
                TopicEvent(EventKind.SPLIT, renewal.split[number], place, now[place], before[renewal.split[number]])
            )
        elif number >= known:
            events.append(TopicEvent(EventKind.BORN, None, place, now[place], 0))
    for number in range(known):
        if number in places:
            continue
        goal = places.get(renewal.merged.get(number, -1))
        if goal is None:
            events.append(TopicEvent(EventKind.DIED, number, None, 0, before[number]))
        else:
            events.append(TopicEvent(EventKind.MERGED, number, goal, now[goal], before[number]))
    stayed = {number: place for number, place in places.items() if number < known}
    return events + _growth(stayed, before, now)


def _growth(stayed: Mapping[int, int], before: Sequence[int], now: Sequence[int]) -> list[TopicEvent]:
    """Topics that changed beyond chance against what most topics did.

    The measure is the median ratio of all topics that stayed, so that one that is born or bursts does not make
    all others seem to shrink; the test is that of two Poisson counts given their sum (Przyborowski and
    Wilenski 1940), corrected for the number of topics (Bonferroni).
    """
    from scipy.stats import binomtest  # noqa: PLC0415  # takes a moment to load

    if not stayed:
        return []
    usual = float(np.median([now[place] / before[number] for number, place in stayed.items()]))
    events = []
    for number, place in sorted(stayed.items()):
        ratio = now[place] / before[number] / usual
        if 1 / NOTABLE < ratio < NOTABLE:
            continue
        chance = float(binomtest(now[place], now[place] + before[number], usual / (1 + usual)).pvalue)
        if chance * len(stayed) < SURE:
            kind = EventKind.GROWN if ratio > 1 else EventKind.SHRUNK
            events.append(TopicEvent(kind, number, place, now[place], before[number], chance))
    return events
