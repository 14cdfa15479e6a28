"""Digests that went out, and what they said."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from fedilens.store.bulk import replace, scalar
from fedilens.store.connection import Database
from fedilens.store.statuses import CHANGED
from fedilens.types import Figure, Window

_PUBLISHED = (
    "digest_id UUID, debate VARCHAR, window_start TIMESTAMPTZ, window_end TIMESTAMPTZ, published_at TIMESTAMPTZ, "
    "corrected_at TIMESTAMPTZ"
)


@dataclass(frozen=True, slots=True)
class Published:
    """A digest that went out; `digest_id` is the version that stands."""

    digest_id: UUID
    debate: str
    window: Window
    published_at: datetime
    corrected_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Corrections:
    """Reads and writes what went out."""

    database: Database

    def save(self, published: Published) -> None:
        """Puts it in the place of what stood for the same window."""
        row = {
            "digest_id": published.digest_id,
            "debate": published.debate,
            "window_start": published.window.start,
            "window_end": published.window.end,
            "published_at": published.published_at,
            "corrected_at": published.corrected_at,
        }
        with self.database.write() as connection:
            replace(connection, "published", [row], _PUBLISHED, key=("debate", "window_start", "window_end"))

    def since(self, moment: datetime) -> list[Published]:
        """What was published since a moment, oldest first."""
        with self.database.read() as connection:
            rows = connection.execute(
                "SELECT digest_id, debate, window_start, window_end, published_at, corrected_at FROM published "
                "WHERE published_at >= $moment ORDER BY window_end, debate",
                {"moment": moment},
            ).fetchall()
        return [Published(row[0], row[1], Window(row[2], row[3]), row[4], row[5]) for row in rows]

    def is_due(self) -> bool:
        """Were posts edited, deleted or withdrawn since `settle`?"""
        with self.database.read() as connection:
            return scalar(connection, "SELECT value FROM store_facts WHERE name = $name", {"name": CHANGED}) is not None

    def settle(self) -> None:
        """Everything that was published has been looked at."""
        with self.database.write() as connection:
            connection.execute("DELETE FROM store_facts WHERE name = $name", {"name": CHANGED})

    def figures(self, digest_id: UUID) -> Sequence[Figure]:
        """What a digest said."""
        with self.database.read() as connection:
            rows = connection.execute(
                "SELECT name, value, query, low, high, n FROM digest_figures WHERE digest_id = $id ORDER BY name",
                {"id": digest_id},
            ).fetchall()
        return [Figure(*row) for row in rows]
