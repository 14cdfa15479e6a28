"""What people told the bot: commands, subscriptions, and their choices about being counted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from fedilens.protocols import Identifier
from fedilens.store.bulk import insert, insert_missing, replace, scalar
from fedilens.store.connection import Database
from fedilens.store.publications import drop_deliveries_to, plan_parts
from fedilens.store.statuses import want_rewrite
from fedilens.types import Mention, Part

if TYPE_CHECKING:
    import duckdb

_COMMAND = "command_id UUID, account_id UUID, name VARCHAR, answered BOOLEAN, received_at TIMESTAMPTZ"
_SUBSCRIPTION = (
    "account_id UUID, acct VARCHAR, remote_id VARCHAR, visibility VARCHAR, period VARCHAR, subscribed_at TIMESTAMPTZ"
)
_CHOICE = "account_id UUID, choice VARCHAR, chosen_at TIMESTAMPTZ, source VARCHAR"
NOBODY = UUID(int=0)
CURSOR = "mentions"


@dataclass(frozen=True, slots=True)
class Subscription:
    """Somebody who gets digests as replies under a post of theirs."""

    acct: str
    remote_id: str
    visibility: str
    period: str


@dataclass(frozen=True, slots=True)
class Effect:
    """What a command changes besides being answered."""

    choice: str | None = None
    subscribe: Subscription | None = None
    unsubscribe: bool = False
    forget: bool = False


@dataclass(frozen=True, slots=True)
class ConversationStore:
    """Reads and writes what the bot was told."""

    database: Database
    identify: Identifier

    def cursor(self) -> str | None:
        """The newest notification that was read."""
        with self.database.read() as connection:
            value = scalar(connection, "SELECT value FROM store_facts WHERE name = $name", {"name": CURSOR})
        return None if value is None else str(value)

    def save_cursor(self, newest_id: str) -> None:
        """Reading goes on after this notification."""
        with self.database.write() as connection:
            replace(
                connection,
                "store_facts",
                [{"name": CURSOR, "value": newest_id}],
                "name VARCHAR, value VARCHAR",
                key=("name",),
            )

    def is_known(self, mention: Mention) -> bool:
        """Was it dealt with before?"""
        sql = "SELECT count(*) FROM commands WHERE command_id = $id"
        with self.database.read() as connection:
            return bool(scalar(connection, sql, {"id": self.identify.status(mention.uri)}))

    def history(self, acct: str, *, now: datetime) -> Mapping[str, int]:
        """Replies to this account in the last hour and to all in the last day; whether it got help, or FULL today."""
        sql = (
            "SELECT count(*) FILTER (account_id = $account AND received_at > $hour) AS in_hour, "
            "count(*) FILTER (received_at > $day AND name <> 'full') AS in_day, "
            "count(*) FILTER (account_id = $account AND name = 'unknown') AS helped, "
            "count(*) FILTER (account_id = $account AND name = 'full' AND received_at > $day) AS told_full "
            "FROM commands WHERE answered"
        )
        values = {
            "account": self.identify.account(acct),
            "hour": now - timedelta(hours=1),
            "day": now - timedelta(days=1),
        }
        with self.database.read() as connection:
            ((in_hour, in_day, helped, told_full),) = connection.execute(sql, values).fetchall()
        return {"in_hour": in_hour, "in_day": in_day, "helped": helped, "told_full": told_full}

    def save(self, mention: Mention, *, name: str, effect: Effect, parts: Sequence[Part], now: datetime) -> None:
        """Notes a mention, what it changes, and the reply, in one commit; a second time changes nothing."""
        account_id = self.identify.account(mention.account.acct)
        row = {
            "command_id": self.identify.status(mention.uri),
            "account_id": account_id,
            "name": name,
            "answered": bool(parts),
            "received_at": now,
        }
        with self.database.write() as connection:
            if not insert_missing(connection, "commands", [row], _COMMAND, key=("command_id",)):
                return
            self._apply(connection, mention.account.acct, effect, now=now)
            if parts:
                plan_parts(connection, parts, now=now)

    def choices(self) -> dict[UUID, str]:
        """opted-out or opted-in, by account."""
        with self.database.read() as connection:
            rows = connection.execute("SELECT account_id, choice FROM choices").fetchall()
        return {UUID(str(account)): str(choice) for account, choice in rows}

    def subscriptions(self, period: str) -> list[Subscription]:
        """Everybody who gets the daily, or the weekly, digest."""
        sql = (
            "SELECT acct, remote_id, visibility, period FROM subscriptions WHERE period = $period "
            "ORDER BY subscribed_at, acct"
        )
        with self.database.read() as connection:
            return [Subscription(*row) for row in connection.execute(sql, {"period": period}).fetchall()]

    def subscription(self, acct: str) -> str | None:
        """Daily or weekly, if there is one."""
        sql = "SELECT period FROM subscriptions WHERE account_id = $id"
        with self.database.read() as connection:
            value = scalar(connection, sql, {"id": self.identify.account(acct)})
        return None if value is None else str(value)

    def standing(self, acct: str) -> tuple[int, str | None, str | None]:
        """How many posts are held of an account, the reason it is counted for, and its own choice."""
        values = {"id": self.identify.account(acct)}
        with self.database.read() as connection:
            posts = scalar(connection, "SELECT count(*) FROM statuses WHERE account_id = $id", values)
            reason = scalar(connection, "SELECT reason FROM consent_decisions WHERE account_id = $id", values)
            choice = scalar(connection, "SELECT choice FROM choices WHERE account_id = $id", values)
        return int(posts), reason, choice

    def _apply(self, connection: "duckdb.DuckDBPyConnection", acct: str, effect: Effect, *, now: datetime) -> None:
        account_id = self.identify.account(acct)
        own: dict[str, Any] = {"id": account_id}
        if effect.choice is not None:
            row = {"account_id": account_id, "choice": effect.choice, "chosen_at": now, "source": "bot"}
            replace(connection, "choices", [row], _CHOICE, key=("account_id",))
        if effect.unsubscribe or effect.forget or effect.subscribe:
            connection.execute("DELETE FROM subscriptions WHERE account_id = $id", own)
        if effect.subscribe:
            made = effect.subscribe
            row = {
                "account_id": account_id,
                "acct": made.acct,
                "remote_id": made.remote_id,
                "visibility": made.visibility,
                "period": made.period,
                "subscribed_at": now,
            }
            insert(connection, "subscriptions", [row], _SUBSCRIPTION)
        if effect.forget:
            # That each mention is answered once has to be known still; who wrote it has not.
            connection.execute(
                "UPDATE commands SET account_id = $nobody WHERE account_id = $id", own | {"nobody": NOBODY}
            )
            drop_deliveries_to(connection, acct, account_id)
            want_rewrite(connection)
