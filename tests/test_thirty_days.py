"""Thirty days of `fedilens run` on a simulated clock: the whole program against a server that lives through January."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from delivery_trial import Standing
from mail_host import MailHost
from test_accounts import visited

from fedilens.app import App
from fedilens.app.accounts import log_in, use_of
from fedilens.app.service import Service
from fedilens.cli.running import runner_of
from fedilens.config import (
    BotSection,
    CollectSection,
    Config,
    DigestSection,
    FilesSection,
    MailSection,
    ScheduleSection,
    StoreSection,
)
from fedilens.sample import SampleServer, demo_views, load_corpus
from fedilens.scheduler import Lane

pytestmark = pytest.mark.long

START = datetime(2025, 1, 3, tzinfo=UTC)
DAYS = 30
DOWN = 12
"""The day on which the machine is away."""


def test_thirty_days(tmp_path: Path) -> None:
    """Every digest once on every way, over restarts, a day down, and a clock that is set back for two hours."""
    clock = Standing(START)

    def passed() -> float:
        return (clock.now() - START).total_seconds()

    view = demo_views()[0]
    with MailHost() as host, SampleServer(view, corpus=load_corpus(), now=START, elapsed=passed) as server:
        server.writing.keeps_keys = False
        config = Config(
            collect=CollectSection(instances=(view.host,), tags=("ai",), backfill=timedelta(days=30)),
            store=StoreSection(path=tmp_path / "fedilens.duckdb"),
            digest=DigestSection(minimum_people=5),
            schedule=ScheduleSection(
                collect_every=timedelta(hours=48),
                mentions_every=timedelta(hours=6),
                care_every=timedelta(hours=24),
                digest_at="mon 08:00",
                subscribers_at="07:00",
                time_zone="Europe/Berlin",
            ),
            bot=BotSection(replies=2),
            mail=MailSection(
                host="127.0.0.1",
                port=host.port,
                security="none",
                sender="fedilens@example.org",
                recipients=("me@example.org",),
            ),
            files=FilesSection(folder=str(tmp_path / "public")),
        )

        def begin() -> Service:
            return Service(App(config, addresses={view.host: server.base_url}, clock=clock))  # type: ignore[arg-type]

        service = begin()
        log_in(service.app, view.host, use_of(view.host, bot=True), code_for=visited)
        server.mention("daily@elsewhere.example", "subscribe daily")
        runner = runner_of(service)
        for hour in range(0, DAYS * 24, 6):
            if DOWN * 24 <= hour < (DOWN + 1) * 24:
                continue
            wrong = timedelta(hours=-5) if hour in (20 * 24, 20 * 24 + 6) else timedelta(0)
            clock.time = max(clock.time, START + timedelta(hours=hour)) if not wrong else clock.time + wrong
            if hour % 96 == 90:
                runner = runner_of(begin())
            runner.wake(Lane.LONG)
            runner.wake(Lane.SHORT)
            clock.time -= wrong
        posts = server.writing.own_posts()[::-1]
        outbox = service.app.ask("outbox", {"most": "500"}).dicts()

    begun = [post for post in posts if post["in_reply_to_id"] is None]
    # At once, and on the Mondays 6, 13, 20 and 27.
    assert [post["created_at"][:10] for post in begun] == [
        "2025-01-03", "2025-01-06", "2025-01-13", "2025-01-20", "2025-01-27",
    ]  # fmt: skip
    assert len(host.mails) == 5
    assert len(list((tmp_path / "public" / "archive").glob("ai-*.html"))) == 5
    assert {row["progress"] for row in outbox} == {"sent"}
    kinds = Counter(str(row["delivery"]).partition("/")[0] for row in outbox)
    # Posts are edited and come late in these days; whether a published share moves with them is the detector's doing.
    assert kinds.pop("correction", 0) <= 1
    # What the day down missed is made up for on the next.
    assert kinds == {"thread": 5, "mail": 5, "daily": DAYS, "reply": 1}
    assert (
        len(posts)
        == len({post["text"] for post in posts})
        == sum(row["parts"] for row in outbox if row["channel"] == "account")
    )
