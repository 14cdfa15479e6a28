"""Groups of people by where they stand: planted ones are found, and none where there are none."""

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from fedilens.opinion import Camps, NoCamps, find_camps
from fedilens.opinion.camps import FEWEST_PEOPLE, Floats, Numbers

TARGETS = [f"target-{number}" for number in range(13)]
MISSING = 0.7


def planted(seed: int, people: int = 400, noise: float = 0.08) -> tuple[Floats, Numbers]:
    """Three camps: all for, all against, and half and half; on target-0 everybody is for it. Seven of ten unknown."""
    random = np.random.default_rng(seed)
    sides = np.array([[1] * 13, [-1] * 13, [1, -1] * 6 + [1]])
    sides[:, 0] = 1
    camps = random.integers(0, 3, people)
    stances = np.where(random.random((people, 13)) < noise, -1, 1) * sides[camps] * random.uniform(0.6, 1, (people, 13))
    stances[random.random(stances.shape) < MISSING] = np.nan
    return stances, camps


def by_chance(seed: int, people: int) -> Floats:
    """Stances that do not go together, with targets of different popularity."""
    random = np.random.default_rng(seed)
    stances = np.sign(random.random((people, 13)) - random.uniform(0.2, 0.8, 13)) * random.uniform(0.6, 1, (people, 13))
    stances[random.random(stances.shape) < MISSING] = np.nan
    return np.asarray(stances)


@pytest.mark.parametrize("seed", range(3))
def test_planted_camps_are_found_with_what_they_share(seed: int) -> None:
    """Who is put into a camp is put into the right one; the common ground is found, and so is what divides."""
    stances, truth = planted(seed)
    camps = find_camps(stances, TARGETS)
    assert isinstance(camps, Camps)
    placed = camps.members >= 0
    assert len(camps.sizes) == 3
    assert sum(camps.sizes) == placed.sum() >= 100
    assert adjusted_rand_score(truth[placed], camps.members[placed]) >= 0.8
    assert [(target.target, target.agreed) for target in camps.common_ground] == [("target-0", 1)]
    assert "target-0" not in {target.target for target in camps.divisive}
    assert len(camps.divisive) >= 10


def test_no_camps_are_told_of_stances_that_do_not_go_together() -> None:
    """In at least 19 of 20 runs."""
    told = sum(isinstance(find_camps(by_chance(seed, 150), TARGETS), Camps) for seed in range(20))
    assert told <= 1


def test_too_few_people_are_refused_with_the_reason() -> None:
    """Who takes a side on one target alone is not counted among them."""
    stances, _ = planted(1, people=FEWEST_PEOPLE - 1)
    answer = find_camps(stances, TARGETS)
    assert isinstance(answer, NoCamps)
    assert str(FEWEST_PEOPLE) in answer.reason
    alone = np.full((500, 13), np.nan)
    alone[:, 0] = 1.0
    assert isinstance(find_camps(alone, TARGETS), NoCamps)


def test_unknown_is_not_neutral() -> None:
    """People of whom nothing is known belong to no camp, and change nothing for the others."""
    stances, _ = planted(2)
    silent = np.full((300, 13), np.nan)
    alone, beside = find_camps(stances, TARGETS), find_camps(np.concatenate([stances, silent]), TARGETS)
    assert isinstance(alone, Camps)
    assert isinstance(beside, Camps)
    assert beside.sizes == alone.sizes
    assert (beside.members[: len(stances)] == alone.members).all()
    assert (beside.members[len(stances) :] == -1).all()


def test_shares_have_intervals_that_hold_them() -> None:
    """A camp's share on a target is of those of it who take a side."""
    stances, _ = planted(0)
    camps = find_camps(stances, TARGETS)
    assert isinstance(camps, Camps)
    for target in camps.targets:
        for share in target.shares:
            assert share is not None
            assert 0 <= share.low <= share.value <= share.high <= 1
            assert 0 < share.people < len(stances)
