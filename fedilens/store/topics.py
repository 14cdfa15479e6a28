"""The topics of windows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from fedilens.protocols import Identifier
from fedilens.store.bulk import insert
from fedilens.store.connection import Database
from fedilens.types import Cluster, Window

_CLUSTER = (
    "cluster_id UUID, window_start TIMESTAMPTZ, window_end TIMESTAMPTZ, model VARCHAR, label VARCHAR, "
    "keywords VARCHAR[], computed_at TIMESTAMPTZ"
)
_MEMBER = "cluster_id UUID, content_hash UUID, closeness FLOAT, exemplar BOOLEAN"


@dataclass(frozen=True, slots=True)
class TopicStore:
    """Saves the clusters of a window."""

    database: Database

    def save_clusters(
        self,
        clusters: Sequence[Cluster],
        *,
        hashes: Sequence[UUID],
        window: Window,
        model: str,
        identify: Identifier,
        now: datetime,
    ) -> None:
        """Puts the clusters in the place of those of the same window; `hashes` are the documents by row number."""
        ids = [_cluster_id(cluster, hashes, window, identify) for cluster in clusters]
        rows = [
            {
                "cluster_id": cluster_id,
                "window_start": window.start,
                "window_end": window.end,
                "model": model,
                "label": cluster.label,
                "keywords": list(cluster.keywords),
                "computed_at": now,
            }
            for cluster_id, cluster in zip(ids, clusters, strict=True)
        ]
        members = [
            {
                "cluster_id": cluster_id,
                "content_hash": hashes[row],
                "closeness": closeness,
                "exemplar": row in cluster.exemplars,
            }
            for cluster_id, cluster in zip(ids, clusters, strict=True)
            for row, closeness in zip(cluster.members, cluster.closeness, strict=True)
        ]
        span = {"start": window.start, "stop": window.end}
        same = "window_start = $start AND window_end = $stop"
        with self.database.write() as connection:
            connection.execute(
                f"DELETE FROM cluster_members WHERE cluster_id IN (SELECT cluster_id FROM clusters WHERE {same})", span
            )
            connection.execute(f"DELETE FROM clusters WHERE {same}", span)
            insert(connection, "clusters", rows, _CLUSTER)
            insert(connection, "cluster_members", members, _MEMBER)


def _cluster_id(cluster: Cluster, hashes: Sequence[UUID], window: Window, identify: Identifier) -> UUID:
    """The same window and members give the same id."""
    members = sorted(hashes[row].hex for row in cluster.members)
    return identify.text("\n".join([window.start.isoformat(), window.end.isoformat(), *members]))
