"""What is to be done about a delivery next: decided from its parts alone, done by others."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from fedilens.errors import NotSentError, PublishError
from fedilens.types import Part, PartState

MOST_ATTEMPTS = 60
"""With the pauses between them about two days: a server that is away over a weekend still gets its digest."""
SETTLING = timedelta(seconds=20)
"""A server that lost the connection may still be storing what it got: nobody looks before."""
LONGEST_PAUSE = timedelta(hours=1)


def next_part(parts: Sequence[Part], *, now: datetime) -> Part | None:
    """The first part that is not sent yet, if it is due. Parts go out in order, so the later ones wait for it."""
    waiting = next((part for part in parts if part.state is not PartState.SENT), None)
    if waiting is None or waiting.state is PartState.PARKED:
        return None
    return waiting if waiting.due_at is None or waiting.due_at <= now else None


def when_trying(part: Part, *, now: datetime) -> Part:
    """What is kept before anything is sent: a crash leaves a doubt."""
    return replace(
        part, state=PartState.SENDING, attempts=part.attempts + 1, doubts=part.doubts + 1, due_at=now + SETTLING
    )


def when_sent(part: Part, remote_id: str) -> Part:
    """Done."""
    return replace(part, state=PartState.SENT, remote_id=remote_id, error=None)


def when_failed(part: Part, error: PublishError, *, now: datetime) -> Part:
    """It was not sent: later again, or parked where that would not help or was tried often enough."""
    part = replace(part, doubts=max(part.doubts - 1, 0))
    if not isinstance(error, NotSentError) or part.attempts >= MOST_ATTEMPTS:
        return replace(part, state=PartState.PARKED, error=str(error))
    due_at = max(now + pause_after(part.attempts), error.retry_at or now)
    # Earlier doubts stay: what may have come through has to be looked for all the same.
    state = PartState.SENDING if part.doubts else PartState.PLANNED
    return replace(part, state=state, error=str(error), due_at=due_at)


def when_doubtful(part: Part, error: PublishError, *, now: datetime) -> Part:
    """Nobody knows: it stays `sending`, and is looked for before the next try."""
    due_at = now + max(SETTLING, pause_after(part.doubts))
    return replace(part, state=PartState.SENDING, error=str(error), due_at=due_at)


def when_too_doubtful(part: Part) -> Part:
    """It may have arrived, and another try might repeat it once more: a person has to look."""
    return replace(part, state=PartState.PARKED, error=f"{part.error or 'interrupted'}; it may have arrived")


def pause_after(attempts: int) -> timedelta:
    """Ever longer: 10 seconds, 20, 40 … up to an hour."""
    return min(timedelta(seconds=10 * 2 ** min(max(attempts - 1, 0), 20)), LONGEST_PAUSE)
