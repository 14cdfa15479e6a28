"""What is collected: statuses, their accounts, sightings and cursors. A page and its cursor are one commit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from fedilens.errors import StoreError
from fedilens.protocols import Identifier
from fedilens.store.bulk import Row, incoming, insert, insert_missing, replace, scalar
from fedilens.store.connection import Database
from fedilens.store.ledger import Standing, decision_row, note_decisions, note_exclusions
from fedilens.types import Account, Admitted, Cursor, Excluded, PollRun, Sighting, TagTimeline

if TYPE_CHECKING:
    import duckdb

NOT_PUBLIC = "not-public"
"""The reason that speaks of one post alone: its account's other posts stay."""
CHANGED = "changed"
"""The name of the fact that published digests have to be looked at."""
SKETCH_BUCKETS = 1024
"""Registers of an exclusion sketch: a standard error of 3 % (1.04 / sqrt(1024))."""

_STATUS = (
    "status_id UUID, account_id UUID, created_at TIMESTAMPTZ, edited_at TIMESTAMPTZ, collected_at TIMESTAMPTZ, "
    "language VARCHAR, visibility VARCHAR, is_reply BOOLEAN, has_warning BOOLEAN"
)
_TEXT = "status_id UUID, content VARCHAR, spoiler_text VARCHAR, card_url VARCHAR, collected_at TIMESTAMPTZ"
_LINK = "status_id UUID, uri VARCHAR, url VARCHAR, collected_at TIMESTAMPTZ"
_TAG = "status_id UUID, tag VARCHAR, position SMALLINT"
_SIGHTING = "status_id UUID, instance VARCHAR, tag VARCHAR, remote_id VARCHAR, seen_at TIMESTAMPTZ"
_ACCOUNT = "account_id UUID, instance VARCHAR, bot BOOLEAN, first_seen_at TIMESTAMPTZ"
_NAME = "account_id UUID, acct VARCHAR, display_name VARCHAR, collected_at TIMESTAMPTZ"
_SKETCH = "day DATE, reason VARCHAR, counted VARCHAR, bucket SMALLINT, rank TINYINT"
_CURSOR = (
    "instance VARCHAR, tag VARCHAR, newest_id VARCHAR, newest_at TIMESTAMPTZ, backfill_id VARCHAR, "
    "backfill_posts INTEGER, backfill_done BOOLEAN, swept_at TIMESTAMPTZ"
)
_RUN = (
    "instance VARCHAR, tag VARCHAR, started_at TIMESTAMPTZ, ended_at TIMESTAMPTZ, pages INTEGER, seen INTEGER, "
    "new INTEGER, excluded INTEGER, broken INTEGER, error VARCHAR"
)
STATUS_TABLES = ("statuses", "status_links", "status_texts", "status_tags", "sightings", "rechecks")
"""What goes with a status when it goes."""


