"""Sends what the outbox holds: each part once and in order, whatever breaks in between."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import structlog

from fedilens.errors import DoubtfulError, PublishError, ServerError
from fedilens.protocols import Channel, Clock
from fedilens.publish.outbox import (
    MOST_ATTEMPTS,
    next_part,
    pause_after,
    when_doubtful,
    when_failed,
    when_sent,
    when_too_doubtful,
    when_trying,
)
from fedilens.store.publications import Outbox
from fedilens.types import Part, PartState

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """What a round through the outbox came to, in parts."""

    sent: int = 0
    waiting: int = 0
    parked: int = 0


def deliver(outbox: Outbox, channels: Mapping[str, Channel], clock: Clock) -> DeliveryReport:
    """Sends every part that is due. One delivery's trouble does not stop the others."""
    sent = waiting = parked = 0
    for delivery, parts in outbox.open_deliveries().items():
        if parts[0].channel not in channels:
            waiting += 1
            continue
        states = [part.state for part in _deliver_one(parts, outbox, channels[parts[0].channel], clock)]
        sent += states.count(PartState.SENT) - [part.state for part in parts].count(PartState.SENT)
        parked += states.count(PartState.PARKED)
        waiting += PartState.PARKED not in states and set(states) != {PartState.SENT}
        _log.info("delivery", delivery=delivery, sent=states.count(PartState.SENT), parts=len(states))
    return DeliveryReport(sent, waiting, parked)


def _deliver_one(parts: Sequence[Part], outbox: Outbox, channel: Channel, clock: Clock) -> list[Part]:
    """Goes on where the delivery stands, as far as it goes."""
    done = list(parts)
    while part := next_part(done, now=clock.now()):
        place = done.index(part)
        after = done[place - 1].remote_id if place else None
        done[place] = _send(part, after, outbox, channel, clock)
        if done[place].state is not PartState.SENT:
            break
    return done


def _send(part: Part, after: str | None, outbox: Outbox, channel: Channel, clock: Clock) -> Part:
    """One try: look, if an earlier one was doubtful; say that it is being tried; try; say what came of it."""
    if part.state is PartState.SENDING:
        try:
            found = channel.find(part, after=after, known=outbox.sent_ids())
        except ServerError as error:
            return _kept(
                replace(part, error=str(error), due_at=clock.now() + pause_after(part.doubts + 1)), outbox, clock
            )
        if found is not None:
            return _kept(when_sent(part, found), outbox, clock)
        if part.doubts > channel.most_doubts or part.attempts >= MOST_ATTEMPTS:
            return _kept(when_too_doubtful(part), outbox, clock)
    trying = _kept(when_trying(part, now=clock.now()), outbox, clock)
    try:
        remote_id = channel.send(trying, after=after)
    except DoubtfulError as error:
        tried = when_doubtful(trying, error, now=clock.now())
    except PublishError as error:
        tried = when_failed(trying, error, now=clock.now())
    else:
        tried = when_sent(trying, remote_id)
    return _kept(tried, outbox, clock)


def _kept(part: Part, outbox: Outbox, clock: Clock) -> Part:
    outbox.save(part, now=clock.now())
    return part
