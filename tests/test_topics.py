"""Topics of a window: groups, their words, and their exemplars."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fedilens.topics import find_clusters as find_all
from fedilens.topics.labels import KEYWORDS, key_terms, label_of, terms_of
from fedilens.types import Cluster, Level, Vectors

WORDS = [("power", "grid"), ("artist", "copyright"), ("school", "homework")]
SIZES = (9, 6, 4)
COMPARED = 400


def unit(rows: object) -> Vectors:
    table = np.asarray(rows, dtype=np.float32)
    return np.asarray(table / np.linalg.norm(table, axis=1, keepdims=True))


def find_clusters(vectors: Vectors, lemmas: Sequence[Sequence[str]], **more: Any) -> list[Cluster]:
    """The topics alone."""
    return list(find_all(vectors, lemmas, **more).topics)


def planted(seed: int = 1, dimensions: int = 16) -> tuple[Vectors, list[list[str]], list[int]]:
    """Three groups around their own axes, with the words of each, and the group of each document."""
    random, truth = np.random.default_rng(seed), [group for group, size in enumerate(SIZES) for _ in range(size)]
    rows = np.zeros((len(truth), dimensions))
    rows[np.arange(len(truth)), truth] = 1.0
    vectors = unit(rows + random.normal(0, 0.12, rows.shape))
    lemmas = [[*WORDS[group], "people", "ai", f"own{row}"] for row, group in enumerate(truth)]
    return vectors, lemmas, truth


def test_planted_groups_are_found_largest_first() -> None:
    """Each group is one topic, named by its own words."""
    vectors, lemmas, truth = planted()
    clusters = find_clusters(vectors, lemmas, common=frozenset({"ai"}))
    assert [len(cluster.members) for cluster in clusters] == [9, 6, 4]
    for number, cluster in enumerate(clusters):
        assert {truth[row] for row in cluster.members} == {number}
        assert set(cluster.keywords) == set(WORDS[number])
        assert cluster.label == ", ".join(cluster.keywords)


@pytest.mark.parametrize(("documents", "topics"), [(0, 0), (2, 0), (3, 1)])
def test_fewer_than_three_documents_are_no_topic(documents: int, topics: int) -> None:
    """Neither alone nor beside a real topic."""
    vectors = np.full((documents, 2), np.sqrt(0.5), dtype=np.float32)
    assert len(find_clusters(vectors, [["word"]] * documents, common=frozenset())) == topics
    beside = unit([[1, 0]] * documents + [[0, 1]] * 5)
    assert len(find_clusters(beside, [["word"]] * len(beside), common=frozenset())) == topics + 1


def test_communities_with_nearly_the_same_centre_are_one_topic() -> None:
    """Groups whose centres have a cosine of 0.85 are joined, those with one of 0.7 are not."""
    for cosine, expected in ((0.85, 1), (0.70, 2)):
        vectors = unit([[1, 0]] * 12 + [[cosine, np.sqrt(1 - cosine**2)]] * 12)
        assert len(find_clusters(vectors, [["a"]] * 24, common=frozenset())) == expected


def test_topics_have_themes_above_and_arguments_inside() -> None:
    """An argument's documents are its topic's, and a theme's are those of its topics."""
    random = np.random.default_rng(2)
    axes, aside = np.eye(32)[:3], np.eye(32)[3:6]
    rows = np.repeat(np.concatenate([axes + 0.31 * aside, axes - 0.31 * aside]), 15, axis=0)
    vectors = unit(rows + 0.2 * unit(random.normal(size=rows.shape)))
    clusters = find_all(vectors, [["word"]] * len(vectors), common=frozenset()).clusters
    levels = {level: [one for one in clusters if one.level is level] for level in Level}
    assert all(levels.values())
    for argument in levels[Level.ARGUMENT]:
        assert argument.parent is not None
        assert set(argument.members) < set(clusters[argument.parent].members)
    for place, theme in enumerate(clusters):
        if theme.level is Level.THEME:
            below = [one for one in levels[Level.TOPIC] if one.parent == place]
            assert set(theme.members) == {row for topic in below for row in topic.members}


def test_exemplars_are_by_different_people() -> None:
    """One person's posts do not stand for a topic three times."""
    vectors = unit([[1, 0, 0]] * 3 + [[1, 0.9, 0], [1, 0, 0.9], [1, -0.9, 0], [1, 0, -0.9]])
    authors = ["ann", "ann", "ann", "ann", "ben", "ann", "ben"]
    (cluster,) = find_clusters(vectors, [["word"]] * 7, common=frozenset(), authors=authors)
    assert cluster.exemplars in ((0, 4), (0, 6))


@settings(max_examples=15, deadline=None)
@given(st.permutations(range(sum(SIZES))))
def test_the_order_of_the_documents_does_not_matter(order: list[int]) -> None:
    """The same documents are together whatever the order, and have the same words."""
    vectors, lemmas, _ = planted()
    straight = find_clusters(vectors, lemmas, common=frozenset())
    shuffled = find_clusters(vectors[order], [lemmas[row] for row in order], common=frozenset())
    assert [set(cluster.members) for cluster in straight] == [
        {order[row] for row in cluster.members} for cluster in shuffled
    ]
    assert [cluster.keywords for cluster in straight] == [cluster.keywords for cluster in shuffled]


