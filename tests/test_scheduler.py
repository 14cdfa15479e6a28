"""What is due when: over restarts, clock changes, summer time, and days on which the machine was away."""

import os
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedilens.config import ScheduleSection
from fedilens.errors import ConfigError, StoreError
from fedilens.scheduler import AGAIN, Job, Lane, Runner, cron_fields, due, jobs_of

NOW = datetime(2025, 2, 1, 12, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


def digest(at: str = "0 8 * * *", zone: str = "UTC", *, first: bool = False) -> Job:
    return Job("digest", Lane.LONG, at=at, time_zone=zone, first=first)


def moments(job: Job, last: datetime | None, now: datetime) -> list[datetime]:
    return [one.moment for one in due(now, [job], {} if last is None else {job.name: last})]


def test_an_interval_is_due_when_it_has_passed() -> None:
    """At once at the very first time, and at once where the clock was set back."""
    job = Job("collect", Lane.LONG, every=timedelta(minutes=15))
    assert moments(job, None, NOW) == [NOW]
    assert moments(job, NOW - timedelta(minutes=15), NOW) == [NOW]
    assert moments(job, NOW - timedelta(minutes=15) + timedelta(seconds=1), NOW) == []
    assert moments(job, NOW + timedelta(days=400), NOW) == [NOW]


def test_a_moment_is_due_when_it_comes_and_not_again() -> None:
    """It is due for the moment itself, however late the clock is read."""
    eight = datetime(2025, 2, 1, 8, tzinfo=UTC)
    assert moments(digest(), eight - timedelta(days=1), eight - timedelta(seconds=1)) == []
    assert moments(digest(), eight - timedelta(days=1), eight) == [eight]
    assert moments(digest(), eight - timedelta(days=1), eight + timedelta(hours=3)) == [eight]
    assert moments(digest(), eight, eight + timedelta(hours=3)) == []


def test_what_was_missed_several_times_is_made_up_once() -> None:
    """The machine slept for five days: one digest, the latest."""
    last = datetime(2025, 1, 26, 8, tzinfo=UTC)
    assert moments(digest(), last, NOW) == [datetime(2025, 2, 1, 8, tzinfo=UTC)]


def test_the_first_digest_comes_at_once_but_subscribers_wait_for_their_hour() -> None:
    """Somebody who has just set it up wants to see something."""
    assert moments(digest(first=True), None, NOW) == [NOW]
    assert moments(digest(), None, NOW) == []
    diary = Diary()
    diary.runner(digest()).wake(Lane.LONG)
    assert (diary.done, diary.kept) == ([], {"digest": NOW})  # kept, so that a restart does not miss the moment
    diary.time = NOW + timedelta(days=1)
    diary.runner(digest()).wake(Lane.LONG)
    assert diary.done == [("digest", datetime(2025, 2, 2, 8, tzinfo=UTC))]


@pytest.mark.parametrize(
    "day",
    ["2025-03-30", "2025-10-26"],
    ids=["an hour is left out", "an hour comes twice"],
)
def test_summer_time_gives_one_digest_a_day(day: str) -> None:
    """Also at half past two, which on these days does not exist or comes twice."""
    job = digest("30 2 * * *", "Europe/Berlin")
    last = datetime.fromisoformat(day).replace(tzinfo=UTC) - timedelta(days=2)
    now, found = last, []
    for _ in range(12 * 24 * 5):
        now += timedelta(minutes=5)
        for moment in moments(job, last, now):
            found.append(moment)
            last = moment
    days = [moment.astimezone(BERLIN).date() for moment in found]
    assert len(days) == len(set(days)) == 5


@given(
    st.integers(0, 1_000 * 24 * 60).map(lambda minutes: NOW + timedelta(minutes=minutes)),
    st.lists(st.integers(1, 60 * 60), min_size=1, max_size=60),
    st.sampled_from(["30 2 * * *", "0 8 * * mon", "15 0 1 * *", "0 8,20 * * *"]),
    st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"]),
)
def test_no_moment_is_due_twice_whenever_somebody_looks(
    start: datetime, looks: list[int], fields: str, zone: str
) -> None:
    """However irregular the looks are: moments rise, lie in the past, and none shows the same wall clock again."""
    job, last, now = digest(fields, zone), start, start
    seen = []
    for minutes in looks:
        now += timedelta(minutes=minutes)
        for moment in moments(job, last, now):
            assert last < moment <= now
            seen.append(moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None))
            last = moment
    assert len(seen) == len(set(seen))


