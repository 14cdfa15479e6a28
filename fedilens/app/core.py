"""The program with a configuration: builds the real parts.

What a method needs it imports itself: `fedilens query` answers in half a second because it loads neither the
pipeline nor what stands below it.
"""

import os
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from fedilens.config import Config
from fedilens.credentials import BOT, Token, TokenFolder, secret
from fedilens.errors import ConfigError, InputError, StoreError
from fedilens.protocols import Progress
from fedilens.store import Database
from fedilens.store.questions import Answer, Question, ask, load_questions, run_sql
from fedilens.types import Alert, Audience, Digest, PollRun, TagTimeline, Window

if TYPE_CHECKING:
    from fedilens.annotate import SentenceEncoder
    from fedilens.consent import ConsentRules, Pseudonyms
    from fedilens.mastodon_api.client import MastodonServer
    from fedilens.pipeline import AnalysisReport, Analyst, CollectRules, ImportReport, Judge, Reporter
    from fedilens.stance import Debate, Head
    from fedilens.store.care import CareStore
    from fedilens.store.conversations import ConversationStore


class SystemClock:
    """The computer's clock; satisfies `protocols.Clock`."""

    def now(self) -> datetime:
        """The present moment."""
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        """Waits."""
        time.sleep(seconds)


class Silence:
    """Progress that nobody sees; satisfies `protocols.Progress`."""

    def advance(self, count: int) -> None:
        """Says nothing."""


