"""A simulated year of people who change their minds, edit, delete and ask to be forgotten; a checker looks every week.

.venv/bin/python benchmarks/promises.py [PEOPLE [DAYS]]

The simulation and the checker are those of the tests (tests/simulated_year.py, tests/year_checker.py), with 2,000
people and 365 days. Prints what did not hold, and how many of each kind of event there were.
"""

import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from simulated_year import DAY, START, Program, World
from year_checker import Truth, violations

RETENTION = 90


def main() -> None:
    """Lives through the days, and prints."""
    people = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
    days = int(sys.argv[2]) if len(sys.argv) > 2 else 365
    began, found, checks = time.monotonic(), [], 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        world, truth = World(people, seed=1), Truth()
        program = Program(folder, world, retention=RETENTION)
        for day in range(1, days + 1):
            now = START + day * DAY
            world.live(now)
            program.day(now, digest=day % 7 == 0)
            truth.replay(world.log)
            if day % 7 == 0:
                checks += 1
                found += violations(folder, truth, now, retention=RETENTION)
                seconds = time.monotonic() - began
                print(f"day {day}: {len(found)} violations so far, {program.corrected} corrections, {seconds:.0f} s")
    kinds = Counter(entry["kind"] for entry in world.log)
    print(f"{people} people, {days} days, {checks} digests: {len(found)} violations; {dict(kinds)}")
    for sentence, times in Counter(found).most_common():
        print(f"  {times} times: {sentence}")


if __name__ == "__main__":
    main()
