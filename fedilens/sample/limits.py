"""A server's budget of requests, spent for real."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from fedilens.sample.addresses import Software
from fedilens.sample.entities import timestamp


@dataclass(frozen=True, slots=True)
class RateLimit:
    """So many requests in each period."""

    requests: int = 300
    period: timedelta = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Spending:
    """The requests of one window, which ends at `reset_at`."""

    limit: RateLimit
    reset_at: datetime
    requests: int = 0

    @property
    def remaining(self) -> int:
        """How many requests are left."""
        return max(self.limit.requests - self.requests, 0)

    @property
    def overdrawn(self) -> bool:
        """Was the last request one too many?"""
        return self.requests > self.limit.requests


def spend(before: Spending | None, limit: RateLimit, *, now: datetime) -> Spending:
    """What stands after one more request at `now`. Windows begin at whole multiples of the period."""
    if before is None or now >= before.reset_at or before.reset_at - now > limit.period:
        start = math.floor(now.timestamp() / limit.period.total_seconds()) * limit.period.total_seconds()
        before = Spending(limit, datetime.fromtimestamp(start, tz=UTC) + limit.period)
    return Spending(limit, before.reset_at, before.requests + 1)


def limit_headers(spending: Spending, *, software: Software, now: datetime) -> Mapping[str, str]:
    """What the answer says of the budget: Mastodon the reset as ISO 8601, GoToSocial as unix time, snac nothing."""
    if software is Software.SNAC:
        return {}
    iso = software is Software.MASTODON
    headers = {
        "X-RateLimit-Limit": str(spending.limit.requests),
        "X-RateLimit-Remaining": str(spending.remaining),
        "X-RateLimit-Reset": timestamp(spending.reset_at) if iso else str(int(spending.reset_at.timestamp())),
    }
    if spending.overdrawn:
        headers["Retry-After"] = str(math.ceil((spending.reset_at - now).total_seconds()))
    return headers
