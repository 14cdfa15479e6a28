"""What `fedilens run` did when, and which servers' rules were confirmed."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from fedilens.store.bulk import replace
from fedilens.store.connection import Database

_RUN = "job VARCHAR, moment TIMESTAMPTZ, started_at TIMESTAMPTZ, ended_at TIMESTAMPTZ, error VARCHAR"
_RULES = "instance VARCHAR, rules_hash UUID, confirmed_at TIMESTAMPTZ, allowed BOOLEAN"


@dataclass(frozen=True, slots=True)
class JobRuns:
    """Reads and writes the last run of each job."""

    database: Database

    def last(self) -> dict[str, datetime]:
        """The moment that each job was last done for."""
        with self.database.read() as connection:
            rows = connection.execute("SELECT job, moment FROM job_runs WHERE moment IS NOT NULL").fetchall()
        return dict(rows)

    def remember(
        self, job: str, moment: datetime | None, started_at: datetime, error: str | None, *, now: datetime
    ) -> None:
        """Keeps a job's last run in the place of the one before."""
        row = {"job": job, "moment": moment, "started_at": started_at, "ended_at": now, "error": error}
        with self.database.write() as connection:
            replace(connection, "job_runs", [row], _RUN, key=("job",))

    def confirmed(self) -> dict[str, UUID]:
        """The rules that the operator has read, by server, as a hash of their text."""
        with self.database.read() as connection:
            rows = connection.execute("SELECT instance, rules_hash FROM confirmed_rules").fetchall()
        return {str(instance): UUID(str(rules)) for instance, rules in rows}

    def forbidden(self) -> frozenset[str]:
        """The servers whose rules do not allow this, as the operator reads them."""
        with self.database.read() as connection:
            rows = connection.execute("SELECT instance FROM confirmed_rules WHERE NOT allowed").fetchall()
        return frozenset(str(instance) for (instance,) in rows)

    def confirm(self, instance: str, rules: UUID, *, allowed: bool, now: datetime) -> None:
        """The operator has read a server's rules: they allow this, or they do not."""
        row = {"instance": instance, "rules_hash": rules, "confirmed_at": now, "allowed": allowed}
        with self.database.write() as connection:
            replace(connection, "confirmed_rules", [row], _RULES, key=("instance",))
