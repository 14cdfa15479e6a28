"""The posts that a person is asked about are uncertain, spread over targets, and unlike each other."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedilens.stance import Choice, choose
from fedilens.stance.selecting import MOST_ASKED, entropy

SURE, TORN, DOUBTING = [0.02, 0.02, 0.96], [0.34, 0.33, 0.33], [0.6, 0.3, 0.1]


def chosen(probabilities: Any, *, vectors: Any = None, most: int = 9, **more: Any) -> list[Choice]:
    """What is chosen, by default among posts at right angles without any label."""
    numbers = np.asarray(probabilities, dtype=np.float64)
    rows, targets, _ = numbers.shape
    given_vectors = np.eye(rows) if vectors is None else np.asarray(vectors)
    values = {
        "known": np.zeros((rows, targets), dtype=bool),
        "labelled": np.zeros((0, given_vectors.shape[1]), dtype=np.float32),
        "counts": np.zeros(targets, dtype=np.int64),
    }
    return choose(numbers, given_vectors.astype(np.float32), most=most, **{**values, **more})


def test_entropy_is_none_where_all_is_certain_and_one_where_nothing_is() -> None:
    """Of three classes."""
    assert entropy(np.asarray([[1.0, 0, 0], [1 / 3] * 3])) == pytest.approx([0, 1], abs=1e-6)


def test_the_least_certain_post_comes_first() -> None:
    """And no more come than are wanted."""
    found = chosen([[SURE], [TORN], [DOUBTING]])
    assert [one.row for one in found] == [1, 2, 0]
    assert chosen([[SURE], [TORN], [DOUBTING]], most=1) == [Choice(1, (0,))]


def test_of_a_post_the_uncertain_targets_are_asked_the_least_certain_first() -> None:
    """What is certain is not asked beside them; a post that is certain throughout is asked about one."""
    assert chosen([[SURE, DOUBTING, TORN]]) == [Choice(0, (2, 1))]
    assert chosen([[SURE, SURE]]) == [Choice(0, (0,))]
    assert len(chosen([[TORN] * 9])[0].columns) == MOST_ASKED


def test_a_post_unlike_those_chosen_goes_before_one_that_repeats_them() -> None:
    """Although the detector is surer of it."""
    vectors = [[1, 0], [1, 0], [0, 1]]
    assert [one.row for one in chosen([[TORN], [TORN], [DOUBTING]], vectors=vectors)] == [0, 2, 1]


def test_a_post_like_one_that_was_labelled_comes_last() -> None:
    """In another sitting, too."""
    labelled = np.asarray([[1, 0]], dtype=np.float32)
    found = chosen([[TORN], [DOUBTING]], vectors=np.eye(2), labelled=labelled)
    assert [one.row for one in found] == [1, 0]


def test_a_target_with_few_labels_goes_first() -> None:
    """And the turn goes round: after one the other has fewer."""
    two = [[TORN, SURE], [SURE, TORN]]
    assert [one.row for one in chosen(two, counts=np.asarray([9, 0]))] == [1, 0]
    three = [[TORN, SURE], [TORN, SURE], [SURE, TORN]]
    assert [one.row for one in chosen(three)] == [0, 2, 1]


def test_what_is_known_is_not_asked_and_a_post_begun_is_ended() -> None:
    """Being like itself does not keep it back; being answered does."""
    known = np.asarray([[True, False], [True, True]])
    assert chosen([[TORN, TORN], [TORN, TORN]], known=known) == [Choice(0, (1,))]


def test_a_post_whose_hardest_targets_are_answered_is_not_asked_for_ever() -> None:
    """Four of nine were asked: the fifth is not next."""
    known = np.asarray([[True] * MOST_ASKED + [False] * 5])
    assert chosen([[TORN] * 9], known=known) == []


def test_of_nothing_nothing_is_chosen() -> None:
    """No posts."""
    assert chosen(np.zeros((0, 2, 3)), vectors=np.zeros((0, 4))) == []


@given(st.integers(0, 2**32 - 1), st.integers(1, 12), st.integers(1, 6))
def test_no_post_comes_twice_and_nothing_known_is_asked(seed: int, rows: int, targets: int) -> None:
    """Whatever the posts."""
    dice = np.random.default_rng(seed)
    known = dice.random((rows, targets)) < 0.3
    vectors = dice.normal(size=(rows, 3))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    found = chosen(dice.dirichlet([0.5] * 3, size=(rows, targets)), vectors=vectors, known=known)
    assert len({one.row for one in found}) == len(found)
    assert not any(known[one.row, column] for one in found for column in one.columns)
