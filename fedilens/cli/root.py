"""The program's commands and the options that all of them have."""

from pathlib import Path
from typing import Annotated

import typer

from fedilens import __version__
from fedilens.cli import (
    accounts,
    asking,
    caring,
    collecting,
    debates,
    demo,
    labelling,
    reporting,
    running,
    setup,
    stances,
    understanding,
)
from fedilens.cli.context import State

application = typer.Typer(
    help="See what a hashtag argues about.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@application.callback()
def root(
    context: typer.Context,
    config: Annotated[Path | None, typer.Option(help="The configuration file (default: ./fedilens.toml).")] = None,
    *,
    verbose: Annotated[bool, typer.Option("--verbose", help="Say more, and show tracebacks.")] = False,
    json_logs: Annotated[bool, typer.Option("--json-logs", help="Write the log as JSON, a line an event.")] = False,
) -> None:
    """Reads the options that stand before a command."""
    context.obj = State(config, verbose, json_logs)


@application.command()
def version() -> None:
    """Print the version."""
    typer.echo(__version__)


for command in (
    setup.init,
    collecting.collect,
    collecting.import_,
    collecting.analyze,
    reporting.digest,
    understanding.camps,
    understanding.reasons,
    understanding.alerts,
    understanding.coverage,
    asking.query,
    asking.sql,
    accounts.login,
    accounts.logout,
    accounts.doctor,
    running.run,
    running.health,
    caring.forget,
    caring.care,
    caring.about,
    setup.snapshot,
    demo.demo,
):
    application.command(name=command.__name__.rstrip("_"))(command)
application.add_typer(understanding.topics, name="topics")
application.add_typer(running.outbox, name="outbox")
stances.stance.command()(labelling.label)
application.add_typer(stances.stance, name="stance")
application.add_typer(debates.debate, name="debate")
