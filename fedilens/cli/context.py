"""What every command shares: the configured program, the log, and progress."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import typer

from fedilens.app import App, Silence
from fedilens.config import load_config, parse_duration
from fedilens.errors import InputError
from fedilens.protocols import Progress


@dataclass(frozen=True, slots=True)
class State:
    """What the options before a command said."""

    config_file: Path | None
    verbose: bool
    json_logs: bool

    def app(self) -> App:
        """The program with its configuration."""
        return App(load_config(self.config_file))


def app_of(context: typer.Context, *, logs: bool = True) -> App:
    """The program that a command was called on. Commands that only ask need no logs, and start faster without."""
    state = context.obj
    assert isinstance(state, State)  # noqa: S101  # set by the root callback
    if logs:
        start_logging(verbose=state.verbose, json_logs=state.json_logs)
    return state.app()


def start_logging(*, verbose: bool, json_logs: bool) -> None:
    """Logs go to standard error: plain lines, or JSON for machines. They hold no handles, addresses or texts."""
    import structlog

    renderer: structlog.typing.Processor
    if json_logs:
        renderer = structlog.processors.JSONRenderer()
    else:
        renderer = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=0)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG if verbose else logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def duration(value: str | None) -> timedelta | None:
    """An option such as 30d. Raises InputError."""
    try:
        return None if value is None else parse_duration(value)
    except ValueError as error:
        raise InputError(str(error)) from error


def moment(value: str | None) -> datetime | None:
    """An option such as 2025-02-01 or 2025-02-01T08:00, in UTC unless it says otherwise. Raises InputError."""
    if value is None:
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError as error:
        raise InputError(f"{value!r} is not a date such as 2025-02-01") from error
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)


@contextmanager
def progress(title: str) -> Iterator[Progress]:
    """A counter on a terminal; in a log, where nobody watches, nothing."""
    if not sys.stderr.isatty():
        yield Silence()
        return
    from rich.console import Console  # a light command should not wait for it
    from rich.progress import MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        yield _Counter(bar, bar.add_task(title, total=None))


@dataclass(frozen=True, slots=True)
class _Counter:
    bar: "object"
    task: int

    def advance(self, count: int) -> None:
        """Moves the counter on."""
        self.bar.advance(self.task, count)  # type: ignore[attr-defined]  # a rich.progress.Progress
