"""A sample server with three posts, for tests of what it says."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import requests

from fedilens.sample import (
    Corpus,
    SampleAccount,
    SampleEdit,
    SamplePost,
    SampleServer,
    Software,
    View,
)
from fedilens.sample.corpus import joined

START = datetime(2025, 1, 5, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
NOW = START + timedelta(days=1, minutes=1)
MIRA = SampleAccount("mira@kunst.example", "Mira", "Draws. #nobot", indexable=True, discoverable=True)
OWN = SampleAccount("tom@tooters.example", "Tom", locked=True, bot=True, indexable=False, noindex=True)
SILENT = SampleAccount("kai@gts.example", "Kai", fields=(("Likes", "#cats"),))
WAIT = 5.0

TEXT = "Look :blobcat: @tom@tooters.example\n\n#AI #Art"
POSTS = [
    SamplePost("p1", MIRA.acct, START, TEXT, "en", cw="long"),
    SamplePost("p2", OWN.acct, START + MINUTE, "No #AI", "de", reply_to="p1", edit=SampleEdit(NOW, "Yes #AI")),
    SamplePost("p3", SILENT.acct, START + 2 * MINUTE, "Hm #ai", "en"),
]


def corpus(*more: SamplePost) -> Corpus:
    return joined([MIRA, OWN, SILENT], [*POSTS, *more])


@contextmanager
def serving(software: Software = Software.MASTODON, *, now: datetime = NOW, **options: Any) -> Iterator[SampleServer]:
    view = View("tooters.example", software, wants_token=options.pop("wants_token", False))
    told = options.pop("corpus", corpus())
    with SampleServer(view, corpus=told, now=now, elapsed=lambda: 0.0, **options) as server:
        yield server


def get(server: SampleServer, path: str, **options: Any) -> requests.Response:
    return requests.get(server.base_url + path, timeout=WAIT, **options)


def ai(server: SampleServer, **options: Any) -> Any:
    return get(server, "/api/v1/timelines/tag/AI", **options).json()
