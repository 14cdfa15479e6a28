"""The database file: opened for a moment, migrated once, waited for, and refused where it must be."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path

import duckdb
import pytest
from filelock import FileLock
from stored import NOW, count, database_at, post, rows, save

from fedilens.errors import StoreBusyError, StoreError, StoreTooNewError
from fedilens.store import Database

HOLD = """
import sys, duckdb
connection = duckdb.connect(sys.argv[1])
print("held", flush=True)
sys.stdin.readline()
connection.execute("INSERT INTO store_facts VALUES ('from', 'outside')")
connection.close()
"""


@contextmanager
def held(path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process has the file open for writing, and inserts a fact when a line comes in."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        if process.poll() is None:
            process.communicate("\n")


def migrations() -> list[str]:
    """The names of the migration files, in order."""
    folder = resources.files("fedilens.store").joinpath("migrations")
    return sorted(file.name for file in folder.iterdir() if file.name.endswith(".sql"))


def test_a_database_is_made_where_there_is_none(tmp_path: Path) -> None:
    """A reader finds an empty one, in folders that were not there either."""
    database = Database(tmp_path / "a" / "b" / "test.duckdb")
    assert count(database, "statuses") == 0
    assert database.path.exists()


def test_migrations_run_once_each_in_order(tmp_path: Path) -> None:
    """However often the file is opened, every migration has one record."""
    database = database_at(tmp_path)
    for _ in range(2):
        with database.write():
            pass
    names = [row[0] for row in rows(database, "SELECT name FROM schema_migrations ORDER BY number")]
    assert names == migrations()
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))


def older(path: Path) -> None:
    """Makes a database as the first version left it, with a row in it."""
    sql = resources.files("fedilens.store").joinpath("migrations", migrations()[0]).read_text(encoding="utf-8")
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE schema_migrations (number INTEGER, name VARCHAR, applied_at TIMESTAMPTZ)")
        connection.execute(sql)
        connection.execute("INSERT INTO schema_migrations VALUES (1, '0001_collect.sql', now())")
        connection.execute("INSERT INTO store_facts VALUES ('kept', 'yes')")


def test_a_reader_migrates_an_older_database_and_keeps_its_rows(tmp_path: Path) -> None:
    """It asks for a table of a later migration and gets it."""
    database = database_at(tmp_path)
    older(database.path)
    assert count(database, "digests") == 0
    assert rows(database, "FROM store_facts") == [("kept", "yes")]
    assert count(database, "schema_migrations") == len(migrations())


def test_a_migration_that_fails_leaves_the_database_as_it_was(tmp_path: Path) -> None:
    """The error names the file, and nothing of that migration stands."""
    database = database_at(tmp_path)
    older(database.path)
    with duckdb.connect(str(database.path)) as connection:
        connection.execute("CREATE TABLE cluster_members (mine INTEGER)")
    with pytest.raises(StoreError, match=r"0002_analyze\.sql failed"):
        count(database, "statuses")
    with duckdb.connect(str(database.path)) as connection:
        assert connection.execute("SELECT max(number) FROM schema_migrations").fetchall() == [(1,)]
        tables = {row[0] for row in connection.execute("SHOW TABLES").fetchall()}
    assert "documents" not in tables


def test_a_newer_database_is_refused_by_readers_and_writers(tmp_path: Path) -> None:
    """The next version's file is left alone."""
    database = database_at(tmp_path)
    newer = len(migrations()) + 1
    with database.write() as connection:
        connection.execute("INSERT INTO schema_migrations VALUES ($n, 'later.sql', now())", {"n": newer})
    with pytest.raises(StoreTooNewError, match=f"version {newer}.*install a newer fedilens"), database.read():
        pytest.fail("read")
    with pytest.raises(StoreTooNewError), database.write():
        pytest.fail("written")


def test_an_error_rolls_the_whole_write_back(tmp_path: Path) -> None:
    """Whatever the error is, it comes through, and the next write works."""
    database = database_at(tmp_path)

    def half() -> None:
        with database.write() as connection:
            connection.execute("INSERT INTO store_facts VALUES ('half', 'done')")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        half()
    assert count(database, "store_facts") == 0
    with database.write() as connection:
        connection.execute("INSERT INTO store_facts VALUES ('whole', 'done')")
    assert count(database, "store_facts") == 1


