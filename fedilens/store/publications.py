"""The outbox: every part of every delivery, with how far it has come."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from fedilens.store.bulk import insert
from fedilens.store.connection import Database
from fedilens.types import MailDraft, Part, PartState, Picture, PostDraft

if TYPE_CHECKING:
    import duckdb

_PART = (
    "publication_id UUID, delivery VARCHAR, channel VARCHAR, part SMALLINT, state VARCHAR, attempts INTEGER, "
    "doubts INTEGER, error VARCHAR, remote_id VARCHAR, planned_at TIMESTAMPTZ, due_at TIMESTAMPTZ, "
    "changed_at TIMESTAMPTZ"
)
_DRAFT = "publication_id UUID, draft VARCHAR, attachment BLOB"
_SELECT = (
    "SELECT publication_id, delivery, channel, part, draft, attachment, state, attempts, doubts, error, remote_id, "
    "due_at FROM publications LEFT JOIN publication_drafts USING (publication_id)"
)


@dataclass(frozen=True, slots=True)
class Outbox:
    """Reads and writes the parts in one database."""

    database: Database

    def plan(self, parts: Sequence[Part], *, now: datetime) -> bool:
        """Takes up the parts of deliveries that have not been planned before. Was any new?"""
        with self.database.write() as connection:
            return plan_parts(connection, parts, now=now)

    def open_deliveries(self) -> dict[str, list[Part]]:
        """The deliveries that still have something to send, oldest first, each with all its parts in order."""
        unfinished = (
            "SELECT delivery FROM publications GROUP BY delivery HAVING bool_or(state IN ('planned', 'sending')) "
            "AND NOT bool_or(state = 'parked')"
        )
        sql = f"{_SELECT} WHERE delivery IN ({unfinished}) ORDER BY planned_at, delivery, part"
        with self.database.read() as connection:
            rows = connection.execute(sql).fetchall()
        found: dict[str, list[Part]] = {}
        for row in rows:
            part = _part(row)
            found.setdefault(part.delivery, []).append(part)
        return found

    def sent_ids(self) -> frozenset[str]:
        """The remote ids that are known to belong to a part."""
        with self.database.read() as connection:
            rows = connection.execute("SELECT remote_id FROM publications WHERE remote_id IS NOT NULL").fetchall()
        return frozenset(str(row[0]) for row in rows)

    def remote_ids(self, delivery: str) -> list[str]:
        """The posts of a delivery that was sent to its end, first to last; none while it is on its way."""
        sql = "SELECT remote_id, state FROM publications WHERE delivery = $delivery ORDER BY part"
        with self.database.read() as connection:
            rows = connection.execute(sql, {"delivery": delivery}).fetchall()
        return [str(row[0]) for row in rows] if all(row[1] == "sent" and row[0] for row in rows) else []

    def save(self, part: Part, *, now: datetime) -> None:
        """Keeps how far a part has come. What a sent part said is not needed any more."""
        with self.database.write() as connection:
            connection.execute(
                "UPDATE publications SET state = $state, attempts = $attempts, doubts = $doubts, error = $error, "
                "remote_id = $remote_id, due_at = $due_at, changed_at = $now WHERE publication_id = $id",
                {
                    "state": part.state.value,
                    "attempts": part.attempts,
                    "doubts": part.doubts,
                    "error": part.error,
                    "remote_id": part.remote_id,
                    "due_at": part.due_at or now,
                    "now": now,
                    "id": part.publication_id,
                },
            )
            if part.state is PartState.SENT:
                connection.execute(
                    "DELETE FROM publication_drafts WHERE publication_id = $id", {"id": part.publication_id}
                )

    def retry(self, delivery: str, *, now: datetime) -> int:
        """Parked parts are tried again at once; how many they are."""
        return self._change(
            "UPDATE publications SET state = 'planned', attempts = 0, doubts = 0, due_at = $now, changed_at = $now "
            "WHERE delivery = $delivery AND state = 'parked'",
            {"delivery": delivery, "now": now},
        )

    def drop(self, delivery: str) -> int:
        """Takes back what has not been sent of a delivery; how many parts that was."""
        with self.database.write() as connection:
            values = {"delivery": delivery}
            unsent = "FROM publications WHERE delivery = $delivery AND state <> 'sent'"
            connection.execute(
                f"DELETE FROM publication_drafts WHERE publication_id IN (SELECT publication_id {unsent})", values
            )
            return int(connection.execute(f"DELETE {unsent}", values).fetchall()[0][0])

    def _change(self, sql: str, values: dict[str, Any]) -> int:
        with self.database.write() as connection:
            return int(connection.execute(sql, values).fetchall()[0][0])


def plan_parts(connection: "duckdb.DuckDBPyConnection", parts: Sequence[Part], *, now: datetime) -> bool:
    """The same within a transaction that others have begun."""
    named = {"named": sorted({part.delivery for part in parts})}
    sql = "SELECT DISTINCT delivery FROM publications WHERE delivery IN (SELECT unnest($named))"
    known = {str(row[0]) for row in connection.execute(sql, named).fetchall()}
    parts = [part for part in parts if part.delivery not in known]
    rows = [
        {
            "publication_id": part.publication_id,
            "delivery": part.delivery,
            "channel": part.channel,
            "part": part.number,
            "state": part.state.value,
            "attempts": 0,
            "doubts": 0,
            "error": None,
            "remote_id": None,
            "planned_at": now,
            "due_at": part.due_at or now,
            "changed_at": now,
        }
        for part in parts
    ]
    insert(connection, "publications", rows, _PART)
    drafts = [{"publication_id": part.publication_id, **_packed(part.draft)} for part in parts if part.draft]
    insert(connection, "publication_drafts", drafts, _DRAFT)
    return bool(parts)


def _packed(draft: PostDraft | MailDraft) -> dict[str, Any]:
    if isinstance(draft, MailDraft):
        return {"draft": json.dumps({"recipient": draft.recipient}), "attachment": draft.message}
    values = asdict(replace(draft, picture=None))
    if draft.picture is not None:
        values["picture"] = draft.picture.alt_text
    return {"draft": json.dumps(values), "attachment": draft.picture.png if draft.picture else None}


def _unpacked(text: str | None, attachment: bytes | None) -> PostDraft | MailDraft | None:
    if text is None:
        return None
    values = json.loads(text)
    if "recipient" in values:
        return MailDraft(values["recipient"], bytes(attachment or b""))
    alt_text = values.pop("picture")
    return PostDraft(**values, picture=None if alt_text is None else Picture(bytes(attachment or b""), alt_text))


def _part(row: tuple[Any, ...]) -> Part:
    identity, delivery, channel, number, draft, attachment, state, attempts, doubts, error, remote_id, due_at = row
    return Part(
        publication_id=UUID(str(identity)),
        delivery=delivery,
        channel=channel,
        number=number,
        draft=_unpacked(draft, attachment),
        state=PartState(state),
        attempts=attempts,
        doubts=doubts,
        error=error,
        remote_id=remote_id,
        due_at=due_at,
    )


def drop_deliveries_to(connection: "duckdb.DuckDBPyConnection", acct: str, account_id: UUID) -> None:
    """What was to be sent to somebody is not sent any more, and digests to them are not known any more.

    A subscriber's delivery is named after the account (see `pipeline.subscriber_parts`).
    """
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE undone AS "
        "SELECT publication_id FROM publication_drafts WHERE contains(lower(draft), $acct) UNION "
        "SELECT publication_id FROM publications WHERE regexp_matches(delivery, '^(daily|weekly)/.*/' || $who || '$')",
        {"acct": f"@{acct.lower()}", "who": account_id.hex[:8]},
    )
    for table in ("publication_drafts", "publications"):
        connection.execute(f"DELETE FROM {table} WHERE publication_id IN (FROM undone)")
