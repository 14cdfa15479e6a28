"""Looking again at 10,000 posts of one server: how many requests, in how long, and the most in five minutes.

.venv/bin/python benchmarks/rechecking.py [POSTS [SOFTWARE]]

The server is the sample's on loopback, with the limit of 300 requests in 5 minutes; the clock is simulated.
"""

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from recheck_trial import try_recheck

from fedilens.sample import RateLimit, Software


def main() -> None:
    """A line a kind of server."""
    posts = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    chosen = [Software(sys.argv[2])] if len(sys.argv) > 2 else Software
    for software in chosen:
        with tempfile.TemporaryDirectory() as folder:
            trial = try_recheck(software, posts, RateLimit(), Path(folder))
        took = (trial.moments[-1] - trial.moments[0]).total_seconds() / 60
        print(
            f"{software.value:10} {trial.report.checked:6} of {trial.held} posts looked at, "
            f"{len(trial.moments):6} requests in {took:6.1f} minutes, at most {trial.most} in five; "
            f"trouble: {trial.report.error or 'none'}"
        )


if __name__ == "__main__":
    main()
