"""Channels: decisions of the outbox, how a post is recognised, mail, and files."""

import ssl
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword
from delivery_trial import START, Standing
from hypothesis import given
from hypothesis import strategies as st
from mail_host import MailHost

from fedilens.digest.email import one_line
from fedilens.errors import DoubtfulError, NotSentError, PublishError
from fedilens.pipeline.delivering import deliver
from fedilens.publish import PublicFolder, SmtpChannel, SmtpServer
from fedilens.publish.mastodon_account import letters, words_of
from fedilens.publish.outbox import (
    LONGEST_PAUSE,
    MOST_ATTEMPTS,
    SETTLING,
    next_part,
    pause_after,
    when_doubtful,
    when_failed,
    when_sent,
    when_too_doubtful,
    when_trying,
)
from fedilens.store import Database
from fedilens.store.publications import Outbox
from fedilens.types import MailDraft, Part, PartState, PostDraft

MESSAGE = b"From: a@x.example\r\nTo: b@y.example\r\nSubject: s\r\nMessage-ID: <1@x.example>\r\n\r\nbody\r\n"


def part(number: int = 1, **values: Any) -> Part:
    return Part(UUID(int=number), "d", "account", number, PostDraft("text", "unlisted"), **values)


def test_parts_go_out_in_order_and_not_before_their_time() -> None:
    """A later part waits for an earlier one, and for a person where that is parked."""
    first, second = part(1), part(2)
    assert next_part([first, second], now=START) == first
    assert next_part([when_sent(first, "a"), second], now=START) == second
    assert next_part([when_sent(first, "a"), when_sent(second, "b")], now=START) is None
    later = part(1, due_at=START + timedelta(seconds=1))
    assert next_part([later, second], now=START) is None
    assert next_part([later, second], now=START + timedelta(seconds=1)) == later
    assert next_part([part(1, state=PartState.PARKED), second], now=START) is None


def test_before_anything_is_sent_a_doubt_is_noted() -> None:
    """So a crash in the middle is found again as what it is."""
    trying = when_trying(part(), now=START)
    assert (trying.state, trying.attempts, trying.doubts) == (PartState.SENDING, 1, 1)
    assert trying.due_at == START + SETTLING


def test_what_was_certainly_not_sent_is_planned_again() -> None:
    """With a pause; with the server's own where it names one; and parked when nothing else helps."""
    trying = when_trying(part(), now=START)
    failed = when_failed(trying, NotSentError("busy"), now=START)
    assert (failed.state, failed.doubts, failed.error) == (PartState.PLANNED, 0, "busy")
    assert failed.due_at == START + timedelta(seconds=10)
    told = when_failed(trying, NotSentError("busy", retry_at=START + timedelta(minutes=9)), now=START)
    assert told.due_at == START + timedelta(minutes=9)
    assert when_failed(trying, PublishError("no"), now=START).state is PartState.PARKED
    tired = part(attempts=MOST_ATTEMPTS)
    assert when_failed(tired, NotSentError("busy"), now=START).state is PartState.PARKED


def test_an_earlier_doubt_is_not_forgotten() -> None:
    """A try that was doubtful, then one that failed for certain: the first may have come through all the same."""
    doubtful = when_doubtful(when_trying(part(), now=START), DoubtfulError("?"), now=START)
    again = when_failed(when_trying(doubtful, now=START), NotSentError("busy"), now=START)
    assert (again.state, again.doubts) == (PartState.SENDING, 1)
    assert when_too_doubtful(again).error == "busy; it may have arrived"


