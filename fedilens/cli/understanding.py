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
    target: Annotated[str | None, typer.Argument(help="One of the debate's targets.")] = None,
    *,
    candidates: Annotated[
        bool, typer.Option("--candidates", help="What is argued that no reason says, on one target or all.")
    ] = False,
    window: WindowOption = None,
    until: UntilOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Tell which reasons are given for and against a target, and by how many people."""
    app = app_of(context, logs=False)
    span = _span(app, window, until)
    _check_target(app, target, needed=not candidates)
    if candidates:
        write_answer(_candidates(app, target, span), form)
    else:
        write_answer(app.ask("reasons", {"debate": app.debate.name, "target": target or ""} | _values(span)), form)


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


def _check_target(app: App, target: str | None, *, needed: bool) -> None:
    """Raises InputError for a target that the debate has not, or where one is needed and none is named."""
    names = [one.name for one in app.debate.targets]
    if target is None and needed:
        raise InputError(f"name a target: {app.debate.name} has {', '.join(names)}")
    if target is not None and target not in names:
        raise InputError(f"{app.debate.name} has no target {target!r}; it has {', '.join(names)}")


def _candidates(app: App, target: str | None, span: Window) -> Answer:
    """Sentences in them are people's own: nothing of it is ever public."""
    from fedilens.opinion import ReasonCandidate
    from fedilens.pipeline import propose_reasons

    found = propose_reasons(app.database, debate=app.debate.name, window=span, model=app.encoder.name, target=target)
    columns = tuple(field.name for field in fields(ReasonCandidate))
    return Answer(columns, tuple(astuple(one) for one in found))


def _span(app: App, window: str | None, until: str | None) -> Window:
    return app.window(until=moment(until), length=duration(window))


def _values(window: Window) -> dict[str, str]:
    """A window as the questions take it."""
    return {"until": window.end.isoformat(), "window": f"{int((window.end - window.start).total_seconds())}s"}
