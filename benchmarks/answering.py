"""How long `fedilens query` takes to list and to answer, beside an interpreter that only loads DuckDB.

.venv/bin/python benchmarks/answering.py
"""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROGRAM = Path(sys.executable).with_name("fedilens")
TIMES = 15


def seconds(*command: str | Path, folder: str) -> float:
    """The median time of a command."""
    times = []
    for _ in range(TIMES):
        began = time.monotonic()
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
        times.append(time.monotonic() - began)
    return statistics.median(times)


def main() -> None:
    """Prints the times and their ratios."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([PROGRAM, "query", "overview"], cwd=folder, check=True, capture_output=True)  # makes the file
        peer = seconds(sys.executable, "-c", "import duckdb; duckdb.connect('fedilens.duckdb')", folder=folder)
        for name, command in {"list": ("query",), "answer": ("query", "overview")}.items():
            ours = seconds(PROGRAM, *command, folder=folder)
            print(f"{name:7} {ours:.2f} s, {ours / peer:.1f} times an interpreter that loads DuckDB ({peer:.2f} s)")


if __name__ == "__main__":
    main()
