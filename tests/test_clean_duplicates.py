"""Which texts are the same, and which posts are stuffed with hashtags."""

import random
import time
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fedilens.clean import near_duplicates

WORDS = [f"w{number}" for number in range(200)]


def numbered(start: int, stop: int) -> str:
    """A text of the words from w<start> up to, not including, w<stop>; n words have n - 4 shingles."""
    return " ".join(WORDS[start:stop])


def test_copies_with_other_links_tags_and_case_are_duplicates() -> None:
    """Links, hashtags, mentions, case and punctuation make no difference."""
    texts = [
        "The model was trained on our drawings, without asking.",
        "Something else entirely was said by somebody here.",
        "@someone the MODEL was trained on our drawings without asking! #AI https://a.example/x",
    ]
    assert near_duplicates(texts) == [0, 1, 0]


def test_the_border_is_four_fifths() -> None:
    """8 shingles of 10 in common are enough, a bit less is not."""
    whole = numbered(0, 14)  # 10 shingles
    assert near_duplicates([whole, numbered(0, 12)]) == [0, 0]  # 8 / 10
    assert near_duplicates([whole, numbered(0, 11)]) == [0, 1]  # 7 / 10
    assert near_duplicates([numbered(0, 13), numbered(1, 14)]) == [0, 0]  # 8 / 10
    assert near_duplicates([numbered(0, 12), numbered(1, 13)]) == [0, 1]  # 7 / 9
    assert near_duplicates([numbered(0, 104), numbered(0, 84)]) == [0, 0]  # 80 / 100
    assert near_duplicates([numbered(0, 104), numbered(0, 83)]) == [0, 1]  # 79 / 100


def test_the_order_of_words_counts() -> None:
    """The same words in another order are another text."""
    assert near_duplicates(["one two three four five six", "six five four three two one"]) == [0, 1]


def test_short_texts_are_duplicates_only_when_equal() -> None:
    """Under five words there is no shingle: the words must be the same."""
    assert near_duplicates(["No AI here", "no ai, here!", "no ai", "No AI here please now", "No AI here"]) == [
        0,
        0,
        2,
        3,
        0,
    ]
    assert near_duplicates(["a b c d e", "a b c d e", "a b c d"]) == [0, 0, 2]


def test_texts_without_words_are_not_all_the_same() -> None:
    """Two links are two texts, the same link twice is one."""
    assert near_duplicates(["https://a.example/x", "https://a.example/y", "https://a.example/x", "🔥"]) == [0, 1, 0, 3]


def test_groups_are_what_pairs_connect() -> None:
    """The first and the last text of a chain share a group, named by its first text."""
    chain = [numbered(0, 44), numbered(3, 47), numbered(6, 50), numbered(9, 53)]
    assert near_duplicates([chain[0], chain[3]]) == [0, 1]
    assert near_duplicates(["odd one out of all of them", chain[3], chain[0], chain[2], chain[1]]) == [0, 1, 1, 1, 1]


def test_texts_without_spaces_are_compared_by_character() -> None:
    """Japanese and Chinese texts have no words parted by spaces."""
    text = "五年後には誰も覚えていないバブルだと思うので今から準備をしておくべきだと考えています"
    assert near_duplicates([text, text + "。ね", "全く違う内容の文章をここに書いておきます"]) == [0, 0, 2]


def test_nothing_gives_nothing() -> None:
    """No texts, no groups."""
    assert near_duplicates([]) == []


def slow_groups(texts: list[str]) -> set[frozenset[int]]:
    """Groups by comparing every pair, as the definition says."""
    sets = [{tuple(words[at : at + 5]) for at in range(len(words) - 4)} for words in map(str.split, texts)]
    groups = {row: {row} for row in range(len(texts))}
    for one, two in combinations(range(len(texts)), 2):
        both = sets[one] | sets[two]
        same = 10 * len(sets[one] & sets[two]) >= 8 * len(both) if sets[one] and sets[two] else texts[one] == texts[two]
        if same and groups[one] is not groups[two]:
            groups[one] |= groups[two]
            for row in groups[two]:
                groups[row] = groups[one]
    return {frozenset(group) for group in groups.values()}


def found_groups(texts: list[str]) -> set[frozenset[int]]:
    rows = near_duplicates(texts)
    return {frozenset(row for row, other in enumerate(rows) if other == group) for group in rows}


VARIANTS = st.lists(
    st.tuples(st.integers(0, 6), st.integers(0, 24), st.integers(0, 30)).map(
        lambda cut: " ".join(
            word if at != cut[2] else "changed" for at, word in enumerate(WORDS[cut[0] : cut[0] + cut[1]])
        )
    ),
    max_size=12,
)


@settings(max_examples=200, deadline=None)
@given(VARIANTS, st.randoms(use_true_random=False))
def test_groups_are_exact_and_do_not_depend_on_order(texts: list[str], chance: random.Random) -> None:
    """They equal those of comparing every pair, in whatever order the texts come."""
    texts = [text for text in texts if text]
    shuffled = chance.sample(range(len(texts)), len(texts))
    groups = found_groups(texts)
    assert groups == slow_groups(texts)
    assert {
        frozenset(shuffled[row] for row in group) for group in found_groups([texts[row] for row in shuffled])
    } == groups


@settings(max_examples=50, deadline=None)
@given(VARIANTS)
def test_each_group_is_named_by_its_first_text(texts: list[str]) -> None:
    """The row given is the lowest of the group, and gives itself."""
    rows = near_duplicates(texts)
    assert all(other <= row and rows[other] == other for row, other in enumerate(rows))


@pytest.mark.parametrize("kind", ["different", "one changed word", "shared boilerplate", "equal"])
def test_thousands_of_texts_take_seconds(kind: str) -> None:
    """Also when all of them are alike, or just not alike enough."""
    chance = random.Random(7)  # no secret
    many = [f"v{number}" for number in range(3000)]
    texts = {
        "different": [" ".join(chance.choices(many, k=40)) for _ in range(10_000)],
        "one changed word": [" ".join([*WORDS[: n % 100], f"x{n}", *WORDS[n % 100 + 1 : 100]]) for n in range(5_000)],
        "shared boilerplate": [" ".join([*WORDS[:85], *(f"q{n}_{at}" for at in range(16))]) for n in range(5_000)],
        "equal": [numbered(0, 100)] * 10_000,
    }[kind]
    started = time.perf_counter()
    groups = len(set(near_duplicates(texts)))
    assert time.perf_counter() - started < 15
    assert groups == {"different": 10_000, "one changed word": 1, "shared boilerplate": 5_000, "equal": 1}[kind]
