"""When `fedilens run` does what. This module alone imports apscheduler.

What is due is decided by `due`, a pure function of the time, the jobs and their last runs. APScheduler wakes two
lanes every few seconds: one for long work, one for answers and deliveries, so that nobody waits for an answer
while posts are read. In a lane one thing is done after the other, so no job ever runs beside itself.
"""

import signal
import threading
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from zoneinfo import ZoneInfo

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from fedilens.config import ScheduleSection
from fedilens.errors import ConfigError, FedilensError

_log = structlog.get_logger()

WAKE_SECONDS = 5
AGAIN = timedelta(minutes=5)
"""After so long a digest that failed is tried again."""
PATIENCE = 8.0
"""Seconds that running work gets to end after SIGTERM. What it has not committed is done again at the next start."""


class Lane(StrEnum):
    """What waits for each other."""

    LONG = "long"
    SHORT = "short"


@dataclass(frozen=True, slots=True)
class Job:
    """Something that is done again and again: `every` so often, or `at` moments of cron fields in a time zone.

    `first` says whether a job `at` moments is due at once when it has never run; else it waits for its next moment.
    """

    name: str
    lane: Lane
    every: timedelta | None = None
    at: str | None = None
    time_zone: str = "UTC"
    first: bool = False


@dataclass(frozen=True, slots=True)
class Due:
    """A job with the moment that it is due for: the same digest is never made for one moment twice."""

    job: Job
    moment: datetime


def jobs_of(schedule: ScheduleSection) -> list[Job]:
    """The jobs of a configuration, in the order in which they are done. Raises ConfigError for wrong cron fields."""
    zone = schedule.time_zone
    hour, minute = schedule.subscribers_at.split(":")
    jobs = [
        Job("collect", Lane.LONG, every=schedule.collect_every),
        Job("mentions", Lane.SHORT, every=schedule.mentions_every),
        Job("daily", Lane.LONG, at=f"{int(minute)} {int(hour)} * * *", time_zone=zone),
        Job("weekly", Lane.LONG, at=f"{int(minute)} {int(hour)} * * mon", time_zone=zone),
        Job("care", Lane.LONG, every=schedule.care_every),
        Job("deliver", Lane.SHORT, every=timedelta(seconds=15)),
    ]
    if schedule.digest_at:
        digest = Job("digest", Lane.LONG, at=cron_fields(schedule.digest_at), time_zone=zone, first=True)
        jobs.insert(2, digest)
        _trigger(digest)
    return jobs


def cron_fields(moment: str) -> str:
    """`mon 08:00`, `daily 07:30` and `monthly 08:00` as five cron fields; those stay as they are."""
    day, _, time = moment.partition(" ")
    if ":" not in time:
        return moment
    hour, minute = (int(part) for part in time.split(":"))
    days = {"daily": "* * *", "monthly": "1 * *"}
    return f"{minute} {hour} {days.get(day, f'* * {day}')}"


def due(now: datetime, jobs: Sequence[Job], last: Mapping[str, datetime]) -> list[Due]:
    """What is to be done now. `last` holds the moment that each job was last done for.

    A job that was missed several times is due once, for the latest moment; a moment that the clocks show twice
    (the end of summer time) counts once.
    """
    found = []
    for job in jobs:
        moment = _moment(job, now, last.get(job.name))
        if moment is not None:
            found.append(Due(job, moment))
    return found


def _moment(job: Job, now: datetime, last: datetime | None) -> datetime | None:
    if job.every is not None:
        # A last run in the future means that the clock was set back.
        return now if last is None or now - last >= job.every or now < last else None
    if last is None:
        return now if job.first else None
    return _latest(job, last, now)


def _latest(job: Job, last: datetime, now: datetime) -> datetime | None:
    """The latest moment after `last` that is not in the future."""
    zone, trigger = ZoneInfo(job.time_zone), _trigger(job)
    shown = last.astimezone(zone).replace(tzinfo=None)
    found = None
    cursor = last
    while cursor <= now:
        fires = trigger.get_next_fire_time(None, cursor + timedelta(microseconds=1))
        if fires is None or fires.astimezone(UTC) > now:
            break
        # Where the clocks go back, the trigger gives the hour that is shown twice again and again.
        cursor = max(fires.astimezone(UTC), cursor + timedelta(minutes=30))
        wall = fires.replace(tzinfo=None)
        if wall > shown:
            found, shown = fires.astimezone(UTC), wall
    return found


