"""Looks at everything that a run needs, and says what to do about what is missing."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from fedilens.app.consenting import blocklist
from fedilens.app.core import App
from fedilens.app.service import Service, smtp_server
from fedilens.errors import ConfigError, FedilensError, TokenWantedError
from fedilens.publish import SmtpChannel
from fedilens.types import ServerFacts


@dataclass(frozen=True, slots=True)
class Check:
    """What was looked at, what was found, and, where something is missing, what to do."""

    name: str
    found: str
    advice: str = ""


def examine(app: App) -> Iterator[Check]:
    """One check after the other. Each one's trouble is its own."""
    yield _tried("store", lambda: _store(app), "see that the folder of store.path can be written")
    yield _tried("model", lambda: _model(app), "see model.embedding in the configuration")
    if app.config.consent.blocklists:
        yield _tried("blocklists", lambda: _blocklists(app), "see consent.blocklists in the configuration")
    yield _tried("debate", lambda: _debate(app), "see debate.name in the configuration")
    yield _contact(app)
    if not app.config.collect.instances:
        yield Check("servers", "none", "name some under [collect] instances")
    for instance in app.config.collect.instances:
        yield from _server(app, instance)
    yield from _bot(app)
    if app.config.mail.host:
        yield _tried("mail", lambda: _mail(app), "see [mail] in the configuration")
    if app.config.files.folder:
        yield _tried("files", lambda: _folder(Path(app.config.files.folder)), "see files.folder in the configuration")


def rules_of(app: App, instance: str) -> ServerFacts:
    """What a server says of itself. Asked once: somebody waits for the answer. Raises ServerError."""
    return app.source(instance, attempts=1).facts()


def hash_of(facts: ServerFacts, app: App) -> UUID:
    """Stands for a server's rules: other rules, another hash."""
    return app.pseudonyms.text("\n".join([*facts.rules, facts.terms or ""]))


def is_open(app: App, instance: str, facts: ServerFacts) -> bool:
    """Has the server rules that nobody confirmed yet?"""
    known = Service(app).runs.confirmed().get(instance)
    return bool(facts.rules or facts.terms) and known != hash_of(facts, app)


def confirm(app: App, instance: str, facts: ServerFacts, *, allowed: bool = True) -> None:
    """Keeps that the operator has read a server's rules, and whether they allow this."""
    Service(app).runs.confirm(instance, hash_of(facts, app), allowed=allowed, now=app.clock.now())


def _tried(name: str, look: Callable[[], str], advice: str) -> Check:
    try:
        return Check(name, look())
    except FedilensError as error:
        return Check(name, str(error), advice)


def _store(app: App) -> str:
    with app.database.write():
        pass
    app.pseudonyms.fingerprint()
    return str(app.config.store.path)


def _model(app: App) -> str:
    (vector,) = app.encoder.encode(["one sentence"])
    return f"{app.encoder.name}, {len(vector)} dimensions, reads {', '.join(sorted(app.encoder.languages))}"


def _blocklists(app: App) -> str:
    listed = blocklist(app)
    hidden = f"; {listed.hidden} names are blotted out and match nobody" if listed.hidden else ""
    return f"{len(listed.hosts)} servers and {len(listed.accts)} accounts{hidden}"


def _debate(app: App) -> str:
    head = app.head
    found = f"{app.debate.name}, {len(app.debate.targets)} targets"
    if head is None:
        raise ConfigError(f"{found}, no examples: stances are guessed and no shares are told; add examples.jsonl")
    return f"{found}, trained on {head.quality.examples} examples"


def _contact(app: App) -> Check:
    contact = app.config.collect.contact
    if contact:
        return Check("contact", contact)
    return Check("contact", "none", "write under [collect] contact where the owners of servers can reach you")


def _server(app: App, instance: str) -> Iterator[Check]:
    try:
        facts = rules_of(app, instance)
    except FedilensError as error:
        yield Check(instance, str(error), "see that the name is right; other servers are read all the same")
        return
    yield _reading(app, instance, facts)
    if instance in app.consent_rules.forbidden_instances:
        advice = (
            f"take it out of collect.instances, or if they allow it after all: fedilens doctor --confirm {instance}"
        )
        yield Check(f"{instance} rules", "they forbid this, you said: it is not read, its people are left out", advice)
    elif not is_open(app, instance, facts):
        yield Check(f"{instance} rules", "confirmed" if facts.rules or facts.terms else "it has none")
    else:
        terms = f" Terms: {facts.terms}" if facts.terms else ""
        listed = " ".join(f"{number}. {rule}" for number, rule in enumerate(facts.rules, start=1))
        advice = f"read them; if they allow this: fedilens doctor --confirm {instance}, else --refuse {instance}"
        yield Check(f"{instance} rules", f"{listed}{terms}".strip(), advice)


def _reading(app: App, instance: str, facts: ServerFacts) -> Check:
    said = f"{facts.version}, posts of {facts.limits.characters} characters"
    if facts.hashtag_feeds == "disabled":
        return Check(instance, f"{said}; it shows hashtags to nobody", "take another server")
    try:
        app.source(instance, attempts=1).tag_page(next(iter(app.config.collect.tags), "ai"))
    except TokenWantedError:
        return Check(instance, f"{said}; it shows hashtags only with a token", f"run: fedilens login {instance} --read")
    except FedilensError as error:
        return Check(instance, str(error), "try again later")
    return Check(instance, f"{said}; hashtags can be read")


def _bot(app: App) -> Iterator[Check]:
    service = Service(app)
    try:
        if service.account is None:
            yield Check("bot", "no account; digests are not posted")
            return
        account = service.account.account()
    except FedilensError as error:
        yield Check("bot", str(error), "log in again: fedilens login HOST --bot")
        return
    if account.bot:
        yield Check("bot", f"{account.acct}, marked as a bot")
    else:
        advice = "mark it as automated in the account's profile settings: people want to know"
        yield Check("bot", f"{account.acct}, not marked as a bot", advice)
    yield _tried("scopes", service.account.check_scopes, "log in again: fedilens login HOST --bot")


def _mail(app: App) -> str:
    config = app.config
    SmtpChannel(smtp_server(config), config.mail.sender).check()
    return f"{config.mail.host} accepts us; {len(config.mail.recipients)} recipients"


def _folder(folder: Path) -> str:
    there = folder if folder.exists() else folder.parent
    if not os.access(there, os.W_OK):
        raise ConfigError(f"{there} cannot be written")
    return str(folder)
