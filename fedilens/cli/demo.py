"""The demo: a written corpus on loopback servers, collected, analysed and told as a real debate would be."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from fedilens.app import App, SystemClock
from fedilens.cli.context import progress
from fedilens.cli.reporting import DigestFormat, render
from fedilens.config import BotSection, CollectSection, Config, StoreSection, load_config
from fedilens.errors import InputError
from fedilens.types import Audience, PollRun

END = datetime(2025, 2, 1, tzinfo=UTC)
"""The moment at which the demo plays: the end of the corpus."""
TAGS = ("ai", "generativeai")
FILES = {"digest.html": DigestFormat.HTML, "digest.json": DigestFormat.JSON, "thread.txt": DigestFormat.THREAD}
CONFIGURATION = """\
# The demo's own configuration: the same database for your questions.
[store]
path = "fedilens.duckdb"
"""


@dataclass(frozen=True, slots=True)
class CorpusClock(SystemClock):
    """A clock that starts at the end of the corpus."""

    started: float = field(default_factory=time.monotonic)

    def now(self) -> datetime:
        """The present moment of the demo."""
        return END + timedelta(seconds=time.monotonic() - self.started)


def demo(
    out: Annotated[Path, typer.Option(help="The folder for its files.")] = Path("fedilens-demo"),
) -> None:
    """Play a small written debate on servers of its own, collect, analyse and show it."""
    prepare(out)
    with demo_app(out / "fedilens.duckdb") as app:
        app.collect((), (), since=None, told=_told)
        with progress("reading posts") as counter:
            app.analyze(progress=counter)
        digest = app.digest(window=app.window(until=END, length=None), audience=Audience.PUBLIC)
        for name, form in FILES.items():
            (out / name).write_text(render(digest, form, app.config), encoding="utf-8")
        typer.echo("\n" + render(digest, DigestFormat.TEXT, app.config))
        typer.echo("The thread as it would be posted:\n\n" + (out / "thread.txt").read_text(encoding="utf-8"))
    _farewell(out)


@contextmanager
def demo_app(database: Path) -> Iterator[App]:
    """The program with the sample's servers running, at the end of the corpus."""
    from fedilens.sample import SampleServer, demo_views, load_corpus

    corpus, views = load_corpus(), demo_views()
    with ExitStack() as stack:
        servers = {view.host: stack.enter_context(SampleServer(view, corpus=corpus, now=END)) for view in views}
        config = Config(
            collect=CollectSection(instances=tuple(servers), tags=TAGS, backfill=timedelta(days=40)),
            store=StoreSection(path=database),
            bot=BotSection(hashtags=("AIdebate",)),
        )
        addresses = {host: server.base_url for host, server in servers.items()}
        yield App(config, addresses=addresses, clock=CorpusClock())


def prepare(out: Path) -> None:
    """Makes the folder, or empties one of an earlier demo. Raises InputError for a folder of anything else."""
    ours = {"fedilens.duckdb", "fedilens.duckdb.lock", "fedilens.duckdb.wal", "fedilens.key", "fedilens.toml", *FILES}
    try:
        out.mkdir(parents=True, exist_ok=True)
        found = {path.name for path in out.iterdir()}
        config = out / "fedilens.toml"
        if found and (found - ours or not config.exists() or config.read_text(encoding="utf-8") != CONFIGURATION):
            raise InputError(f"{out} holds other files; name a new folder with --out")
        for name in found:
            (out / name).unlink()
        config.write_text(CONFIGURATION, encoding="utf-8")
    except OSError as error:
        raise InputError(f"cannot write to {out}: {error.strerror}") from error
    load_config(config)


def _told(run: PollRun) -> None:
    typer.echo(
        f"{run.timeline.instance} #{run.timeline.tag}: {run.seen} posts seen, {run.new} new, {run.excluded} left out"
    )


def _farewell(out: Path) -> None:
    golden = "https://tldr.nettime.org/users/author/statuses/113900000000000001"
    here = f"fedilens --config {out / 'fedilens.toml'}"
    typer.echo(f"Everything is in {out}: {', '.join(['fedilens.duckdb', *FILES])}. Three things to try next:")
    typer.echo(f"  {here} query reasons -p until=2025-02-01")
    typer.echo(f"  {here} query status -p uri={golden}")
    typer.echo(f"  {here} digest --audience operator --until 2025-02-01")
