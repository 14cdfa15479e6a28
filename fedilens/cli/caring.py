"""Commands that take things out again: forget somebody, and keep the store to its promises."""

from typing import Annotated

import typer

from fedilens.cli.context import app_of
from fedilens.config import parse_acct
from fedilens.errors import InputError, StoreError


def forget(
    context: typer.Context,
    accounts: Annotated[list[str], typer.Argument(metavar="ACCT", help="user@host, one or more.")],
) -> None:
    """Remove everything that stands of an account, in exports beside the database too, and never count it again."""
    from fedilens.app.forgetting import forget as forgetting

    done = forgetting(app_of(context), [_acct(one) for one in accounts])
    typer.echo(f"{done.posts} posts removed; the account stays left out, by a keyed hash, and the file was rewritten")
    for path in done.changed:
        typer.echo(f"taken out of {path}")
    if done.left:
        raise StoreError(f"it may stand in {', '.join(map(str, done.left))} still: delete or change that yourself")


def care(
    context: typer.Context,
    *,
    most: Annotated[int, typer.Option(min=1, help="Posts to look at again on each server.")] = 10_000,
) -> None:
    """Remove what is past its time, look again at posts (edited? gone?), and rewrite the file if it needs it."""
    from fedilens.app.caring import take_care

    report = take_care(app_of(context), most=most)
    for one in report.servers:
        told = f"{one.checked} posts looked at again, {one.gone} gone, {one.left_out} left out from now on"
        typer.echo(f"{one.instance}: {one.error or told}")
    rewritten = "; the file was rewritten" if report.rewritten else ""
    if report.withdrawn:
        typer.echo(f"{report.withdrawn} people are left out from now on: lists, policy or their own word changed")
    typer.echo(f"{report.expired} posts were past their time{rewritten}")
    if any(one.error for one in report.servers):
        raise typer.Exit(1)


def about(
    context: typer.Context,
    *,
    page: Annotated[bool, typer.Option("--page", help="The page as HTML, to be published.")] = False,
) -> None:
    """Write what people should be told before the first collecting: page, announcement, words for the profile."""
    from fedilens.app.caring import practice_of
    from fedilens.digest import announcement, profile, render_about

    practice = practice_of(app_of(context))
    if page:
        typer.echo(render_about(practice), nl=False)
        return
    typer.echo(f"A post to publish first:\n\n{announcement(practice)}\n\nIn the bot's profile:\n\n{profile(practice)}")
    typer.echo("\nThe page that both lead to: fedilens about --page > about.html")


def _acct(text: str) -> str:
    try:
        return str(parse_acct(text))
    except ValueError as error:
        raise InputError(str(error)) from error
