"""What is taken out again: to the last byte, with all that hangs on it, and nothing else."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import duckdb
import pytest
from stored import KEYS, NOW, TIMELINE, clean, count, database_at, embedded, post, rows, save

from fedilens.store import Database
from fedilens.store.analyses import AnalysisStore, CleanedStatus
from fedilens.store.care import CareStore
from fedilens.store.publications import Outbox
from fedilens.store.statuses import StatusStore
from fedilens.types import Account, Document, Label, Part, PostDraft, Stance, TagTimeline

ZENO = "zeno_91@gone.example"
WORDS = "my grandmother kept nineteen speckled hens behind the harbour office"
TABLES = (
    "accounts",
    "account_names",
    "consent_decisions",
    "statuses",
    "status_links",
    "status_texts",
    "status_tags",
    "sightings",
    "documents",
    "sentences",
    "embeddings",
    "stances",
)


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return database_at(tmp_path)


@pytest.fixture
def care(database: Database) -> CareStore:
    return CareStore(database, KEYS)


def fill(database: Database) -> None:
    """Zeno's post and two others', all analysed."""
    zeno = replace(
        post(91), uri="https://gone.example/users/zeno_91/91", url="https://gone.example/@zeno_91/91",
        account=Account("https://gone.example/users/zeno_91", ZENO, display_name="Zeno Speckled", indexable=True),
        content=f"<p>{WORDS}</p>",
    )  # fmt: skip
    save(database, post(1), zeno, post(2))
    texts = {1: "one text", 2: "another text"}
    clean(database, texts)
    store = AnalysisStore(database)
    hashed = KEYS.text(WORDS)
    document = Document(hashed, WORDS, "en")
    store.save_cleaned([CleanedStatus(KEYS.status(zeno.uri), document, ("ai",), ())], now=NOW)
    every = [*texts.values(), WORDS]
    store.save_embedded([embedded(text) for text in every], model="toy")
    found = {KEYS.text(text): [Stance("power", Label.FAVOR, 0.8, 0.1, 0.1, 0)] for text in every}
    store.save_stances(found, debate="ai", detector="d", reasons=[])


def files_with(folder: Path, *needles: str) -> list[str]:
    """The files in a folder that hold one of the texts."""
    wanted = [needle.encode() for needle in needles]
    return [path.name for path in folder.rglob("*") if path.is_file() and any(n in path.read_bytes() for n in wanted)]


def test_forgetting_leaves_no_byte_and_no_row_behind(tmp_path: Path) -> None:
    """Before, handle, address and text are found in the file; after, they are not, and others' posts are there."""
    database = database_at(tmp_path)
    fill(database)
    # Written anew and uncompressed, so that the search below is a control that can fail.
    raw = duckdb.connect(str(database.path))
    raw.execute("SET force_compression = 'uncompressed'")
    for table in ("account_names", "status_links", "documents"):
        raw.execute(f"CREATE OR REPLACE TABLE {table} AS SELECT * FROM {table}")
    raw.execute("CHECKPOINT")
    raw.close()
    assert files_with(tmp_path, ZENO)
    assert files_with(tmp_path, WORDS)
    assert files_with(tmp_path, "@zeno_91/91")
    care = CareStore(database, KEYS)
    assert care.forget([ZENO], now=NOW) == 1
    assert care.rewrite_if_wanted()
    assert files_with(tmp_path, "zeno_91", "Zeno Speckled", WORDS, WORDS[:40]) == []
    assert {table: count(database, table) for table in ("accounts", "statuses", "documents", "stances")} == {
        "accounts": 2,
        "statuses": 2,
        "documents": 2,
        "stances": 2,
    }
    assert rows(database, "SELECT account_id, choice FROM choices") == [(KEYS.account(ZENO), "opted-out")]


def test_the_rewritten_file_is_the_same_database(database: Database) -> None:
    """Views, macros, rows and the version; the file keeps who may read it."""
    fill(database)
    database.path.chmod(0o600)
    before = {table: count(database, table) for table in TABLES}
    database.rewrite()
    assert {table: count(database, table) for table in TABLES} == before
    assert rows(database, "SELECT count(*) FROM counted_posts") == [(3,)]
    assert rows(database, "SELECT wilson_low(1, 2, 1.96) < 0.5") == [(True,)]
    assert database.path.stat().st_mode & 0o777 == 0o600
    assert not list(database.path.parent.glob("*.rewriting"))
    save(database, post(5))
    assert count(database, "statuses") == 4


def test_forgetting_an_account_that_asked_takes_its_unsent_answers_along(database: Database, care: CareStore) -> None:
    """What waits for others stays."""
    parts = [
        Part(UUID(int=number), f"reply/{number}", "account", 1, PostDraft(text, "direct"))
        for number, text in ((1, f"@{ZENO.upper()} hello"), (2, "@other@x.example hello"))
    ]
    digest = f"weekly/ai/2025-02-01T08:00Z/{KEYS.account(ZENO).hex[:8]}"
    parts.append(Part(UUID(int=3), digest, "account", 1, PostDraft("The debate", "direct")))
    Outbox(database).plan(parts, now=NOW)
    care.forget([ZENO], now=NOW)
    assert rows(database, "SELECT delivery FROM publications") == [("reply/2",)]
    assert count(database, "publication_drafts") == 1


