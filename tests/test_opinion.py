"""From stances of texts to shares of people, and to the reasons that they give."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fedilens.opinion import ReasonKey, Shown, difference, estimate, match_reasons
from fedilens.opinion.prevalence import Floats, solve
from fedilens.opinion.reasons import CLOSE_ENOUGH
from fedilens.types import Label, Stance

MEASURED = [[60, 5, 35], [10, 50, 40], [2, 4, 194]]
"""True favor, against, none by shown favor, against, other: the two sides are mistaken unequally often."""
weights = st.lists(st.floats(0.01, 1.0), min_size=3, max_size=3)


def rates(counts: list[list[float]]) -> Floats:
    """Rows that add up to 1."""
    table = np.asarray(counts, dtype=np.float64)
    return np.asarray(table / table.sum(axis=1, keepdims=True))


def gap(matrix: Floats, shares: Floats, shown: Floats) -> float:
    return float(((shares @ matrix - shown) ** 2).sum())


def simplex_grid(steps: int) -> Floats:
    return np.asarray([(i, j, steps - i - j) for i in range(steps + 1) for j in range(steps + 1 - i)]) / steps


@given(weights)
def test_known_shares_are_recovered_from_an_exact_mixture(raw: list[float]) -> None:
    """Shares that are mixed by the matrix come out again."""
    shares = np.asarray(raw) / sum(raw)
    matrix = rates(MEASURED)
    assert solve(matrix[None], (shares @ matrix)[None])[0] == pytest.approx(shares, abs=1e-6)


@settings(max_examples=60)
@given(st.lists(weights, min_size=3, max_size=3), weights)
def test_the_solution_is_the_best_point_of_the_simplex(counts: list[list[float]], raw: list[float]) -> None:
    """No point of a fine grid explains what was shown better."""
    matrix, shown = rates(counts), np.asarray(raw) / sum(raw)
    found = solve(matrix[None], shown[None])[0]
    assert (found >= 0).all()
    assert found.sum() == pytest.approx(1.0, abs=1e-6)
    grid = simplex_grid(40)
    assert gap(matrix, found, shown) <= ((grid @ matrix - shown) ** 2).sum(axis=1).min() + 1e-9


def test_what_no_mixture_can_give_is_solved_on_the_edge() -> None:
    """Fewer shown for a side than wrong answers alone would give: the share is zero, not below."""
    matrix = rates(MEASURED)
    shown = np.asarray([0.0, 0.0, 1.0])
    assert solve(matrix[None], shown[None])[0] == pytest.approx([0, 0, 1])
    everybody = solve(matrix[None], np.asarray([[1.0, 0.0, 0.0]]))[0]
    assert everybody == pytest.approx([1, 0, 0])


def test_many_pairs_are_solved_each_by_its_own_matrix() -> None:
    """The rows of a batch do not mix."""
    matrices = np.stack([rates(MEASURED), np.eye(3)])
    shown = np.asarray([[0.3, 0.2, 0.5], [0.3, 0.2, 0.5]])
    found = solve(matrices, shown)
    assert found[1] == pytest.approx([0.3, 0.2, 0.5], abs=1e-6)
    assert found[0] == pytest.approx(solve(matrices[:1], shown[:1])[0])


def test_intervals_hold_the_truth_nine_times_in_ten() -> None:
    """In simulated windows, with the detector measured on a limited number of examples."""
    random, truth, matrix = np.random.default_rng(7), np.asarray([0.25, 0.4, 0.35]), rates(MEASURED)
    held = []
    for window in range(100):
        confusion = [list(random.multinomial(150, row)) for row in matrix]
        favor, against, other = (int(number) for number in random.multinomial(300, truth @ matrix))
        found = estimate(Shown(favor, against, other), confusion, seed=window)
        assert found is not None
        for share in (found.favor, found.against):
            assert 0 <= share.low <= share.value <= share.high <= 1
        held += [found.favor.low <= 0.25 <= found.favor.high, found.against.low <= 0.4 <= found.against.high]
    assert 0.9 <= np.mean(held) < 1


def test_the_interval_is_neither_a_point_nor_everything() -> None:
    """For a detector that never errs it is that of a binomial share."""
    perfect = [[100_000, 0, 0], [0, 100_000, 0], [0, 0, 100_000]]
    found = estimate(Shown(200, 100, 100), perfect)
    assert found is not None
    assert found.favor.value == pytest.approx(0.5, abs=0.001)
    assert found.favor.high - found.favor.low == pytest.approx(2 * 1.96 * 0.025, rel=0.15)


def test_more_people_make_a_narrower_interval() -> None:
    """A tenth of the people, a wider interval."""
    few, many = (estimate(Shown(3 * n, 4 * n, 13 * n), MEASURED) for n in (5, 100))
    assert few is not None
    assert many is not None
    assert few.favor.high - few.favor.low > 1.5 * (many.favor.high - many.favor.low)


def test_fewer_examples_make_a_wider_interval() -> None:
    """The matrix is measured, and that too is uncertain."""
    sure = estimate(Shown(300, 300, 400), [[10 * cell for cell in row] for row in MEASURED])
    unsure = estimate(Shown(300, 300, 400), [[cell / 10 for cell in row] for row in MEASURED])
    assert sure is not None
    assert unsure is not None
    assert unsure.favor.high - unsure.favor.low > 1.5 * (sure.favor.high - sure.favor.low)


@pytest.mark.parametrize(
    ("shown", "confusion"),
    [
        (Shown(0, 0, 0), MEASURED),
        (Shown(5, 5, 5), [[0, 0, 0], [10, 50, 40], [2, 4, 194]]),
        (Shown(5, 5, 5), [[4, 50, 46], [10, 50, 40], [2, 4, 194]]),
        (Shown(5, 5, 5), [[60, 5, 35], [50, 4, 46], [2, 4, 194]]),
        (Shown(5, 5, 5), [[60, 5], [10, 50]]),
    ],
)
def test_nothing_is_estimated_without_people_or_without_a_measured_detector(
    shown: Shown, confusion: list[list[float]]
) -> None:
    """No people, no examples of a class, or a side that is hardly ever recognized."""
    assert estimate(shown, confusion) is None


def test_a_detector_that_is_right_one_time_in_twenty_is_still_corrected() -> None:
    """The least share of right answers is inclusive, and being right about `none` is not asked for."""
    assert estimate(Shown(5, 5, 5), [[5, 0, 95], [0, 5, 95], [50, 49, 1]]) is not None


def test_the_sides_are_not_swapped() -> None:
    """With a matrix whose sides err differently, each side is corrected by its own errors."""
    people = np.asarray([1000, 3000, 6000]) @ rates(MEASURED)
    favor, against, other = (round(float(number)) for number in people)
    found = estimate(Shown(favor, against, other), MEASURED)
    assert found is not None
    assert found.favor.value == pytest.approx(0.1, abs=0.01)
    assert found.against.value == pytest.approx(0.3, abs=0.01)
    assert found.draws.mean(axis=0) == pytest.approx([0.1, 0.3], abs=0.03)
    assert Shown(favor, against, other).people == favor + against + other


def test_the_same_seed_gives_the_same_and_another_seed_other_draws() -> None:
    """A digest can be made again, figure by figure."""
    first, again, other = (estimate(Shown(30, 20, 50), MEASURED, seed=seed) for seed in (3, 3, 4))
    assert first is not None
    assert again is not None
    assert other is not None
    assert (first.favor, first.against) == (again.favor, again.against)
    assert (first.draws == again.draws).all()
    assert (first.draws != other.draws).any()
    assert first.favor.value == other.favor.value


def test_a_rise_is_positive_and_a_fall_negative() -> None:
    """The difference is the later window less the earlier one, side by side."""
    before, now = estimate(Shown(200, 600, 1200), MEASURED, seed=1), estimate(Shown(600, 300, 1100), MEASURED, seed=2)
    assert before is not None
    assert now is not None
    favor, against = difference(now, before)
    assert favor.value == pytest.approx(now.favor.value - before.favor.value)
    assert against.value == pytest.approx(now.against.value - before.against.value)
    assert 0 < favor.low <= favor.value <= favor.high
    assert against.low <= against.value <= against.high < 0


def test_two_windows_alike_differ_by_nothing_beyond_chance() -> None:
    """The interval of no change holds zero, and is wider than that of a window against itself."""
    one, two = (estimate(Shown(60, 40, 100), MEASURED, seed=seed) for seed in (1, 2))
    assert one is not None
    assert two is not None
    for share in difference(one, two):
        assert share.value == pytest.approx(0)
        assert share.low < 0 < share.high
    for share in difference(one, one):
        assert (share.low, share.value, share.high) == (0, 0, 0)


REASONS = [
    ReasonKey("energy", Label.FAVOR, "far"),
    ReasonKey("energy", Label.FAVOR, "near"),
    ReasonKey("energy", Label.AGAINST, "other side"),
    ReasonKey("labour", Label.FAVOR, "other target"),
]


def unit(*rows: tuple[float, float]) -> "np.ndarray[tuple[int, int], np.dtype[np.float32]]":
    table = np.asarray(rows, dtype=np.float32)
    return np.asarray(table / np.linalg.norm(table, axis=1, keepdims=True))


def stance(target: str, label: Label, evidence: int | None) -> Stance:
    return Stance(target, label, 0.8, 0.1, 0.1, evidence)


def test_the_nearest_reason_of_the_same_target_and_side_is_matched() -> None:
    """Reasons of the other side or target are not taken though they are nearer."""
    sentences = unit((1, -5), (1, 0))
    vectors = unit((1, 1), (1, 0.5), (1, 0), (1, 0))
    matches = match_reasons([stance("energy", Label.FAVOR, 1)], sentences, REASONS, vectors)
    assert [match.reason.text for match in matches] == ["near"]
    assert matches[0].similarity == pytest.approx(1 / np.sqrt(1.25))


def test_each_stance_is_matched_on_its_own() -> None:
    """Two stances of one text give two reasons."""
    stances = [stance("labour", Label.FAVOR, 0), stance("energy", Label.AGAINST, 1)]
    matches = match_reasons(stances, unit((1, 0), (0, 1)), REASONS, unit((1, 0), (1, 0), (0, 1), (1, 0)))
    assert [match.reason.text for match in matches] == ["other target", "other side"]


@pytest.mark.parametrize(("cosine", "told"), [(CLOSE_ENOUGH + 0.01, 1), (CLOSE_ENOUGH - 0.01, 0)])
def test_a_reason_that_is_too_far_is_none(cosine: float, told: int) -> None:
    """The threshold decides."""
    vectors = unit(*[(cosine, float(np.sqrt(1 - cosine**2)))] * 4)
    assert len(match_reasons([stance("energy", Label.FAVOR, 0)], unit((1, 0)), REASONS, vectors)) == told
    assert pytest.approx(0.45) == CLOSE_ENOUGH


def test_nothing_is_matched_without_evidence_or_without_reasons() -> None:
    """None and unclear have no evidence; some targets have no reasons."""
    vectors = unit((1, 0), (1, 0), (1, 0), (1, 0))
    silent = [stance("energy", Label.NONE, None), stance("hype", Label.FAVOR, 0), stance("labour", Label.AGAINST, 0)]
    assert match_reasons(silent, unit((1, 0)), REASONS, vectors) == []
