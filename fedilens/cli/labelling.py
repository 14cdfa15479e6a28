"""The screen on which a person labels posts: one key a label."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fedilens.cli.context import app_of
from fedilens.cli.keys import Keys, keys_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console

    from fedilens.pipeline import Answer, Question

HELP = "f favor   a against   n none   s skip   u undo   q quit"


def label(
    context: typer.Context,
    *,
    debate: Annotated[str | None, typer.Option("--debate", help="A debate's folder or name.")] = None,
    most: Annotated[int, typer.Option(min=1, help="How many posts to ask about.")] = 20,
    export: Annotated[Path | None, typer.Option(help="Write all labels as examples into this file.")] = None,
) -> None:
    """Label the posts that help the detector most, one key a label. Labels are kept; go on whenever you like."""
    from rich.console import Console

    from fedilens.app.labelling import export_labels, label_posts

    app = app_of(context).on_debate(debate)
    if export is not None:
        typer.echo(f"{export}: {export_labels(app, export)} labelled posts, with their texts: for your own use")
        return
    given = label_posts(app, Screen(keys_of(sys.stdin), Console(highlight=False)).ask, most=most)
    typer.echo(told(given))


def told(given: "Mapping[Answer, int]") -> str:
    """What came of a sitting, in a line."""
    skipped = sum(count for answer, count in given.items() if answer.value == "skip")
    return f"{sum(given.values()) - skipped} labels given, {skipped} skipped; they are kept"


class Screen:
    """Shows one question at a time and waits for a key that answers it."""

    def __init__(self, keys: Keys, console: "Console") -> None:
        from fedilens.pipeline import Answer

        self._keys = keys
        self._console = console
        self._answers = {answer.value[0]: answer for answer in Answer}

    def ask(self, question: "Question", place: int, total: int) -> "Answer":
        """The answer of whoever sits there; whoever is gone has quit."""
        self._show(question, place, total)
        while (key := self._keys.next()) is not None:
            if key in self._answers:
                return self._answers[key]
            self._console.print(HELP)
        return self._answers["q"]

    def _show(self, question: "Question", place: int, total: int) -> None:
        """Posts are printed as they are: what looks like markup in them is none."""
        from rich.panel import Panel
        from rich.text import Text

        if self._console.is_terminal:
            self._console.clear()
        target = question.target
        self._console.print(Text(f"Question {place + 1} of {total}, post {question.post}"))
        self._console.print(Panel(Text(question.text)))
        self._console.print(Text(target.statement, style="bold"))
        for side, reads in (("favor", target.favor), ("against", target.against)):
            if reads:
                self._console.print(Text(f"  {side}: {reads}"))
        self._console.print(Text("Does the author agree?  " + HELP))
