"""Commands that tell one thing of a debate: its topics, camps, reasons, news, and how much of it was seen."""

from dataclasses import astuple, fields
from typing import Annotated

import typer

from fedilens.app import App
from fedilens.cli.context import app_of, duration, moment
from fedilens.cli.output import Format, write_answer
from fedilens.errors import InputError
from fedilens.store.questions import Answer
from fedilens.types import Alert, Window

WindowOption = Annotated[str | None, typer.Option("--window", help="How long a time it covers, such as 7d.")]
UntilOption = Annotated[str | None, typer.Option("--until", help="Where the time ends, such as 2025-02-01.")]
FormatOption = Annotated[Format, typer.Option("--format", help="How the answer is written.")]

topics = typer.Typer(help="What is spoken of.", invoke_without_command=True)


@topics.callback()
def list_topics(
    context: typer.Context,
    *,
    window: WindowOption = None,
    until: UntilOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """List the topics of a time, with how many people speak of each."""
    if context.invoked_subcommand is None:
        app = app_of(context, logs=False)
        span = _span(app, window, until)
        write_answer(app.ask("topics", _values(span)), form)


@topics.command()
def show(
    context: typer.Context,
    topic: Annotated[str, typer.Argument(metavar="ID", help="A topic's id, or the beginning of it.")],
    *,
    form: FormatOption = Format.TABLE,
) -> None:
    """Show a topic's life, week by week, and the arguments inside it."""
    app = app_of(context, logs=False)
    life = app.ask("topic", {"id": topic})
    if not life.rows:
        raise InputError(f"there is no topic {topic!r}; `fedilens topics` lists them")
    write_answer(life, form)
    if form is Format.TABLE:
        latest = life.dicts()[0]
        inside = app.ask("arguments", {"id": topic} | _values(Window(latest["window_start"], latest["window_end"])))
        if inside.rows:
            typer.echo()
            write_answer(inside, form)


def camps(
    context: typer.Context,
    *,
    window: WindowOption = None,
    until: UntilOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Tell which camps there are, on what they agree, and what divides them."""
    app = app_of(context)
    span = _span(app, window, until)
    told = app.camps(span)
    found = app.ask("camps", {"debate": app.debate.name} | _values(span))
    if form is Format.TABLE:
        typer.echo("\n".join(told))
    if found.rows or form is not Format.TABLE:
        write_answer(found, form)


def reasons(
    context: typer.Context,
    target: Annotated[str, typer.Argument(help="One of the debate's targets.")],
    *,
    window: WindowOption = None,
    until: UntilOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Tell which reasons are given for and against a target, and by how many people."""
    app = app_of(context, logs=False)
    if target not in {one.name for one in app.debate.targets}:
        names = ", ".join(one.name for one in app.debate.targets)
        raise InputError(f"{app.debate.name} has no target {target!r}; it has {names}")
    values = {"debate": app.debate.name, "target": target} | _values(_span(app, window, until))
    write_answer(app.ask("reasons", values), form)


def alerts(
    context: typer.Context,
    *,
    window: WindowOption = None,
    until: UntilOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Tell what is beyond chance: shares that moved, topics that are new, grown, split, merged."""
    app = app_of(context)
    found = app.alerts(_span(app, window, until))
    if not found and form is Format.TABLE:
        typer.echo("Nothing beyond chance.")
        return
    columns = tuple(field.name for field in fields(Alert))
    write_answer(Answer(columns, tuple(astuple(alert) for alert in found)), form)


def coverage(
    context: typer.Context,
    *,
    window: WindowOption = None,
    until: UntilOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Tell how much of the debate the polled servers let us see, at most."""
    app = app_of(context)
    span = _span(app, window, until)
    if form is Format.TABLE:
        typer.echo("\n".join(app.coverage(span)))
    else:
        write_answer(app.ask("coverage", _values(span)), form)


def _span(app: App, window: str | None, until: str | None) -> Window:
    return app.window(until=moment(until), length=duration(window))


def _values(window: Window) -> dict[str, str]:
    """A window as the questions take it."""
    return {"until": window.end.isoformat(), "window": f"{int((window.end - window.start).total_seconds())}s"}
