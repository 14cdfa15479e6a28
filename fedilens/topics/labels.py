"""Words and phrases that tell a topic from the others: class-based TF-IDF (Grootendorst 2022) over lemmas."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

KEYWORDS = 8
LABEL_TERMS = 3
LABEL_WORDS = 5
FEWEST, FEWEST_FOR_PHRASE = 2, 3
"""Documents that must hold a word, or a phrase."""
MORE_COMMON = 2.0
"""Times as common as in the documents of all other groups: what everything carries tells nothing."""
USUALLY_TOGETHER = 0.4
"""A word is told as part of a phrase when so many of its documents have it there."""
WEAK = frozenset(
    """
    ask come day get give go good got know let like long look make need new old people put say see stop take tell
    thing think time try turn use want way week well work year
    """.split()  # noqa: SIM905  # a list of words is read more easily as a text
)
"""Words that any topic may hold, and that name none."""


def terms_of(sentences: Sequence[Sequence[str]]) -> list[str]:
    """The words of a document and its phrases: two content words in a row. `sentences` holds lemmas."""
    words = [word for sentence in sentences for word in sentence]
    return words + [f"{first} {second}" for sentence in sentences for first, second in pairwise(sentence)]


def key_terms(groups: Sequence[Sequence[Sequence[str]]], *, common: frozenset[str]) -> list[list[str]]:
    """For each group of documents (lists of terms) its most telling terms, best first.

    A term counts once a document and needs two documents, so that no topic is named by one person's word. None
    of its words is `common` or weak.
    """
    untold = common | WEAK
    counts = [
        Counter(term for document in group for term in set(document) if untold.isdisjoint(term.split()))
        for group in groups
    ]
    everywhere = Counter[str]()
    for count in counts:
        everywhere.update(count)
    average = sum(everywhere.values()) / max(len(groups), 1)
    documents = sum(len(group) for group in groups)
    found = []
    for count, group in zip(counts, groups, strict=True):
        telling = _telling(count, len(group), everywhere, documents)
        weights = {term: times / len(group) * math.log(1 + average / everywhere[term]) for term, times in telling}
        found.append(_chosen(weights, count))
    return found


def label_of(terms: Sequence[str]) -> str:
    """A short name made of the best terms."""
    chosen = list(terms[:LABEL_TERMS])
    while sum(len(term.split()) for term in chosen) > LABEL_WORDS:
        chosen.pop()
    return ", ".join(chosen) or "mixed"


def _telling(count: Counter[str], size: int, everywhere: Counter[str], documents: int) -> Iterator[tuple[str, int]]:
    """The terms that are more common in a group of `size` documents than in the others."""
    others = max(documents - size, 1)
    for term, times in count.items():
        enough = times >= (FEWEST_FOR_PHRASE if " " in term else FEWEST)
        if enough and times / size >= MORE_COMMON * (everywhere[term] - times) / others:
            yield term, times


def _chosen(weights: Mapping[str, float], count: Counter[str]) -> list[str]:
    """The best terms, no word twice; a word that mostly stands in a phrase gives way to it."""
    holding: dict[str, list[str]] = {}
    for term in weights:
        for word in term.split():
            holding.setdefault(word, []).append(term)
    chosen: list[str] = []
    for term in sorted(weights, key=lambda term: (-weights[term], term)):
        if len(chosen) == KEYWORDS:
            break
        phrases = [one for one in holding.get(term, ()) if count[one] >= USUALLY_TOGETHER * count[term]]
        best = max(phrases, key=lambda one: (count[one], weights[one], one), default=term)
        if not any(_overlap(best, other) for other in chosen):
            chosen.append(best)
    return chosen


def _overlap(term: str, other: str) -> bool:
    return not set(term.split()).isdisjoint(other.split())
