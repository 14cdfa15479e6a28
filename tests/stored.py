"""Posts and documents that the tests of the store put into databases."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np

from fedilens.consent import Pseudonyms
from fedilens.store import Database
from fedilens.store.analyses import AnalysisStore, CleanedStatus, Embedded
from fedilens.store.questions import run_sql
from fedilens.store.statuses import StatusStore
from fedilens.store.topics import TopicStore
from fedilens.types import (
    Account,
    Admitted,
    Cluster,
    Consent,
    Cursor,
    Document,
    Entity,
    Excluded,
    Sentence,
    Sighting,
    Status,
    TagTimeline,
    TopicEvent,
    Topics,
    Vectors,
    Window,
)

NOW = datetime(2025, 2, 1, tzinfo=UTC)
KEYS = Pseudonyms(bytes(range(32)))
TIMELINE = TagTimeline("tooters.example", "ai")
MODEL = "toy"


def post(number: int, *, acct: str = "", at: datetime | None = None, **more: Any) -> Status:
    """A post, unless `acct` says otherwise by a person of its own."""
    name = acct or f"user{number}@host{number % 3}.example"
    status = Status(
        uri=f"https://x.example/{number}",
        remote_id=str(number),
        account=Account(f"https://x.example/users/{name}", name, display_name=f"Name of {name}", indexable=True),
        created_at=at or NOW - timedelta(days=1),
        content=f"<p>post number {number}</p>",
        url=f"https://x.example/@p/{number}",
        language="en",
        tags=("ai", "power"),
    )
    return replace(status, **more)


def excluded(status: Status, reason: str = "locked") -> Excluded:
    """The same post, not to be stored."""
    return Excluded(status.account.acct, status.uri, status.created_at, reason)


def save(
    database: Database,
    *statuses: Status,
    left_out: Sequence[Excluded] = (),
    timeline: TagTimeline = TIMELINE,
    cursor: Cursor | None = None,
    now: datetime = NOW,
) -> int:
    """Stores the posts as one page of `timeline`."""
    return StatusStore(database, KEYS).save_page(
        [Admitted(status, Consent.AGGREGATE, "indexable") for status in statuses],
        excluded=left_out,
        sightings=[Sighting(one.uri, timeline.instance, timeline.tag, one.remote_id, now) for one in statuses],
        cursor=cursor,
        now=now,
    )


def document(text: str, *, language: str = "en") -> Document:
    """The document that a text makes."""
    return Document(KEYS.text(text), text, language)


def clean(database: Database, texts: dict[int, str], *, links: tuple[str, ...] = (), language: str = "en") -> None:
    """Links posts, by their numbers, to documents of these texts."""
    AnalysisStore(database).save_cleaned(
        [
            CleanedStatus(
                KEYS.status(f"https://x.example/{number}"), document(text, language=language), ("ai", "energy"), links
            )
            for number, text in texts.items()
        ],
        now=NOW,
    )


def embedded(text: str, *, number: int = 0) -> Embedded:
    """A document of two sentences with vectors along an axis of their own."""
    sentences = (Sentence(text, ("power",), (Entity("Acme", "ORG"),)), Sentence(f"{text} too", ("water",)))
    vectors = np.roll(np.eye(3, 8, dtype=np.float32), number, axis=1)
    return Embedded(document(text), sentences, vectors[:1], vectors[1:])


def rows(database: Database, sql: str) -> list[tuple[Any, ...]]:
    """The answer to a query."""
    return list(run_sql(database, sql).rows)


def count(database: Database, table: str) -> int:
    """How many rows a table has."""
    return int(rows(database, f"SELECT count(*) FROM {table}")[0][0])


def database_at(folder: Path) -> Database:
    """An empty database; a test that waits for it for long would hang."""
    return Database(folder / "test.duckdb", patience=20)


def save_topics(
    database: Database,
    *clusters: Cluster,
    hashes: Sequence[UUID],
    window: Window,
    known: Sequence[UUID] = (),
    labels: Sequence[str] = (),
    events: Sequence[TopicEvent] = (),
    centres: Mapping[int, Vectors] | None = None,
    now: datetime = NOW,
) -> None:
    """Saves what was found in a window."""
    TopicStore(database).save_topics(
        Topics(clusters, tuple(events)),
        known=known,
        labels=labels,
        centres=centres or {},
        hashes=hashes,
        window=window,
        model=MODEL,
        identify=KEYS,
        now=now,
    )