@dataclass(frozen=True, slots=True)
class StatusStore:
    """Saves what was read. `identify` gives the pseudonyms."""

    database: Database
    identify: Identifier

    def save_page(
        self,
        admitted: Sequence[Admitted],
        *,
        excluded: Sequence[Excluded],
        sightings: Sequence[Sighting],
        cursor: Cursor | None,
        now: datetime,
    ) -> int:
        """Stores one page and moves the cursor in the same commit; returns how many statuses were new.

        An account that is excluded now loses what was stored of it before.
        """
        with self.database.write() as connection:
            self._check_key(connection)
            new = self._save_statuses(connection, admitted, now=now)
            self._save_accounts(connection, admitted, now=now)
            self._save_sightings(connection, admitted, sightings)
            self._save_exclusions(connection, excluded)
            out = {one.acct: (one.reason, one.source) for one in excluded if one.reason != NOT_PUBLIC}
            self._withdraw(connection, out, now=now)
            if cursor is not None:
                replace(connection, "cursors", [_cursor_row(cursor)], _CURSOR, key=("instance", "tag"))
        return new

    def cursor(self, timeline: TagTimeline) -> Cursor:
        """How far `timeline` has been read; a blank one at first."""
        with self.database.read() as connection:
            rows = connection.execute(
                "SELECT newest_id, newest_at, backfill_id, backfill_posts, backfill_done, swept_at FROM cursors "
                "WHERE instance = $instance AND tag = $tag",
                {"instance": timeline.instance, "tag": timeline.tag},
            ).fetchall()
        return Cursor(timeline, *rows[0]) if rows else Cursor(timeline)

    def record_run(self, run: PollRun) -> None:
        """Keeps what a reading came to, so that `health` can tell."""
        row = {name: getattr(run, name) for name in _names(_RUN) if name not in ("instance", "tag")}
        row |= {"instance": run.timeline.instance, "tag": run.timeline.tag}
        with self.database.write() as connection:
            insert(connection, "poll_runs", [row], _RUN)

    def withdraw(self, accts: Mapping[str, tuple[str, str]], *, now: datetime) -> None:
        """Removes everything that stands of these accounts, and keeps each one's reason and whose word it was."""
        with self.database.write() as connection:
            self._withdraw(connection, accts, now=now)

    def _check_key(self, connection: "duckdb.DuckDBPyConnection") -> None:
        """Two keys in one database would count everybody twice."""
        fingerprint = self.identify.fingerprint()
        known = scalar(connection, "SELECT value FROM store_facts WHERE name = 'key'")
        if known is None:
            insert(connection, "store_facts", [{"name": "key", "value": fingerprint}], "name VARCHAR, value VARCHAR")
        elif known != fingerprint:
            raise StoreError(
                f"the key file does not belong to {self.database.path}; restore the key that it was made with"
            )

    def _save_statuses(
        self, connection: "duckdb.DuckDBPyConnection", admitted: Sequence[Admitted], *, now: datetime
    ) -> int:
        rows = [self._status_row(one, now=now) for one in admitted]
        if not rows:
            return 0
        self._drop_outdated(connection, rows)
        new = insert_missing(connection, "statuses", rows, _STATUS, key=("status_id",))
        insert_missing(connection, "status_texts", rows, _TEXT, key=("status_id",))
        insert_missing(connection, "status_links", rows, _LINK, key=("status_id",))
        tags = [
            {"status_id": row["status_id"], "tag": tag, "position": position}
            for row, one in zip(rows, admitted, strict=True)
            for position, tag in enumerate(one.status.tags)
        ]
        insert_missing(connection, "status_tags", tags, _TAG, key=("status_id", "tag"))
        return new - self._replaced(connection)

    def _drop_outdated(self, connection: "duckdb.DuckDBPyConnection", rows: Sequence[Row]) -> None:
        """Makes room for later versions of statuses that are stored: their texts are to be read again."""
        with incoming(connection, rows, _STATUS) as source:
            connection.execute(
                "CREATE OR REPLACE TEMP TABLE outdated AS "
                f"SELECT DISTINCT s.status_id FROM statuses s JOIN {source} i USING (status_id) "
                "WHERE i.edited_at IS NOT NULL AND (s.edited_at IS NULL OR i.edited_at > s.edited_at)"
            )
        for table in ("statuses", "status_texts", "status_links", "status_tags"):
            connection.execute(f"DELETE FROM {table} WHERE status_id IN (SELECT status_id FROM outdated)")

    def _replaced(self, connection: "duckdb.DuckDBPyConnection") -> int:
        edited = int(scalar(connection, "SELECT count(*) FROM outdated"))
        if edited:
            note_change(connection)
        return edited

    def _status_row(self, one: Admitted, *, now: datetime) -> dict[str, Any]:
        status = one.status
        return {
            "status_id": self.identify.status(status.uri),
            "account_id": self.identify.account(status.account.acct),
            "created_at": status.created_at,
            "edited_at": status.edited_at,
            "collected_at": now,
            "language": status.language,
            "visibility": status.visibility,
            "is_reply": status.in_reply_to_id is not None,
            "has_warning": bool(status.spoiler_text),
            "content": status.content,
            "spoiler_text": status.spoiler_text,
            "card_url": status.card_url,
            "uri": status.uri,
            "url": status.url,
        }

    def _save_accounts(
        self, connection: "duckdb.DuckDBPyConnection", admitted: Sequence[Admitted], *, now: datetime
    ) -> None:
        rows = list({one.status.account.acct.lower(): self._account_row(one, now=now) for one in admitted}.values())
        insert_missing(connection, "accounts", rows, _ACCOUNT, key=("account_id",))
        if not rows:
            return
        names = [{name: row[name] for name in _names(_NAME)} for row in rows]
        # As they are called now: the last look before publishing is for today's names, too.
        replace(connection, "account_names", names, _NAME, key=("account_id",))
        with incoming(connection, rows, _ACCOUNT) as source:
            connection.execute(
                f"UPDATE accounts SET bot = i.bot FROM {source} i "
                "WHERE accounts.account_id = i.account_id AND accounts.bot <> i.bot"
            )
        note_decisions(connection, rows)

    def _account_row(self, one: Admitted, *, now: datetime) -> dict[str, Any]:
        account: Account = one.status.account
        account_id = self.identify.account(account.acct)
        decided = Standing(account_id, account, one.consent, one.reason, one.source)
        return decision_row(decided, now=now) | {
            "instance": account.instance.lower(),
            "bot": account.bot,
            "first_seen_at": now,
            "acct": account.acct,
            "display_name": account.display_name,
            "collected_at": now,
        }

    def _save_sightings(
        self, connection: "duckdb.DuckDBPyConnection", admitted: Sequence[Admitted], sightings: Sequence[Sighting]
    ) -> None:
        allowed = {one.status.uri for one in admitted}
        rows = [
            {
                "status_id": self.identify.status(sighting.uri),
                "instance": sighting.instance,
                "tag": sighting.tag,
                "remote_id": sighting.remote_id,
                "seen_at": sighting.seen_at,
            }
            for sighting in sightings
            if sighting.uri in allowed
        ]
        insert_missing(connection, "sightings", rows, _SIGHTING, key=("status_id", "instance", "tag"))

    def _save_exclusions(self, connection: "duckdb.DuckDBPyConnection", excluded: Sequence[Excluded]) -> None:
        """Each register of a sketch keeps the highest rank that it has seen."""
        ranks: dict[tuple[Any, ...], int] = {}
        for one in excluded:
            for counted, value in (("people", one.acct), ("posts", one.uri)):
                bucket, rank = self.identify.sketch(value, buckets=SKETCH_BUCKETS)
                key = (one.created_at.date(), one.reason, counted, bucket)
                ranks[key] = max(rank, ranks.get(key, 0))
        names = _names(_SKETCH)
        rows = [dict(zip(names, (*key, rank), strict=True)) for key, rank in ranks.items()]
        if not rows:
            return
        with incoming(connection, rows, _SKETCH) as source:
            same = "t.day = i.day AND t.reason = i.reason AND t.counted = i.counted AND t.bucket = i.bucket"
            connection.execute(f"DELETE FROM exclusion_sketches t USING {source} i WHERE {same} AND t.rank < i.rank")
            connection.execute(
                f"INSERT INTO exclusion_sketches BY NAME SELECT i.* FROM {source} i "
                f"ANTI JOIN exclusion_sketches t ON {same}"
            )

    def _withdraw(
        self, connection: "duckdb.DuckDBPyConnection", accts: Mapping[str, tuple[str, str]], *, now: datetime
    ) -> None:
        """Removes what stands of accounts that may not be counted any more."""
        reasons = {self.identify.account(acct): why for acct, why in accts.items()}
        rows = [{"account_id": account} for account in reasons]
        if not rows:
            return
        note_exclusions(connection, reasons, now=now)
        with incoming(connection, rows, "account_id UUID") as source:
            connection.execute(
                "CREATE OR REPLACE TEMP TABLE withdrawn AS "
                f"SELECT s.status_id FROM statuses s JOIN {source} i USING (account_id)"
            )
            connection.execute(f"DELETE FROM accounts WHERE account_id IN (SELECT account_id FROM {source})")
            names = connection.execute(
                f"DELETE FROM account_names WHERE account_id IN (SELECT account_id FROM {source}) RETURNING account_id"
            ).fetchall()
        if names:
            want_rewrite(connection)
        if scalar(connection, "SELECT count(*) FROM withdrawn"):
            for table in STATUS_TABLES:
                connection.execute(f"DELETE FROM {table} WHERE status_id IN (SELECT status_id FROM withdrawn)")
            drop_orphans(connection)
            want_rewrite(connection)
            note_change(connection)


