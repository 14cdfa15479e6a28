"""Rows go in by the thousand, keyed by joins."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

import duckdb
import pytest

from fedilens.store.bulk import incoming, insert, insert_missing, replace, row_of, scalar

SCHEMA = "id INTEGER, day DATE, word VARCHAR"
ONE = {"id": 1, "day": date(2025, 1, 1), "word": "one"}
TWO = {"id": 2, "day": date(2025, 1, 2), "word": "two"}


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        opened.execute(f"CREATE TABLE words ({SCHEMA}, extra VARCHAR)")
        yield opened


def words(connection: duckdb.DuckDBPyConnection) -> list[tuple[int, str]]:
    """What stands in the table."""
    return connection.execute("SELECT id, word FROM words ORDER BY ALL").fetchall()


def test_every_sql_type_of_the_store_arrives_as_it_left(connection: duckdb.DuckDBPyConnection) -> None:
    """UUIDs travel as text and arrive as UUIDs; None is NULL."""
    row = {
        "a": UUID(int=2**127 + 5),
        "b": "text",
        "c": True,
        "d": -1,
        "e": 65,
        "f": 2**31 - 1,
        "g": 0.5,
        "h": 0.1,
        "i": date(2025, 1, 1),
        "j": datetime(2025, 1, 1, 12, 0, 0, 123456, tzinfo=UTC),
        "k": ["x", "y"],
        "m": [0.25, 0.5],
    }
    schema = (
        "a UUID, b VARCHAR, c BOOLEAN, d SMALLINT, e TINYINT, f INTEGER, g FLOAT, h DOUBLE, i DATE, "
        "j TIMESTAMPTZ, k VARCHAR[], m FLOAT[]"
    )
    connection.execute("SET TimeZone = 'UTC'")
    with incoming(connection, [row, dict.fromkeys(row)], schema) as source:
        found = connection.execute(f"FROM {source}").fetchall()
        types = connection.execute(f"SELECT column_type FROM (DESCRIBE {source})").fetchall()
    assert found == [tuple(row.values()), (None,) * len(row)]
    assert [kind for (kind,) in types] == [
        part.split()[1].replace("TIMESTAMPTZ", "TIMESTAMP WITH TIME ZONE") for part in schema.split(", ")
    ]
    assert connection.execute("SHOW TABLES").fetchall() == [("words",)]


def test_a_scalar_is_the_first_value_or_none(connection: duckdb.DuckDBPyConnection) -> None:
    """Values are bound by name."""
    assert scalar(connection, "SELECT $n + 1, 9", {"n": 1}) == 2
    assert scalar(connection, "SELECT id FROM words") is None


def test_rows_are_appended_by_name(connection: duckdb.DuckDBPyConnection) -> None:
    """Columns that the schema leaves out stay empty; no rows are no work."""
    insert(connection, "words", [ONE, ONE], SCHEMA)
    insert(connection, "words", [], SCHEMA)
    assert connection.execute("SELECT day, word, extra FROM words").fetchall() == [(date(2025, 1, 1), "one", None)] * 2


def test_only_missing_keys_are_inserted_and_counted(connection: duckdb.DuckDBPyConnection) -> None:
    """One row a key comes in, and what is there stays as it is."""
    insert(connection, "words", [ONE], SCHEMA)
    again = [ONE | {"word": "changed"}, TWO, TWO]
    assert insert_missing(connection, "words", again, SCHEMA, key=("id",)) == 1
    assert words(connection) == [(1, "one"), (2, "two")]
    assert insert_missing(connection, "words", [], SCHEMA, key=("id",)) == 0


def test_a_key_of_several_columns_differs_in_any_of_them(connection: duckdb.DuckDBPyConnection) -> None:
    """The same id under another word is another row."""
    insert(connection, "words", [ONE], SCHEMA)
    other = ONE | {"word": "uno"}
    assert insert_missing(connection, "words", [ONE, other], SCHEMA, key=("id", "word")) == 1
    replace(connection, "words", [other | {"day": None}], SCHEMA, key=("id", "word"))
    assert connection.execute("SELECT word, day FROM words ORDER BY word").fetchall() == [
        ("one", ONE["day"]),
        ("uno", None),
    ]


def test_rows_take_the_place_of_those_with_their_key(connection: duckdb.DuckDBPyConnection) -> None:
    """Other rows stay, and no rows replace nothing."""
    insert(connection, "words", [ONE, TWO], SCHEMA)
    replace(connection, "words", [ONE | {"word": "uno"}], SCHEMA, key=("id",))
    replace(connection, "words", [], SCHEMA, key=("id",))
    assert words(connection) == [(1, "uno"), (2, "two")]


def test_a_dataclass_becomes_a_row() -> None:
    """Its fields and what is added."""

    @dataclass(frozen=True, slots=True)
    class Point:
        x: int
        y: int

    assert row_of(Point(1, 2), z=3) == {"x": 1, "y": 2, "z": 3}
