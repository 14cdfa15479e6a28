"""Commands that ask the database."""

from typing import Annotated

import typer

from fedilens.cli.context import app_of
from fedilens.cli.output import Format, write_answer
from fedilens.errors import InputError
from fedilens.store.questions import Answer


def query(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(help="Which question; without it they are listed.")] = None,
    *,
    p: Annotated[list[str] | None, typer.Option("-p", help="A parameter, as key=value.")] = None,
    form: Annotated[Format, typer.Option("--format", help="How the answer is written.")] = Format.TABLE,
) -> None:
    """Ask one of the prepared questions, or list them."""
    app = app_of(context, logs=False)
    if name is None:
        rows = tuple(
            (
                one.name,
                one.asks,
                ", ".join(key if value is None else f"{key}={value}" for key, value in one.parameters.items()),
            )
            for one in app.questions.values()
        )
        return write_answer(Answer(("query", "asks", "parameters"), rows), form)
    return write_answer(app.ask(name, _pairs(p or [])), form)


def sql(
    context: typer.Context,
    statement: Annotated[str, typer.Argument(help="One SQL statement; it can only read.")],
    *,
    form: Annotated[Format, typer.Option("--format", help="How the answer is written.")] = Format.TABLE,
) -> None:
    """Run one read-only SQL statement."""
    write_answer(app_of(context, logs=False).sql(statement), form)


def _pairs(given: list[str]) -> dict[str, str]:
    pairs = [item.partition("=") for item in given]
    for name, sign, _ in pairs:
        if not sign or not name:
            raise InputError(f"a parameter is written key=value, and {name!r} is not")
    return {name: value for name, _, value in pairs}
