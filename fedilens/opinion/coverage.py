"""How much of a debate did the polled servers let us see? At least how many posts there were.

Method: Chao's lower bound for servers that show unequally much (Chao 1989, for animals and traps): posts that
only one server showed tell how many none showed. It is a bound from below where posts differ in how widely
they are spread, and where what one server shows makes another likelier to show it; both hold here, for
servers that follow each other show the same posts. It would be too high for servers that avoid each other's
posts. What is told is the lower end of its 98 % interval (log-normal, as Chao gives it; the variance from a
bootstrap over posts), so that the truth is above it in at least 9 of 10 runs of every simulation.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from math import exp, log, sqrt

import numpy as np
from numpy.typing import NDArray

FEWEST_SERVERS = 2
DEVIATES = 2.326
"""Standard deviations to the lower end of a 98 % interval: with few unseen posts the log-normal form is too narrow."""
DRAWS = 400


@dataclass(frozen=True, slots=True)
class Coverage:
    """`seen` posts were seen; there were at least `least` (and about `about`, if servers are independent).

    `share` is seen / least: at most so much of the debate was seen. `alone` maps a server to how many posts it
    alone showed, `missed` to how many it did not show that others did.
    """

    seen: int
    least: float
    about: float
    alone: dict[str, int]
    missed: dict[str, int]

    @property
    def share(self) -> float:
        """The part that was seen, at most."""
        return self.seen / self.least if self.least else 1.0


def estimate_coverage(sightings: Sequence[Collection[str]], servers: Collection[str]) -> Coverage | None:
    """From the servers that showed each post; None with fewer than two servers (then nothing can be said)."""
    count = len(servers)
    if count < FEWEST_SERVERS or not sightings:
        return None
    seen = len(sightings)
    names = sorted(servers)
    patterns = Counter(frozenset(one) for one in sightings)
    shown = np.array([[server in pattern for server in names] for pattern in patterns])
    times = np.array(list(patterns.values()), dtype=np.float64)
    unseen = float(_unseen(times[None], shown)[0])
    return Coverage(
        seen=seen,
        least=seen + _lower(unseen, _variance(times, shown, unseen)),
        about=seen + unseen,
        alone={server: sum(set(one) == {server} for one in sightings) for server in names},
        missed={server: sum(server not in one for one in sightings) for server in names},
    )


def _unseen(times: NDArray[np.float64], shown: NDArray[np.bool_]) -> NDArray[np.float64]:
    """How many posts no server showed, for each row of `times`: how often each pattern of servers was met."""
    servers = shown.sum(axis=1)
    alone = times[:, servers == 1]
    twice = times[:, servers == 2].sum(axis=1)  # noqa: PLR2004  # seen by two servers
    pairs = alone.sum(axis=1) ** 2 - (alone**2).sum(axis=1)
    return np.asarray(pairs / (2 * (twice + 1)))


def _variance(times: NDArray[np.float64], shown: NDArray[np.bool_], unseen: float) -> float:
    """The variance of how many were unseen, by drawing as many posts again, seen and unseen ones."""
    everything = np.append(times, unseen)
    draws = np.random.default_rng(0).multinomial(round(everything.sum()), everything / everything.sum(), size=DRAWS)
    return float(_unseen(draws[:, :-1].astype(np.float64), shown).var())


def _lower(unseen: float, variance: float) -> float:
    """The lower end of the interval, log-normal as Chao gives it: never under what was seen."""
    if not unseen:
        return 0.0
    return unseen / exp(DEVIATES * sqrt(log(1 + variance / unseen**2)))