def test_the_same_documents_give_the_same_topics() -> None:
    """Nothing is drawn by chance."""
    vectors, lemmas, _ = planted()
    assert find_clusters(vectors, lemmas, common=frozenset()) == find_clusters(vectors, lemmas, common=frozenset())


def test_closeness_falls_from_central_to_far() -> None:
    """Cosines to the centre, from 0 to 1, one for each member, in their order."""
    vectors, lemmas, _ = planted()
    for cluster in find_clusters(vectors, lemmas, common=frozenset()):
        assert len(cluster.closeness) == len(cluster.members)
        assert all(0 <= value <= 1 for value in cluster.closeness)
        assert list(cluster.closeness) == sorted(cluster.closeness, reverse=True)
        centre = vectors[list(cluster.members)].mean(axis=0)
        expected = vectors[list(cluster.members)] @ (centre / np.linalg.norm(centre))
        assert cluster.closeness == pytest.approx(expected, abs=1e-5)


def test_exemplars_are_the_most_central_that_differ() -> None:
    """The same thing is not shown twice, and three are enough."""
    vectors = unit([[1, 0, 0]] * 3 + [[1, 0.9, 0], [1, 0, 0.9], [1, -0.9, 0], [1, 0, -0.9]])
    (cluster,) = find_clusters(vectors, [["word"]] * 7, common=frozenset())
    assert cluster.exemplars[0] == cluster.members[0] == 0
    assert len(cluster.exemplars) == 3
    for one in cluster.exemplars:
        for other in cluster.exemplars:
            assert one == other or vectors[one] @ vectors[other] < 0.85
    same = find_clusters(vectors[:3], [["word"]] * 3, common=frozenset())
    assert same[0].exemplars == (0,)


def test_a_keyword_needs_two_documents_and_is_never_a_common_word() -> None:
    """One person's word names no topic, said ever so often; nor does a word that all say."""
    vectors = unit([[1, 0]] * 3)
    lemmas = [["ai", "solo", "solo", "grid"], ["ai", "grid"], ["ai", "water"]]
    (cluster,) = find_clusters(vectors, lemmas, common=frozenset({"ai"}))
    assert cluster.keywords == ("grid",)
    assert find_clusters(vectors, [["ai"]] * 3, common=frozenset({"ai"}))[0].label == "mixed"


def test_a_word_that_tells_groups_apart_comes_before_one_that_all_share() -> None:
    """Class-based TF-IDF: frequent here, rare elsewhere; words that any topic may hold name none."""
    groups = [[["grid", "panel", "people"]] * 3 + [["panel"]], [["art", "panel", "people"]] + [["art"]] * 3]
    assert key_terms(groups, common=frozenset()) == [["grid", "panel"], ["art"]]


def test_a_phrase_stands_for_its_words_where_they_mostly_stand_together() -> None:
    """Three documents must hold it; neither a common word nor a weak one is part of it."""
    together = terms_of([["data", "centre"], ["good", "ai"]])
    assert together == ["data", "centre", "good", "ai", "data centre", "good ai"]
    (found,) = key_terms([[together] * 3], common=frozenset({"ai"}))
    assert found == ["data centre"]
    (apart,) = key_terms([[together] * 2 + [["data"]] * 4 + [["centre"]] * 4], common=frozenset({"ai"}))
    assert apart == ["centre", "data"]


def test_at_most_eight_keywords_and_three_in_the_label() -> None:
    """The best words first; of equals in the order of the alphabet."""
    words = [chr(ord("a") + number) * 3 for number in range(12)]
    (found,) = key_terms([[words, words]], common=frozenset())
    assert found == words[:KEYWORDS]
    assert label_of(found) == "aaa, bbb, ccc"
    assert label_of(["one two", "three four", "five six"]) == "one two, three four"


def test_of_a_large_window_the_rest_joins_near_topics_and_the_far_is_left_out() -> None:
    """Documents behind the first thousands are not compared with all, but assigned."""
    random = np.random.default_rng(5)
    rows = np.zeros((COMPARED, 4))
    rows[np.arange(COMPARED), np.arange(COMPARED) % 2] = 1.0
    compared = unit(rows + random.normal(0, 0.05, rows.shape))
    rest = unit([[1, 0.1, 0, 0], [0, 1, 0.1, 0], [0.1, 0, 1, 0]])
    vectors = np.concatenate([compared, rest])
    clusters = find_clusters(vectors, [["word"]] * len(vectors), common=frozenset(), most_compared=COMPARED)
    where = {row: number for number, cluster in enumerate(clusters) for row in cluster.members}
    first, second = where[0], where[1]
    assert len(clusters) == 2
    assert [where.get(COMPARED + row) for row in range(3)] == [first, second, None]


def test_a_large_window_without_any_group_has_no_topics() -> None:
    """Documents that all say something else are no topic, and neither are those behind them."""
    alone = unit(np.random.default_rng(3).normal(size=(COMPARED, 512)))
    vectors = np.concatenate([alone, alone[:1]])
    lemmas = [["word"]] * len(vectors)
    assert find_clusters(vectors, lemmas, common=frozenset(), most_compared=COMPARED) == []
