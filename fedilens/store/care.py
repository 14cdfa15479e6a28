"""What is taken out again: what is older than it may be kept, what was deleted, and whoever asked to be forgotten.

DELETE leaves the bytes of a text in DuckDB's file until they are written over, so every deletion of what identifies
notes that the file is to be rewritten (`Database.rewrite`).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from fedilens.protocols import Identifier
from fedilens.store.bulk import incoming, replace, scalar
from fedilens.store.connection import Database
from fedilens.store.conversations import NOBODY
from fedilens.store.ledger import note_exclusions
from fedilens.store.publications import drop_deliveries_to
from fedilens.store.statuses import STATUS_TABLES, drop_orphans, note_change, want_rewrite

if TYPE_CHECKING:
    import duckdb

_OPTED_OUT = "account_id UUID, choice VARCHAR, chosen_at TIMESTAMPTZ, source VARCHAR"
_RECHECK = "status_id UUID, checked_at TIMESTAMPTZ"


@dataclass(frozen=True, slots=True)
class Shown:
    """A post as one server showed it."""

    status_id: UUID
    remote_id: str


@dataclass(frozen=True, slots=True)
class Protected:
    """What no public output may hold: addresses, names and posts' links and texts of people who did not opt in."""

    accts: frozenset[str]
    names: frozenset[str]
    links: frozenset[str]
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Held:
    """Of some accounts: links to their posts, the posts' texts, and the texts that others wrote."""

    links: tuple[str, ...]
    texts: tuple[str, ...]
    shared: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CareStore:
    """Deletes, and tells what is to be looked at again."""

    database: Database
    identify: Identifier

    def held(self, accts: Sequence[str]) -> Held:
        """Links and texts of accounts, to look for them elsewhere."""
        rows = [{"account_id": self.identify.account(acct)} for acct in accts]
        if not rows:
            return Held((), (), ())
        with self.database.read() as connection, incoming(connection, rows, "account_id UUID") as source:
            links = connection.execute(
                "SELECT uri, url FROM status_links JOIN statuses USING (status_id) "
                f"SEMI JOIN {source} USING (account_id)"
            ).fetchall()
            texts = connection.execute(
                "SELECT d.text, bool_or(i.account_id IS NOT NULL), bool_or(i.account_id IS NULL) "
                f"FROM documents d JOIN statuses s USING (content_hash) LEFT JOIN {source} i "
                "ON i.account_id = s.account_id GROUP BY ALL"
            ).fetchall()
        return Held(
            links=tuple(link for row in links for link in row if link),
            texts=tuple(text for text, own, _ in texts if own),
            shared=tuple(text for text, _, others in texts if others),
        )

    def forget(self, accts: Sequence[str], *, now: datetime) -> int:
        """Removes everything that stands of accounts, and notes by a keyed hash that they opted out.

        Returns how many posts went. Answers to them that were not sent yet go too.
        """
        accounts = [self.identify.account(acct) for acct in accts]
        out = {"choice": "opted-out", "chosen_at": now, "source": "operator"}
        rows = [{"account_id": account} | out for account in accounts]
        if not rows:
            return 0
        with self.database.write() as connection:
            with incoming(connection, rows, "account_id UUID") as source:
                connection.execute(f"CREATE OR REPLACE TEMP TABLE forgotten AS SELECT account_id FROM {source}")
            posts = _remove(connection, "SELECT status_id FROM statuses WHERE account_id IN (FROM forgotten)")
            if posts:
                note_change(connection)
            note_exclusions(connection, dict.fromkeys(accounts, ("opted-out", "operator")), now=now)
            for table in ("accounts", "account_names", "subscriptions"):
                connection.execute(f"DELETE FROM {table} WHERE account_id IN (FROM forgotten)")
            connection.execute(
                "UPDATE commands SET account_id = $nobody WHERE account_id IN (FROM forgotten)", {"nobody": NOBODY}
            )
            for acct in accts:
                drop_deliveries_to(connection, acct, self.identify.account(acct))
            replace(connection, "choices", rows, _OPTED_OUT, key=("account_id",))
            want_rewrite(connection)
        return posts

    def expire(self, before: datetime) -> int:
        """Removes what was collected before a moment: posts with all that was found in them, names, who asked what.

        What stays are figures: estimates, digests, counts of readings and of who was left out, and topics with
        their names and events, but without centres. Returns how many posts went.
        """
        values = {"before": before}
        with self.database.write() as connection:
            posts = _remove(connection, "SELECT status_id FROM statuses WHERE collected_at < $before", values)
            # A name stays as long as a post: without it nobody could be found on a list and left out.
            names = connection.execute(
                "DELETE FROM account_names WHERE account_id NOT IN (SELECT account_id FROM statuses) "
                "RETURNING account_id"
            ).fetchall()
            for table in ("accounts", "consent_decisions", "consent_changes"):  # of who was left out it keeps no id
                connection.execute(f"DELETE FROM {table} WHERE account_id NOT IN (SELECT account_id FROM statuses)")
            connection.execute("UPDATE clusters SET centre = NULL WHERE window_end < $before", values)
            connection.execute(
                "UPDATE commands SET account_id = $nobody WHERE received_at < $before AND account_id <> $nobody",
                values | {"nobody": NOBODY},
            )
            drafts = connection.execute(
                "DELETE FROM publication_drafts WHERE publication_id IN "
                "(SELECT publication_id FROM publications WHERE state = 'parked' AND changed_at < $before) "
                "RETURNING publication_id",
                values,
            ).fetchall()
            if posts or names or drafts:
                want_rewrite(connection)
        return posts

    def remove(self, gone: Collection[UUID]) -> int:
        """Removes posts that their servers do not show any more, with all that was found in them."""
        rows = [{"status_id": one} for one in gone]
        if not rows:
            return 0
        with self.database.write() as connection, incoming(connection, rows, "status_id UUID") as source:
            posts = _remove(connection, f"SELECT status_id FROM {source}")
            if posts:
                note_change(connection)
            return posts

    def to_recheck(self, instance: str, *, since: datetime, before: datetime, most: int) -> list[Shown]:
        """Posts from `since` on that were last seen before `before` and are asked for at this server.

        Each post is asked for at one server: its author's own if that showed it, else the first in the alphabet.
        The ones that waited longest come first.
        """
        with self.database.read() as connection:
            found = connection.execute(
                "WITH asked AS (SELECT s.status_id, arg_min(g.instance, (g.instance <> a.instance, g.instance)) AS at "
                "  FROM statuses s JOIN accounts a USING (account_id) JOIN sightings g USING (status_id) "
                "  WHERE s.created_at >= $since AND g.instance <> 'archive' GROUP BY s.status_id) "
                "SELECT w.status_id, any_value(g.remote_id) "
                "FROM asked w JOIN statuses s USING (status_id) "
                "JOIN sightings g ON g.status_id = w.status_id AND g.instance = w.at "
                "LEFT JOIN rechecks r ON r.status_id = w.status_id "
                "WHERE w.at = $instance AND greatest(s.collected_at, coalesce(r.checked_at, s.collected_at)) < $before "
                "GROUP BY w.status_id "
                "ORDER BY max(greatest(s.collected_at, coalesce(r.checked_at, s.collected_at))), w.status_id "
                "LIMIT $most",
                {"instance": instance, "since": since, "before": before, "most": most},
            ).fetchall()
        return [Shown(*row) for row in found]

    def note_checked(self, checked: Collection[UUID], *, now: datetime) -> None:
        """These posts were looked at."""
        rows = [{"status_id": one, "checked_at": now} for one in checked]
        if rows:
            with self.database.write() as connection:
                replace(connection, "rechecks", rows, _RECHECK, key=("status_id",))

    def protected(self) -> Protected:
        """What may not be shown, of everybody who stands in the database and did not opt in."""
        quotable = "SELECT account_id FROM consent_decisions WHERE consent = 'quotable'"
        with self.database.read() as connection:
            people = connection.execute(
                f"SELECT acct, display_name FROM account_names WHERE account_id NOT IN ({quotable})"
            ).fetchall()
            links = connection.execute(
                "SELECT uri, url FROM status_links JOIN statuses USING (status_id) "
                f"WHERE account_id NOT IN ({quotable})"
            ).fetchall()
            texts = connection.execute(
                "SELECT DISTINCT d.text FROM documents d JOIN statuses USING (content_hash) "
                f"WHERE account_id NOT IN ({quotable})"
            ).fetchall()
        return Protected(
            accts=frozenset(row[0] for row in people),
            names=frozenset(row[1] for row in people if row[1]),
            links=frozenset(link for row in links for link in row if link),
            texts=tuple(row[0] for row in texts),
        )

    def rewrite_if_wanted(self) -> bool:
        """Rewrites the file if something was deleted from it. While an answer waits to be sent it stays wanted."""
        with self.database.read() as connection:
            wanted = scalar(connection, "SELECT value FROM store_facts WHERE name = 'rewrite'")
            waiting = scalar(connection, "SELECT count(*) FROM publication_drafts")
        if wanted is None:
            return False
        if not waiting:
            with self.database.write() as connection:
                connection.execute("DELETE FROM store_facts WHERE name = 'rewrite'")
        self.database.rewrite()
        return True


def _remove(connection: "duckdb.DuckDBPyConnection", wanted: str, values: dict[str, datetime] | None = None) -> int:
    """Removes the statuses that the query `wanted` names, with all that was found in them."""
    connection.execute(f"CREATE OR REPLACE TEMP TABLE removed AS {wanted}", values or {})
    connection.execute("DELETE FROM removed WHERE status_id NOT IN (SELECT status_id FROM statuses)")
    posts = int(scalar(connection, "SELECT count(*) FROM removed"))
    if posts:
        for table in STATUS_TABLES:
            connection.execute(f"DELETE FROM {table} WHERE status_id IN (FROM removed)")
        drop_orphans(connection)
        want_rewrite(connection)
    return posts
