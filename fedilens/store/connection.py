"""Opens the database for a moment, brings it up to date, and closes it again.

Nobody holds the file open: a write is one short transaction under an inter-process lock; a reader opens
read-only and waits out a writer's moment. This module alone imports duckdb.
"""

import random
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path

import duckdb
from filelock import FileLock, Timeout

from fedilens.errors import StoreBusyError, StoreError, StoreTooNewError
from fedilens.store.bulk import scalar

# DuckDB refuses a read-only connection beside a read-write one in the same process, so threads take turns.
_one_at_a_time = threading.RLock()


@dataclass(frozen=True, slots=True)
class Database:
    """One DuckDB file. `patience` is how many seconds to wait while another program holds it."""

    path: Path
    patience: float = 60.0
    sleep: Callable[[float], None] = field(default=time.sleep, repr=False)

    @contextmanager
    def write(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """One transaction: committed at the end, rolled back on any error.

        Raises StoreBusyError when the file stays taken, StoreError when it cannot be used.
        """
        lock = FileLock(self.path.with_name(self.path.name + ".lock"), timeout=self.patience)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            lock.acquire()
        except Timeout as error:
            raise StoreBusyError(f"{self.path} is being written by another fedilens; try again later") from error
        except OSError as error:
            raise StoreError(f"cannot write {self.path}: {error.strerror or error}") from error
        try:
            with self._open(read_only=False) as connection:
                migrate(connection)
                connection.begin()
                try:
                    yield connection
                except BaseException:
                    connection.rollback()
                    raise
                connection.commit()
        finally:
            lock.release()

    def rewrite(self) -> None:
        """Copies what stands in the database into a new file, which takes the old one's place at once.

        What was deleted leaves no byte behind: DuckDB marks its room as free and keeps what stood there. Raises
        StoreBusyError and StoreError as `write` does; the old file is then as it was.
        """
        fresh = self.path.with_name(self.path.name + ".rewriting")
        with self.write():  # brings it up to date
            pass
        try:
            with FileLock(self.path.with_name(self.path.name + ".lock"), timeout=self.patience):
                fresh.unlink(missing_ok=True)
                with self._open(read_only=False) as connection:
                    connection.execute("CHECKPOINT")
                    name = str(scalar(connection, "SELECT current_database()")).replace('"', '""')
                    connection.execute("ATTACH '" + str(fresh).replace("'", "''") + "' AS fresh")
                    connection.execute(f'COPY FROM DATABASE "{name}" TO fresh')
                    connection.execute("DETACH fresh")
                shutil.copymode(self.path, fresh)
                fresh.replace(self.path)
        except Timeout as error:
            raise StoreBusyError(f"{self.path} is being written by another fedilens; try again later") from error
        except (duckdb.Error, OSError) as error:
            fresh.unlink(missing_ok=True)
            raise StoreError(f"cannot rewrite {self.path}: {_first_line(error)}") from error

    @contextmanager
    def read(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A read-only connection that sees one state of the database.

        A file that is not there yet, or is of an older version, is made or migrated first.
        """
        if not self.path.exists():
            with self.write():
                pass
        for _ in range(2):
            with self._open(read_only=True) as connection:
                if refuse_newer(connection) == _newest():
                    yield connection
                    return
            with self.write():
                pass  # Migrates.

    def fact(self, name: str) -> str | None:
        """A fact of a file that may be no database of ours: nothing is migrated or locked.

        Raises StoreError if it is no database at all.
        """
        with self._open(read_only=True) as connection:
            try:
                found = scalar(connection, "SELECT value FROM store_facts WHERE name = $name", {"name": name})
            except duckdb.CatalogException:
                return None
        return None if found is None else str(found)

    @contextmanager
    def _open(self, *, read_only: bool) -> Iterator[duckdb.DuckDBPyConnection]:
        with _one_at_a_time:
            connection = self._connect(read_only=read_only)
            try:
                connection.execute("SET TimeZone = 'UTC'")
                if read_only:
                    connection.execute("SET lock_configuration = true")
                yield connection
            finally:
                connection.close()

    def _connect(self, *, read_only: bool) -> duckdb.DuckDBPyConnection:
        """Opens the file, waiting with growing pauses while another process holds it."""
        deadline = time.monotonic() + self.patience
        pause = 0.005
        config: dict[str, str | bool | int | float | list[str]] = {}
        if read_only:
            config["enable_external_access"] = False
        while True:
            try:
                return duckdb.connect(str(self.path), read_only=read_only, config=config)
            except duckdb.IOException as error:
                if "set lock" not in str(error).lower():  # The path may hold the word "lock" too.
                    raise StoreError(f"cannot open {self.path}: {_first_line(error)}") from error
                if time.monotonic() > deadline:
                    raise StoreBusyError(
                        f"another program holds {self.path}; close it there, or give it a copy made with "
                        "`fedilens snapshot FILE`"
                    ) from error
            except duckdb.Error as error:
                raise StoreError(f"cannot open {self.path}: {_first_line(error)}") from error
            # Jitter, so that many waiting readers do not come back all at once.
            self.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311  # no secret
            pause = min(pause * 1.5, 0.5)


def migrate(connection: duckdb.DuckDBPyConnection) -> None:
    """Runs the numbered SQL files that this database has not seen, each in one transaction with its record."""
    version = refuse_newer(connection)
    if version == _newest():
        return
    for number, name, sql in _migrations():
        if number <= version:
            continue
        connection.begin()
        try:
            connection.execute(
                "CREATE TABLE IF NOT EXISTS schema_migrations "
                "(number INTEGER NOT NULL, name VARCHAR NOT NULL, applied_at TIMESTAMPTZ NOT NULL)"
            )
            connection.execute(sql)
            connection.execute(
                "INSERT INTO schema_migrations VALUES ($number, $name, now())", {"number": number, "name": name}
            )
        except duckdb.Error as error:
            connection.rollback()
            raise StoreError(f"migration {name} failed: {_first_line(error)}; the database is as it was") from error
        connection.commit()


def refuse_newer(connection: duckdb.DuckDBPyConnection) -> int:
    """The database's version. Raises StoreTooNewError when a newer fedilens wrote it."""
    version = _version(connection)
    if version > _newest():
        raise StoreTooNewError(
            f"the database is of version {version}, and this fedilens knows {_newest()}; install a newer fedilens"
        )
    return version


def _version(connection: duckdb.DuckDBPyConnection) -> int:
    try:
        return int(scalar(connection, "SELECT coalesce(max(number), 0) FROM schema_migrations"))
    except duckdb.CatalogException:  # a file in which nothing stands yet
        return 0


def _migrations() -> list[tuple[int, str, str]]:
    folder = resources.files("fedilens.store").joinpath("migrations")
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".sql")), key=lambda file: file.name)
    return [(int(file.name[:4]), file.name, file.read_text(encoding="utf-8")) for file in files]


@cache
def _newest() -> int:
    return max(number for number, _, _ in _migrations())


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]
