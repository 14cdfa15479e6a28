"""The command that makes digests."""

from enum import StrEnum
from typing import Annotated

import typer

from fedilens.cli.context import app_of, duration, moment
from fedilens.config import Config
from fedilens.types import Audience, Digest


class DigestFormat(StrEnum):
    """The renderings of a digest."""

    TEXT = "text"
    JSON = "json"
    HTML = "html"
    THREAD = "thread"
    ATOM = "atom"
    MAIL = "mail"


def digest(
    context: typer.Context,
    *,
    form: Annotated[DigestFormat, typer.Option("--format", help="How it is written.")] = DigestFormat.TEXT,
    audience: Annotated[
        Audience, typer.Option(help="Who reads it: only the operator sees links to posts.")
    ] = Audience.PUBLIC,
    window: Annotated[str | None, typer.Option(help="How long a time it covers, such as 7d.")] = None,
    until: Annotated[str | None, typer.Option(help="Where the time ends, such as 2025-02-01 (default: now).")] = None,
) -> None:
    """Tell what was argued in a time: who stands where, with which reasons, and what changed."""
    app = app_of(context)
    span = app.window(until=moment(until), length=duration(window))
    typer.echo(render(app.digest(window=span, audience=audience), form, app.config), nl=False)


def render(made: Digest, form: DigestFormat, config: Config) -> str:
    """A digest as text in a format."""
    from fedilens.digest import render_feed, render_json, render_page, render_text

    if form is DigestFormat.JSON:
        return render_json(made)
    if form is DigestFormat.HTML:
        return render_page(made)
    if form is DigestFormat.ATOM:
        return render_feed(made, page_url=config.bot.page_url)
    if form is DigestFormat.MAIL:
        return mail_text(made, config)
    return thread_text(made, config) if form is DigestFormat.THREAD else render_text(made)


def thread_text(made: Digest, config: Config) -> str:
    """The thread as it would be posted, with the length of each post."""
    from fedilens.digest import length, render_thread
    from fedilens.types import PostLimits

    limits = PostLimits(characters=config.bot.max_characters)
    bot = config.bot
    parts = render_thread(made, limits=limits, page_url=bot.page_url, hashtags=bot.hashtags, replies=bot.replies)
    head = "─── post {number} of {all}, {length} of {most} characters ───"
    blocks = [
        head.format(number=number, all=len(parts), length=length(part, limits), most=limits.characters) + f"\n{part}\n"
        for number, part in enumerate(parts, start=1)
    ]
    return "\n".join(blocks)


def mail_text(made: Digest, config: Config) -> str:
    """The message as it would be sent to the first recipient."""
    from fedilens.digest import picture, render_mail

    message = render_mail(
        made,
        sender=config.mail.sender or "fedilens@localhost",
        recipient=next(iter(config.mail.recipients), "nobody@localhost"),
        message_id=f"{made.digest_id.hex}@fedilens",
        chart=picture(made),
        page_url=config.bot.page_url,
    )
    return message.decode("ascii").replace("\r\n", "\n")
