"""Posts are looked at again: what was edited is read again, what is gone is removed, and flags are asked anew."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from fedilens.consent import ConsentRules
from fedilens.errors import ServerError
from fedilens.pipeline.collecting import gate
from fedilens.protocols import Clock, StatusSource
from fedilens.store.care import CareStore
from fedilens.store.corrections import Published
from fedilens.store.statuses import StatusStore

EVERY = timedelta(days=1)
"""A post is looked at again after so long."""
AT_ONCE = 200
"""Posts between two commits."""

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class RecheckReport:
    """Of one server: how many posts were looked at, how many were gone or may not be counted any more."""

    instance: str
    checked: int = 0
    gone: int = 0
    left_out: int = 0
    error: str | None = None


@dataclass(frozen=True, slots=True)
class CareReport:
    """What taking care came to: posts past their time, people left out from now on, each server's recheck.

    `rewritten` tells whether the file was written anew.
    """

    expired: int
    withdrawn: int
    servers: tuple[RecheckReport, ...]
    rewritten: bool


def shown_since(shown: Sequence[Published], *, window: timedelta, now: datetime) -> datetime:
    """So far back posts are looked at: the window, and whatever a digest rests on that may still be corrected."""
    return min([now - window, *(one.window.start for one in shown)])


def recheck(
    instance: str,
    source: StatusSource,
    *,
    care: CareStore,
    store: StatusStore,
    rules: ConsentRules,
    clock: Clock,
    since: datetime,
    most: int,
) -> RecheckReport:
    """Looks again at posts from `since` on that were not looked at for a day, at most `most` of them.

    A server's trouble ends this and is in the result; what it did not say is left as it is.
    """
    report = RecheckReport(instance)
    now = clock.now()
    due = care.to_recheck(instance, since=since, before=now - EVERY, most=most)
    try:
        for start in range(0, len(due), AT_ONCE):
            some = due[start : start + AT_ONCE]
            ids = {one.remote_id: one.status_id for one in some}
            found = source.statuses(list(ids))
            admitted, excluded = gate([status for status in found.values() if status is not None], rules)
            store.save_page(admitted, excluded=excluded, sightings=[], cursor=None, now=clock.now())
            hidden = {care.identify.status(one.uri) for one in excluded}
            gone = {ids[remote_id] for remote_id, status in found.items() if status is None}
            care.remove(gone | hidden)
            care.note_checked({ids[one] for one in found} - gone - hidden, now=clock.now())
            report = replace(
                report,
                checked=report.checked + len(found),
                gone=report.gone + len(gone),
                left_out=report.left_out + len(excluded),
            )
    except ServerError as error:
        report = replace(report, error=str(error))
    _log.info("rechecked", instance=instance, posts=report.checked, gone=report.gone, left_out=report.left_out)
    return report
