"""Kills `fedilens collect` and `fedilens analyze` at random moments, starts them again, and compares the stores.

Run it as .venv/bin/python benchmarks/interruptions.py [--kills 20] [--seed 7]

Both stores are filled from the sample servers, one without and one with interruptions (SIGKILL). Everything but
times has to be equal, vectors to the last bit. Exit code 1 if anything differs.
"""

import argparse
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from fedilens.sample import SampleServer, demo_views, load_corpus
from fedilens.store import Database

PROGRAM = Path(sys.executable).with_name("fedilens")
END = datetime(2025, 2, 1, tzinfo=UTC)
COMPARED = {
    "statuses": "status_id, account_id, created_at, edited_at, language, visibility, is_reply, has_warning, "
    "content_hash",
    "status_texts": "status_id, content, spoiler_text, card_url",
    "status_links": "status_id, uri, url",
    "status_tags": "*",
    "sightings": "status_id, instance, tag, remote_id",
    "cursors": "instance, tag, newest_id, backfill_done",
    "accounts": "account_id, instance, bot",
    "exclusion_sketches": "*",
    "documents": "content_hash, text, language, words, duplicate_of",
    "embeddings": "content_hash, position, model, vector",
    "stances": "*",
}


def state(folder: Path) -> dict[str, list[str]]:
    """What the store holds, without times."""
    with Database(folder / "fedilens.duckdb").read() as connection:
        return {
            table: sorted(map(repr, connection.execute(f"SELECT {columns} FROM {table}").fetchall()))
            for table, columns in COMPARED.items()
        }


def run(command: str, folder: Path) -> float:
    """Runs a command to its end; seconds that it took."""
    began = time.monotonic()
    subprocess.run([PROGRAM, command], cwd=folder, check=True, capture_output=True)
    return time.monotonic() - began


def killed(command: str, folder: Path, *, after: float) -> bool:
    """Starts a command and kills it after some seconds. Was it still at work?"""
    process = subprocess.Popen([PROGRAM, command], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(after)
    alive = process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.wait()
    return alive


def configured(folder: Path, urls: list[str]) -> Path:
    """A folder with a configuration that names the servers."""
    folder.mkdir()
    instances = ", ".join(f'"{url}"' for url in urls)
    text = f'[collect]\ninstances = [{instances}]\ntags = ["ai", "generativeai"]\nbackfill = "900d"\n'
    (folder / "fedilens.toml").write_text(text, encoding="utf-8")
    return folder


def interrupt(folder: Path, lengths: dict[str, float], *, kills: int, moments: random.Random) -> int:
    """Kills each command half of the times, at any moment of its run; how many were at work then."""
    struck = 0
    for command, length in lengths.items():
        wanted = struck + kills // len(lengths)
        while struck < wanted:
            struck += killed(command, folder, after=moments.uniform(0.3, 0.95 * length))
            if command == "analyze" and not missing(folder):
                forget(folder)
        run(command, folder)
    return struck


def missing(folder: Path) -> bool:
    """Is anything left to analyse?"""
    with Database(folder / "fedilens.duckdb").read() as connection:
        sql = "SELECT count(*) FROM statuses WHERE content_hash IS NULL"
        (row,) = connection.execute(sql).fetchall()
    return bool(row[0])


def forget(folder: Path) -> None:
    """Takes back what was analysed, so that there is something to interrupt again."""
    with Database(folder / "fedilens.duckdb").write() as connection:
        connection.execute("UPDATE statuses SET content_hash = NULL")
        for table in ("documents", "document_links", "sentences", "entities", "embeddings", "stances"):
            connection.execute(f"DELETE FROM {table}")


def main() -> None:
    """Prints each table's rows and whether they are equal."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    corpus = load_corpus()
    with ExitStack() as stack:
        base = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        urls = [stack.enter_context(SampleServer(view, corpus=corpus, now=END)).base_url for view in demo_views()]
        calm, shaken = configured(base / "calm", urls), configured(base / "shaken", urls)
        lengths = {command: run(command, calm) for command in ("collect", "analyze")}
        shutil.copy(calm / "fedilens.key", shaken)
        struck = interrupt(shaken, lengths, kills=options.kills, moments=random.Random(options.seed))  # noqa: S311  # no secret
        expected, found = state(calm), state(shaken)
    print(f"{struck} kills while at work; undisturbed runs took " + ", ".join(f"{s:.1f} s" for s in lengths.values()))
    for table, rows in expected.items():
        print(f"{table:20} {len(rows):6} rows  {'equal' if rows == found[table] else 'DIFFERENT'}")
    sys.exit(expected != found)


if __name__ == "__main__":
    main()
