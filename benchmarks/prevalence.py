"""Do the intervals of shares hold the truth? Simulated windows whose truth is known, with the detector's own errors.

.venv/bin/python benchmarks/prevalence.py [--windows 500]

Each window has 30 to 3,000 people, a target of the AI debate, and true shares drawn at random, small ones more often.
What is shown of them is drawn with the target's error rates. Those rates are known from a few hundred labelled examples
only, so each window has true rates of its own, drawn from what the examples allow.
"""

import argparse

import numpy as np

from fedilens.opinion.prevalence import Shown, estimate
from fedilens.stance import load_debate, load_head

PRIOR = 0.1


def main() -> None:
    """Prints how often the intervals held, and how wide they were."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--windows", type=int, default=500)
    head = load_head(load_debate("ai").folder / "head.npz")
    random = np.random.default_rng(0)
    held, told, widths, wide = 0, 0, [], 0
    for number in range(parser.parse_args().windows):
        people = 300 if number % 5 == 0 else int(np.exp(random.uniform(np.log(30), np.log(3_000))))
        target = int(random.integers(len(head.targets)))
        counts = head.confusion[target]
        rates = random.standard_gamma(counts + PRIOR)
        rates /= rates.sum(axis=1, keepdims=True)
        truth = random.dirichlet([0.6, 0.6, 2.0])
        shown = random.multinomial(people, truth @ rates)
        found = estimate(Shown(*(int(one) for one in shown)), counts.tolist(), seed=number)
        if found is None:
            continue
        for share, true in ((found.favor, truth[0]), (found.against, truth[1])):
            told += 1
            held += share.low <= true <= share.high
            if people == 300:
                widths.append(100 * (share.high - share.low))
                wide += share.high - share.low > 0.3
    print(f"{told} intervals: {held / told:.1%} hold the truth")
    print(
        f"with 300 people the median is {np.median(widths):.0f} points wide, the mean {np.mean(widths):.0f}; "
        f"{1 - wide / len(widths):.0%} are at most 30 points wide"
    )


if __name__ == "__main__":
    main()