def test_what_is_past_its_time_goes_with_all_that_was_found_in_it(database: Database, care: CareStore) -> None:
    """Counted from the day of collecting; figures stay."""
    save(database, post(1), now=NOW - timedelta(days=91))
    save(database, post(2), now=NOW - timedelta(days=89))
    clean(database, {1: "old", 2: "young"})
    AnalysisStore(database).save_embedded([embedded("old"), embedded("young")], model="toy")
    assert care.expire(NOW - timedelta(days=90)) == 1
    assert rows(database, "SELECT text FROM documents") == [("young",)]
    assert {table: count(database, table) for table in ("accounts", "account_names", "status_texts", "sightings")} == {
        "accounts": 1,
        "account_names": 1,
        "status_texts": 1,
        "sightings": 1,
    }
    assert rows(database, "SELECT count(DISTINCT content_hash) FROM embeddings") == [(1,)]
    assert care.rewrite_if_wanted()
    assert not care.rewrite_if_wanted()
    assert care.expire(NOW - timedelta(days=90)) == 0


def test_a_name_stays_as_long_as_a_post_and_is_the_one_of_today(database: Database, care: CareStore) -> None:
    """Else nobody could be found on a list, and the last look before publishing would look for yesterday's name."""
    save(database, post(1), post(2), now=NOW - timedelta(days=91))
    renamed = replace(post(3, acct="user1@host1.example").account, display_name="Renamed")
    save(database, post(3, account=renamed), now=NOW)
    assert care.expire(NOW - timedelta(days=90)) == 2
    assert rows(database, "SELECT acct, display_name FROM account_names") == [("user1@host1.example", "Renamed")]
    care.remove([KEYS.status("https://x.example/3")])
    assert care.rewrite_if_wanted()
    care.expire(NOW - timedelta(days=90))
    assert count(database, "account_names") == 0
    assert care.rewrite_if_wanted()


def test_who_withdraws_leaves_no_look_at_a_post_behind(database: Database, care: CareStore) -> None:
    """Keyed hashes of posts are of somebody, too."""
    save(database, post(1), post(2))
    care.note_checked([KEYS.status(f"https://x.example/{number}") for number in (1, 2)], now=NOW)
    StatusStore(database, KEYS).withdraw({"user1@host1.example": ("opted-out", "bot")}, now=NOW)
    assert rows(database, "SELECT status_id FROM rechecks") == [(KEYS.status("https://x.example/2"),)]


def test_nothing_deleted_needs_no_rewriting(database: Database, care: CareStore) -> None:
    """And a file from which something was deleted is rewritten again while an answer waits."""
    fill(database)
    assert not care.rewrite_if_wanted()
    care.remove([KEYS.status("https://x.example/1")])
    Outbox(database).plan([Part(UUID(int=1), "reply/1", "account", 1, PostDraft("hi", "direct"))], now=NOW)
    assert care.rewrite_if_wanted()
    assert care.rewrite_if_wanted()


def test_each_post_is_asked_for_at_one_server_when_its_day_is_over(database: Database, care: CareStore) -> None:
    """At its author's own server if that showed it; those that waited longest first."""
    day = timedelta(days=1)
    home = TagTimeline("host1.example", "ai")
    save(database, post(1), post(2), now=NOW - 2 * day)
    save(database, post(1), timeline=home, now=NOW - 2 * day)
    save(database, post(3, at=NOW - 9 * day), post(4), now=NOW)
    week, due = NOW - 7 * day, NOW - day
    asked = {
        instance: [one.remote_id for one in care.to_recheck(instance, since=week, before=due, most=9)]
        for instance in (home.instance, TIMELINE.instance)
    }
    assert asked == {home.instance: ["1"], TIMELINE.instance: ["2"]}
    care.note_checked([KEYS.status("https://x.example/2")], now=NOW)
    assert care.to_recheck(TIMELINE.instance, since=week, before=due, most=9) == []
    later = care.to_recheck(TIMELINE.instance, since=week, before=NOW + day, most=1)
    assert len(later) == 1


def test_protected_is_everybody_who_did_not_opt_in(database: Database, care: CareStore) -> None:
    """Addresses, names, links and texts."""
    fill(database)
    with database.write() as connection:
        connection.execute(
            "UPDATE consent_decisions SET consent = 'quotable' WHERE account_id = $id",
            {"id": KEYS.account("user1@host1.example")},
        )
    found = care.protected()
    assert found.accts == {ZENO, "user2@host2.example"}
    assert "Zeno Speckled" in found.names
    assert "https://gone.example/@zeno_91/91" in found.links
    assert set(found.texts) == {WORDS, "another text"}
    assert json.dumps(sorted(found.links)).count("x.example/1") == 0
