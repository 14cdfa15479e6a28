"""Do the tests bite? Plants faults in a copy of the package, one at a time, and runs the tests over each.

.venv/bin/python benchmarks/faults.py [--only WORD] [--processes 2]

Without a fault all tests must pass. Prints each fault with the first test that notices it, and how many were noticed.
First the tests that a fault names are run, and where these notice nothing, all of them. Takes half an hour.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
FAULTS = Path(__file__).with_name("faults.toml")
PATIENCE = 1_800
"""Seconds after which tests are taken to wait for ever, which is noticed too."""
LEFT_OUT = (".git", ".venv", "__pycache__", ".*_cache", "fedilens-demo")


def first_failure(folder: Path, tests: list[str], *, processes: int) -> str | None:
    """The first test that fails over the package in `folder`; None where all pass."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "--no-header"]
    command += ["--numprocesses", str(processes), "--dist", "loadfile", *tests]
    surroundings = os.environ | {"PYTHONPATH": str(folder), "OMP_NUM_THREADS": "1"}
    try:
        done = subprocess.run(
            command, cwd=folder, env=surroundings, capture_output=True, text=True, check=False, timeout=PATIENCE
        )
    except subprocess.TimeoutExpired:
        return "the tests do not end"
    if not done.returncode:
        return None
    found = re.search(r"^(?:FAILED|ERROR) (\S+)", done.stdout, re.MULTILINE)
    return found[1] if found else f"pytest ended with {done.returncode}: {done.stdout[-300:]}{done.stderr[-300:]}"


def main() -> None:
    """Prints a line for each fault."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", default="", help="faults whose description holds this word")
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    faults = [one for one in tomllib.loads(FAULTS.read_text("utf-8"))["fault"] if options.only in one["what"]]
    noticed = 0
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*LEFT_OUT), dirs_exist_ok=True)
        if found := first_failure(copy, [], processes=options.processes):
            raise SystemExit(f"the tests fail without any fault: {found}")
        for fault in faults:
            path = copy / fault["file"]
            sound = path.read_text("utf-8")
            if sound.count(fault["old"]) != 1:
                raise SystemExit(f"{fault['what']}: {fault['old']!r} does not stand once in {fault['file']}")
            path.write_text(sound.replace(fault["old"], fault["new"]), "utf-8")
            near = [
                str(one.relative_to(copy))
                for word in fault["tests"]
                for one in (copy / "tests").glob(f"test_{word}*.py")
            ]
            found = first_failure(copy, near, processes=options.processes) or first_failure(
                copy, [], processes=options.processes
            )
            path.write_text(sound, "utf-8")
            noticed += found is not None
            print(f"{'noticed' if found else 'MISSED'}: {fault['what']} [{found or fault['file']}]", flush=True)
    print(f"{noticed} of {len(faults)} faults were noticed")


if __name__ == "__main__":
    main()