def test_pauses_grow_up_to_an_hour() -> None:
    """And never overflow."""
    pauses = [pause_after(attempts) for attempts in (0, 1, 2, 3, 8, 9, 10, 10_000)]
    assert pauses[:4] == [timedelta(seconds=seconds) for seconds in (10, 10, 20, 40)]
    assert pauses[4] == timedelta(seconds=1280)
    assert pauses[-2:] == [LONGEST_PAUSE] * 2


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        (
            "See https://d.example/a?b=1&c=2 #AI",
            '<p>See <a href="https://d.example/a?b=1&amp;c=2">d.example/…</a> #AI</p>',
        ),
        (
            "#AI and more",
            '<p><a class="mention hashtag" href="https://s.example/tags/AI">#<span>AI</span></a> and more</p>',
        ),
        ("@u@h.example yes", '<p><span><a href="https://h.example/@u">@<span>u</span></a></span> yes</p>'),
        ("one\n\ntwo\nthree", "<p>one</p><p>two<br>three</p>"),
        ("“quoted” & <marked> – 5 %", "<p>“quoted” &amp; &lt;marked&gt; – 5 %</p>"),
        ("plain", "plain"),
    ],
)
def test_a_post_is_recognised_in_every_servers_html(sent: str, shown: str) -> None:
    """Letters and digits are what all leave alone."""
    assert letters(words_of(shown)) == letters(sent)


def test_other_words_are_another_post() -> None:
    """The number alone tells the parts of two threads apart."""
    assert letters("It rose (1/4)") != letters("It rose (2/4)")
    assert letters("@a@h.example done") != letters("@b@h.example done")


@pytest.fixture
def host() -> Iterator[MailHost]:
    with MailHost() as listening:
        yield listening


def mail_rounds(path: Path, port: int, *, rounds: int = 20, recipient: str = "b@y.example") -> list[str]:
    """Plans one mail and tries for days; the states that it went through."""
    outbox = Outbox(Database(path / "a.duckdb"))
    outbox.plan([Part(UUID(int=9), "mail/1", "mail", 1, MailDraft(recipient, MESSAGE))], now=START)
    channel = SmtpChannel(SmtpServer("127.0.0.1", port, "none", timeout=5), "a@x.example")
    states = []
    for number in range(rounds):
        report = deliver(outbox, {"mail": channel}, Standing(START + timedelta(hours=2 * number)))
        states.append("sent" if report.sent else "parked" if report.parked else "waiting")
        if states[-1] != "waiting":
            break
    return states


def test_a_mail_arrives_once_with_its_message_id(host: MailHost, tmp_path: Path) -> None:
    """The draft is not kept once it is sent."""
    assert mail_rounds(tmp_path, host.port) == ["sent"]
    assert [message_from_bytes(mail, policy=default)["Message-ID"] for mail in host.mails] == ["<1@x.example>"]
    with Database(tmp_path / "a.duckdb").read() as connection:
        assert connection.execute("SELECT count(*) FROM publication_drafts").fetchall() == [(0,)]


def test_a_busy_mail_server_is_tried_again(host: MailHost, tmp_path: Path) -> None:
    """4xx is not now; 5xx is never."""
    host.answers = ["451 busy", "421 closing"]
    assert mail_rounds(tmp_path, host.port) == ["waiting", "waiting", "sent"]
    assert len(host.mails) == 1


def test_a_mail_that_is_refused_is_parked(host: MailHost, tmp_path: Path) -> None:
    """By its content, or because nobody lives there."""
    host.answers = ["554 spam"]
    assert mail_rounds(tmp_path, host.port) == ["parked"]
    (tmp_path / "other").mkdir()
    assert mail_rounds(tmp_path / "other", host.port, recipient="unknown@y.example") == ["parked"]
    assert host.mails == []


def test_a_mail_of_which_nobody_knows_is_repeated_once_at_most(host: MailHost, tmp_path: Path) -> None:
    """SMTP cannot be asked; the repeat has the same Message-ID, and then a person has to look."""
    host.answers = ["lost"] * 20
    assert mail_rounds(tmp_path, host.port)[-1] == "parked"
    ids = [message_from_bytes(mail, policy=default)["Message-ID"] for mail in host.mails]
    assert ids == ["<1@x.example>"] * 2