@pytest.mark.parametrize(
    ("moment", "fields"),
    [
        ("mon 08:00", "0 8 * * mon"),
        ("daily 07:30", "30 7 * * *"),
        ("monthly 08:05", "5 8 1 * *"),
        ("0 8 * * mon,thu", "0 8 * * mon,thu"),
    ],
)
def test_moments_are_written_as_people_say_them(moment: str, fields: str) -> None:
    """Or as five cron fields."""
    assert cron_fields(moment) == fields
    assert jobs_of(ScheduleSection(digest_at=moment))[2].at == fields


def test_wrong_cron_fields_are_named() -> None:
    """Before anything runs."""
    with pytest.raises(ConfigError, match=r"schedule.digest_at: '0 99 \* \* mon' is no moment"):
        jobs_of(ScheduleSection(digest_at="0 99 * * mon"))
    assert "digest" not in [job.name for job in jobs_of(ScheduleSection(digest_at=""))]


class Diary:
    """What a runner did and kept."""

    def __init__(self, now: datetime = NOW) -> None:
        self.time = now
        self.done: list[tuple[str, datetime]] = []
        self.kept: dict[str, datetime] = {}
        self.errors: dict[str, str | None] = {}
        self.trouble: Exception | None = None

    def work(self, job: str, moment: datetime) -> None:
        if self.trouble is not None:
            raise self.trouble
        self.done.append((job, moment))

    def remember(self, job: str, moment: datetime | None, _started: datetime, error: str | None) -> None:
        if moment is not None:
            self.kept[job] = moment
        self.errors[job] = error

    def runner(self, *jobs: Job) -> Runner:
        return Runner(jobs, now=lambda: self.time, last=self.kept, work=self.work, remember=self.remember)


def test_a_digest_that_failed_is_tried_again_soon_and_for_the_same_moment() -> None:
    """It is not lost, and not tried every five seconds."""
    diary = Diary(datetime(2025, 2, 1, 8, tzinfo=UTC))
    eight, diary.kept = diary.time, {"digest": diary.time - timedelta(days=1)}
    diary.trouble = StoreError("the store is away")
    runner = diary.runner(digest())
    runner.wake(Lane.LONG)
    assert diary.errors == {"digest": "the store is away"}
    diary.trouble = None
    diary.time += AGAIN - timedelta(seconds=1)
    runner.wake(Lane.LONG)
    assert diary.done == []
    diary.time += timedelta(seconds=1)
    runner.wake(Lane.LONG)
    runner.wake(Lane.LONG)
    assert diary.done == [("digest", eight)]
    assert diary.errors == {"digest": None}


def test_one_jobs_trouble_does_not_stop_the_others() -> None:
    """Not even an error in fedilens itself, which is named by its kind alone: its words may hold anything."""
    diary = Diary()
    jobs = [Job(name, Lane.SHORT, every=timedelta(minutes=1)) for name in ("mentions", "deliver")]

    def work(job: str, moment: datetime) -> None:
        if job == "mentions":
            raise KeyError("@somebody@there.example")
        diary.work(job, moment)

    Runner(jobs, now=lambda: NOW, last={}, work=work, remember=diary.remember).wake(Lane.SHORT)
    assert diary.done == [("deliver", NOW)]
    trouble = str(diary.errors["mentions"])
    assert trouble.startswith("an error in fedilens: KeyError (")
    assert "somebody" not in trouble
    assert diary.errors["deliver"] is None


