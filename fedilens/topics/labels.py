"""Words that tell a topic from the others: class-based TF-IDF (Grootendorst 2022) over lemmas."""

import math
from collections import Counter
from collections.abc import Sequence

KEYWORDS = 8
LABEL_WORDS = 3
WEAK = frozenset(
    """
    ask come day get give go good got know let like long look make need new old people put say see stop take tell
    thing think time try turn use want way week well work year
    """.split()  # noqa: SIM905  # a list of words is read more easily as a text
)
"""Words that any topic may hold, and that name none."""


def key_terms(groups: Sequence[Sequence[Sequence[str]]], *, common: frozenset[str]) -> list[list[str]]:
    """For each group of documents (lists of lemmas) its most telling words, best first.

    A word counts once a document and needs two documents, so that no topic is named by one person's word.
    """
    counts = [Counter(word for document in group for word in set(document) - common - WEAK) for group in groups]
    everywhere = Counter[str]()
    for count in counts:
        everywhere.update(count)
    average = sum(everywhere.values()) / max(len(groups), 1)
    return [_best(count, len(group), everywhere, average) for count, group in zip(counts, groups, strict=True)]


def label_of(words: Sequence[str]) -> str:
    """A short name made of the best words."""
    return ", ".join(words[:LABEL_WORDS]) or "mixed"


def _best(count: Counter[str], documents: int, everywhere: Counter[str], average: float) -> list[str]:
    weights = {
        word: times / documents * math.log(1 + average / everywhere[word]) for word, times in count.items() if times > 1
    }
    return sorted(weights, key=lambda word: (-weights[word], word))[:KEYWORDS]
