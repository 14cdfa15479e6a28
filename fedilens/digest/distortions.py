"""What weighs more than it should: one loud server, posts that repeat each other, posts that are mostly hashtags."""

from collections.abc import Mapping, Sequence
from typing import Any

from fedilens.types import Figure

Rows = Sequence[Mapping[str, Any]]
LOUD_SERVER = 1 / 3
"""One server that is home to more than this part of the people is told of."""


def distortions(instances: Rows, repeats: Rows, *, people: int) -> tuple[list[str], list[Figure]]:
    """Sentences for the reader, and the figures in them. `people` are all who were counted."""
    sentences: list[str] = []
    figures: list[Figure] = []
    if instances and people and instances[0]["people"] / people > LOUD_SERVER:
        row, count = instances[0], int(instances[0]["people"])
        sentences.append(
            f"{count} of the {people} people write from one server, {row['instance']}: what is usual there weighs more "
            "here than elsewhere."
        )
        figures.append(Figure("instances.largest", float(count), "instances", n=count))
    counts = {row["kind"]: row for row in repeats if row["posts"]}
    told = []
    for kind, words in (("repeated", "repeat another one"), ("stuffed", "have more hashtags than words")):
        if kind in counts:
            told.append(f"{counts[kind]['posts']} posts {words}")
            figures.append(
                Figure(f"repeats.{kind}", float(counts[kind]["posts"]), "repeats", n=int(counts[kind]["people"]))
            )
    if told:
        sentences.append(f"{' and '.join(told)}; shares count people, each once, however much they post.")
    return sentences, figures
