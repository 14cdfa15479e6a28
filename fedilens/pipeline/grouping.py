"""What goes beyond single targets: camps of people, how much was seen, and what is news."""

from collections.abc import Mapping, Sequence
from statistics import NormalDist
from typing import Any
from uuid import UUID

import numpy as np

from fedilens.opinion import CAMPS_METHOD, Camps, Coverage, NoCamps, SideShare, estimate_coverage, find_camps
from fedilens.pipeline.estimating import Reporter, answer
from fedilens.store.reports import Estimate
from fedilens.types import Alert, Window

MOST_DIVISIVE = 4
"""Targets that the camps are described by."""
_EVENTS = {
    "born": "New topic: {label}, {people} people.",
    "split": "Split off: {label}, {people} people.",
    "merged": "Merged: {label} is now part of {other}.",
}


def estimate_camps(reporter: Reporter, window: Window) -> Camps | NoCamps:
    """The camps of a window; their figures are kept in the place of earlier ones, who is in which is not."""
    rows = answer(reporter, "positions", window).dicts()
    targets = [target.name for target in reporter.debate.targets]
    people = {account: row for row, account in enumerate(dict.fromkeys(row["account_id"] for row in rows))}
    stances = np.full((len(people), len(targets)), np.nan)
    for row in rows:
        if row["target"] in targets:
            stances[people[row["account_id"]], targets.index(row["target"])] = row["side"]
    found = find_camps(stances, targets)
    reporter.store.save_estimates(
        _camp_figures(found) if isinstance(found, Camps) else [],
        debate=reporter.debate.name,
        window=window,
        method=CAMPS_METHOD,
        now=reporter.clock.now(),
    )
    return found


def window_coverage(reporter: Reporter, window: Window) -> Coverage | None:
    """At least how many posts there were; None where fewer than two servers showed any."""
    rows = answer(reporter, "coverage", window).dicts()
    sightings = [tuple(row["servers"]) for row in rows for _ in range(row["posts"])]
    return estimate_coverage(sightings, {server for row in rows for server in row["servers"]})


def find_alerts(reporter: Reporter, window: Window) -> list[Alert]:
    """What is beyond chance in a window: shares that moved, and what happened to topics. The surest come first.

    The shares are expected to have been estimated. Topics of fewer people than the public may see are left out,
    and so are those of one instance.
    """
    moved = [
        Alert("shift", row["target"], _shift(row), row["value"], row["low"], row["high"], row["n"])
        for row in answer(reporter, "shares", window).dicts()
        if row["kind"].endswith("_change") and (row["low"] > 0 or row["high"] < 0)
    ]
    topics = {row["cluster_id"]: row for row in answer(reporter, "topics", window).dicts()}
    topics = {
        topic: row
        for topic, row in topics.items()
        if row["people"] >= reporter.rules.minimum_group and row["instances"] > 1
    }
    happened: dict[tuple[str, UUID], Alert] = {}
    for row in answer(reporter, "topic_events", window).dicts():
        topic = topics.get(row["other_id"] if row["kind"] == "merged" else row["cluster_id"])
        if topic and row["kind"] in _EVENTS:
            text = _EVENTS[row["kind"]].format(label=row["label"], people=topic["people"], other=topic["label"])
            alert = Alert(row["kind"], row["label"], text, row["now"] - row["before"], n=topic["people"])
            happened.setdefault((row["kind"], row["cluster_id"]), alert)
    fresh = {cluster_id for kind, cluster_id in happened if kind in ("born", "split")}
    happened |= {
        ("attention", alert_id): alert
        for alert_id, alert in _bursts(reporter, window).items()
        if alert_id in topics and alert_id not in fresh
    }
    return [
        *sorted(moved, key=lambda alert: -abs(alert.value)),
        *sorted(happened.values(), key=lambda alert: (-(alert.n or 0), alert.text)),
    ]


