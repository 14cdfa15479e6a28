"""An independent look at the promises: reads the database file, what was published, and the log of what happened.

It shares no code with the program: its rules are written from the promises alone.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

DAY = timedelta(days=1)
GROUP = 5
RUN = 8
CORRECTED = 14 * DAY
"""So long a digest that is out is kept true."""
NOTE = r"Corrected on \d+ [A-Z][a-z]+ \d{4}: posts that this rests on were edited, deleted or withdrawn\."
ACCT = re.compile(rb"person_\d+@host\d\.example")


@dataclass
class Truth:
    """What the log says, replayed."""

    flags: dict[str, dict[str, Any]] = field(default_factory=dict)
    bots: set[str] = field(default_factory=set)
    choice: dict[str, str] = field(default_factory=dict)
    gone: dict[str, datetime] = field(default_factory=dict)
    edited: dict[str, datetime] = field(default_factory=dict)
    author: dict[str, str] = field(default_factory=dict)
    versions: dict[str, list[str]] = field(default_factory=dict)
    created: dict[str, datetime] = field(default_factory=dict)
    read: int = 0

    def replay(self, log: list[dict[str, Any]]) -> None:
        """Takes in what is new in the log."""
        for entry in log[self.read :]:
            acct, kind = entry["acct"], entry["kind"]
            if kind == "sighted":
                self.flags[acct] = entry["flags"]
                self.bots |= {acct} if entry["bot"] else set()
            elif kind in ("opted-out", "opted-in", "forgotten"):
                self.choice[acct] = kind
            elif kind == "deleted":
                self.gone[entry["uri"]] = entry["at"]
            else:
                self.versions.setdefault(entry["uri"], []).append(entry["text"])
                self.author[entry["uri"]] = acct
                if kind == "edited":
                    self.edited[entry["uri"]] = entry["at"]
                else:
                    self.created[entry["uri"]] = entry["created_at"]
        self.read = len(log)

    def may_stand(self, acct: str) -> bool:
        """The table "Who is counted", by what was last seen of somebody."""
        flags, choice = self.flags.get(acct, {}), self.choice.get(acct)
        if choice in ("opted-out", "forgotten") or "#nobot" in flags.get("note", "").lower():
            return False
        if choice == "opted-in":
            return True
        if flags.get("locked") or flags.get("noindex") or flags.get("indexable") is False:
            return False
        return bool(flags.get("indexable") or flags.get("discoverable"))


def violations(folder: Path, truth: Truth, now: datetime, *, retention: int) -> list[str]:
    """What does not hold, each as a short sentence; nothing if all is well."""
    with duckdb.connect(str(folder / "fedilens.duckdb"), read_only=True) as connection:
        out = _published(folder)
        found = [*_standing(connection, truth, now, out, retention=retention), *_figures(folder, connection, now)]
        found += _corrected(connection, out, now, retention=retention)
    return found + list(_leaks(folder, truth)) + list(_files(folder, truth))


def _published(folder: Path) -> list[dict[str, Any]]:
    """Every digest that is out, as it reads now, with its window's moments in `start` and `end`."""
    found = []
    for path in sorted((folder / "public").glob("*.json")):
        digest = json.loads(path.read_text(encoding="utf-8"))
        found.append(digest | {name: datetime.fromisoformat(digest["window"][name]) for name in ("start", "end")})
    return found


def _standing(
    connection: Any, truth: Truth, now: datetime, out: list[dict[str, Any]], *, retention: int
) -> Iterator[str]:
    """Who stands in the database, and what of them."""
    connection.execute("SET TimeZone = 'UTC'")
    for (acct,) in connection.execute("SELECT acct FROM account_names").fetchall():
        if not truth.may_stand(acct):
            yield "somebody stands who is left out"
    texts = connection.execute("SELECT uri, content FROM status_links JOIN status_texts USING (status_id)").fetchall()
    for uri, content in texts:
        yield from _post(uri, content, truth, now, out)
    (oldest,) = connection.execute("SELECT min(collected_at) FROM statuses").fetchone()
    if oldest is not None and now - oldest > timedelta(days=retention) + DAY:
        yield "a post is past its time"
    (undecided,) = connection.execute(
        "SELECT count(*) FROM accounts WHERE account_id NOT IN (SELECT account_id FROM consent_decisions "
        "WHERE consent IN ('aggregate', 'quotable'))"
    ).fetchone()
    if undecided:
        yield "somebody is counted without a decision"
    yield from _ledger(connection, truth)
    (unneeded,) = connection.execute(
        "SELECT count(*) FROM account_names ANTI JOIN statuses USING (account_id) "
        "WHERE collected_at < $now - INTERVAL 2 DAY",
        {"now": now},
    ).fetchone()
    if unneeded:
        yield "a name stands of which there is no post"
    (unneeded,) = connection.execute("SELECT count(*) FROM rechecks ANTI JOIN statuses USING (status_id)").fetchone()
    if unneeded:
        yield "a look at a post stands that is gone"
    for table in ("documents", "sentences", "embeddings", "stances"):
        orphans = f"SELECT count(*) FROM {table} ANTI JOIN statuses USING (content_hash)"
        if connection.execute(orphans).fetchone()[0]:
            yield f"{table} of nobody's posts stand"