def test_lanes_do_their_own_work_and_nothing_when_stopping() -> None:
    """So answers do not wait for reading."""
    diary = Diary()
    runner = diary.runner(
        Job("collect", Lane.LONG, every=timedelta(1)), Job("mentions", Lane.SHORT, every=timedelta(1))
    )
    runner.wake(Lane.SHORT)
    assert [job for job, _ in diary.done] == ["mentions"]
    runner.stopping.set()
    runner.wake(Lane.LONG)
    assert [job for job, _ in diary.done] == ["mentions"]


def test_what_happens_every_few_seconds_is_kept_every_few_minutes() -> None:
    """The store is not written for nothing; trouble is kept at once."""
    diary = Diary()
    kept = []
    runner = Runner(
        [Job("deliver", Lane.SHORT, every=timedelta(seconds=15))],
        now=lambda: diary.time,
        last={},
        work=diary.work,
        remember=lambda *values: kept.append(values[3]),
    )
    for _ in range(21):
        runner.wake(Lane.SHORT)
        diary.time += timedelta(seconds=15)
    assert kept == [None, None]
    diary.trouble = StoreError("busy")
    runner.wake(Lane.SHORT)
    assert kept == [None, None, "busy"]


PROGRAM = """
import os, sys, time
from datetime import UTC, datetime, timedelta
from fedilens.scheduler import Job, Lane, Runner, run_forever
def work(job, moment):
    os.write(1, (job + "\\n").encode())  # whole, beside the other lane's
    time.sleep(float(sys.argv[1]))
jobs = [Job("collect", Lane.LONG, every=timedelta(hours=1)), Job("mentions", Lane.SHORT, every=timedelta(hours=1))]
runner = Runner(jobs, now=lambda: datetime.now(UTC), last={}, work=work, remember=lambda *_: None)
clean = run_forever(runner, patience=2.0)
os.write(1, b"clean\\n" if clean else b"cut\\n")
os._exit(0)
"""


@pytest.mark.parametrize(("seconds", "ending"), [("0", "clean"), ("60", "cut")])
def test_it_ends_soon_after_sigterm(tmp_path: Path, seconds: str, ending: str) -> None:
    """What it does is waited for, but not for ever; both lanes work side by side meanwhile."""
    program = subprocess.Popen([sys.executable, "-c", PROGRAM, seconds], stdout=subprocess.PIPE, text=True)
    assert program.stdout is not None
    lines = {program.stdout.readline().strip(), program.stdout.readline().strip()}
    program.send_signal(signal.SIGTERM)
    watch = threading.Timer(30, lambda: os.kill(program.pid, signal.SIGKILL))
    watch.start()
    try:
        assert lines == {"collect", "mentions"}
        assert program.stdout.readline().strip() == ending
        assert program.wait() == 0
    finally:
        watch.cancel()
        program.stdout.close()


def test_a_month_gives_every_digest_once() -> None:
    """Thirty days over the end of summer time, with restarts, a day down, and a clock that is set back and forth."""
    start = datetime(2025, 10, 10, tzinfo=UTC)
    jobs = jobs_of(ScheduleSection(digest_at="mon 02:30", subscribers_at="02:30", time_zone="Europe/Berlin"))
    diary = Diary(start)
    runner = diary.runner(*jobs)
    minute = 0
    while minute < 30 * 24 * 60:
        minute += 7
        if 12 * 24 * 60 < minute < 13 * 24 * 60:
            continue  # a day down
        wrong = timedelta(hours=-3) if 20 * 24 * 60 < minute < 20 * 24 * 60 + 120 else timedelta(0)
        diary.time = start + timedelta(minutes=minute) + wrong
        if minute % 1001 == 0:
            runner = diary.runner(*jobs)
        for lane in Lane:
            runner.wake(lane)
    told = [moment.astimezone(BERLIN) for job, moment in diary.done if job == "digest"]
    # The very first one at once, then every Monday.
    assert [moment.strftime("%a %H:%M") for moment in told[1:]] == ["Mon 02:30"] * 4
    days = [moment.astimezone(BERLIN).date() for job, moment in diary.done if job == "daily"]
    assert len(days) == len(set(days)) == 30  # the one that was missed while it was down is made up for
    assert len([1 for job, _ in diary.done if job == "weekly"]) == 4
