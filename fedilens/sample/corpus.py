"""The written corpus: accounts and posts as plain values, read from JSON lines, and the golden post as it is."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from fedilens.errors import InputError

GOLDEN = "golden"
"""The id of the golden post: a real one, which is played word for word."""


@dataclass(frozen=True, slots=True)
class SampleEdit:
    """What the author made of a post, and when."""

    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class SampleAccount:
    """An invented person. `note` and `fields` are plain text; flags are None where the server is silent.

    `raw` is the account as a server sent it, where it is not an invented one.
    """

    acct: str
    name: str = ""
    note: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    locked: bool = False
    bot: bool = False
    discoverable: bool | None = None
    indexable: bool | None = None
    noindex: bool | None = None
    raw: Mapping[str, Any] | None = field(default=None, compare=False)

    @property
    def user(self) -> str:
        """The part before the @."""
        return self.acct.partition("@")[0]

    @property
    def host(self) -> str:
        """The server that the account lives on."""
        return self.acct.partition("@")[2]


@dataclass(frozen=True, slots=True)
class SamplePost:
    """A post with light markup: blank lines part paragraphs; #tags, @user@host, URLs, `code` and :emoji: as typed.

    `reply_to` is the id of another post. `raw` is the status as a server sent it, where it is not an invented one.
    """

    id: str
    acct: str
    at: datetime
    text: str
    language: str | None = None
    reply_to: str | None = None
    cw: str = ""
    edit: SampleEdit | None = None
    raw: Mapping[str, Any] | None = field(default=None, compare=False)

    def text_at(self, now: datetime) -> str:
        """How the post reads at `now`."""
        return self.edit.text if self.edit and self.edit.at <= now else self.text

    def edited_at(self, now: datetime) -> datetime | None:
        """When the post was edited, as known at `now`."""
        return self.edit.at if self.edit and self.edit.at <= now else None


@dataclass(frozen=True, slots=True)
class Corpus:
    """All accounts by address, all posts by id (oldest first)."""

    accounts: Mapping[str, SampleAccount]
    posts: Mapping[str, SamplePost]


def load_corpus(folder: Path | None = None) -> Corpus:
    """The corpus in `folder`, or the one that ships. Raises InputError, which names file and line."""
    source: Traversable = folder or resources.files("fedilens.sample")
    accounts = [_account(row) for row in _rows(source / "accounts.jsonl")]
    posts = [_post(row) for row in _rows(source / "posts.jsonl")]
    golden = source / "golden.json"
    if golden.is_file():
        raw = json.loads(golden.read_text(encoding="utf-8"))
        accounts.append(SampleAccount(raw["account"]["acct"], raw=raw["account"]))
        posts.append(SamplePost(GOLDEN, raw["account"]["acct"], _moment(raw["created_at"]), raw["content"], raw=raw))
    return joined(accounts, posts)


def joined(accounts: list[SampleAccount], posts: list[SamplePost]) -> Corpus:
    """A corpus of these. Raises InputError where a name is taken twice, missing, or answered before its time."""
    by_acct = {account.acct: account for account in accounts}
    by_id = {post.id: post for post in sorted(posts, key=lambda post: (post.at, post.id))}
    if len(by_acct) < len(accounts) or len(by_id) < len(posts):
        raise InputError("the sample corpus names an account or a post twice")
    for post in posts:
        parent = by_id.get(post.reply_to) if post.reply_to else None
        if post.acct not in by_acct:
            raise InputError(f"the sample post {post.id} is by nobody: {post.acct} is not among the accounts")
        if post.reply_to and (parent is None or parent.at >= post.at):
            raise InputError(f"the sample post {post.id} answers {post.reply_to}, which is not there by then")
        if post.edit and post.edit.at <= post.at:
            raise InputError(f"the sample post {post.id} is edited before it is written")
    return Corpus(by_acct, by_id)


@dataclass(frozen=True, slots=True)
class _Row:
    """One line of a file, with what an error message needs."""

    where: str
    value: Mapping[str, Any]

    def text(self, name: str, default: str | None = None) -> str:
        found = self.value.get(name, default)
        if not isinstance(found, str):
            raise InputError(f"{self.where}: {name} is not a text")
        return found

    def flag(self, name: str) -> bool | None:
        found = self.value.get(name)
        if found is not None and not isinstance(found, bool):
            raise InputError(f"{self.where}: {name} is neither true, false nor null")
        return found

    def time(self, name: str) -> datetime:
        try:
            return _moment(self.text(name))
        except ValueError as error:
            raise InputError(f"{self.where}: {name} is not a time such as 2025-01-05T14:03:00Z") from error


def _rows(file: Traversable) -> Iterator[_Row]:
    """The lines of a JSON lines file; empty ones are passed over."""
    try:
        lines = file.read_text(encoding="utf-8").split("\n")
    except OSError as error:
        raise InputError(f"cannot read {file.name} of the sample corpus: {error.strerror}") from error
    for number, line in enumerate(lines, start=1):
        where = f"{file.name}, line {number}"
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except ValueError as error:
            raise InputError(f"{where}: not valid JSON") from error
        if not isinstance(value, dict):
            raise InputError(f"{where}: not an object")
        yield _Row(where, value)


def _account(row: _Row) -> SampleAccount:
    return SampleAccount(
        acct=row.text("acct"),
        name=row.text("name"),
        note=row.text("note", ""),
        fields=tuple((name, value) for name, value in row.value.get("fields", ())),
        locked=row.flag("locked") is True,
        bot=row.flag("bot") is True,
        discoverable=row.flag("discoverable"),
        indexable=row.flag("indexable"),
        noindex=row.flag("noindex"),
    )


def _post(row: _Row) -> SamplePost:
    edit = row.value.get("edit")
    changed = _Row(f"{row.where}, edit", edit) if edit else None
    return SamplePost(
        id=row.text("id"),
        acct=row.text("acct"),
        at=row.time("at"),
        text=row.text("text"),
        language=row.value.get("language"),
        reply_to=row.value.get("reply_to"),
        cw=row.text("cw", ""),
        edit=SampleEdit(changed.time("at"), changed.text("text")) if changed else None,
    )


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
