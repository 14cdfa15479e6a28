"""Secrets stay with their owner; logging in and out; what the doctor and `health` say."""

import json
import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import requests
from conftest import Run

from fedilens.app import App
from fedilens.app.accounts import log_in, log_in_by_browser, log_out, use_of
from fedilens.app.core import SystemClock
from fedilens.app.service import smtp_server
from fedilens.config import BotSection, Config, MailSection, StoreSection
from fedilens.credentials import BOT, Token, TokenFolder, read_private, secret
from fedilens.errors import ConfigError, InputError, ServerError
from fedilens.mastodon_api.login import BOT_SCOPES, READ_SCOPES
from fedilens.sample import SampleServer, demo_views, load_corpus
from fedilens.store import Database
from fedilens.store.job_runs import JobRuns
from fedilens.store.publications import Outbox
from fedilens.types import Part, PartState, PostDraft

TOKEN = Token("https://a.example", "very-secret", "bot@a.example", "id", "hush", ("read:statuses",))


@pytest.fixture
def server() -> Iterator[SampleServer]:
    with SampleServer(demo_views()[0], corpus=load_corpus(), now=datetime.now(UTC)) as playing:
        yield playing


@pytest.fixture
def closed() -> Iterator[SampleServer]:
    """A server that shows hashtags only with a token."""
    with SampleServer(
        replace(demo_views()[0], wants_token=True), corpus=load_corpus(), now=datetime.now(UTC)
    ) as playing:
        yield playing


def app_at(folder: Path, **sections: Any) -> App:
    return App(Config(store=StoreSection(path=folder / "fedilens.duckdb"), **sections), clock=SystemClock())


def visited(address: str) -> str:
    """The owner opens the address, agrees, and reads the code."""
    found = re.search(r"<code>(.*?)</code>", requests.get(address, timeout=10).text)
    assert found is not None
    return found[1]


def test_a_token_is_kept_where_only_its_owner_reads_it(tmp_path: Path) -> None:
    """And shown nowhere."""
    folder = TokenFolder(tmp_path / "tokens")
    assert folder.load(BOT) is None
    folder.save(BOT, TOKEN)
    assert folder.load(BOT) == TOKEN
    assert folder.names() == [BOT]
    (file,) = (tmp_path / "tokens").iterdir()
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert "secret" not in repr(TOKEN)
    assert "hush" not in repr(TOKEN)
    file.chmod(0o640)
    with pytest.raises(ConfigError, match=r"can be read by others; run: chmod 600"):
        folder.load(BOT)
    file.chmod(0o600)
    file.write_text("[]")
    with pytest.raises(ConfigError, match=r"is no token that fedilens wrote"):
        folder.load(BOT)


def test_a_secret_comes_from_the_environment_a_file_or_the_service_manager(tmp_path: Path) -> None:
    """In this order; a file that others can read is refused."""
    file = tmp_path / "mail-password"
    file.write_text("from a file\n")
    file.chmod(0o600)
    handed = {"CREDENTIALS_DIRECTORY": str(tmp_path)}
    named = {"FEDILENS_MAIL_PASSWORD_FILE": str(file)}
    assert secret("mail-password", {}) == ""
    assert secret("mail-password", handed) == "from a file"
    assert secret("mail-password", named) == "from a file"
    assert secret("mail-password", {"FEDILENS_MAIL_PASSWORD": "from here", **named}) == "from here"
    file.chmod(0o644)
    with pytest.raises(ConfigError, match="can be read by others"):
        secret("mail-password", named)
    with pytest.raises(ConfigError, match="cannot read"):
        read_private(tmp_path / "nothing")


def test_logging_in_asks_for_no_more_than_is_needed_and_logging_out_gives_it_back(
    server: SampleServer, tmp_path: Path
) -> None:
    """Reading cannot post."""
    app = app_at(tmp_path)
    read, bot = use_of(server.base_url, bot=False), use_of(server.base_url, bot=True)
    log_in(app, server.base_url, read, code_for=visited)
    token = log_in(app, server.base_url, bot, code_for=visited)
    assert token.acct == "fedilens@tooters.example"
    scopes = [set(grant.scopes.split()) for grant in server.writing.tokens.values()]
    assert scopes == [set(READ_SCOPES), set(BOT_SCOPES)]
    assert not [one for one in READ_SCOPES if one.startswith("write")]
    assert log_out(app, BOT) == server.base_url.partition("://")[2]
    assert len(server.writing.tokens) == 1
    with pytest.raises(InputError, match=r"there is no token for bot; there are: 127"):
        log_out(app, BOT)


def test_a_browser_on_this_machine_brings_the_code_itself(server: SampleServer, tmp_path: Path) -> None:
    """Only the answer to this very login counts."""
    pages = []

    def open_page(address: str) -> None:
        def visit() -> None:
            landing = requests.get(address, timeout=10, allow_redirects=False).headers["Location"]
            strange = re.sub("state=[^&]*", "state=other", landing)
            pages.extend([requests.get(strange, timeout=10).text, requests.get(landing, timeout=10).text])

        threading.Thread(target=visit, daemon=True).start()

    use = use_of(server.base_url, bot=True)
    token = log_in_by_browser(app_at(tmp_path), server.base_url, use, shown=open_page)
    assert token.acct == "fedilens@tooters.example"
    assert pages[0] == "This is not the answer to your login."