def _trigger(job: Job) -> CronTrigger:
    try:
        return CronTrigger.from_crontab(job.at, timezone=ZoneInfo(job.time_zone))
    except ValueError as error:
        raise ConfigError(f"schedule.digest_at: {job.at!r} is no moment: {error}") from error


class Runner:
    """Does what is due. `work` does one job for a moment.

    `remember` keeps a job's last moment that was done, when it was tried, and what went wrong, if anything did.
    """

    def __init__(
        self,
        jobs: Sequence[Job],
        *,
        now: Callable[[], datetime],
        last: Mapping[str, datetime],
        work: Callable[[str, datetime], None],
        remember: Callable[[str, datetime | None, datetime, str | None], None],
    ) -> None:
        self._jobs, self._now = jobs, now
        self._last = dict(last)
        self._again: dict[str, datetime] = {}
        self._told: dict[str, tuple[str | None, datetime]] = {}
        self._work, self._remember = work, remember
        self.stopping = threading.Event()

    def wake(self, lane: Lane) -> None:
        """Does what is due in a lane, one after the other. A job's trouble does not stop the others."""
        now = self._now()
        jobs = [job for job in self._jobs if job.lane is lane and self._again.get(job.name, now) <= now]
        for job in jobs:
            if job.every is None and not job.first and job.name not in self._last:
                # From now on it waits for its moment, also over restarts.
                self._last[job.name] = now
                self._keep(job.name, now, None)
        for one in due(now, jobs, self._last):
            if self.stopping.is_set():
                return
            self._do(one)

    def _do(self, one: Due) -> None:
        name, started, trouble = one.job.name, self._now(), None
        try:
            self._work(name, one.moment)
        except FedilensError as error:
            trouble = str(error)
            _log.error("job", job=name, error=trouble)
        except Exception as error:  # noqa: BLE001  # the last border: the other jobs go on, and `health` tells
            # Its words and values may hold handles or texts, and logs hold none.
            trouble = f"an error in fedilens: {type(error).__name__} {_where(error)}"
            _log.error("job", job=name, error=trouble)
        if trouble is None or one.job.every is not None:
            self._last[name] = one.moment
        else:
            self._again[name] = self._now() + AGAIN
        told = self._told.get(name)
        if one.job.every is not None and told is not None and told[0] == trouble and started - told[1] < AGAIN:
            return  # Every few seconds the same: nobody needs that in the store.
        self._told[name] = (trouble, started)
        self._keep(name, started, trouble)

    def _keep(self, name: str, started: datetime, trouble: str | None) -> None:
        try:
            self._remember(name, self._last.get(name), started, trouble)
        except FedilensError as error:
            _log.error("job", job=name, error=str(error))


def _where(error: Exception) -> str:
    """The last line of our own that it came through."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "fedilens" in Path(frame.filename).parts] or frames
    return f"({Path(ours[-1].filename).name}, line {ours[-1].lineno})" if ours else ""


def run_forever(runner: Runner, *, patience: float = PATIENCE) -> bool:
    """Works until SIGTERM or SIGINT. False when work was still going on `patience` seconds later."""
    executors = {lane.value: ThreadPoolExecutor(1) for lane in Lane}
    scheduler = BackgroundScheduler(executors=executors, timezone="UTC")
    idle = {lane: threading.Lock() for lane in Lane}

    def wake(lane: Lane) -> None:
        with idle[lane]:
            runner.wake(lane)

    for lane in Lane:
        scheduler.add_job(
            wake,
            IntervalTrigger(seconds=WAKE_SECONDS),
            args=[lane],
            executor=lane.value,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
            next_run_time=datetime.now(UTC),
        )
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    scheduler.start()
    stop.wait()
    runner.stopping.set()
    scheduler.shutdown(wait=False)
    ended = [idle[lane].acquire(timeout=patience / len(Lane)) for lane in Lane]
    return all(ended)
