"""The README tells the truth about commands."""

import re
from pathlib import Path
from typing import Any

import pytest
import typer

from fedilens.cli import application
from fedilens.store.questions import load_questions

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
LINES = sorted(
    {line.split("#")[0].strip() for line in re.findall(r"^fedilens .*$|`(?:fedilens .*?)`", README, re.MULTILINE)}
)


def leaf(words: list[str]) -> tuple[Any, list[str]]:
    """The command that the words name, and the words behind it."""
    command: Any = typer.main.get_command(application)
    rest = words
    while hasattr(command, "commands") and rest and not rest[0].startswith("-"):
        command, rest = command.commands[rest[0]], rest[1:]
    return command, rest


@pytest.mark.parametrize("line", LINES)
def test_every_command_in_the_readme_exists(line: str) -> None:
    """With every option that it shows."""
    words = [word for word in line.strip("`").split() if word != "<"][1:]
    command, rest = leaf(words)
    assert not hasattr(command, "commands") or command.invoke_without_command or not rest
    known = {option for parameter in command.params for option in parameter.opts}
    assert {word for word in rest if word.startswith("-") and word != "-"} <= known


def test_the_readme_shows_commands_at_all() -> None:
    """The pattern above finds them."""
    assert len(LINES) >= 15


def test_every_make_target_in_the_readme_exists() -> None:
    """`make demo` and `make test`."""
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"make (\w+)`", README))
    assert {"demo", "test"} <= targets
    assert all(f"\n{target}:" in makefile for target in targets)


def test_every_query_in_the_readme_exists() -> None:
    """By its name in queries/."""
    named = set(re.findall(r"fedilens query ([a-z]+)", README))
    assert named
    assert named <= set(load_questions())
