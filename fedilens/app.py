"""Builds the real parts from the configuration: the only place that does."""

import shutil
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path

from fedilens.annotate import SentenceEncoder, SpacyLinguist
from fedilens.collect import TagFilter, read_archive
from fedilens.config import Config
from fedilens.consent import ConsentRules, Pseudonyms, load_key
from fedilens.digest import DigestRules
from fedilens.errors import ConfigError, InputError, StoreError
from fedilens.mastodon_api import MastodonServer
from fedilens.pipeline import (
    AnalysisReport,
    Analyst,
    CollectRules,
    ImportReport,
    Judge,
    Reporter,
    analyze,
    collect_tag,
    find_topics,
    import_statuses,
    report,
    train_head,
)
from fedilens.protocols import Progress
from fedilens.stance import Debate, Head, load_debate, load_examples, load_head, make_detector
from fedilens.store import Database
from fedilens.store.analyses import AnalysisStore
from fedilens.store.questions import Answer, Question, ask, load_questions, run_sql
from fedilens.store.reports import ReportStore
from fedilens.store.statuses import StatusStore
from fedilens.store.topics import TopicStore
from fedilens.types import Audience, Digest, PollRun, TagTimeline, Window

SERVERS_AT_ONCE = 8


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

    def collect(
        self, tags: Sequence[str], instances: Sequence[str], *, since: timedelta | None, told: Callable[[PollRun], None]
    ) -> list[PollRun]:
        """Reads every configured timeline, servers side by side, and tells of each as it ends."""
        chosen_tags = tuple(tags) or self.config.collect.tags
        chosen = tuple(instances) or self.config.collect.instances
        if not chosen or not chosen_tags:
            raise ConfigError("there is nothing to collect: name instances and tags under [collect]")
        store = StatusStore(self.database, self.pseudonyms)
        start = self.clock.now() - since if since else None
        lock = threading.Lock()

        def read(instance: str) -> list[PollRun]:
            source = self._source(instance)
            runs = []
            for tag in chosen_tags:
                runs.append(
                    collect_tag(
                        TagTimeline(instance, tag),
                        source,
                        rules=self.collect_rules,
                        store=store,
                        clock=self.clock,
                        since=start,
                    )
                )
                with lock:
                    told(runs[-1])
            return runs

        with ThreadPoolExecutor(max_workers=SERVERS_AT_ONCE) as pool:
            return [run for runs in pool.map(read, chosen) for run in runs]

    def import_file(self, path: Path) -> ImportReport:
        """Stores the statuses of an archive."""
        store = StatusStore(self.database, self.pseudonyms)
        return import_statuses(read_archive(path), consent=self.consent_rules, store=store, clock=self.clock)

    def analyze(self, *, progress: Progress | None = None) -> AnalysisReport:
        """Cleans, embeds and scores whatever is missing, and finds the topics of the present window."""
        found = analyze(self.analyst, progress=progress or Silence())
        find_topics(self.analyst, self.window(until=None, length=None))
        return found

    def digest(self, *, window: Window, audience: Audience) -> Digest:
        """The digest of a window, from what has been analysed."""
        find_topics(self.analyst, window)
        reporter = Reporter(
            store=ReportStore(self.database),
            questions=self.questions,
            debate=self.debate,
            head=self.head,
            rules=DigestRules(self.config.digest.minimum_people, self.config.digest.minimum_group),
            identify=self.pseudonyms,
            clock=self.clock,
        )
        return report(reporter, window, audience)

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
    def database(self) -> Database:
        """The configured database."""
        return Database(self.config.store.path)

    @cached_property
    def pseudonyms(self) -> Pseudonyms:
        """The configured key."""
        return load_key(self.config.store.key_path)

    @cached_property
    def questions(self) -> dict[str, Question]:
        """The questions that can be asked."""
        return load_questions()

    @cached_property
    def debate(self) -> Debate:
        """The configured debate."""
        return load_debate(self.config.debate.name)

    @cached_property
    def encoder(self) -> SentenceEncoder:
        """The configured embedding model; it loads when it is first used."""
        return SentenceEncoder(self.config.model.embedding, languages=self.config.model.languages)

    @cached_property
    def judge(self) -> Judge:
        """The models that texts are read with."""
        return Judge(SpacyLinguist(self.debate.entities), self.encoder)

    @cached_property
    def head(self) -> Head | None:
        """The debate's trained head: the one in its folder if it fits the model and targets, else trained now."""
        path = self.debate.folder / "head.npz"
        if path.is_file():
            head = load_head(path)
            if head.model == self.encoder.name and head.targets == tuple(one.name for one in self.debate.targets):
                return head
        examples = load_examples(self.debate)
        return train_head(self.judge, self.debate, examples) if examples else None

    @cached_property
    def analyst(self) -> Analyst:
        """The parts that analysing needs."""
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

    @property
    def consent_rules(self) -> ConsentRules:
        """The operator's part of the consent gate."""
        consent = self.config.consent
        return ConsentRules(
            opted_out=frozenset(consent.opted_out),
            opted_in=frozenset(consent.opted_in),
            blocked_instances=frozenset(consent.blocked_instances),
            silence_counts=consent.policy == "no-opt-out",
            own_account=self.config.bot.account,
        )

    @property
    def collect_rules(self) -> CollectRules:
        """What a reading keeps."""
        collect = self.config.collect
        tags = TagFilter(frozenset(collect.any), frozenset(collect.all), frozenset(collect.none))
        return CollectRules(self.consent_rules, tags, collect.backfill, collect.backfill_posts)

    def _source(self, instance: str) -> MastodonServer:
        return MastodonServer(
            instance,
            clock=self.clock,
            timeout=self.config.collect.timeout,
            contact=self.config.collect.contact,
            base_url=self.addresses.get(instance),
        )
