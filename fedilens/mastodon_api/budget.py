"""How many requests a server still allows, as its headers say. All tags of one server share one budget."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

RESERVE = 1
"""Requests that are left unspent: the operator's own apps use the same address."""
LONGEST_WAIT = timedelta(minutes=15)
"""Mastodon's windows last five minutes; a reset further away is a mistake of somebody's clock."""
PERIOD = timedelta(minutes=5)
UNTOLD = 250
"""Requests in PERIOD at a server that does not tell its limit: Mastodon's is 300, for everybody at an address."""

_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Budget:
    """What was left at the last answer. `reset_at` is when it is full again."""

    remaining: int | None = None
    reset_at: datetime | None = None

    @property
    def is_untold(self) -> bool:
        """Has the server said nothing yet?"""
        return self.remaining is None

    def after(self, headers: Mapping[str, str], *, now: datetime) -> "Budget":
        """The budget that an answer's headers tell of; unchanged where they are silent."""
        remaining = _number(headers.get("X-RateLimit-Remaining"))
        reset = parse_reset(headers.get("X-RateLimit-Reset"), now=now)
        return self if remaining is None or reset is None else Budget(remaining, reset)

    def pause(self, *, now: datetime) -> float:
        """Seconds to wait before the next request."""
        if self.remaining is None or self.reset_at is None or self.remaining > RESERVE:
            return 0.0
        return max((min(self.reset_at, now + LONGEST_WAIT) - now).total_seconds(), 0.0)


@dataclass(frozen=True, slots=True)
class Pace:
    """When a server that says nothing of its limits was asked: it gets fewer requests than any server allows."""

    moments: tuple[datetime, ...] = ()

    def after(self, now: datetime) -> "Pace":
        """The pace after a request at `now`."""
        return Pace((*(moment for moment in self.moments if moment > now - PERIOD), now))

    def pause(self, *, now: datetime) -> float:
        """Seconds to wait before the next request."""
        if len(self.moments) < UNTOLD:
            return 0.0
        return max((self.moments[-UNTOLD] + PERIOD - now).total_seconds(), 0.0)


def parse_reset(value: str | None, *, now: datetime) -> datetime | None:
    """`X-RateLimit-Reset` (ISO 8601 on Mastodon, unix time on GoToSocial) as a moment."""
    if not value:
        return None
    try:
        if value.strip().replace(".", "", 1).isdecimal():
            return datetime.fromtimestamp(float(value), tz=UTC)
        moment = datetime.fromisoformat(value.strip())
    except (ValueError, OverflowError, OSError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=now.tzinfo)


def retry_at(headers: Mapping[str, str], *, now: datetime) -> datetime | None:
    """When a 429 says to come back: `Retry-After` in seconds or as a date (RFC 9110), else the budget's reset."""
    after = headers.get("Retry-After", "")
    seconds = _number(after)
    if seconds is not None:
        return now + min(timedelta(seconds=seconds), LONGEST_WAIT)
    moment = _http_date(after) or parse_reset(headers.get("X-RateLimit-Reset"), now=now)
    return min(moment, now + LONGEST_WAIT) if moment else None


def _number(value: str | None) -> int | None:
    """A header's whole number; None where it is none, or has more digits than any budget or pause needs."""
    text = (value or "").strip()
    return int(text) if text.isdecimal() and len(text) <= _DIGITS else None


def _http_date(value: str) -> datetime | None:
    try:
        return parsedate_to_datetime(value).replace(tzinfo=UTC)
    except ValueError:
        return None