def _ledger(connection: Any, truth: Truth) -> Iterator[str]:
    """Every decision has its history, and nobody who is left out has one."""
    (unexplained,) = connection.execute(
        "SELECT count(*) FROM consent_decisions "
        "ANTI JOIN consent_changes USING (account_id, consent, reason, source, decided_at)"
    ).fetchone()
    if unexplained:
        yield "a decision has no history"
    (ownerless,) = connection.execute(
        "SELECT count(*) FROM (FROM consent_changes WHERE account_id IS NOT NULL) "
        "ANTI JOIN consent_decisions USING (account_id)"
    ).fetchone()
    if ownerless:
        yield "the history of somebody left out stands"
    decided = connection.execute(
        "SELECT acct, consent, locked, noindex, indexable, discoverable FROM consent_decisions "
        "JOIN account_names USING (account_id)"
    ).fetchall()
    for acct, consent, locked, noindex, indexable, discoverable in decided:
        if (consent == "quotable") != (truth.choice.get(acct) == "opted-in"):
            yield "somebody is quotable who did not opt in, or opted in and is not"
        seen = truth.flags[acct]
        now = {"locked": locked, "noindex": noindex, "indexable": indexable, "discoverable": discoverable}
        if any(seen[name] is not value for name, value in now.items()):
            yield "flags stand that were not seen"


def _post(uri: str, content: str, truth: Truth, now: datetime, out: list[dict[str, Any]]) -> Iterator[str]:
    """One post that stands.

    What happens to it in its first five days, or while a digest that rests on it is to be corrected, is to be seen
    within two days.
    """
    if not truth.may_stand(truth.author[uri]):
        yield "a post stands of somebody who is left out"

    def seen(moment: datetime | None) -> bool:
        if moment is None or now - moment <= 2 * DAY:
            return False
        created = truth.created[uri]
        return moment - created < 5 * DAY or any(
            one["start"] <= created < one["end"] and one["end"] <= moment <= one["end"] + CORRECTED - 3 * DAY
            for one in out
        )

    if seen(truth.gone.get(uri)):
        yield "a deleted post stands"
    if seen(truth.edited.get(uri)) and truth.versions[uri][-1] not in content:
        yield "an old version stands"


def _corrected(connection: Any, out: list[dict[str, Any]], now: datetime, *, retention: int) -> Iterator[str]:
    """Digests of the last two weeks say how many people there are, or were up to a tenth more; notes tell the day."""
    for digest in out:
        for note in digest["notes"]:
            if note.startswith("Corrected") and not re.fullmatch(NOTE, note):
                yield "a correction tells more than its day"
        old = now - digest["end"] >= CORRECTED or now - digest["start"] > retention * DAY
        if old or now == digest["end"]:
            continue
        people = _people(connection, digest)
        if digest["people"]["value"] - (0 if people < GROUP else people) > 0.1 * digest["people"]["value"]:
            yield "a digest that is out holds no longer"


def _people(connection: Any, digest: dict[str, Any]) -> int:
    """How many people wrote in a digest's window, bots apart."""
    (people,) = connection.execute(
        "SELECT count(DISTINCT s.account_id) FROM statuses s JOIN accounts a USING (account_id) WHERE NOT a.bot "
        "AND s.created_at >= $start::TIMESTAMPTZ AND s.created_at < $end::TIMESTAMPTZ",
        {"start": digest["window"]["start"], "end": digest["window"]["end"]},
    ).fetchone()
    return int(people)


def _figures(folder: Path, connection: Any, now: datetime) -> Iterator[str]:
    """The digest of today: people are people, and no group is too small."""
    path = folder / "public" / f"{now:%Y-%m-%d}.json"
    if not path.exists():
        return
    digest = json.loads(path.read_text(encoding="utf-8"))
    people = _people(connection, digest)
    if digest["people"]["value"] != (0 if people < GROUP else people):
        yield "the digest counts others than people"
    groups = [one["people"]["value"] for kind in ("topics", "reasons", "articles") for one in digest[kind]]
    groups += [figure["value"] for kind in ("excluded", "unread_languages") for figure in digest[kind].values()]
    groups += [figure["n"] for figure in digest["figures"] if figure["n"] is not None]
    if any(0 < people < GROUP for people in groups):
        yield "a group is too small"
    for day, _ in digest["daily_posts"]:
        (writers,) = connection.execute(
            "SELECT count(DISTINCT s.account_id) FROM statuses s JOIN accounts a USING (account_id) "
            "WHERE NOT a.bot AND strftime(s.created_at, '%Y-%m-%d') = $day",
            {"day": day},
        ).fetchone()
        if writers < GROUP:
            yield "a day of few people is told"


def _leaks(folder: Path, truth: Truth) -> Iterator[str]:
    """Names, addresses and quotations in what was published."""
    runs = {
        run
        for uri, versions in truth.versions.items()
        if truth.choice.get(truth.author[uri]) != "opted-in"
        for text in versions
        for run in _runs(text)
    }
    for path in sorted((folder / "public").glob("*")) if (folder / "public").exists() else []:
        told = path.read_text(encoding="utf-8")
        if re.search(r"person_\d|Nescio|posts\.example", told):
            yield "a name or address is published"
        if not runs.isdisjoint(_runs(told)):
            yield "a quotation is published"


def _files(folder: Path, truth: Truth) -> Iterator[str]:
    """The key, and the bytes of whoever was forgotten."""
    key = folder / "fedilens.key"
    if key.stat().st_mode & 0o077:
        yield "the key can be read by others"
    forgotten = {acct.encode() for acct, choice in truth.choice.items() if choice == "forgotten"}
    for path in folder.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        if not forgotten.isdisjoint(ACCT.findall(content)):
            yield "somebody is not forgotten"
        if path != key and key.read_bytes().strip() in content:
            yield "the key stands in another file"


def _runs(text: str) -> Iterator[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return (tuple(words[at : at + RUN]) for at in range(len(words) - RUN + 1))