def test_a_reader_waits_while_another_process_writes(tmp_path: Path) -> None:
    """It pauses longer and longer, with jitter, and then sees what the writer committed."""
    path = database_at(tmp_path).path
    count(Database(path), "statuses")
    pauses: list[float] = []
    with held(path) as writer:

        def sleep(seconds: float) -> None:
            pauses.append(seconds)
            if len(pauses) == 12:
                writer.communicate("\n")

        assert rows(Database(path, patience=60, sleep=sleep), "FROM store_facts") == [("from", "outside")]
    assert len(pauses) >= 12
    assert 0.0025 <= pauses[0] <= 0.0075
    assert pauses[11] > 0.1
    assert max(pauses) <= 0.75


def test_a_writer_waits_for_a_foreign_program_too(tmp_path: Path) -> None:
    """Nothing of what was to be written is lost."""
    path = database_at(tmp_path).path
    count(Database(path), "statuses")
    with held(path) as foreign:

        def sleep(_: float) -> None:
            foreign.communicate("\n")

        assert save(Database(path, patience=60, sleep=sleep), post(1)) == 1
    assert rows(Database(path), "SELECT name FROM store_facts ORDER BY name") == [("from",), ("key",)]


def test_impatience_ends_in_one_line_that_says_what_to_do(tmp_path: Path) -> None:
    """A file that stays taken is a StoreBusyError for readers and writers."""
    path = database_at(tmp_path).path
    count(Database(path), "statuses")
    with held(path):
        hurried = Database(path, patience=0.05)
        with pytest.raises(StoreBusyError, match=r"another program holds .*fedilens snapshot FILE"):
            count(hurried, "statuses")
        with pytest.raises(StoreBusyError, match="another program holds"):
            save(hurried, post(1))


def test_a_writer_waits_for_its_turn_among_writers(tmp_path: Path) -> None:
    """While another fedilens has the lock, a short patience ends in StoreBusyError, and afterwards it works."""
    path = database_at(tmp_path).path
    with FileLock(f"{path}.lock"), pytest.raises(StoreBusyError, match="being written by another fedilens"):
        save(Database(path, patience=0.05), post(1))
    assert save(Database(path, patience=0.05), post(1)) == 1


def test_threads_take_turns(tmp_path: Path) -> None:
    """Readers and writers in one process do not stumble over each other."""
    database = database_at(tmp_path)
    save(database, post(0))
    failed: list[BaseException] = []

    def work(number: int) -> None:
        try:
            save(database, post(number))
            count(database, "statuses")
        except BaseException as error:  # noqa: BLE001  # told below, in the main thread
            failed.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    assert count(database, "statuses") == 5


def test_a_reader_cannot_write(tmp_path: Path) -> None:
    """Its connection is read-only."""
    with database_at(tmp_path).read() as connection, pytest.raises(duckdb.Error, match="read-only"):
        connection.execute("DELETE FROM statuses")


def test_times_are_shown_in_utc(tmp_path: Path) -> None:
    """Whatever the machine's own zone is."""
    database = database_at(tmp_path)
    save(database, post(1, at=NOW))
    assert rows(database, "SELECT CAST(created_at AS VARCHAR) FROM statuses") == [("2025-02-01 00:00:00+00",)]


def test_a_file_that_is_no_database_is_told_at_once(tmp_path: Path) -> None:
    """Even where its path holds the word lock, nobody waits for it."""
    path = tmp_path / "clocks" / "test.duckdb"
    path.parent.mkdir()
    path.write_text("no database at all " * 300)
    waits: list[float] = []
    with pytest.raises(StoreError, match=r"cannot open .*not a valid DuckDB database"):
        count(Database(path, patience=0.2, sleep=waits.append), "statuses")
    assert not waits


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    """A file stands where the folder should be."""
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match=r"cannot write .*test\.duckdb"):
        count(Database(tmp_path / "file" / "test.duckdb"), "statuses")
