"""Commands around the program itself: a configuration, a copy of the database."""

from pathlib import Path
from typing import Annotated

import typer

from fedilens.cli.context import app_of
from fedilens.config import DEFAULT_FILE, template
from fedilens.errors import InputError


def init(
    path: Annotated[Path, typer.Argument(help="Where to write it.")] = DEFAULT_FILE,
) -> None:
    """Write a commented configuration file."""
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(template())
    except FileExistsError as error:
        raise InputError(f"{path} is there already; move it away first") from error
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror}") from error
    typer.echo(
        f"{path} is written: name your servers and tags in it, publish what `fedilens about` says, then run "
        "`fedilens collect`"
    )


def snapshot(context: typer.Context, path: Annotated[Path, typer.Argument(help="The copy to write.")]) -> None:
    """Copy the database, for programs that keep a file open."""
    app_of(context).snapshot(path)
    typer.echo(f"{path} is written")