def test_a_wrong_code_or_account_is_said_and_nothing_is_kept(server: SampleServer, tmp_path: Path) -> None:
    """The owner of the browser may be logged in as somebody else."""
    app, use = app_at(tmp_path), use_of(server.base_url, bot=True)
    with pytest.raises(ServerError, match="did not agree"):
        log_in(app, server.base_url, use, code_for=lambda _: "wrong")
    with pytest.raises(InputError, match="there was no code"):
        log_in(app, server.base_url, use, code_for=lambda _: " ")
    other = app_at(tmp_path, bot=BotSection(account="bot@tooters.example"))
    with pytest.raises(InputError, match=r"that was fedilens@tooters.example, but bot.account says bot@"):
        log_in(other, server.base_url, use, code_for=visited)
    assert app.tokens.names() == []


def test_a_server_that_wants_a_token_gets_the_one_for_reading(closed: SampleServer, tmp_path: Path) -> None:
    """Without it, it refuses."""
    app = app_at(tmp_path)
    with pytest.raises(ServerError, match="wants a token"):
        app.source(closed.base_url).tag_page("ai")
    log_in(app, closed.base_url, use_of(closed.base_url, bot=False), code_for=visited)
    assert app.source(closed.base_url).tag_page("ai").statuses


def test_the_bots_token_may_stand_in_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the account that it belongs to in the configuration."""
    monkeypatch.setenv("FEDILENS_BOT_TOKEN", "t")
    assert app_at(tmp_path, bot=BotSection(account="bot@a.example")).bot_token == Token(
        "https://a.example", "t", acct="bot@a.example"
    )
    with pytest.raises(ConfigError, match=r"write under \[bot\] which account"):
        _ = app_at(tmp_path).bot_token


def settings(folder: Path, **sections: dict[str, Any]) -> Path:
    """A configuration file."""
    lines = []
    for name, values in ({"store": {"path": "fedilens.duckdb"}} | sections).items():
        lines += [f"[{name}]", *(f"{key} = {json.dumps(value)}" for key, value in values.items())]
    path = folder / "fedilens.toml"
    path.write_text("\n".join(lines))
    return path


def test_the_doctor_says_what_to_do_about_everything_that_is_missing(
    server: SampleServer, closed: SampleServer, tmp_path: Path, run: Run
) -> None:
    """Each trouble is its own, and the exit code says whether there is any."""
    path = settings(
        tmp_path,
        collect={"instances": [server.base_url, closed.base_url, "http://127.0.0.1:9"], "tags": ["ai"]},
        mail={"host": "127.0.0.1", "port": 9, "sender": "a@b.example"},
    )
    told = run("--config", path, "doctor")
    assert told.code == 1
    lines = told.out.splitlines()
    assert "todo contact: none" in lines
    assert f"ok   {server.base_url}: 4.5.2, posts of 500 characters; hashtags can be read" in lines
    assert f"todo {server.base_url} rules: 1. Be kind. 2. Describe your pictures." in lines
    assert f"     → run: fedilens login {closed.base_url} --read" in lines
    assert [line for line in lines if line.startswith("todo http://127.0.0.1:9: 127.0.0.1:9 cannot be reached")]
    assert "todo bot: no account; digests are not posted" not in lines
    assert "ok   debate: ai, 13 targets" in told.out
    assert "todo mail: 127.0.0.1 cannot be reached for mail" in lines
    confirmed = run("--config", path, "doctor", "--confirm", server.base_url)
    assert f"ok   {server.base_url} rules: confirmed" in confirmed.out.splitlines()


def test_a_bot_that_does_not_say_so_is_told_to(server: SampleServer, tmp_path: Path, run: Run) -> None:
    """People want to know."""
    server.writing.owner = server.writing.owner.__class__(server.writing.owner.acct, "fedilens", "I count.", bot=False)
    app = app_at(tmp_path)
    log_in(app, server.base_url, use_of(server.base_url, bot=True), code_for=visited)
    told = run("--config", settings(tmp_path), "doctor")
    assert "todo bot: fedilens@tooters.example, not marked as a bot" in told.out
    assert "ok   scopes: mentions can be read, posts made" in told.out
    for grant in list(server.writing.tokens):
        server.writing.revoke(grant)
    assert "todo bot: " in run("--config", settings(tmp_path), "doctor").out


def test_health_tells_what_is_late_broken_or_parked(tmp_path: Path, run: Run) -> None:
    """And its exit code tells a monitor."""
    path = settings(tmp_path, schedule={"digest_at": "daily 08:00"})
    database = Database(tmp_path / "fedilens.duckdb")
    runs, now = JobRuns(database), datetime.now(UTC)
    runs.remember("collect", now, now, None, now=now)
    assert run("--config", path, "health").code == 0
    runs.remember("mentions", now - timedelta(hours=2), now, None, now=now - timedelta(hours=2))
    runs.remember("digest", now - timedelta(days=3), now, None, now=now - timedelta(days=3))
    runs.remember("deliver", now, now, "the store is away", now=now)
    told = run("--config", path, "health")
    assert told.code == 1
    assert "collect: ok" in told.out
    assert "mentions: late: it was due at" in told.out
    assert "digest: late: it was due at" in told.out
    assert "deliver: the store is away" in told.out


def test_the_outbox_lists_retries_and_drops(tmp_path: Path, run: Run) -> None:
    """By the name that it shows."""
    path = settings(tmp_path)
    outbox, now = Outbox(Database(tmp_path / "fedilens.duckdb")), datetime.now(UTC)
    part = Part(UUID(int=1), "thread/ai/x", "account", 1, PostDraft("one", "unlisted"))
    outbox.plan([part], now=now)
    parked = Part(part.publication_id, part.delivery, part.channel, 1, None, PartState.PARKED, 1, 0, "too long")
    outbox.save(parked, now=now)
    assert run("--config", path, "outbox").out == "parked   0/1 thread/ai/x: too long\n"
    health = run("--config", path, "health")
    assert "parked: thread/ai/x (0 of 1 sent): too long" in health.out
    assert health.code == 1
    assert run("--config", path, "outbox", "retry", "thread/ai/x").code == 0
    assert run("--config", path, "outbox").out.startswith("planned  0/1 thread/ai/x")
    assert run("--config", path, "outbox", "retry", "thread/ai/x").code == 1
    assert run("--config", path, "outbox", "drop", "thread/ai/x").code == 0
    assert run("--config", path, "outbox").out == ""
    nothing = run("--config", path, "outbox", "drop", "thread/ai/x")
    assert (nothing.code, nothing.err) == (
        1,
        "fedilens: nothing waits under 'thread/ai/x'; `fedilens outbox` lists deliveries\n",
    )


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("login", "a.example"), "say what it is for"),
        (("login", "a.example", "--read", "--bot"), "say what it is for"),
        (("logout",), "name a server, or say --bot"),
    ],
)
def test_unclear_logins_are_asked_about(run: Run, words: tuple[str, ...], says: str) -> None:
    """Wrong usage: exit code 2."""
    told = run(*words)
    assert told.code == 2
    assert says in told.err


def test_mail_wants_a_password_that_is_not_sent_in_the_clear(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything is sent."""
    monkeypatch.delenv("FEDILENS_MAIL_PASSWORD", raising=False)
    mail = MailSection(host="m.example", sender="a@b.example", user="me")
    with pytest.raises(ConfigError, match="there is no password"):
        smtp_server(Config(mail=mail))
    monkeypatch.setenv("FEDILENS_MAIL_PASSWORD", "p")
    assert smtp_server(Config(mail=mail)).password == "p"
    clear = MailSection(host="m.example", sender="a@b.example", user="me", security="none")
    with pytest.raises(ConfigError, match="not sent in the clear"):
        smtp_server(Config(mail=clear))


