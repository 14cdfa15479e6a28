"""Texts that say the same, perhaps with a few words changed.

Near-duplicates are found exactly, not by sampling: two texts can only be as similar as SIMILARITY_PERCENT
if they share one of the rarest shingles of each (prefix filtering; Chaudhuri, Ganti and Kaushik, "A
Primitive Operator for Similarity Joins in Data Cleaning", 2006), and at not too different places among
them (Xiao et al., "Efficient Similarity Joins for Near-Duplicate Detection", 2008). So which texts
share a group does not depend on their order.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Sequence

from fedilens.clean.plain_text import HASHTAG, MENTION, URL

SHINGLE_WORDS = 5
SIMILARITY_PERCENT = 80
"""The least Jaccard similarity of near-duplicates; whole numbers, so that the border is exact."""
_UNSPACED = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+")

_Bucket = dict[int, list[int]]
"""Rows by the group that they belonged to when they were put in."""


def near_duplicates(texts: Sequence[str]) -> list[int]:
    """For each text the row of the first text of its group; its own row if it has none.

    Two texts are near-duplicates if their sets of word 5-grams have a Jaccard similarity of at least
    0.8 (links, hashtags, mentions, case and punctuation left out); texts under 5 words if they are
    equal. A group is everything that such pairs connect.
    """
    words = [_words(text) for text in texts]
    first: dict[Hashable, int] = {}
    keys = [_key(found, text) for found, text in zip(words, texts, strict=True)]
    groups = [first.setdefault(key, row) for row, key in enumerate(keys)]
    long_rows = [row for row, group in enumerate(groups) if group == row and len(words[row]) >= SHINGLE_WORDS]
    for row, group in zip(long_rows, _joined([_shingles(words[row]) for row in long_rows]), strict=True):
        groups[row] = long_rows[group]
    return [groups[group] for group in groups]


def same_words(text: str, other: str) -> bool:
    """Do two texts differ in no more than links, hashtags, mentions, case and punctuation?"""
    return _key(_words(text), text) == _key(_words(other), other)


def _words(text: str) -> list[str]:
    for pattern in (URL, MENTION, HASHTAG):
        text = pattern.sub(" ", text)
    return _WORD.findall(text.casefold())


def _key(words: list[str], text: str) -> Hashable:
    """Equal for texts with the same words; a text without words equals only its like."""
    return tuple(words) if words else text.strip()


def _shingles(words: list[str]) -> frozenset[int]:
    """The 5-grams as hashes of 64 bits: a tenth of the memory, and a clash is less likely than a broken disk."""
    return frozenset(hash(tuple(words[at : at + SHINGLE_WORDS])) for at in range(len(words) - SHINGLE_WORDS + 1))


def _joined(sets: Sequence[frozenset[int]]) -> list[int]:
    """The number of the first set of each set's group."""
    frequency = Counter(shingle for shingles in sets for shingle in shingles)
    parents = list(range(len(sets)))
    index: defaultdict[int, defaultdict[tuple[int, int], _Bucket]] = defaultdict(lambda: defaultdict(dict))
    for number, shingles in enumerate(sets):
        size = len(shingles)
        ordered = sorted(shingles, key=lambda shingle: (frequency[shingle], shingle))
        for position, shingle in enumerate(ordered[: size - _percent(size) + 1]):
            if frequency[shingle] == 1:
                continue
            for (other_size, other_position), bucket in index[shingle].items():
                overlap = min(size - position, other_size - other_position)  # if this is the first in common
                if _similar(overlap, size, other_size):
                    _join(number, bucket, sets, parents)
            index[shingle][size, position].setdefault(_root(number, parents), []).append(number)
    return [_root(number, parents) for number in range(len(sets))]


def _join(number: int, bucket: _Bucket, sets: Sequence[frozenset[int]], parents: list[int]) -> None:
    """Join set `number` with each group in `bucket` that holds a set similar to it."""
    for group in list(bucket):
        root = _root(group, parents)
        if root != group:  # groups that were joined since: looked at as one from now on
            bucket.setdefault(root, []).extend(bucket.pop(group))
    for group, members in list(bucket.items()):
        own, other = _root(number, parents), _root(group, parents)
        if own != other and _any_similar(sets[number], (sets[member] for member in members)):
            parents[max(own, other)] = min(own, other)


def _any_similar(shingles: frozenset[int], others: Iterable[frozenset[int]]) -> bool:
    return any(_similar(len(shingles & other), len(shingles), len(other)) for other in others)


def _similar(overlap: int, size: int, other_size: int) -> bool:
    return 100 * overlap >= SIMILARITY_PERCENT * (size + other_size - overlap)


def _percent(size: int) -> int:
    """SIMILARITY_PERCENT of `size`, rounded up."""
    return -(-SIMILARITY_PERCENT * size // 100)


def _root(number: int, parents: list[int]) -> int:
    while parents[number] != number:
        parents[number] = number = parents[parents[number]]
    return number
