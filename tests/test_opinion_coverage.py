"""How much was there to be seen? A lower bound from what several servers showed."""

import numpy as np
import pytest

from fedilens.opinion import estimate_coverage
from fedilens.opinion.coverage import Coverage

SERVERS = ("a.example", "b.example", "c.example", "d.example")
TRUE = 2_000


def seen_by(shown: "np.ndarray[tuple[int, int], np.dtype[np.bool_]]") -> list[tuple[str, ...]]:
    """The servers that showed each post, for posts that any showed."""
    found = [tuple(server for server, there in zip(SERVERS, row, strict=True) if there) for row in shown]
    return [servers for servers in found if servers]


def bound(shown: "np.ndarray[tuple[int, int], np.dtype[np.bool_]]") -> Coverage:
    coverage = estimate_coverage(seen_by(shown), SERVERS)
    assert coverage is not None
    return coverage


def test_with_independent_servers_the_bound_lies_between_what_was_seen_and_the_truth() -> None:
    """In at least 90 of 100 runs under the truth, in all of them above what was seen."""
    under = 0
    for seed in range(100):
        random = np.random.default_rng(seed)
        coverage = bound(random.random((TRUE, 4)) < random.uniform(0.1, 0.5, 4))
        assert coverage.seen < coverage.least < coverage.about
        assert 0 < coverage.share < 1
        under += coverage.least <= TRUE
    assert under >= 90


def test_with_servers_that_follow_each_other_it_is_still_a_lower_bound() -> None:
    """What many servers show hides how much none shows: the bound gets looser, not wrong."""
    for seed in range(50):
        random = np.random.default_rng(seed)
        popular = random.beta(0.5, 1.5, (TRUE, 1))
        coverage = bound(random.random((TRUE, 4)) < popular)
        assert coverage.seen <= coverage.least <= TRUE


@pytest.mark.parametrize("servers", [(), ("a.example",)])
def test_one_server_tells_nothing(servers: tuple[str, ...]) -> None:
    """Coverage is not available then, rather than a hundred percent."""
    assert estimate_coverage([servers] * 5, servers) is None


def test_gaps_are_told_a_server() -> None:
    """What a server alone showed, and what it did not show."""
    coverage = estimate_coverage([("a.example",), ("a.example", "b.example"), ("b.example",)], SERVERS[:2])
    assert coverage is not None
    assert coverage.alone == {"a.example": 1, "b.example": 1}
    assert coverage.missed == {"a.example": 1, "b.example": 1}


def test_where_every_post_is_seen_by_all_nothing_is_missing() -> None:
    """No post that only one server showed: nothing speaks for unseen ones."""
    coverage = estimate_coverage([SERVERS] * 10, SERVERS)
    assert coverage is not None
    assert (coverage.seen, coverage.least, coverage.share) == (10, 10, 1.0)


def test_no_post_seen_twice_still_gives_a_bound() -> None:
    """Servers that share nothing: the bias-corrected form does not divide by zero."""
    coverage = estimate_coverage([("a.example",)] * 6 + [("b.example",)] * 5, SERVERS[:2])
    assert coverage is not None
    assert coverage.seen < coverage.least < coverage.about
