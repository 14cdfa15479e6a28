"""Ten weeks of a debate with a known history: topics that stay, drift, are born, split, merge and die."""

from dataclasses import dataclass

import numpy as np

from fedilens.types import Vectors

DIMENSIONS = 64
POSTS = 40
"""Posts a topic and week."""


def unit(rows: object) -> Vectors:
    table = np.asarray(rows, dtype=np.float64)
    return np.asarray(table / np.linalg.norm(table, axis=-1, keepdims=True), dtype=np.float32)


@dataclass(frozen=True)
class Week:
    """A week's posts, the planted topic of each, and what happened in it: (kind, topic before, topic now)."""

    vectors: Vectors
    truth: list[str]
    events: set[tuple[str, str, str]]


def ten_weeks(seed: int) -> list[Week]:
    """Twelve topics on a common ground, drifting; each kind of event is planted at its own week."""
    random = np.random.default_rng(seed)
    ground = random.normal(size=DIMENSIONS)
    ground /= np.linalg.norm(ground)
    centres = {f"t{number}": _direction(random, ground) for number in range(12)}
    centres["pair-a"], centres["pair-b"] = _near(random, centres["t0"], 2)
    del centres["t0"]
    weeks = []
    for week in range(10):
        events: set[tuple[str, str, str]] = set()
        if week in (2, 6):
            centres[f"new{week}"] = _direction(random, ground)
            events.add(("born", "", f"new{week}"))
        if week in (3, 7):
            gone = f"t{week}"
            del centres[gone]
            events.add(("died", gone, ""))
        if week == 4:
            halves = _near(random, centres.pop("t1"), 2)
            centres["t1"], centres["t1-split"] = halves
            events.add(("split", "t1", "t1-split"))
        if week == 5:
            middle = unit(centres["pair-a"] + centres["pair-b"])
            del centres["pair-b"]
            centres["pair-a"] = middle
            events.add(("merged", "pair-b", "pair-a"))
        for name, centre in centres.items():
            centres[name] = unit(centre + 0.15 * unit(random.normal(size=DIMENSIONS)))
        names = [name for name in centres for _ in range(random.poisson(POSTS))]
        noise = unit(random.normal(size=(len(names), DIMENSIONS)))
        vectors = unit(np.stack([centres[name] for name in names]) + 0.9 * noise)
        weeks.append(Week(vectors, names, events))
    return weeks


def _direction(random: np.random.Generator, ground: Vectors) -> Vectors:
    """A topic of the same debate: a cosine of about 0.3 to the others."""
    own = unit(random.normal(size=DIMENSIONS))
    return unit(0.55 * ground + 0.835 * own)


def _near(random: np.random.Generator, centre: Vectors, count: int) -> list[Vectors]:
    """Directions around a centre, as far from each other as topics that were one: a cosine of about 0.6."""
    offset = unit(random.normal(size=DIMENSIONS))
    offset = unit(offset - (offset @ centre) * centre)
    signs = (1, -1)[:count]
    return [unit(centre + sign * 0.5 * offset) for sign in signs]
