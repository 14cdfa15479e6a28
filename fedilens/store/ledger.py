"""Every decision about who is counted, with its reason, whose word it was, and when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from fedilens.store.bulk import Row, incoming
from fedilens.store.connection import Database
from fedilens.types import Account, Consent

if TYPE_CHECKING:
    import duckdb

_FLAGS = ("locked", "noindex", "indexable", "discoverable")
_STANDING = ("account_id", "acct", "display_name", "bot", "consent", "reason", "source", "flags_since", *_FLAGS)
_DECISION = (
    "account_id UUID, consent VARCHAR, reason VARCHAR, source VARCHAR, decided_at TIMESTAMPTZ, locked BOOLEAN, "
    "noindex BOOLEAN, indexable BOOLEAN, discoverable BOOLEAN, flags_since TIMESTAMPTZ"
)
_CHANGE = "account_id UUID, consent VARCHAR, reason VARCHAR, source VARCHAR, decided_at TIMESTAMPTZ"


@dataclass(frozen=True, slots=True)
class Standing:
    """An account that is counted, as it was last seen but for its profile, which is not kept, and what was decided."""

    account_id: UUID
    account: Account
    consent: Consent
    reason: str
    source: str


@dataclass(frozen=True, slots=True)
class Ledger:
    """Reads who stands, and writes what was decided anew."""

    database: Database

    def standing(self) -> list[Standing]:
        """Everybody who is counted, in the order of their addresses."""
        with self.database.read() as connection:
            found = connection.execute(
                f"SELECT {', '.join(_STANDING)} FROM consent_decisions JOIN accounts USING (account_id) "
                "JOIN account_names USING (account_id) ORDER BY acct, account_id"
            ).fetchall()
        return [_standing(dict(zip(_STANDING, row, strict=True))) for row in found]

    def decide(self, decided: Sequence[Standing], *, now: datetime) -> None:
        """Notes decisions that were made anew about people who stay."""
        rows = [decision_row(one, now=now) for one in decided]
        with self.database.write() as connection:
            note_decisions(connection, rows)


def decision_row(one: Standing, *, now: datetime) -> dict[str, Any]:
    """A decision, with the flags that it was made by."""
    decided = {"account_id": one.account_id, "consent": one.consent.value, "reason": one.reason, "source": one.source}
    return {name: getattr(one.account, name) for name in _FLAGS} | decided | {"decided_at": now, "flags_since": now}


def note_decisions(connection: "duckdb.DuckDBPyConnection", rows: Sequence[Row]) -> None:
    """Puts decisions into the ledger, one an account; what is decided as before keeps its time."""
    if not rows:
        return
    flags = ", ".join(_FLAGS)
    with incoming(connection, rows, _DECISION) as source:
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE decided AS SELECT i.* FROM {source} i ANTI JOIN consent_decisions c "
            "ON c.account_id = i.account_id AND (c.consent, c.reason, c.source) = (i.consent, i.reason, i.source)"
        )
        connection.execute("DELETE FROM consent_decisions WHERE account_id IN (SELECT account_id FROM decided)")
        connection.execute("INSERT INTO consent_decisions BY NAME SELECT * FROM decided")
        connection.execute(
            "INSERT INTO consent_changes SELECT account_id, consent, reason, source, decided_at FROM decided"
        )
        assigned = ", ".join(f"{name} = i.{name}" for name in (*_FLAGS, "flags_since"))
        before, after = (", ".join(f"{side}.{name}" for name in _FLAGS) for side in ("consent_decisions", "i"))
        connection.execute(
            f"UPDATE consent_decisions SET {assigned} FROM (SELECT account_id, flags_since, {flags} FROM {source}) i "
            "WHERE consent_decisions.account_id = i.account_id AND "
            f"(consent_decisions.flags_since IS NULL OR ({before}) IS DISTINCT FROM ({after}))"
        )


def note_exclusions(
    connection: "duckdb.DuckDBPyConnection", accounts: Mapping[UUID, tuple[str, str]], *, now: datetime
) -> None:
    """Of accounts that stand and may not any more, keeps the reason, whose word it was and the day: not who.

    `accounts` gives a reason and a source by account.
    """
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    rows = [
        {
            "account_id": account,
            "consent": Consent.EXCLUDED.value,
            "reason": reason,
            "source": source,
            "decided_at": day,
        }
        for account, (reason, source) in accounts.items()
    ]
    if not rows:
        return
    with incoming(connection, rows, _CHANGE) as source:
        connection.execute(
            "INSERT INTO consent_changes SELECT NULL, i.consent, i.reason, i.source, i.decided_at "
            f"FROM {source} i SEMI JOIN consent_decisions USING (account_id)"
        )
        for table in ("consent_decisions", "consent_changes"):
            connection.execute(f"DELETE FROM {table} WHERE account_id IN (SELECT account_id FROM {source})")


def _standing(row: Mapping[str, Any]) -> Standing:
    account = Account("", row["acct"], display_name=row["display_name"], bot=row["bot"], **_flags(row))
    return Standing(row["account_id"], account, Consent(row["consent"]), row["reason"], row["source"])


def _flags(row: Mapping[str, Any]) -> dict[str, Any]:
    """The flags as last seen. Of decisions from before flags were kept, the reason tells what there must have been."""
    if row["flags_since"] is None:
        flags = {name: True if name == row["reason"] else None for name in _FLAGS}
    else:
        flags = {name: row[name] for name in _FLAGS}
    return flags | {"locked": bool(flags["locked"])}
