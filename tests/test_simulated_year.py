"""Weeks of people who change their minds: at every digest all promises hold, and broken ones are noticed."""

import json
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import duckdb
import pytest
from simulated_year import DAY, START, Program, World
from year_checker import Truth, violations

pytestmark = pytest.mark.long

PEOPLE, DAYS, RETENTION = 110, 29, 15


class Lived:
    """A simulation that is over."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.world, self.truth = World(PEOPLE, seed=5), Truth()
        program = Program(folder, self.world, retention=RETENTION)
        self.found: list[str] = []
        self.now: datetime = START
        for day in range(1, DAYS):
            self.now = START + day * DAY
            self.world.live(self.now)
            program.day(self.now, digest=day % 7 == 0)
            self.truth.replay(self.world.log)
            if day % 7 == 0:
                self.found += violations(folder, self.truth, self.now, retention=RETENTION)
        self.corrected = program.corrected


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Lived:
    return Lived(tmp_path_factory.mktemp("lived"))


def test_every_promise_holds_at_every_digest(lived: Lived) -> None:
    """Four digests over four weeks, in which everything happened at least once."""
    assert lived.found == []
    kinds = {entry["kind"] for entry in lived.world.log}
    assert kinds == {"posted", "edited", "deleted", "sighted", "opted-out", "opted-in", "forgotten"}
    assert len(list((lived.folder / "public").glob("*.json"))) == 4
    with duckdb.connect(str(lived.folder / "fedilens.duckdb"), read_only=True) as connection:
        assert connection.execute("SELECT count(*) FROM statuses").fetchone()[0] > 50  # type: ignore[index]
        assert connection.execute("SELECT count(*) FROM exclusion_sketches").fetchone()[0] > 20  # type: ignore[index]


def sql(statement: str) -> Callable[[Path, Lived], None]:
    """A fault in the database."""

    def broken(folder: Path, lived: Lived) -> None:
        out = next(acct for acct, choice in lived.truth.choice.items() if choice == "opted-out")
        gone = next(
            uri for uri, at in lived.truth.gone.items()
            if at - lived.truth.created[uri] < 4 * DAY and lived.truth.may_stand(lived.truth.author[uri])
        )  # fmt: skip
        values = {"out": out, "gone": gone}
        with duckdb.connect(str(folder / "fedilens.duckdb")) as connection:
            connection.execute(statement, {name: value for name, value in values.items() if f"${name}" in statement})

    return broken


def written(name: str, text: Callable[[Lived], str]) -> Callable[[Path, Lived], None]:
    """A fault in a file."""

    def broken(folder: Path, lived: Lived) -> None:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text(lived), encoding="utf-8")

    return broken


def changed(key: str, value: object, *, back: int = 0) -> Callable[[Path, Lived], None]:
    """A fault in the last digest, or in one of `back` weeks before."""

    def broken(folder: Path, lived: Lived) -> None:
        path = folder / "public" / f"{lived.now - 7 * back * DAY:%Y-%m-%d}.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | {key: value}))

    return broken


def quoted(lived: Lived) -> str:
    """A post of somebody who did not opt in."""
    uri = next(uri for uri, acct in lived.truth.author.items() if lived.truth.choice.get(acct) != "opted-in")
    return f"They say {lived.truth.versions[uri][0].upper()}!"


def forgotten(lived: Lived) -> str:
    return next(acct for acct, choice in lived.truth.choice.items() if choice == "forgotten")


FAULTS: dict[str, Callable[[Path, Lived], None]] = {
    "somebody stands who is left out": sql("INSERT INTO account_names SELECT uuid(), $out, '', now()"),
    "a deleted post stands": sql(
        "UPDATE status_links SET uri = $gone WHERE status_id = (SELECT min(status_id) FROM status_links)"
    ),
    "an old version stands": sql("UPDATE status_texts SET content = '<p>an older text</p>'"),
    "a post is past its time": sql("UPDATE statuses SET collected_at = collected_at - INTERVAL 40 DAY"),
    "somebody is counted without a decision": sql("DELETE FROM consent_decisions"),
    "a decision has no history": sql("DELETE FROM consent_changes"),
    "the history of somebody left out stands": sql(
        "INSERT INTO consent_changes VALUES (uuid(), 'aggregate', 'indexable', 'account', now())"
    ),
    "somebody is quotable who did not opt in, or opted in and is not": sql(
        "UPDATE consent_decisions SET consent = 'quotable' WHERE consent = 'aggregate'"
    ),
    "flags stand that were not seen": sql("UPDATE consent_decisions SET indexable = NOT coalesce(indexable, false)"),
    "a name stands of which there is no post": sql(
        "INSERT INTO account_names SELECT uuid(), acct, '', '2025-01-01' FROM account_names LIMIT 1"
    ),
    "a look at a post stands that is gone": sql("INSERT INTO rechecks VALUES (uuid(), now())"),
    "documents of nobody's posts stand": sql("UPDATE statuses SET content_hash = uuid()"),
    "the digest counts others than people": changed("people", {"value": 3.0}),
    "a digest that is out holds no longer": changed("people", {"value": 10_000.0}, back=1),
    "a correction tells more than its day": changed("notes", ["Corrected on 3 May 2025: Ann deleted a post."]),
    "a day of few people is told": changed("daily_posts", [["2019-01-01", 1]]),
    "a group is too small": changed("topics", [{"people": {"value": 2.0}}]),
    "a name or address is published": written("public/page.html", lambda _: "<p>person_7 said so</p>"),
    "a quotation is published": written("public/page.html", quoted),
    "somebody is not forgotten": written("notes.txt", forgotten),
    "the key can be read by others": lambda folder, _: (folder / "fedilens.key").chmod(0o644),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_broken_promise_is_noticed(lived: Lived, tmp_path: Path, fault: str) -> None:
    """Each fault that is planted is found, by its name."""
    folder = tmp_path / "copy"
    shutil.copytree(lived.folder, folder)
    assert fault not in violations(folder, lived.truth, lived.now, retention=RETENTION)
    FAULTS[fault](folder, lived)
    assert fault in violations(folder, lived.truth, lived.now, retention=RETENTION)
