"""Commands that let the program work by itself: run, outbox, health."""

import os
import sys
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fedilens.app import App
from fedilens.cli.context import app_of
from fedilens.errors import InputError

if TYPE_CHECKING:
    from fedilens.app.service import Service
    from fedilens.scheduler import Runner

outbox = typer.Typer(help="See what goes out, try parked parts again, or drop them.", invoke_without_command=True)
LATE = timedelta(minutes=30)
"""So much later than it should have been, a job is told to be late."""

_Delivery = Annotated[str, typer.Argument(help="A delivery's name, as `fedilens outbox` shows it.")]


def run(
    context: typer.Context,
    *,
    once: Annotated[bool, typer.Option("--once", help="Do what is due now, and end.")] = False,
) -> None:
    """Collect, analyse, answer and publish by the clock, until it is stopped."""
    from filelock import FileLock, Timeout

    from fedilens.app.service import Service
    from fedilens.scheduler import Lane, run_forever

    app = app_of(context)
    lock = FileLock(app.config.store.path.with_suffix(".running"), timeout=0)
    app.config.store.path.parent.mkdir(parents=True, exist_ok=True)
    try:
        lock.acquire()
    except Timeout as error:
        raise InputError(f"another `fedilens run` works on {app.config.store.path}; stop it first") from error
    with lock:
        runner = runner_of(Service(app))
        if once:
            runner.wake(Lane.LONG)
            runner.wake(Lane.SHORT)
            return
        typer.echo("running; stop it with Ctrl-C or SIGTERM", err=True)
        if run_forever(runner):
            typer.echo("stopped", err=True)
            return
        # What still runs holds nothing open and commits all or nothing: it may be cut off.
        typer.echo("stopped in the middle of work; the next start goes on", err=True)
        sys.stderr.flush()
        os._exit(0)


@outbox.callback()
def outbox_list(context: typer.Context) -> None:
    """List what goes out, unfinished deliveries first."""
    if context.invoked_subcommand is not None:
        return
    for row in app_of(context, logs=False).ask("outbox", {}).dicts():
        trouble = f": {row['error']}" if row["error"] else ""
        typer.echo(f"{row['progress']:8} {row['sent']}/{row['parts']} {row['delivery']}{trouble}")


@outbox.command()
def retry(context: typer.Context, delivery: _Delivery) -> None:
    """Try a delivery's parked parts again."""
    from fedilens.store.publications import Outbox

    app = app_of(context)
    if not Outbox(app.database).retry(delivery, now=app.clock.now()):
        raise InputError(f"nothing is parked under {delivery!r}; `fedilens outbox` lists deliveries")
    typer.echo(f"{delivery} is tried again at the next round of `fedilens run`")


@outbox.command()
def drop(context: typer.Context, delivery: _Delivery) -> None:
    """Give up what has not been sent of a delivery."""
    from fedilens.store.publications import Outbox

    dropped = Outbox(app_of(context).database).drop(delivery)
    if not dropped:
        raise InputError(f"nothing waits under {delivery!r}; `fedilens outbox` lists deliveries")
    typer.echo(f"{dropped} unsent parts of {delivery} are dropped")


def health(context: typer.Context) -> None:
    """Say what works, and what is late, broken or parked; exit code 1 when anything is."""
    app = app_of(context, logs=False)
    readings, jobs = app.ask("polls", {"runs": "1"}).dicts(), app.ask("jobs", {}).dicts()
    for row in readings:
        when = row["started_at"].isoformat(sep=" ", timespec="minutes")
        typer.echo(f"{row['instance']} #{row['tag']}: {row['outcome']} ({when}, {row['new']} new)")
    if not readings:
        typer.echo("nothing has been collected yet; run `fedilens collect`")
    troubles = [row["outcome"] for row in readings if row["outcome"] != "ok"]
    for row in jobs:
        trouble = job_trouble(row, app)
        troubles += [trouble] if trouble else []
        typer.echo(f"{row['job']}: {trouble or 'ok'} ({row['ended_at'].isoformat(sep=' ', timespec='minutes')})")
    parked = [row for row in app.ask("outbox", {}).dicts() if row["progress"] == "parked"]
    for row in parked:
        typer.echo(f"parked: {row['delivery']} ({row['sent']} of {row['parts']} sent): {row['error']}")
    if troubles or parked:
        raise typer.Exit(1)


def job_trouble(row: Mapping[str, Any], app: App) -> str:
    """What is wrong with a job: its last run failed, or it should have run since."""
    from fedilens.scheduler import due, jobs_of

    if row["outcome"] != "ok":
        return str(row["outcome"])
    then: datetime = app.clock.now() - LATE
    last = max(moment for moment in (row["moment"], row["ended_at"]) if moment is not None)
    jobs = [job for job in jobs_of(app.config.schedule) if job.name == row["job"]]
    missed = due(then, jobs, {row["job"]: last}) if last < then else []
    return f"late: it was due at {missed[0].moment:%Y-%m-%d %H:%M} UTC" if missed else ""


def runner_of(service: "Service") -> "Runner":
    """The configured jobs, with what was done of them before."""
    from fedilens.scheduler import Runner, jobs_of

    app = service.app

    def remember(job: str, moment: datetime | None, started: datetime, error: str | None) -> None:
        service.runs.remember(job, moment, started, error, now=app.clock.now())

    return Runner(
        jobs_of(app.config.schedule), now=app.clock.now, last=service.runs.last(), work=service.work, remember=remember
    )
