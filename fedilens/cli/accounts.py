"""Commands around accounts: log in, log out, and look whether everything is ready."""

import sys
import webbrowser
from typing import Annotated

import typer

from fedilens.app import App
from fedilens.cli.context import app_of
from fedilens.config import parse_instance
from fedilens.errors import InputError

_Instance = Annotated[str, typer.Argument(help="The server, such as mastodon.social.")]


def login(
    context: typer.Context,
    instance: _Instance,
    *,
    read: Annotated[bool, typer.Option("--read", help="To read hashtags where a server wants a token.")] = False,
    bot: Annotated[bool, typer.Option("--bot", help="As the bot: to post, and to be spoken to.")] = False,
    browser: Annotated[bool, typer.Option("--browser", help="Open a browser on this machine.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="You have read the server's rules and accept them.")] = False,
) -> None:
    """Get a token from a server, with no more rights than needed."""
    from fedilens.app.accounts import log_in, log_in_by_browser, use_of

    if read == bot:
        raise typer.BadParameter("say what it is for: --read or --bot")
    app, host = app_of(context), _instance(instance)
    _confirm_rules(app, host, yes=yes)
    use = use_of(host, bot=bot)
    token = (
        log_in_by_browser(app, host, use, shown=_open) if browser else log_in(app, host, use, code_for=_ask_for_code)
    )
    typer.echo(f"logged in{f' as {token.acct}' if token.acct else ''}; the token stands in {app.tokens.path}")


def logout(
    context: typer.Context,
    instance: Annotated[str, typer.Argument(help="The server, or nothing with --bot.")] = "",
    *,
    bot: Annotated[bool, typer.Option("--bot", help="The bot's token.")] = False,
) -> None:
    """Give a token back to its server, and forget it."""
    from fedilens.app.accounts import log_out, use_of

    if bool(instance) == bot:
        raise typer.BadParameter("name a server, or say --bot")
    host = log_out(app_of(context), use_of(_instance(instance) if instance else "", bot=bot).name)
    typer.echo(f"{host} has taken the token back")


def doctor(
    context: typer.Context,
    *,
    confirm: Annotated[list[str] | None, typer.Option(help="This server's rules, as shown, allow this.")] = None,
    refuse: Annotated[list[str] | None, typer.Option(help="They do not: leave server and people alone.")] = None,
) -> None:
    """Look whether everything is ready, and say what to do about what is not."""
    from fedilens.app.doctor import confirm as keep
    from fedilens.app.doctor import examine, rules_of

    app, missing = app_of(context), 0
    for names, allowed in ((confirm, True), (refuse, False)):
        for host in [_instance(one) for one in names or []]:
            keep(app, host, rules_of(app, host), allowed=allowed)
    for check in examine(app):
        missing += bool(check.advice)
        typer.echo(f"{'todo' if check.advice else 'ok  '} {check.name}: {check.found}")
        if check.advice:
            typer.echo(f"     → {check.advice}")
    if missing:
        raise typer.Exit(1)


def _confirm_rules(app: App, host: str, *, yes: bool) -> None:
    """Shows the rules of a server that have not been confirmed yet, and asks."""
    from fedilens.app.doctor import confirm, is_open, rules_of

    facts = rules_of(app, host)
    if not is_open(app, host, facts):
        return
    typer.echo(f"The rules of {facts.host}:", err=True)
    for number, rule in enumerate(facts.rules, start=1):
        typer.echo(f"  {number}. {rule}", err=True)
    if facts.terms:
        typer.echo(f"Its terms: {facts.terms}", err=True)
    if not yes and not typer.confirm("Do they allow what you are going to do?", err=True):
        raise InputError(f"nothing was done; {facts.host} has not been asked for a token")
    confirm(app, host, facts)


def _ask_for_code(address: str) -> str:
    typer.echo("Open this address, agree, and bring the code that it shows:", err=True)
    typer.echo(address)
    sys.stdout.flush()
    return str(typer.prompt("Code", err=True))


def _open(address: str) -> None:
    typer.echo("If no browser opens, open this address on this machine:", err=True)
    typer.echo(address)
    sys.stdout.flush()
    webbrowser.open(address)


def _instance(value: str) -> str:
    try:
        return parse_instance(value)
    except ValueError as error:
        raise InputError(str(error)) from error