@dataclass(frozen=True)
class App:
    """The program with a configuration. `addresses` gives base URLs of instances that are played on loopback."""

    config: Config
    addresses: Mapping[str, str] = field(default_factory=dict)
    clock: SystemClock = field(default_factory=SystemClock)

    def on_debate(self, name: str | None) -> "App":
        """The same program on another debate, if one is named."""
        if name is None:
            return self
        section = self.config.debate.model_copy(update={"name": name})
        return App(self.config.model_copy(update={"debate": section}))

    def collect(
        self, tags: Sequence[str], instances: Sequence[str], *, since: timedelta | None, told: Callable[[PollRun], None]
    ) -> list[PollRun]:
        """Reads every configured timeline, and tells of each as it ends."""
        from fedilens.app.consenting import ask_again
        from fedilens.pipeline import collect_tag, left_alone
        from fedilens.store.statuses import StatusStore

        chosen_tags = tuple(tags) or self.config.collect.tags
        chosen = tuple(instances) or self.config.collect.instances
        if not chosen or not chosen_tags:
            raise ConfigError("there is nothing to collect: name instances and tags under [collect]")
        store = StatusStore(self.database, self.pseudonyms)
        start = self.clock.now() - since if since else None
        ask_again(self)
        forbidden = self.consent_rules.forbidden_instances
        runs = []
        # One after the other, in the configured order: of a post that several servers show, the first one's
        # version is kept, so that the same reading gives the same store however often it was interrupted.
        for instance in chosen:
            source = self.source(instance)
            for tag in chosen_tags:
                timeline = TagTimeline(instance, tag)
                rules, clock = self.collect_rules, self.clock
                if instance in forbidden:
                    runs.append(left_alone(timeline, store=store, clock=clock))
                else:
                    runs.append(collect_tag(timeline, source, rules=rules, store=store, clock=clock, since=start))
                told(runs[-1])
        return runs

    def import_file(self, path: Path) -> "ImportReport":
        """Stores the statuses of an archive."""
        from fedilens.collect import read_archive
        from fedilens.pipeline import import_statuses
        from fedilens.store.statuses import StatusStore

        store = StatusStore(self.database, self.pseudonyms)
        return import_statuses(read_archive(path), consent=self.consent_rules, store=store, clock=self.clock)

    def analyze(self, *, progress: Progress | None = None) -> "AnalysisReport":
        """Cleans, embeds and scores whatever is missing, and once a day finds the topics of the present window."""
        from fedilens.pipeline import analyze, renew_topics

        found = analyze(self.analyst, progress=progress or Silence())
        renew_topics(self.analyst, self.window(until=None, length=None))
        return found

    def digest(self, *, window: Window, audience: Audience, keep: bool = True) -> Digest:
        """The digest of a window, from what has been analysed."""
        from fedilens.app.caring import guard
        from fedilens.digest import render_json, render_text
        from fedilens.pipeline import find_topics, renew_topics, report

        renew_topics(self.analyst, window.before)  # what topics of now are compared with
        find_topics(self.analyst, window)
        made = report(self.reporter, window, audience, keep=keep)
        if audience is Audience.PUBLIC:
            guard(self, [render_json(made), render_text(made)])
        return made

    def tag_digest(self, *, window: Window, tag: str) -> Digest:
        """Counts and shares of the posts under one hashtag, for the public."""
        from fedilens.app.caring import guard
        from fedilens.digest import render_text
        from fedilens.pipeline import report_tag

        made = report_tag(self.reporter, window, tag)
        guard(self, [render_text(made)])  # the hashtag itself may be somebody's name
        return made

    def camps(self, window: Window) -> list[str]:
        """The camps of a window as sentences; their figures are kept for the query `camps`."""
        from fedilens.pipeline import estimate_camps, tell_camps

        return tell_camps(estimate_camps(self.reporter, window))

    def coverage(self, window: Window) -> list[str]:
        """How much of a window's debate was seen, as sentences."""
        from fedilens.pipeline import tell_coverage, window_coverage

        return tell_coverage(window_coverage(self.reporter, window))

    def alerts(self, window: Window) -> list[Alert]:
        """What is beyond chance in a window."""
        from fedilens.pipeline import estimate_shares, find_alerts, renew_topics

        renew_topics(self.analyst, window.before)
        renew_topics(self.analyst, window)
        estimate_shares(self.reporter, window)
        return find_alerts(self.reporter, window)

    def window(self, *, until: datetime | None, length: timedelta | None) -> Window:
        """The window that ends at `until` (now); its default length is the configured one."""
        end = until or self.clock.now().replace(microsecond=0)
        return Window(end - (length or self.config.digest.window), end)

    def ask(self, name: str, values: Mapping[str, str]) -> Answer:
        """Runs one of the questions in `queries/`."""
        if name not in self.questions:
            raise InputError(f"there is no query {name!r}; `fedilens query` lists them")
        return ask(self.database, self.questions[name], values, now=self.clock.now())

    def sql(self, statement: str) -> Answer:
        """Runs one read-only statement."""
        return run_sql(self.database, statement)

    def snapshot(self, path: Path) -> None:
        """Copies the database for programs that keep a file open. Raises InputError if `path` is there already."""
        if path.exists():
            raise InputError(f"{path} is there already; name a new file")
        try:
            with self.database.write():  # nobody else writes meanwhile
                pass
            with self.database.read():
                shutil.copyfile(self.config.store.path, path)
        except OSError as error:
            raise StoreError(f"cannot write {path}: {error.strerror}") from error

    @property
    def tokens(self) -> TokenFolder:
        """What `fedilens login` got."""
        return TokenFolder(self.config.store.tokens_path)

    @cached_property
    def bot_token(self) -> Token | None:
        """The bot's token: from the environment, with `bot.account` to say where, or from `fedilens login`."""
        given = secret("bot-token", os.environ)
        if not given:
            return self.tokens.load(BOT)
        host = self.config.bot.account.partition("@")[2]
        if not host:
            raise ConfigError("FEDILENS_BOT_TOKEN is set; write under [bot] which account it belongs to")
        return Token(self.addresses.get(host) or f"https://{host}", given, acct=self.config.bot.account)

    @property
    def database(self) -> Database:
        """The configured database."""
        return Database(self.config.store.path)

    @property
    def conversations(self) -> "ConversationStore":
        """What people told the bot."""
        from fedilens.store.conversations import ConversationStore

        return ConversationStore(self.database, self.pseudonyms)

    @cached_property
    def care(self) -> "CareStore":
        """What takes things out again."""
        from fedilens.store.care import CareStore

        return CareStore(self.database, self.pseudonyms)

    @cached_property
    def pseudonyms(self) -> "Pseudonyms":
        """The configured key."""
        from fedilens.consent import load_key

        return load_key(self.config.store.key_path)

    @cached_property
    def questions(self) -> dict[str, Question]:
        """The questions that can be asked."""
        return load_questions()

    @cached_property
    def debate(self) -> "Debate":
        """The configured debate."""
        from fedilens.stance import load_debate

        return load_debate(self.config.debate.name)

    @cached_property
    def encoder(self) -> "SentenceEncoder":
        """The configured embedding model; it loads when it is first used."""
        from fedilens.annotate import SentenceEncoder

        return SentenceEncoder(self.config.model.embedding, languages=self.config.model.languages)

    @cached_property
    def judge(self) -> "Judge":
        """The models that texts are read with."""
        from fedilens.annotate import SpacyLinguist
        from fedilens.pipeline import Judge

        return Judge(SpacyLinguist(self.debate.entities), self.encoder)

    @cached_property
    def head(self) -> "Head | None":
        """The debate's trained head: the one in its folder if it fits the model and targets, else trained now."""
        from fedilens.pipeline import train_head
        from fedilens.stance import load_examples, load_head

        path = self.debate.folder / "head.npz"
        if path.is_file():
            head = load_head(path)
            if head.model == self.encoder.name and head.targets == tuple(one.name for one in self.debate.targets):
                return head
        examples = load_examples(self.debate)
        return train_head(self.judge, self.debate, examples) if examples else None

    @cached_property
    def analyst(self) -> "Analyst":
        """The parts that analysing needs."""
        from fedilens.pipeline import Analyst
        from fedilens.stance import make_detector
        from fedilens.store.analyses import AnalysisStore
        from fedilens.store.topics import TopicStore

        return Analyst(
            store=AnalysisStore(self.database),
            topics=TopicStore(self.database),
            identify=self.pseudonyms,
            linguist=self.judge.linguist,
            encoder=self.encoder,
            detector=make_detector(self.debate, self.encoder, self.head),
            debate=self.debate,
            clock=self.clock,
        )

    @cached_property
    def reporter(self) -> "Reporter":
        """The parts that reporting needs."""
        from fedilens.digest import DigestRules
        from fedilens.pipeline import Reporter
        from fedilens.store.reports import ReportStore

        return Reporter(
            store=ReportStore(self.database),
            questions=self.questions,
            debate=self.debate,
            head=self.head,
            rules=DigestRules(self.config.digest.minimum_people, self.config.digest.minimum_group),
            identify=self.pseudonyms,
            clock=self.clock,
        )

    @property
    def consent_rules(self) -> "ConsentRules":
        """The operator's part of the consent gate."""
        from fedilens.app.consenting import consent_rules

        return consent_rules(self)

    @property
    def collect_rules(self) -> "CollectRules":
        """What a reading keeps."""
        from fedilens.collect import TagFilter
        from fedilens.pipeline import CollectRules

        collect = self.config.collect
        tags = TagFilter(frozenset(collect.any), frozenset(collect.all), frozenset(collect.none))
        return CollectRules(self.consent_rules, tags, collect.backfill, collect.backfill_posts)

    def source(self, instance: str, *, attempts: int = 5) -> "MastodonServer":
        """One server's timelines."""
        from fedilens.mastodon_api.client import MastodonServer

        return MastodonServer(
            instance,
            clock=self.clock,
            timeout=self.config.collect.timeout,
            contact=self.config.collect.contact,
            base_url=self.addresses.get(instance),
            token=self._reading_token(instance),
            attempts=attempts,
        )

    def _reading_token(self, instance: str) -> str | None:
        """The token that was got for reading a server, or the bot's own where it lives there."""
        host = instance.partition("://")[2] or instance
        token = self.tokens.load(host)
        if token is None and self.bot_token is not None and self.bot_token.address.partition("://")[2] == host:
            token = self.bot_token
        return token.access_token if token else None
