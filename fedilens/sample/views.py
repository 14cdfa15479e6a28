"""What one server of the sample knows and shows at a moment: its view of the corpus."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from fedilens.sample.addresses import Software, seed, status_id
from fedilens.sample.corpus import Corpus, SamplePost

Knows = float | Callable[[SamplePost], bool]


@dataclass(frozen=True, slots=True)
class View:
    """One server as a viewpoint. `host` is the name it goes by; it listens on loopback.

    `knows` is the fraction of other servers' posts that it got (the same ones on every run), or says so of each
    post; of its own it has all. `fetched` tells of posts (by id) that came later than they were written.
    """

    host: str
    software: Software = Software.MASTODON
    knows: Knows = 1.0
    wants_token: bool = False
    fetched: Mapping[str, datetime] = field(default_factory=dict)

    def has(self, post: SamplePost) -> bool:
        """Does this server get the post at all?"""
        if post.acct.endswith(f"@{self.host}"):
            return True
        if callable(self.knows):
            return self.knows(post)
        return seed("knows", self.host, post.id) < self.knows * 2**128

    def arrival(self, post: SamplePost) -> datetime:
        """When the post came."""
        return self.fetched.get(post.id, post.at)


@dataclass(frozen=True, slots=True)
class Shown:
    """A post and the id that the server gives it."""

    remote_id: str
    post: SamplePost


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything that a server shows at `now`, in the order of its timelines: newest first."""

    view: View
    corpus: Corpus
    now: datetime
    shown: tuple[Shown, ...]

    def find(self, post_id: str | None) -> Shown | None:
        """A post of the corpus by the corpus's own id."""
        return next((shown for shown in self.shown if shown.post.id == post_id), None)


def snapshot(view: View, corpus: Corpus, *, now: datetime) -> Snapshot:
    """What `view` shows at `now`.

    Mastodon and GoToSocial order by id, and so by the posts' dates; snac by arrival.
    """
    there = [post for post in corpus.posts.values() if view.has(post) and view.arrival(post) <= now]
    shown = [Shown(_id(post, view, now), post) for post in there]
    if view.software is Software.SNAC:
        shown.sort(key=lambda entry: (view.arrival(entry.post), entry.post.id), reverse=True)
    else:
        shown.sort(key=lambda entry: rank(entry.remote_id), reverse=True)
    return Snapshot(view, corpus, now, tuple(shown))


def rank(remote_id: str) -> tuple[int, str]:
    """Orders decimal snowflakes as numbers, and ULIDs as text."""
    return len(remote_id), remote_id


def demo_views() -> tuple[View, ...]:
    """The three servers that the demo polls."""
    return (
        View("tooters.example", knows=0.85),
        View("plaza.example", knows=0.70),
        View("snacbar.example", Software.SNAC, knows=0.40),
    )


def _id(post: SamplePost, view: View, now: datetime) -> str:
    touched_at = max(view.arrival(post), post.edited_at(now) or post.at)
    return status_id(post, host=view.host, software=view.software, touched_at=touched_at)
