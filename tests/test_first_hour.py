"""A new user's first hour: every step of the README's, in its order, with the commands that it shows."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
import requests
from mail_host import MailHost

from fedilens.sample import SampleServer, demo_views, load_corpus

pytestmark = pytest.mark.long

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
PROGRAM = Path(sys.executable).with_name("fedilens")


def shown_commands() -> list[list[str]]:
    """The commands of the block behind "The first hour"."""
    block = README[README.index("The first hour") :].split("```")[1]
    return [line.split("#")[0].split() for line in block.splitlines() if line.startswith("fedilens ")]


class User:
    """Somebody in an empty folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        hidden = ("FEDILENS_", "CREDENTIALS_")
        self.environment = {key: value for key, value in os.environ.items() if not key.startswith(hidden)}

    def start(self, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [PROGRAM, *words],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def do(self, *words: str, code: int = 0) -> str:
        program = self.start(*words)
        out, err = program.communicate(timeout=120)
        assert program.returncode == code, err
        return out + err

    def write_settings(self, instance: str, mail_port: int) -> None:
        """What the README asks for, in the file that `init` wrote."""
        path = self.folder / "fedilens.toml"
        settings = {
            'instances = ["mastodon.social"]': f'instances = ["{instance}"]',
            'tags = ["ai", "generativeai", "llm"]': 'tags = ["ai"]',
            'backfill = "30d"': 'backfill = "5000d"',
            'contact = ""': 'contact = "me@example.org"',
            'window = "7d"': 'window = "5000d"',
            'mentions_every = "1m"': 'mentions_every = "1s"',
            'host = ""': 'host = "127.0.0.1"',
            "port = 587": f"port = {mail_port}",
            'security = "starttls"': 'security = "none"',
            'sender = ""': 'sender = "fedilens@example.org"',
            "recipients = []": 'recipients = ["me@example.org"]',
            'folder = ""': 'folder = "public"',
        }
        text = path.read_text()
        for given, wanted in settings.items():
            assert text.count(given) == 1, given
            text = text.replace(given, wanted)
        path.write_text(text)


@pytest.fixture
def server() -> Iterator[SampleServer]:
    with SampleServer(demo_views()[0], corpus=load_corpus(), now=datetime.now(UTC)) as playing:
        yield playing


def wait_for(what: Callable[[], object], seconds: float = 150) -> None:
    """Until something has happened."""
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.2)


def log_in(user: User, words: list[str]) -> str:
    """As a person does it: reads the rules, opens the address, brings the code."""
    program = user.start(*words)
    assert program.stdin is not None
    assert program.stdout is not None
    program.stdin.write("y\n")
    program.stdin.flush()
    address = program.stdout.readline().strip()
    found = re.search(r"<code>(.*?)</code>", requests.get(address, timeout=10).text)
    assert found is not None
    out, err = program.communicate(found[1] + "\n", timeout=60)
    assert program.returncode == 0, err
    assert "Be kind." in err
    return out


def test_the_first_hour(server: SampleServer, tmp_path: Path) -> None:
    """Init, login, doctor, collect, digest, run; a thread, an answer, a mail and a page; then everything is well."""
    user = User(tmp_path)
    with MailHost() as host:
        for _, command, *rest in shown_commands():
            words = [command, *(word.replace("mastodon.social", server.base_url) for word in rest)]
            if command == "init":
                user.do(*words)
                user.write_settings(server.base_url, host.port)
            elif command == "login":
                assert "logged in as fedilens@tooters.example" in log_in(user, words)
            elif command == "digest":
                assert "─── post 1 of " in user.do(*words)
                assert not server.writing.own_posts()
            elif command == "run":
                the_run(user, words, server, host)
            else:
                user.do(*words)
        assert (tmp_path / "fedilens.tokens" / "bot.json").stat().st_mode & 0o777 == 0o600
        assert "parked" not in user.do("health")
        assert "sent     1/1 mail/ai/" in user.do("outbox")
        assert "has taken the token back" in user.do("logout", "--bot")
        assert not server.writing.tokens
        assert not (tmp_path / "fedilens.tokens" / "bot.json").exists()


def the_run(user: User, words: list[str], server: SampleServer, host: MailHost) -> None:
    """Starts it, speaks to it, and stops it."""
    program = user.start(*words)
    try:
        wait_for(lambda: len(server.writing.own_posts()) >= 2 and host.mails)
        server.mention("asker@elsewhere.example", "topics")
        wait_for(lambda: any(post["text"].startswith("@asker") for post in server.writing.own_posts()))
        another = user.do("run", "--once", code=1)
        assert "another `fedilens run` works on" in another
        program.send_signal(signal.SIGTERM)
        assert program.wait(timeout=15) == 0
    finally:
        program.kill()
        program.communicate()
    first = server.writing.own_posts()[-1]
    assert first["in_reply_to_id"] is None
    assert first["visibility"] == "unlisted"
    assert first["media_attachments"][0]["description"].startswith("Bar chart: ")
    assert len(host.mails) == 1
    assert message_from_bytes(host.mails[0], policy=default)["To"] == "me@example.org"
    assert (user.folder / "public" / "index.html").exists()
    assert (user.folder / "public" / "feed.xml").exists()
