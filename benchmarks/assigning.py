"""Analyses 1,000 new posts at 10 thousand and at 1 million stored ones, and prints the ratio of the times.

.venv/bin/python benchmarks/assigning.py

The stored posts came in at the same pace in both, so what differs is the length of the history. The embedding model
is replaced by one that takes no time: what is measured is our own work.
"""

import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import numpy as np

from fedilens.annotate import SpacyLinguist
from fedilens.app import Silence, SystemClock
from fedilens.consent import Pseudonyms
from fedilens.pipeline import Analyst, find_topics
from fedilens.pipeline.analyzing import assign_topics, clean_missing, embed_missing
from fedilens.pipeline.comparing import mark_duplicates
from fedilens.stance import load_debate, make_detector
from fedilens.store import Database
from fedilens.store.analyses import AnalysisStore, Embedded
from fedilens.store.statuses import StatusStore
from fedilens.store.topics import TopicStore
from fedilens.types import Account, Admitted, Consent, Document, Sighting, Status, Vectors, Window

NOW = datetime(2025, 2, 1, tzinfo=UTC)
WEEK = Window(NOW - timedelta(days=7), NOW)
KEYS = Pseudonyms(b"1" * 32)
DIMENSIONS = 32
SUBJECTS = np.random.default_rng(2).normal(size=(12, DIMENSIONS))
FILLING = f"""
CREATE TEMP TABLE subjects AS SELECT unnest($names) AS subject, unnest($vectors)::FLOAT[] AS centre;
CREATE TEMP TABLE made AS
SELECT gen_random_uuid() AS id, gen_random_uuid() AS author, gen_random_uuid() AS hashed, range AS i,
       range % 12 AS subject, '{NOW.isoformat()}'::TIMESTAMPTZ - to_seconds(range * 259) AS past
FROM range($stored);
INSERT INTO statuses SELECT id, author, past, NULL, past, 'en', 'public', false, false, hashed FROM made;
INSERT INTO status_links SELECT id, 'https://old.example/' || i, NULL, past FROM made;
INSERT INTO status_texts SELECT id, '<p>some text of a usual length, number ' || i || '</p>', '', NULL, past FROM made;
INSERT INTO accounts SELECT author, 'old.example', false, past FROM made;
INSERT INTO documents BY NAME
SELECT hashed AS content_hash,
       'old ' || md5(i::VARCHAR) || ' ' || md5(id::VARCHAR) || ' some words that follow' AS text,
       'en' AS language, 7 AS words, past AS analyzed_at, 'original' AS likeness
FROM made;
INSERT INTO sentences SELECT hashed, 0, 'some text', ['text'] FROM made;
INSERT INTO embeddings
SELECT hashed, position, 'quick',
       list_transform(list_zip(centre, range(len(centre))), lambda x: (x[1] + 0.3 * sin(i * 17 + x[2] * 71))::FLOAT)
FROM made JOIN subjects USING (subject), (VALUES (-1), (0)) AS p(position);
"""


class QuickEncoder:
    """Unit vectors near one of twelve subjects; satisfies `protocols.Encoder`."""

    name = "quick"
    languages = frozenset({"en"})

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Near the subject that the text's length chooses."""
        noise = np.random.default_rng(len(texts)).normal(size=(len(texts), DIMENSIONS))
        rows = SUBJECTS[[len(text) % 12 for text in texts]] + 0.3 * noise
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


def analyst(database: Database) -> Analyst:
    """The real parts but for the model."""
    debate, encoder = load_debate("ai"), QuickEncoder()
    return Analyst(
        store=AnalysisStore(database),
        topics=TopicStore(database),
        identify=KEYS,
        linguist=SpacyLinguist(debate.entities),
        encoder=encoder,
        detector=make_detector(debate, encoder, None),
        debate=debate,
        clock=SystemClock(),
    )


def arrive(database: Database, batch: int) -> None:
    """A thousand new posts."""
    found = []
    for number in range(1000):
        acct = f"u{number % 300}@h{number % 20}.example"
        text = f"<p>batch {batch} brings post {number} on {'x' * (number % 12)} with {number * 7919 % 1009} words</p>"
        uri = f"https://new.example/{batch}-{number}"
        status = Status(uri, str(number), Account(acct, acct), NOW - timedelta(minutes=number), text, language="en")
        found.append(Admitted(status, Consent.AGGREGATE, "indexable"))
    sightings = [Sighting(one.status.uri, "b.example", "ai", one.status.remote_id, NOW) for one in found]
    StatusStore(database, KEYS).save_page(found, excluded=[], sightings=sightings, cursor=None, now=NOW)


def timed(work: Callable[[], object]) -> float:
    """Seconds."""
    began = time.monotonic()
    work()
    return time.monotonic() - began


def seconds(stored: int, folder: Path) -> dict[str, float]:
    """The median times of each step for a thousand posts beside so many."""
    database = Database(folder / f"{stored}.duckdb")
    units = SUBJECTS / np.linalg.norm(SUBJECTS, axis=1, keepdims=True)
    with database.write() as connection:
        values = {"stored": stored, "names": list(range(12)), "vectors": units.tolist()}
        for statement in FILLING.split(";\n")[:-1]:
            connection.execute(statement, {name: value for name, value in values.items() if f"${name}" in statement})
    parts = analyst(database)
    find_topics(parts, WEEK)
    steps: dict[str, list[float]] = {}
    for batch in range(6):
        arrive(database, batch)
        steps.setdefault("clean", []).append(timed(lambda: clean_missing(parts, progress=Silence())))
        steps.setdefault("compare", []).append(timed(lambda: mark_duplicates(parts.store)))
        steps.setdefault("embed and assign", []).append(timed(lambda: embed_missing(parts, progress=Silence())))
        fresh = [made(batch, number) for number in range(1000)]
        steps.setdefault("assign alone", []).append(timed(lambda fresh=fresh: assign(parts, fresh)))
    return {name: statistics.median(times[1:]) for name, times in steps.items()}


def made(batch: int, number: int) -> Embedded:
    """A document with its vectors, of which the database knows nothing."""
    vectors = QuickEncoder().encode(["x" * number])
    return Embedded(Document(UUID(int=batch * 1000 + number), "x", "en"), (), vectors, vectors[:0])


def assign(parts: Analyst, fresh: Sequence[Embedded]) -> None:
    """What the pipeline does between two refits."""
    assign_topics(parts.topics.centres(model="quick"), fresh, parts.topics)


def main() -> None:
    """Prints the times of both and their ratios."""
    with tempfile.TemporaryDirectory() as folder:
        few, many = (seconds(stored, Path(folder)) for stored in (10_000, 1_000_000))
    for name, time_of_few in few.items():
        ratio = many[name] / time_of_few
        print(f"{name:17} {time_of_few:6.2f} s at 10 thousand, {many[name]:6.2f} s at 1 million, ratio {ratio:.2f}")


if __name__ == "__main__":
    main()
