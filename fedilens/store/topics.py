"""The topics of windows, and their life from one to the next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np

from fedilens.protocols import Identifier
from fedilens.store.bulk import insert
from fedilens.store.connection import Database
from fedilens.store.readings import WHOLE
from fedilens.types import Cluster, EventKind, KnownTopic, Level, TopicEvent, Topics, Vectors, Window

_CLUSTER = (
    "cluster_id UUID, window_start TIMESTAMPTZ, window_end TIMESTAMPTZ, model VARCHAR, label VARCHAR, "
    "keywords VARCHAR[], computed_at TIMESTAMPTZ, level VARCHAR, parent_id UUID, centre FLOAT[]"
)
_MEMBER = (
    "cluster_id UUID, content_hash UUID, closeness FLOAT, exemplar BOOLEAN, window_start TIMESTAMPTZ, "
    "window_end TIMESTAMPTZ"
)
_EVENT = (
    "cluster_id UUID, other_id UUID, kind VARCHAR, window_start TIMESTAMPTZ, window_end TIMESTAMPTZ, label VARCHAR, "
    "now INTEGER, before INTEGER, chance DOUBLE, computed_at TIMESTAMPTZ"
)
_SAME_WINDOW = "window_start = $start AND window_end = $stop"


@dataclass(frozen=True, slots=True)
class Centres:
    """Where new documents go until the next refit: topics of a window with their centres, a unit row each."""

    window: Window
    ids: tuple[UUID, ...]
    vectors: Vectors


@dataclass(frozen=True, slots=True)
class TopicStore:
    """Loads what is known of topics, and saves what was found."""

    database: Database

    def known(self, window: Window, *, model: str) -> dict[UUID, KnownTopic]:
        """The topics of the latest window that ended before `window`, largest first."""
        with self.database.read() as connection:
            found = connection.execute(
                "WITH latest AS (SELECT window_start, window_end FROM clusters "
                "  WHERE model = $model AND window_end < $stop "
                "  ORDER BY window_end DESC, window_start DESC LIMIT 1) "
                "SELECT c.cluster_id, any_value(c.label), list(e.vector ORDER BY m.content_hash) "
                "FROM clusters c JOIN latest USING (window_start, window_end) "
                "JOIN cluster_members m USING (cluster_id, window_start, window_end) "
                "JOIN embeddings e ON e.content_hash = m.content_hash AND e.model = $model AND e.position = $whole "
                "WHERE c.level = $level "
                "GROUP BY c.cluster_id ORDER BY count(*) DESC, c.cluster_id",
                {"model": model, "stop": window.end, "whole": WHOLE, "level": Level.TOPIC.value},
            ).fetchall()
        return {row[0]: KnownTopic(row[1], np.asarray(row[2], dtype=np.float32)) for row in found}

    def centres(self, *, model: str) -> Centres | None:
        """The topics of the latest refit; None before the first one."""
        with self.database.read() as connection:
            found = connection.execute(
                "SELECT cluster_id, centre, window_start, window_end FROM clusters WHERE model = $model "
                "AND centre IS NOT NULL QUALIFY rank() OVER (ORDER BY window_end DESC, window_start DESC) = 1 "
                "ORDER BY cluster_id",
                {"model": model},
            ).fetchall()
        if not found:
            return None
        window = Window(found[0][2], found[0][3])
        return Centres(window, tuple(row[0] for row in found), np.asarray([row[1] for row in found], dtype=np.float32))

    def fitted(self, *, after: datetime, until: datetime, model: str) -> bool:
        """Is there a refit whose window ended later than `after` and at the latest at `until`?"""
        with self.database.read() as connection:
            found = connection.execute(
                "SELECT 1 FROM clusters WHERE model = $model AND window_end > $after AND window_end <= $until LIMIT 1",
                {"model": model, "after": after, "until": until},
            ).fetchone()
        return found is not None

    def assign(self, centres: Centres, places: Mapping[UUID, tuple[int, float]]) -> None:
        """Adds new documents to topics: each with the topic's row in `centres` and its cosine to it.

        They were read after the refit, so they are no members yet; a next refit of the same window starts anew.
        """
        span = _span(centres.window)
        rows = [
            {"cluster_id": centres.ids[row], "content_hash": hashed, "closeness": closeness, "exemplar": False} | span
            for hashed, (row, closeness) in places.items()
        ]
        with self.database.write() as connection:
            insert(connection, "cluster_members", rows, _MEMBER)

    def save_topics(
        self,
        found: Topics,
        *,
        known: Sequence[UUID],
        labels: Sequence[str],
        centres: Mapping[int, Vectors],
        hashes: Sequence[UUID],
        window: Window,
        model: str,
        identify: Identifier,
        now: datetime,
    ) -> None:
        """Puts what was found in the place of what was found for the same window.

        `hashes` are the documents by row number, `known` and `labels` the topics that the events speak of,
        `centres` the unit vectors of the topics by their place.
        """
        ids = [
            _cluster_id(cluster, hashes, window, identify) if cluster.continues is None else known[cluster.continues]
            for cluster in found.clusters
        ]
        span = _span(window)
        clusters = [
            span
            | {
                "cluster_id": ids[place],
                "model": model,
                "label": cluster.label,
                "keywords": list(cluster.keywords),
                "computed_at": now,
                "level": cluster.level.value,
                "parent_id": None if cluster.parent is None else ids[cluster.parent],
                "centre": centres.get(place),
            }
            for place, cluster in enumerate(found.clusters)
        ]
        members = [
            span
            | {
                "cluster_id": cluster_id,
                "content_hash": hashes[row],
                "closeness": closeness,
                "exemplar": row in cluster.exemplars,
            }
            for cluster_id, cluster in zip(ids, found.clusters, strict=True)
            for row, closeness in zip(cluster.members, cluster.closeness, strict=True)
        ]
        names = [cluster.label for cluster in found.clusters]
        events = [_event(event, ids, names, known, labels) | span | {"computed_at": now} for event in found.events]
        values = {"start": window.start, "stop": window.end}
        with self.database.write() as connection:
            for table in ("cluster_members", "clusters", "cluster_events"):
                connection.execute(f"DELETE FROM {table} WHERE {_SAME_WINDOW}", values)
            insert(connection, "clusters", clusters, _CLUSTER)
            insert(connection, "cluster_members", members, _MEMBER)
            insert(connection, "cluster_events", events, _EVENT)


def _span(window: Window) -> dict[str, Any]:
    return {"window_start": window.start, "window_end": window.end}


def _event(
    event: TopicEvent, ids: Sequence[UUID], names: Sequence[str], known: Sequence[UUID], labels: Sequence[str]
) -> dict[str, Any]:
    """Who it happened to, and who else had a part in it."""
    ended = event.kind in (EventKind.MERGED, EventKind.DIED)
    before = None if event.known is None else known[event.known]
    after = None if event.found is None else ids[event.found]
    if ended and event.known is not None:
        cluster_id, other_id, label = before, after, labels[event.known]
    elif event.found is not None:
        cluster_id, other_id, label = after, before if event.kind is EventKind.SPLIT else None, names[event.found]
    else:
        raise ValueError(event)  # an event of nothing
    return {
        "cluster_id": cluster_id,
        "other_id": other_id,
        "kind": event.kind.value,
        "label": label,
        "now": event.now,
        "before": event.before,
        "chance": event.chance,
    }


def _cluster_id(cluster: Cluster, hashes: Sequence[UUID], window: Window, identify: Identifier) -> UUID:
    """The same window, level and members give the same id."""
    members = sorted(hashes[row].hex for row in cluster.members)
    return identify.text("\n".join([cluster.level.value, window.start.isoformat(), window.end.isoformat(), *members]))
