"""What the program does to keep its promises: let go of what is past its time, and look before publishing."""

from collections.abc import Iterable
from datetime import timedelta

from fedilens.app.consenting import ask_again
from fedilens.app.core import App
from fedilens.digest import Practice
from fedilens.pipeline import CORRECTED_WITHIN, CareReport, recheck, refuse_leaks, shown_since
from fedilens.store.corrections import Corrections
from fedilens.store.statuses import StatusStore


def take_care(app: App, *, most: int) -> CareReport:
    """Removes what is past its time and whoever may not be counted any more, looks again at posts of the window.

    At most `most` posts a server; at the end the file is rewritten if something was deleted.
    """
    expired = app.care.expire(app.clock.now() - timedelta(days=app.config.retention.days))
    withdrawn = ask_again(app)
    forbidden = app.consent_rules.forbidden_instances
    now = app.clock.now()
    shown = Corrections(app.database).since(now - CORRECTED_WITHIN)
    since = shown_since(shown, window=app.config.digest.window, now=now)
    reports = [
        recheck(
            instance,
            app.source(instance),
            care=app.care,
            store=StatusStore(app.database, app.pseudonyms),
            rules=app.consent_rules,
            clock=app.clock,
            since=since,
            most=most,
        )
        for instance in app.config.collect.instances
        if instance not in forbidden
    ]
    return CareReport(expired, withdrawn, tuple(reports), rewritten=app.care.rewrite_if_wanted())


def practice_of(app: App) -> Practice:
    """What this program is configured to do, for those whose posts it reads."""
    config = app.config
    return Practice(
        title=app.debate.title,
        instances=config.collect.instances,
        tags=config.collect.tags,
        statements=tuple(target.statement for target in app.debate.targets),
        retention_days=config.retention.days,
        minimum_people=config.digest.minimum_people,
        minimum_group=config.digest.minimum_group,
        bot=config.bot.account or (app.bot_token.acct if app.bot_token else ""),
        contact=config.collect.contact,
        page_url=config.bot.page_url,
        silence_counts=config.consent.policy == "no-opt-out",
    )


def guard(app: App, renderings: Iterable[str], *, allowed: Iterable[str] = ()) -> None:
    """Lets pass what may be public. Raises PublishError for what names, links or quotes who did not opt in."""
    bot = app.config.bot
    targets = app.debate.targets
    refuse_leaks(
        app.care.protected(),
        renderings,
        allowed=[one for one in (bot.account, bot.page_url, *allowed) if one],
        own_texts=[text for one in targets for text in (one.statement, *(reason.text for reason in one.reasons))],
    )