def test_no_server_at_all_is_only_a_matter_of_time(tmp_path: Path) -> None:
    """Nothing was sent, so it is tried for days, and then parked."""
    states = mail_rounds(tmp_path, 9, rounds=MOST_ATTEMPTS + 5)
    assert states == ["waiting"] * (MOST_ATTEMPTS - 1) + ["parked"]


@pytest.mark.parametrize("security", ["tls", "starttls"])
@pytest.mark.parametrize("password", ["right", "wrong"])
def test_mail_is_sent_encrypted_and_only_with_the_right_password(tmp_path: Path, security: Any, password: str) -> None:
    """Both ways to encrypt, with a certificate that is checked."""
    certificate, key = certificate_for_loopback(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    def authenticate(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        good = isinstance(data, LoginPassword) and (data.login, data.password) == (b"me", b"right")
        return AuthResult(success=good)

    wanted = {"authenticator": authenticate, "auth_required": True, "auth_require_tls": security == "starttls"}
    offered = {"tls_context": context, "require_starttls": True} if security == "starttls" else {}
    with MailHost(tls=context if security == "tls" else None, **wanted, **offered) as host:
        server = SmtpServer("127.0.0.1", host.port, security, "me", password, timeout=5, trusted=str(certificate))
        channel = SmtpChannel(server, "a@x.example")
        sending = Part(UUID(int=9), "mail/1", "mail", 1, MailDraft("b@y.example", MESSAGE))
        if password == "right":
            channel.check()
            assert channel.send(sending, after=None) == "<1@x.example>"
            assert len(host.mails) == 1
        else:
            with pytest.raises(PublishError, match="did not accept user and password"):
                channel.send(sending, after=None)
            assert host.mails == []
        with pytest.raises(PublishError, match="no valid certificate"):
            SmtpChannel(SmtpServer("127.0.0.1", host.port, security, "me", password, timeout=5), "a@x.example").check()
    assert "right" not in repr(server)


def certificate_for_loopback(folder: Path) -> tuple[Path, Path]:
    """A certificate of our own, made with OpenSSL."""
    certificate, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=127.0.0.1",
            "-addext", "subjectAltName=IP:127.0.0.1",
        ],
        check=True,
        capture_output=True,
    )  # fmt: skip
    return certificate, key


@given(st.text(max_size=200))
def test_no_value_becomes_a_header_of_its_own(value: str) -> None:
    """One line, nothing unprintable."""
    line = one_line(value)
    assert len(line.splitlines()) <= 1
    assert line.isprintable()


def test_files_appear_whole(tmp_path: Path) -> None:
    """Written beside and moved: nothing half, nothing left over, readable by a web server."""
    folder = PublicFolder(tmp_path / "public")
    folder.write({"index.html": b"one", "archive/a.html": b"two"})
    folder.write({"index.html": b"three"})
    assert folder.read("index.html") == "three"
    assert folder.read("nothing") is None
    assert sorted(path.name for path in (tmp_path / "public").rglob("*")) == ["a.html", "archive", "index.html"]
    assert (tmp_path / "public" / "index.html").stat().st_mode & 0o777 == 0o644


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """In one line."""
    (tmp_path / "public").write_text("a file")
    with pytest.raises(PublishError, match=r"cannot write .*public"):
        PublicFolder(tmp_path / "public").write({"index.html": b"one"})


def test_times_are_kept_to_the_second(tmp_path: Path) -> None:
    """A part comes back from the outbox as it was planned."""
    outbox = Outbox(Database(tmp_path / "a.duckdb"))
    draft = PostDraft("text", "direct", language="de", spoiler_text="cw", in_reply_to_id="7")
    made = Part(UUID(int=3), "reply/1", "account", 1, draft, due_at=datetime(2025, 2, 1, 8, 0, 5, tzinfo=UTC))
    assert outbox.plan([made], now=START)
    assert not outbox.plan([made], now=START)
    assert outbox.open_deliveries() == {"reply/1": [made]}
