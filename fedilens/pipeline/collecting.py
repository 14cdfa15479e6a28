"""Posts in: read a page, ask who may be counted, store page and cursor in one commit, go on."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import structlog

from fedilens.clean import is_personal, without_names
from fedilens.collect import Extent, Record, TagFilter, read_timeline
from fedilens.consent import ConsentRules, decide
from fedilens.errors import ServerError
from fedilens.mastodon_api import BrokenStatusError, status_from_api
from fedilens.protocols import Clock, TimelineSource
from fedilens.store.statuses import NOT_PUBLIC, StatusStore
from fedilens.types import Admitted, Consent, Excluded, PollRun, Sighting, Status, TagTimeline

ARCHIVE = "archive"
"""The instance that imported statuses were seen on."""
IMPORT_BATCH = 500

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class CollectRules:
    """What a reading keeps: who may be counted, which tags it wants besides, and how far back it goes first."""

    consent: ConsentRules
    tags: TagFilter
    backfill: timedelta
    backfill_posts: int


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What came of an import. `problems` are sentences that name file lines; `excluded` counts by reason."""

    read: int
    new: int
    excluded: Mapping[str, int]
    problems: tuple[str, ...]


def collect_tag(
    timeline: TagTimeline,
    source: TimelineSource,
    *,
    rules: CollectRules,
    store: StatusStore,
    clock: Clock,
    since: datetime | None = None,
) -> PollRun:
    """Reads all that is due on one timeline. A server's trouble ends this reading and is in the result."""
    started = clock.now()
    run = PollRun(timeline, started, started)
    extent = Extent(started - rules.backfill, rules.backfill_posts)
    try:
        for page, cursor in read_timeline(source, store.cursor(timeline), extent=extent, now=started, since=since):
            wanted = [status for status in page.statuses if rules.tags.admits(status)]
            admitted, excluded = gate(wanted, rules.consent)
            sightings = [sighting(status, timeline, now=clock.now()) for status in wanted]
            new = store.save_page(admitted, excluded=excluded, sightings=sightings, cursor=cursor, now=clock.now())
            run = replace(
                run,
                pages=run.pages + 1,
                seen=run.seen + len(page.statuses),
                new=run.new + new,
                excluded=run.excluded + len(excluded),
                broken=run.broken + page.broken,
            )
    except ServerError as error:
        run = replace(run, error=str(error))
        log.warning("reading stopped", instance=timeline.instance, tag=timeline.tag, reason=str(error))
    run = replace(run, ended_at=clock.now())
    store.record_run(run)
    return run


def left_alone(timeline: TagTimeline, *, store: StatusStore, clock: Clock) -> PollRun:
    """Notes that a server is not asked, because its operator's rules forbid it."""
    now = clock.now()
    host = timeline.instance
    told = f"not read: its rules forbid this, you said; to take that back: fedilens doctor --confirm {host}"
    run = PollRun(timeline, now, now, error=told)
    store.record_run(run)
    return run


def import_statuses(
    records: Iterable[Record], *, consent: ConsentRules, store: StatusStore, clock: Clock
) -> ImportReport:
    """Stores archived statuses through the same gate; broken lines are told and left out."""
    problems: list[str] = []
    reasons: Counter[str] = Counter()
    read = new = 0
    batch: list[Status] = []

    def flush() -> int:
        admitted, excluded = gate(batch, consent)
        reasons.update(one.reason for one in excluded)
        seen = [
            sighting(one.status, TagTimeline(ARCHIVE, one.status.tags[0] if one.status.tags else ""), now=clock.now())
            for one in admitted
        ]
        return store.save_page(admitted, excluded=excluded, sightings=seen, cursor=None, now=clock.now())

    for record in records:
        read += 1
        try:
            batch.append(_status(record))
        except BrokenStatusError as error:
            problems.append(f"line {record.line}: {error}")
        if len(batch) >= IMPORT_BATCH:
            new += flush()
            batch = []
    return ImportReport(read, new + (flush() if batch else 0), dict(reasons), tuple(problems))


def gate(statuses: Sequence[Status], rules: ConsentRules) -> tuple[list[Admitted], list[Excluded]]:
    """Which statuses may be stored, and which may not and why. Only public ones are looked at at all."""
    admitted: list[Admitted] = []
    excluded: list[Excluded] = []
    for status in statuses:
        decision = decide(status.account, rules)
        acct, posted = status.account.acct, status.created_at
        if status.visibility not in ("public", "unlisted"):
            excluded.append(Excluded(acct, status.uri, posted, NOT_PUBLIC))
        elif decision.consent is Consent.EXCLUDED:
            excluded.append(Excluded(acct, status.uri, posted, decision.reason, decision.source))
        else:
            admitted.append(Admitted(nameless(status), decision.consent, decision.reason, decision.source))
    return admitted, excluded


def nameless(status: Status) -> Status:
    """The status without the names and pages of others: they have not been asked."""
    card = status.card_url if status.card_url and not is_personal(status.card_url) else None
    return replace(
        status,
        content=without_names(status.content),
        spoiler_text=without_names(status.spoiler_text),
        card_url=card,
    )


def sighting(status: Status, timeline: TagTimeline, *, now: datetime) -> Sighting:
    """That a timeline showed a status."""
    return Sighting(status.uri, timeline.instance, timeline.tag, status.remote_id, now)


def _status(record: Record) -> Status:
    raw: Any = record.status
    if raw is None:
        raise BrokenStatusError(record.problem)
    try:
        return status_from_api(raw, host=ARCHIVE)
    except BrokenStatusError as error:
        raise BrokenStatusError(f"not a status: {error} is missing or of a wrong type") from error
