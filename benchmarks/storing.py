"""Stores 1,000 new posts at 10 thousand and at 1 million stored ones, and prints the ratio of the times.

.venv/bin/python benchmarks/storing.py
"""

import statistics
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from fedilens.consent import Pseudonyms
from fedilens.store import Database
from fedilens.store.statuses import StatusStore
from fedilens.types import Account, Admitted, Consent, Sighting, Status

NOW = datetime(2025, 2, 1, tzinfo=UTC)
FILLING = """
INSERT INTO statuses SELECT id, author, past, NULL, past, 'en', 'public', false, false, NULL FROM made;
INSERT INTO status_links SELECT id, 'https://old.example/' || i, NULL, past FROM made;
INSERT INTO status_texts SELECT id, '<p>some text of a usual length, number ' || i || '</p>', '', NULL, past FROM made;
INSERT INTO status_tags SELECT id, 'ai', 0 FROM made;
INSERT INTO sightings SELECT id, 'a.example', 'ai', i::VARCHAR, past FROM made;
INSERT INTO accounts SELECT author, 'old.example', false, past FROM made WHERE i % 10 = 0;
INSERT INTO account_names SELECT author, 'u@old.example', '', past FROM made WHERE i % 10 = 0;
INSERT INTO consent_decisions BY NAME SELECT author AS account_id, 'aggregate' AS consent, 'indexable' AS reason,
    past AS decided_at, past AS flags_since FROM made WHERE i % 10 = 0;
"""


def posts(batch: int) -> list[Admitted]:
    """A thousand posts by three hundred people that were not there before."""
    found = []
    for number in range(1000):
        acct = f"u{number % 300}@h{number % 20}.example"
        status = Status(
            f"https://new.example/{batch}-{number}",
            str(number),
            Account(acct, acct),
            NOW,
            f"<p>hello world {number}</p>",
            tags=("ai", "llm"),
        )
        found.append(Admitted(status, Consent.AGGREGATE, "indexable"))
    return found


def seconds(stored: int, folder: Path) -> float:
    """The median time to store a thousand posts beside so many."""
    database = Database(folder / f"{stored}.duckdb")
    with database.write() as connection:
        connection.execute(
            "CREATE TEMP TABLE made AS SELECT gen_random_uuid() AS id, gen_random_uuid() AS author, "
            f"'2025-01-01'::TIMESTAMPTZ AS past, range AS i FROM range({stored})"
        )
        connection.execute(FILLING)
    store = StatusStore(database, Pseudonyms(b"1" * 32))
    times = []
    for batch in range(6):
        page = posts(batch)
        sightings = [Sighting(one.status.uri, "b.example", "ai", one.status.remote_id, NOW) for one in page]
        began = time.monotonic()
        store.save_page(page, excluded=[], sightings=sightings, cursor=None, now=NOW)
        times.append(time.monotonic() - began)
    return statistics.median(times[1:])


def main() -> None:
    """Prints both times and their ratio."""
    with tempfile.TemporaryDirectory() as folder:
        few, many = (seconds(stored, Path(folder)) for stored in (10_000, 1_000_000))
    print(f"1,000 posts: {few:.2f} s at 10 thousand, {many:.2f} s at 1 million, ratio {many / few:.2f}")


if __name__ == "__main__":
    main()
