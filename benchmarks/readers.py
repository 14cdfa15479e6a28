"""Asks while another process stores every second: no error may come, and no count that is half of a page.

Run it as .venv/bin/python benchmarks/readers.py [--calls 200]

Prints the median time of a call beside that of the same call with nobody storing. Exit code 1 on any error.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path

PROGRAM = Path(sys.executable).with_name("fedilens")
PAGE = 20
WRITER = """
import sys, time
from datetime import UTC, datetime
from pathlib import Path
from fedilens.consent import load_key
from fedilens.store import Database
from fedilens.store.statuses import StatusStore
from fedilens.types import Account, Admitted, Consent, Status
folder, page, now = Path(sys.argv[1]), int(sys.argv[2]), datetime(2025, 1, 31, tzinfo=UTC)
store = StatusStore(Database(folder / "fedilens.duckdb"), load_key(folder / "fedilens.key"))
number = 0
while True:
    posts = []
    for place in range(page):
        account = Account(f"u{place}@h.example", f"u{place}@h.example")
        status = Status(f"https://h.example/{number}-{place}", f"{number}-{place}", account, now, "<p>hello</p>")
        posts.append(Admitted(status, Consent.AGGREGATE, "indexable"))
    store.save_page(posts, excluded=[], sightings=[], cursor=None, now=now)
    number += 1
    time.sleep(1)
"""


def ask(folder: Path) -> tuple[float, int | None]:
    """Seconds that a call took, and the number that it gave (None for an error, which is printed)."""
    began = time.monotonic()
    command = [PROGRAM, "sql", "SELECT count(*) AS posts FROM statuses", "--format", "json"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    seconds = time.monotonic() - began
    if done.returncode:
        print(done.stderr.strip())
        return seconds, None
    return seconds, int(json.loads(done.stdout)[0]["posts"])


def main() -> None:
    """Prints what came back."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--calls", type=int, default=200)
    calls = parser.parse_args().calls
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ask(folder)
        alone = statistics.median(ask(folder)[0] for _ in range(10))
        writer = subprocess.Popen([sys.executable, "-c", WRITER, name, str(PAGE)])
        time.sleep(3)
        found = [ask(folder) for _ in range(calls)]
        died = writer.poll() is not None
        writer.kill()
        writer.wait()
    counts = [count for _, count in found if count is not None]
    wrong = sum(count % PAGE != 0 for count in counts) + sum(b < a for a, b in pairwise(counts))
    beside = statistics.median(seconds for seconds, _ in found)
    print(f"{calls} calls while {counts[-1]} posts were stored: {calls - len(counts)} errors, {wrong} wrong")
    print(f"median {beside:.2f} s beside a writer, {alone:.2f} s alone: ratio {beside / alone:.2f}")
    sys.exit(bool(wrong or died or len(counts) < calls))


if __name__ == "__main__":
    main()