def _bursts(reporter: Reporter, window: Window) -> dict[UUID, Alert]:
    """Topics whose share of people changed beyond chance; the intervals allow for how many topics there are."""
    count = len(answer(reporter, "attention", window).rows)
    z = NormalDist().inv_cdf(1 - 0.025 / max(count, 1))
    return {
        row["cluster_id"]: Alert(
            "attention",
            row["label"],
            (
                f"{'More' if row['change'] > 0 else 'Less'} attention: {row['label']}, {100 * row['share']:.0f} % of "
                f"people after {_share_before(row, reporter.rules.minimum_group)}."
            ),
            row["change"],
            row["change_low"],
            row["change_high"],
            row["people"],
        )
        for row in answer(reporter, "attention", window, z=f"{z:.3f}").dicts()
        if row["change"] is not None and (row["change_low"] > 0 or row["change_high"] < 0)
    }


def _share_before(row: Mapping[str, Any], group: int) -> str:
    """Of few people it is told that they were few."""
    if 0 < row["people_before"] < group:
        return f"fewer than {group} people"
    return f"{100 * row['share_before']:.0f} %"


def tell_coverage(coverage: Coverage | None, *, servers: bool = True) -> list[str]:
    """The coverage as sentences, with what it does not know. What each server alone showed may be of one person."""
    if coverage is None:
        return ["Coverage is not available: it takes posts from at least two servers."]
    return [
        (
            f"{coverage.seen} posts were seen; there were at least {coverage.least:.0f}, so at most "
            f"{100 * coverage.share:.0f} % of the debate was seen."
        ),
        (
            "This is a lower bound: servers that follow each other show the same posts, which hides how many none "
            "of them shows."
        ),
        *(
            f"{server} alone showed {alone}, and did not show {coverage.missed[server]} that others did."
            for server, alone in coverage.alone.items()
            if servers
        ),
    ]


def tell_camps(found: Camps | NoCamps, *, group: int = 1) -> list[str]:
    """The camps as sentences: how many, on what they agree, what divides them.

    Shares of fewer than `group` people are left out.
    """
    if isinstance(found, NoCamps):
        return [found.reason]
    lines = [f"{len(found.sizes)} camps can be told apart by where {sum(found.sizes)} people stand."]
    for number, size in enumerate(found.sizes):
        shares = [(target.target, target.shares[number]) for target in found.divisive[:MOST_DIVISIVE]]
        views = [_view(target, share) for target, share in shares if share is not None and share.people >= group]
        lines.append(f"Camp {number + 1}, {size} people: {_listed(views)}." if views else f"Camp {number + 1}: {size}.")
    for verb, agreed in (("agree with", 1), ("disagree with", -1)):
        names = [target.target for target in found.common_ground if target.agreed == agreed]
        if names:
            lines.append(f"Common ground: most in every camp {verb} {_listed(names)}.")
    divisive = [target.target for target in found.divisive[:MOST_DIVISIVE]]
    if divisive:
        lines.append(f"Most divisive: {_listed(divisive)}.")
    lines.append(
        "Camps are made of stances that a program found, some of which are wrong; shares are of those in a camp who "
        "take a side."
    )
    return lines


def _camp_figures(camps: Camps) -> list[Estimate]:
    sizes = [
        Estimate(f"camp_size_{number}", "", size, size, size, size) for number, size in enumerate(camps.sizes, start=1)
    ]
    people = sum(camps.sizes)
    figures = []
    for target in camps.targets:
        figures += [
            Estimate(f"camp_{number}", target.target, share.value, share.low, share.high, share.people)
            for number, share in enumerate(target.shares, start=1)
            if share is not None
        ]
        figures.append(Estimate("camp_gap", target.target, target.gap, target.gap, target.gap, people))
        if target.chance is not None:
            chance = target.chance
            figures.append(Estimate("camp_chance", target.target, chance, chance, chance, people))
    return sizes + figures


def _view(target: str, share: SideShare) -> str:
    """`91 % (84–95) for labour`: of a camp's people who take a side, how many take the one that most take."""
    if share.value >= 0.5:  # noqa: PLR2004  # half
        return f"{100 * share.value:.0f} % ({100 * share.low:.0f}–{100 * share.high:.0f}) for {target}"
    low, high = 100 * (1 - share.high), 100 * (1 - share.low)
    return f"{100 * (1 - share.value):.0f} % ({low:.0f}–{high:.0f}) against {target}"


def _shift(row: dict[str, Any]) -> str:
    side = "for" if row["kind"].startswith("favor") else "against"
    return (
        f"The share {side} {row['target']} moved by {100 * row['value']:+.0f} points "
        f"({100 * row['low']:+.0f} to {100 * row['high']:+.0f})."
    )


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
