"""Finds the topics of texts whose topics are known, and compares with BERTopic on the same embeddings.

.venv/bin/pip install bertopic
.venv/bin/python benchmarks/topics.py arguments.csv [ROWS]

The first column of the file holds the texts, the second their topics, under one line of names. ROWS of them
(8,000) are drawn by chance.
"""

import csv
import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from sklearn.metrics import adjusted_rand_score

from fedilens.annotate import SentenceEncoder
from fedilens.annotate.embeddings import PACKAGED
from fedilens.topics import find_clusters
from fedilens.types import Vectors


def read(path: Path, most: int) -> tuple[list[str], list[str]]:
    """Texts and their topics, in an order by chance."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = [(row[0], row[1]) for row in list(csv.reader(file))[1:]]
    random.Random(1).shuffle(rows)  # noqa: S311  # no secret
    chosen = rows[:most]
    return [text for text, _ in chosen], [topic for _, topic in chosen]


def told(name: str, truth: Sequence[str], found: Sequence[int], seconds: float) -> None:
    """One line: the agreement with the known topics, where outliers are a group of their own."""
    outliers = sum(number < 0 for number in found) / len(found)
    score = adjusted_rand_score(truth, found)
    topics = len(set(found) - {-1})
    print(f"{name:34} ARI {score:.2f}, {topics:3} topics, {100 * outliers:4.1f} % outliers, {seconds:6.1f} s")


def ours(texts: Sequence[str], vectors: Vectors, truth: Sequence[str]) -> float:
    """Ours, with words, exemplars, themes and arguments."""
    terms = [text.lower().split() for text in texts]
    began = time.monotonic()
    found = find_clusters(vectors, terms, common=frozenset()).topics
    seconds = time.monotonic() - began
    numbers = np.full(len(texts), -1)
    for number, topic in enumerate(found):
        numbers[list(topic.members)] = number
    told("fedilens", truth, numbers.tolist(), seconds)
    return seconds


def peer(texts: Sequence[str], vectors: Vectors, truth: Sequence[str]) -> float:
    """BERTopic as it comes, and with its outliers put into topics."""
    from bertopic import BERTopic  # noqa: PLC0415  # not among our requirements

    model = BERTopic()
    began = time.monotonic()
    found, _ = model.fit_transform(list(texts), vectors)
    seconds = time.monotonic() - began
    told("BERTopic", truth, found, seconds)
    reduced = model.reduce_outliers(list(texts), found, strategy="embeddings", embeddings=vectors)
    told("BERTopic, outliers reduced", truth, reduced, time.monotonic() - began)
    return seconds


def main() -> None:
    """Prints agreement, outliers and times side by side."""
    texts, truth = read(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 8_000)
    vectors = SentenceEncoder(PACKAGED, languages=["en"]).encode(texts)
    print(f"{len(texts)} texts on {len(set(truth))} topics")
    find_clusters(vectors[:50], [["word"]] * 50, common=frozenset())  # what loads is not timed
    seconds = ours(texts, vectors, truth)
    print(f"ratio of times {peer(texts, vectors, truth) / seconds:.0f}")


if __name__ == "__main__":
    main()