def test_a_server_whose_rules_forbid_this_is_left_alone(server: SampleServer, tmp_path: Path, run: Run) -> None:
    """It is not asked for posts, `health` says why, and the operator may change their mind."""
    path = settings(tmp_path, collect={"instances": [server.base_url], "tags": ["ai"], "contact": "me@a.example"})
    refused = run("--config", path, "doctor", "--refuse", server.base_url)
    assert refused.code == 1
    assert f"todo {server.base_url} rules: they forbid this, you said: it is not read" in refused.out
    before = len(server.requests)
    collected = run("--config", path, "collect")
    assert "not read: its rules forbid this, you said" in collected.out + collected.err
    assert len(server.requests) == before
    assert "its rules forbid this" in run("--config", path, "health").out
    run("--config", path, "doctor", "--confirm", server.base_url)
    run("--config", path, "collect")
    assert len(server.requests) > before


def test_the_doctor_counts_blocklists_and_tells_a_broken_one(server: SampleServer, tmp_path: Path, run: Run) -> None:
    """Their paths are relative to the configuration's folder."""
    path = settings(tmp_path, collect={"instances": [server.base_url]}, consent={"blocklists": ["blocks.csv"]})
    assert "todo blocklists: cannot read the blocklist" in run("--config", path, "doctor").out
    (tmp_path / "blocks.csv").write_text("bad.example\nb*d.example\nann@a.example\n")
    told = run("--config", path, "doctor").out
    assert "ok   blocklists: 1 servers and 1 accounts; 1 names are blotted out and match nobody" in told
    (tmp_path / "blocks.csv").write_text("nonsense\n")
    failed = run("--config", path, "collect", "ai")
    assert failed.code == 1
    assert "line 1: 'nonsense' is neither" in failed.err