def note_change(connection: "duckdb.DuckDBPyConnection") -> None:
    """Notes that posts were edited, deleted or withdrawn: what was published may hold no longer."""
    row = {"name": CHANGED, "value": "yes"}
    insert_missing(connection, "store_facts", [row], "name VARCHAR, value VARCHAR", key=("name",))


def want_rewrite(connection: "duckdb.DuckDBPyConnection") -> None:
    """Notes that the file still has bytes of something that was deleted."""
    row = {"name": "rewrite", "value": "wanted"}
    insert_missing(connection, "store_facts", [row], "name VARCHAR, value VARCHAR", key=("name",))


def drop_orphans(connection: "duckdb.DuckDBPyConnection") -> None:
    """Removes documents that no status stands for any more, with all that was found in them."""
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE orphans AS SELECT content_hash FROM documents "
        "ANTI JOIN statuses USING (content_hash)"
    )
    for table in (
        "documents",
        "document_links",
        "sentences",
        "entities",
        "embeddings",
        "stances",
        "reason_matches",
        "cluster_members",
        "labels",
    ):
        connection.execute(f"DELETE FROM {table} WHERE content_hash IN (SELECT content_hash FROM orphans)")
    # What repeated one of them is compared again.
    connection.execute(
        "UPDATE documents SET duplicate_of = NULL, likeness = NULL "
        "WHERE duplicate_of IN (SELECT content_hash FROM orphans)"
    )


def _cursor_row(cursor: Cursor) -> dict[str, Any]:
    row = {name: getattr(cursor, name) for name in _names(_CURSOR) if name not in ("instance", "tag")}
    return row | {"instance": cursor.timeline.instance, "tag": cursor.timeline.tag}


def _names(schema: str) -> list[str]:
    return [column.split()[0] for column in schema.split(",")]
