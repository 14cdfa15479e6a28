"""What is told: estimates and digests."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fedilens.store.bulk import insert, row_of
from fedilens.store.connection import Database
from fedilens.types import Digest, Window

_ESTIMATE = (
    "kind VARCHAR, debate VARCHAR, target VARCHAR, window_start TIMESTAMPTZ, window_end TIMESTAMPTZ, value DOUBLE, "
    "low DOUBLE, high DOUBLE, n INTEGER, method VARCHAR, computed_at TIMESTAMPTZ"
)
_DIGEST = (
    "digest_id UUID, debate VARCHAR, audience VARCHAR, window_start TIMESTAMPTZ, window_end TIMESTAMPTZ, "
    "lead VARCHAR, created_at TIMESTAMPTZ"
)
_FIGURE = "digest_id UUID, name VARCHAR, value DOUBLE, low DOUBLE, high DOUBLE, n INTEGER, query VARCHAR"


@dataclass(frozen=True, slots=True)
class Estimate:
    """A computed opinion figure; n counts people.

    `kind` is favor, against, favor_change or against_change; camp_1 (the share that is for the target, of those
    of the camp who take a side), camp_size_1, camp_gap and camp_chance (see `opinion.camps`).
    """

    kind: str
    target: str
    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class ReportStore:
    """Saves estimates and digests."""

    database: Database

    def save_estimates(
        self, estimates: Sequence[Estimate], *, debate: str, window: Window, method: str, now: datetime
    ) -> None:
        """Puts the estimates in the place of those of the same debate, window and method."""
        more = {
            "debate": debate,
            "window_start": window.start,
            "window_end": window.end,
            "method": method,
            "computed_at": now,
        }
        rows = [row_of(estimate, **more) for estimate in estimates]
        with self.database.write() as connection:
            connection.execute(
                "DELETE FROM estimates WHERE debate = $debate AND method = $method "
                "AND window_start = $start AND window_end = $stop",
                {"debate": debate, "method": method, "start": window.start, "stop": window.end},
            )
            insert(connection, "estimates", rows, _ESTIMATE)

    def save_digest(self, digest: Digest) -> None:
        """Keeps a digest's lead and every figure in it, with the query that gives it."""
        row = {
            "digest_id": digest.digest_id,
            "debate": digest.debate,
            "audience": digest.audience.value,
            "window_start": digest.window.start,
            "window_end": digest.window.end,
            "lead": digest.lead,
            "created_at": digest.created_at,
        }
        figures = [row_of(figure, digest_id=digest.digest_id) for figure in digest.figures]
        with self.database.write() as connection:
            insert(connection, "digests", [row], _DIGEST)
            insert(connection, "digest_figures", figures, _FIGURE)
