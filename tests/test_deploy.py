"""What is shipped for servers fits what is built."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import typer

from fedilens.cli import application

ROOT = Path(__file__).parents[1]
UNIT = ROOT / "deploy" / "fedilens.service"
DOCKERFILE = (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8")


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd's own judge is not on this machine")
def test_the_unit_is_hardened() -> None:
    """Systemd judges it: at most 3.0 of 10 exposed."""
    command = ["systemd-analyze", "security", "--offline=true", UNIT]
    judged = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    (exposure,) = re.findall(r"Overall exposure level for fedilens.service: ([\d.]+)", judged)
    assert float(exposure) <= 3.0


def test_the_unit_hands_in_secrets_under_the_names_that_are_asked_for() -> None:
    """As credentials, never in the environment."""
    unit = UNIT.read_text(encoding="utf-8")
    assert set(re.findall(r"^LoadCredential=([\w-]+):", unit, re.MULTILINE)) == {"mail-password", "bot-token"}
    assert "PASSWORD=" not in unit
    assert "TOKEN=" not in unit
    assert int(re.findall(r"TimeoutStopSec=(\d+)", unit)[0]) > 10


def test_the_image_copies_what_is_there() -> None:
    """And runs as nobody special."""
    copied = re.findall(r"^COPY (?!--)(.+) \S+$", DOCKERFILE, re.MULTILINE)
    assert copied
    assert all((ROOT / name).exists() for line in copied for name in line.split())
    ignored = (ROOT / "deploy" / "Dockerfile.dockerignore").read_text().split()
    assert {f"!{name}" for line in copied for name in line.split()} <= set(ignored)
    assert DOCKERFILE.index("USER fedilens") < DOCKERFILE.index("ENTRYPOINT")


def test_the_commands_of_the_image_exist() -> None:
    """`run` and `health`."""
    commands = typer.main.get_command(application).commands  # type: ignore[attr-defined]
    assert {"run", "health", "login"} <= set(commands)
