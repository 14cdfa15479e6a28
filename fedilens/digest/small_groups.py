"""What the public may know of few people: nothing (k-anonymity, Samarati and Sweeney 1998, for counts)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from fedilens.digest.facts import Facts

Rows = Sequence[Mapping[str, Any]]
OTHER = "other"


def is_small(people: float, group: int) -> bool:
    """Are there people, but too few to speak of?"""
    return 0 < people < group


def without_small_groups(facts: Facts, group: int) -> Facts:
    """The same answers without any figure that rests on fewer than `group` people; none at all is no secret.

    Topics, reasons and articles are left to the digest, which leaves small ones out for its own reasons too.
    """
    now = dict(facts.now)
    now["overview"] = _overview(facts.now["overview"], group)
    now["exclusions"] = _exclusions(facts.now["exclusions"], group)
    now["languages"] = _languages(facts.now["languages"], group)
    now["daily"] = [row for row in facts.now["daily"] if not is_small(row["people"], group)]
    now["attention"] = [_attention(row, group) for row in facts.now["attention"]]
    now["repeats"] = [row for row in facts.now["repeats"] if not is_small(row["people"], group)]
    now["instances"] = [row for row in facts.now["instances"] if not is_small(row["people"], group)]
    before = {"overview": _overview(facts.before["overview"], group)}
    return replace(facts, now=now, before={**facts.before, **before})


def _overview(rows: Rows, group: int) -> Rows:
    """Counts of a window of few people read as if there were none."""
    row = dict(rows[0])
    if is_small(row["people"], group):
        row["people_seen"] -= row["people"]
        row |= dict.fromkeys(("posts", "people", "instances"), 0)
    return [row]


def _exclusions(rows: Rows, group: int) -> Rows:
    """Reasons of few people together, if they are enough together."""
    small = [row for row in rows if is_small(row["people"], group)]
    together = {
        "reason": OTHER,
        "people": sum(row["people"] for row in small),
        "posts": sum(row["posts"] for row in small),
    }
    rest = [row for row in rows if row not in small]
    return [*rest, together] if together["people"] >= group else rest


def _languages(rows: Rows, group: int) -> Rows:
    """Rare languages are told together; too few people even so are left out."""
    rare = sum(row["people"] for row in rows if not row["read"] and row["people"] < group)
    return [row for row in rows if row["read"] or row["people"] >= group or rare >= group]


def _attention(row: Mapping[str, Any], group: int) -> Mapping[str, Any]:
    """A change from few people would tell how few they were."""
    return {**row, "change": None} if is_small(row["people_before"], group) else row
