"""Commands that bring posts in and read them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fedilens.cli.context import app_of, duration, progress
from fedilens.config import parse_instance, parse_tag
from fedilens.errors import InputError
from fedilens.types import PollRun

if TYPE_CHECKING:
    from fedilens.pipeline import ImportReport

SHOWN_PROBLEMS = 5


def collect(
    context: typer.Context,
    tags: Annotated[list[str] | None, typer.Argument(help="Hashtags (default: the configured ones).")] = None,
    *,
    instance: Annotated[list[str] | None, typer.Option(help="A server (default: the configured ones).")] = None,
    since: Annotated[str | None, typer.Option(help="Read again back to this age, such as 30d.")] = None,
) -> None:
    """Read hashtags from servers: all that is new since the last time."""
    try:
        wanted_tags = [parse_tag(tag) for tag in tags or []]
        instances = [parse_instance(one) for one in instance or []]
    except ValueError as error:
        raise InputError(str(error)) from error
    runs = app_of(context).collect(wanted_tags, instances, since=duration(since), told=_tell)
    if all(run.error for run in runs):
        raise typer.Exit(1)


def import_(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(help="JSON, NDJSON, plain or gzip; - for standard input.")],
) -> None:
    """Store archived statuses, through the same consent gate."""
    app = app_of(context)
    for file in files:
        _tell_import(file, app.import_file(file))


def analyze(context: typer.Context) -> None:
    """Clean, embed and score whatever is new."""
    with progress("reading posts") as counter:
        report = app_of(context).analyze(progress=counter)
    typer.echo(f"{report.cleaned} posts cleaned, {report.embedded} texts embedded, {report.scored} read for stances")


def _tell(run: PollRun) -> None:
    where = f"{run.timeline.instance} #{run.timeline.tag}"
    broken = f", {run.broken} broken" if run.broken else ""
    typer.echo(f"{where}: {run.seen} seen, {run.new} new, {run.excluded} left out{broken}")
    if run.error:
        typer.echo(f"{where}: {run.error}", err=True)


def _tell_import(file: Path, report: "ImportReport") -> None:
    left_out = sum(report.excluded.values())
    typer.echo(f"{file}: {report.read} read, {report.new} new, {left_out} left out, {len(report.problems)} broken")
    for reason, count in sorted(report.excluded.items()):
        typer.echo(f"  left out: {count} {reason}")
    for problem in report.problems[:SHOWN_PROBLEMS]:
        typer.echo(f"{file}, {problem}", err=True)
    if len(report.problems) > SHOWN_PROBLEMS:
        typer.echo(f"{file}: and {len(report.problems) - SHOWN_PROBLEMS} more broken lines", err=True)
