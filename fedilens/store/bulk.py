"""Rows into tables by the thousand: Arrow in, one statement a table (measured: 500 times executemany)."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields
from typing import TYPE_CHECKING, Any
from uuid import UUID

if TYPE_CHECKING:
    import duckdb

Row = Mapping[str, Any]


@contextmanager
def incoming(connection: "duckdb.DuckDBPyConnection", rows: Sequence[Row], schema: str) -> Iterator[str]:
    """The rows as a relation to select from; yields its name.

    `schema` lists columns and SQL types (`"status_id UUID, tag VARCHAR"`); every row has those keys.
    """
    import pyarrow as pa  # noqa: PLC0415  # `fedilens query` does not need it, and it takes time to load

    columns = [column.strip().split(" ", 1) for column in schema.split(",")]
    arrays = {name: pa.array([_plain(row[name]) for row in rows], type=_arrow(pa, sql)) for name, sql in columns}
    connection.register("incoming_arrow", pa.table(arrays))
    casts = ", ".join(f"CAST({name} AS {sql}) AS {name}" for name, sql in columns)
    # A copy, because a scan of registered Arrow data cannot be filtered by joins from both sides quickly.
    connection.execute(f"CREATE OR REPLACE TEMP TABLE incoming AS SELECT {casts} FROM incoming_arrow")
    connection.unregister("incoming_arrow")
    try:
        yield "incoming"
    finally:
        connection.execute("DROP TABLE IF EXISTS incoming")


def scalar(connection: "duckdb.DuckDBPyConnection", sql: str, values: Mapping[str, Any] | None = None) -> Any:
    """The first value of the first row, or None. Reads to the end: an unfinished result blocks a connection."""
    rows = connection.execute(sql, dict(values or {})).fetchall()
    return rows[0][0] if rows else None


def insert(connection: "duckdb.DuckDBPyConnection", table: str, rows: Sequence[Row], schema: str) -> None:
    """Appends the rows to `table`, which has the columns of `schema` at least."""
    if rows:
        with incoming(connection, rows, schema) as source:
            connection.execute(f"INSERT INTO {table} BY NAME SELECT * FROM {source}")


def insert_missing(
    connection: "duckdb.DuckDBPyConnection", table: str, rows: Sequence[Row], schema: str, *, key: Sequence[str]
) -> int:
    """Appends those rows whose key is not in `table` yet, one a key; returns how many."""
    if not rows:
        return 0
    with incoming(connection, rows, schema) as source:
        names = ", ".join(key)
        return int(
            scalar(
                connection,
                f"INSERT INTO {table} BY NAME SELECT DISTINCT ON ({names}) i.* FROM {source} i "
                f"ANTI JOIN {table} t USING ({names})",
            )
            or 0
        )


def replace(
    connection: "duckdb.DuckDBPyConnection", table: str, rows: Sequence[Row], schema: str, *, key: Sequence[str]
) -> None:
    """Puts the rows into `table` in the place of those with the same key."""
    if not rows:
        return
    with incoming(connection, rows, schema) as source:
        same = " AND ".join(f"{table}.{name} = i.{name}" for name in key)
        connection.execute(f"DELETE FROM {table} USING {source} i WHERE {same}")
        connection.execute(f"INSERT INTO {table} BY NAME SELECT DISTINCT ON ({', '.join(key)}) * FROM {source}")


def row_of(value: Any, **more: Any) -> dict[str, Any]:
    """A dataclass's fields and `more` as a row."""
    return {field.name: getattr(value, field.name) for field in fields(value)} | more


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, UUID) else value


def _arrow(pa: Any, sql: str) -> Any:
    """The Arrow type that carries a SQL type; UUIDs travel as text."""
    simple = {
        "UUID": pa.string(),
        "VARCHAR": pa.string(),
        "BLOB": pa.binary(),
        "BOOLEAN": pa.bool_(),
        "SMALLINT": pa.int16(),
        "TINYINT": pa.int8(),
        "INTEGER": pa.int32(),
        "FLOAT": pa.float32(),
        "DOUBLE": pa.float64(),
        "DATE": pa.date32(),
        "TIMESTAMPTZ": pa.timestamp("us", tz="UTC"),
        "VARCHAR[]": pa.list_(pa.string()),
        "FLOAT[]": pa.list_(pa.float32()),
    }
    return simple[sql]
