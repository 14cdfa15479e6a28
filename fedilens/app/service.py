"""What `fedilens run` does: each job by its name, for the moment that it is due."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property, partial
from pathlib import Path

import structlog

from fedilens.app.caring import guard, practice_of, take_care
from fedilens.app.core import App
from fedilens.app.forgetting import forget_beside
from fedilens.bot import ReplyRules
from fedilens.config import Config
from fedilens.credentials import secret
from fedilens.digest import corrections_told, render_about
from fedilens.errors import ConfigError, ServerError
from fedilens.mastodon_api.account import MastodonAccount
from fedilens.pipeline import (
    ACCOUNT,
    CORRECTED_WITHIN,
    MAIL,
    Corrector,
    DeliveryReport,
    Desk,
    Informant,
    ThreadStyle,
    answer_mentions,
    correct_published,
    deliver,
    mail_parts,
    subscriber_parts,
    thread_parts,
    write_files,
)
from fedilens.protocols import Channel
from fedilens.publish import AccountChannel, PublicFolder, SmtpChannel, SmtpServer
from fedilens.store.corrections import Corrections, Published
from fedilens.store.job_runs import JobRuns
from fedilens.store.publications import Outbox
from fedilens.store.statuses import StatusStore
from fedilens.types import Audience, Digest, PostDraft, PostLimits, Window

_log = structlog.get_logger()

RECHECKED = 1_000
"""Posts that are looked at again on a server in an hour: in bulk that is 50 requests."""
FRESH = timedelta(minutes=10)
"""Answers that are asked for within so long are made once."""
PERIODS = {"daily": timedelta(days=1), "weekly": timedelta(days=7)}


@dataclass(frozen=True)
class Service:
    """Runs jobs with the parts of one program. `trusted` is a file of certificates for a mail server of one's own."""

    app: App
    trusted: str | None = None
    _digests: dict[tuple[timedelta, str], tuple[datetime, Digest]] = field(default_factory=dict)
    _limits: list[PostLimits] = field(default_factory=list)

    def work(self, job: str, moment: datetime) -> None:
        """Does one job. Raises FedilensError."""
        jobs: Mapping[str, Callable[[datetime], object]] = {
            "collect": lambda _: self.collect(),
            "digest": self.publish,
            "daily": lambda due: self.publish_to_subscribers("daily", due),
            "weekly": lambda due: self.publish_to_subscribers("weekly", due),
            "mentions": lambda _: self.answer(),
            "deliver": lambda _: self.deliver(),
            "care": lambda _: self.take_care(),
        }
        jobs[job](moment)

    def collect(self) -> None:
        """Reads the timelines, and what they brought."""
        runs = self.app.collect((), (), since=None, told=lambda _: None)
        self.app.analyze()
        _log.info("collected", timelines=len(runs), new=sum(run.new for run in runs))

    def take_care(self) -> None:
        """Removes what is past its time, and looks again at posts that are shown."""
        report = take_care(self.app, most=RECHECKED)
        if any(one.checked for one in report.servers):
            self.app.analyze()  # what was edited is read again
        self.correct()
        _log.info("took care", expired=report.expired, rewritten=report.rewritten)

    def _corrections_since(self, window: Window) -> tuple[str, ...]:
        """What is said in the digest of a window of those before it that were corrected meanwhile."""
        earlier = Corrections(self.app.database).since(window.start - CORRECTED_WITHIN)
        return corrections_told(
            [
                (one.window, one.corrected_at)
                for one in earlier
                if one.corrected_at is not None and one.corrected_at >= window.start and one.window.end < window.end
            ]
        )

    def correct(self) -> int:
        """Corrects digests that are out, where what they said holds no longer; how many."""
        app = self.app
        return correct_published(
            Corrector(
                store=Corrections(app.database),
                outbox=self.outbox,
                make=lambda window: app.digest(window=window, audience=Audience.PUBLIC, keep=False),
                keep=app.reporter.store.save_digest,
                write=self._write,
                check=partial(guard, app),
                editor=self.account,
                style=self.style,
                identify=app.pseudonyms,
                clock=app.clock,
                kept=timedelta(days=app.config.retention.days),
            )
        )

    def publish(self, moment: datetime) -> None:
        """The digest of the window that ends at `moment`, to the thread, the mails and the folder."""
        app, config = self.app, self.app.config
        window = Window(moment - config.digest.window, moment)
        digest = app.digest(window=window, audience=Audience.PUBLIC)
        if not digest.posts.value:
            _log.warning("nothing to tell", until=moment.isoformat())
            return
        told = self._corrections_since(window)
        digest = replace(digest, notes=(*told, *digest.notes))
        parts = []
        if self.account is not None:
            parts += thread_parts(digest, self.style, moment=moment, identify=app.pseudonyms)
        if config.mail.recipients:
            full = app.digest(window=window, audience=Audience.OPERATOR)
            parts += mail_parts(
                replace(full, notes=(*told, *full.notes)),
                config.mail.recipients,
                sender=config.mail.sender,
                page_url=config.bot.page_url,
                moment=moment,
                identify=app.pseudonyms,
            )
        posts = [part.draft for part in parts if isinstance(part.draft, PostDraft)]
        guard(app, (one for post in posts for one in (post.text, post.spoiler_text, _alt_text(post))))
        # The files first: they can be written twice, and what is planned is sent.
        self._write(digest)
        self.outbox.plan(parts, now=app.clock.now())
        Corrections(app.database).save(Published(digest.digest_id, digest.debate, window, app.clock.now()))

    def _write(self, digest: Digest) -> None:
        """The files of the public folder, if there is one."""
        config = self.app.config
        if config.files.folder:
            folder = PublicFolder(Path(config.files.folder))
            folder.write({"about.html": render_about(practice_of(self.app)).encode("utf-8")})
            write_files(digest, folder, page_url=config.bot.page_url, check=partial(guard, self.app))

    def publish_to_subscribers(self, period: str, moment: datetime) -> None:
        """The digest of a day or a week, as an answer to everybody who subscribed to it."""
        subscriptions = self.app.conversations.subscriptions(period)
        if not subscriptions:
            return
        window = Window(moment - PERIODS[period], moment)
        digest = self.app.digest(window=window, audience=Audience.PUBLIC)
        parts = subscriber_parts(
            digest,
            subscriptions,
            limits=self.limits,
            language=self.app.config.bot.language,
            moment=moment,
            identify=self.app.pseudonyms,
            corrections=self._corrections_since(window),
        )
        texts = [part.draft.text for part in parts if isinstance(part.draft, PostDraft)]
        guard(self.app, texts, allowed=[one.acct for one in subscriptions])
        self.outbox.plan(parts, now=self.app.clock.now())

    def answer(self) -> int:
        """Reads mentions and plans the answers; how many."""
        if self.account is None:
            return 0
        config = self.app.config.bot
        return answer_mentions(
            Desk(
                mentions=self.account,
                store=self.app.conversations,
                statuses=StatusStore(self.app.database, self.app.pseudonyms),
                informant=Informant(
                    {target.name: target.statement for target in self.app.debate.targets}, self._informing
                ),
                consent=self.app.consent_rules,
                rules=ReplyRules(config.answers_an_hour, config.answers_a_day),
                limits=self.limits,
                own=self.account.account().acct.lower(),
                language=config.language,
                identify=self.app.pseudonyms,
                clock=self.app.clock,
                forget_beside=lambda acct: forget_beside(self.app, [acct]),
            )
        )

    def deliver(self) -> DeliveryReport:
        """Sends what is due."""
        return deliver(self.outbox, self.channels, self.app.clock)

    @property
    def style(self) -> ThreadStyle:
        """How threads are posted."""
        bot = self.app.config.bot
        return ThreadStyle(
            self.limits,
            bot.visibility,
            bot.language,
            bot.content_warning,
            bot.hashtags,
            bot.page_url,
            bot.replies,
        )

    @property
    def outbox(self) -> Outbox:
        """What goes out."""
        return Outbox(self.app.database)

    @property
    def runs(self) -> JobRuns:
        """What was done when."""
        return JobRuns(self.app.database)

    @property
    def channels(self) -> dict[str, Channel]:
        """The ways out that are configured."""
        channels: dict[str, Channel] = {}
        if self.account is not None:
            channels[ACCOUNT] = AccountChannel(self.account)
        mail = self.app.config.mail
        if mail.host:
            channels[MAIL] = SmtpChannel(smtp_server(self.app.config, trusted=self.trusted), mail.sender)
        return channels

    @cached_property
    def account(self) -> MastodonAccount | None:
        """The bot's account, if there is a token; nobody is asked yet."""
        return account_of(self.app)

    @property
    def limits(self) -> PostLimits:
        """What the bot's server and the operator allow; Mastodon's usual limits while the server is away."""
        allowed = PostLimits()
        if self.account is not None:
            try:
                if not self._limits:
                    self._limits.append(self.account.limits())
                allowed = self._limits[0]
            except ServerError as error:
                _log.warning("usual limits", reason=str(error))
        return PostLimits(min(allowed.characters, self.app.config.bot.max_characters), allowed.url_characters)

    def _informing(self, length: timedelta, tag: str) -> Digest:
        """The digest that an answer is made of: of up to ten minutes ago, so that a storm of questions costs one."""
        now = self.app.clock.now()
        found = self._digests.get((length, tag))
        if found is None or not timedelta(0) <= now - found[0] < FRESH:
            window = Window(now - length, now)
            if tag:
                made = self.app.tag_digest(window=window, tag=tag)
            else:
                made = self.app.digest(window=window, audience=Audience.PUBLIC)
            found = self._digests[length, tag] = (now, made)
        return found[1]


def _alt_text(post: PostDraft) -> str:
    return post.picture.alt_text if post.picture else ""


def account_of(app: App) -> MastodonAccount | None:
    """The bot's account, if there is a token."""
    token = app.bot_token
    if token is None:
        return None
    return MastodonAccount(
        token.address.partition("://")[2],
        token=token.access_token,
        clock=app.clock,
        timeout=app.config.collect.timeout,
        contact=app.config.collect.contact,
        base_url=token.address,
    )


def smtp_server(config: Config, *, trusted: str | None = None) -> SmtpServer:
    """The configured mail server with its password. Raises ConfigError where a user has none."""
    mail = config.mail
    password = secret("mail-password", os.environ)
    if mail.user and not password:
        raise ConfigError("mail.user is set, but there is no password: set FEDILENS_MAIL_PASSWORD_FILE")
    if mail.user and mail.security == "none":
        raise ConfigError("a password is not sent in the clear: set mail.security to starttls or tls")
    return SmtpServer(mail.host, mail.port, mail.security, mail.user, password, trusted=trusted)
