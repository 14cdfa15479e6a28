"""Logging in and out: tokens come from a server, stay with their owner, and are given back."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

from fedilens.app.core import App
from fedilens.credentials import BOT, Token
from fedilens.errors import InputError
from fedilens.mastodon_api.account import MastodonAccount
from fedilens.mastodon_api.login import BOT_SCOPES, OUT_OF_BAND, READ_SCOPES, LoginDesk, Registration

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Use:
    """What a token is for, and the least it needs."""

    name: str
    scopes: tuple[str, ...]


def use_of(instance: str, *, bot: bool) -> Use:
    """The bot's account, or reading one server."""
    return Use(BOT, BOT_SCOPES) if bot else Use(_host(instance), READ_SCOPES)


def log_in(app: App, instance: str, use: Use, *, code_for: Callable[[str], str]) -> Token:
    """Registers, lets the owner agree at the address that `code_for` shows, and keeps the token."""
    return _log_in(app, instance, use, redirect=OUT_OF_BAND, code_for=lambda address, _: code_for(address))


def log_in_by_browser(app: App, instance: str, use: Use, *, shown: Callable[[str], None]) -> Token:
    """The same with a browser on this machine, which brings the code itself."""
    with HTTPServer((LOOPBACK, 0), _Landing) as listener:
        redirect = f"http://{LOOPBACK}:{listener.server_address[1]}/"

        def wait(address: str, state: str) -> str:
            shown(address)
            landed = _Landed(state)
            listener.landed = landed  # type: ignore[attr-defined]  # what its handler fills
            while not landed.code:
                listener.handle_request()
            return landed.code

        return _log_in(app, instance, use, redirect=redirect, code_for=wait)


def log_out(app: App, name: str) -> str:
    """Gives the token of this name back, and forgets it; the host that took it back. Raises InputError."""
    token = app.tokens.load(name)
    if token is None:
        raise InputError(f"there is no token for {name}; there are: {', '.join(app.tokens.names()) or 'none'}")
    desk = _desk(app, token.address)
    desk.revoke(Registration(token.client_id, token.client_secret, token.scopes, OUT_OF_BAND), token.access_token)
    app.tokens.remove(name)
    return desk.host


def _log_in(app: App, instance: str, use: Use, *, redirect: str, code_for: Callable[[str, str], str]) -> Token:
    desk = _desk(app, address_of(app, instance))
    program = desk.register(use.scopes, redirect_uri=redirect)
    state = secrets.token_urlsafe(16)
    code = code_for(desk.address_to_open(program, state=state), state).strip()
    if not code:
        raise InputError("there was no code; run `fedilens login` again")
    access_token = desk.token(program, code)
    acct = ""
    if use.name == BOT:
        account = MastodonAccount(
            desk.host,
            token=access_token,
            clock=app.clock,
            timeout=app.config.collect.timeout,
            contact=app.config.collect.contact,
            base_url=desk.address,
        ).account()
        acct = account.acct.lower()
        if app.config.bot.account and acct != app.config.bot.account:
            raise InputError(f"that was {acct}, but bot.account says {app.config.bot.account}; log in as the bot")
    token = Token(desk.address, access_token, acct, program.client_id, program.client_secret, use.scopes)
    app.tokens.save(use.name, token)
    return token


def address_of(app: App, instance: str) -> str:
    """Where a server is asked."""
    if "://" in instance:
        return instance
    return app.addresses.get(instance) or f"https://{instance}"


def _host(instance: str) -> str:
    return instance.partition("://")[2] or instance


def _desk(app: App, address: str) -> LoginDesk:
    collect = app.config.collect
    return LoginDesk(_host(address), address, collect.timeout, collect.contact)


@dataclass
class _Landed:
    """What the browser brought."""

    state: str
    code: str = field(default="", repr=False)


class _Landing(BaseHTTPRequestHandler):
    """The page on which the browser lands."""

    def do_GET(self) -> None:
        """Takes the code, if it is the answer to this very login."""
        landed: _Landed = self.server.landed  # type: ignore[attr-defined]
        query = parse_qs(urlsplit(self.path).query)
        fits = query.get("state") == [landed.state] and bool(query.get("code"))
        if fits:
            landed.code = query["code"][0]
        said = b"You can close this page." if fits else b"This is not the answer to your login."
        self.send_response(200 if fits else 400)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *_: object) -> None:
        """Says nothing: the code stands in the address."""
