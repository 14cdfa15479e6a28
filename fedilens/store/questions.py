"""The questions in `queries/`: one SQL file each, with named parameters, run read-only.

The first line of a file documents it: `-- What is asked? (name, name=default)`. Values are bound, never
put into the SQL.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from fedilens.errors import QueryError
from fedilens.store.connection import Database

_HEAD = re.compile(r"-- (?P<asks>.+?)(?: \((?P<parameters>[^()]*)\))?\s*")
_LENGTH = re.compile(r"(\d+)([smhdw])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}


@dataclass(frozen=True, slots=True)
class Question:
    """A query file: what it asks, and its parameters with their defaults (None where a value is needed)."""

    name: str
    asks: str
    parameters: Mapping[str, str | None]
    sql: str


@dataclass(frozen=True, slots=True)
class Answer:
    """Rows under column names."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]

    def dicts(self) -> list[dict[str, Any]]:
        """The rows as dictionaries."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


def questions_folder() -> Path:
    """Where the query files lie: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).parents[1]
    installed = package / "queries"
    return installed if installed.is_dir() else package.parent / "queries"


def load_questions(folder: Path | None = None) -> dict[str, Question]:
    """All questions by name. Raises QueryError for a file whose first line does not document it."""
    found = {}
    for path in sorted((folder or questions_folder()).glob("*.sql")):
        sql = path.read_text(encoding="utf-8")
        head = _HEAD.fullmatch(sql.split("\n", 1)[0])
        if head is None:
            raise QueryError(f"{path.name}: the first line must read -- What is asked? (name, name=default)")
        pairs = [part.strip().partition("=") for part in (head["parameters"] or "").split(",") if part.strip()]
        parameters = {name: value if sign else None for name, sign, value in pairs}
        found[path.stem] = Question(path.stem, head["asks"], parameters, sql)
    return found


def ask(database: Database, question: Question, values: Mapping[str, str], *, now: datetime) -> Answer:
    """Runs a question. Raises QueryError for a parameter that is unknown, missing or of the wrong kind."""
    return ask_all(database, [(question, values)], now=now)[0]


def ask_all(database: Database, asked: Sequence[tuple[Question, Mapping[str, str]]], *, now: datetime) -> list[Answer]:
    """Runs several questions on one and the same state of the database."""
    bound = [(question.sql, _bound(question, values, now=now)) for question, values in asked]
    with database.read() as connection:
        return [_run(connection, sql, values) for sql, values in bound]


def _bound(question: Question, values: Mapping[str, str], *, now: datetime) -> dict[str, str]:
    """A value for each parameter."""
    unknown = set(values) - set(question.parameters)
    if unknown:
        known = ", ".join(question.parameters) or "none"
        raise QueryError(f"query {question.name} has no parameter {min(unknown)!r}; it has: {known}")
    bound: dict[str, str] = {}
    for name, default in question.parameters.items():
        value = values.get(name, default)
        if value is None:
            raise QueryError(f"query {question.name} wants a value: -p {name}=…")
        bound[name] = _plain(value, now=now)
    return bound


def run_sql(database: Database, sql: str) -> Answer:
    """Runs one read-only statement of a user. Raises QueryError when it fails or is more than one."""
    try:
        statements = duckdb.extract_statements(sql)
    except duckdb.Error as error:
        raise QueryError(_first_line(error)) from error
    if len(statements) != 1:
        raise QueryError(f"one statement is wanted, and these are {len(statements)}")
    with database.read() as connection:
        return _run(connection, sql, {})


def _run(connection: duckdb.DuckDBPyConnection, sql: str, values: Mapping[str, str]) -> Answer:
    try:
        cursor = connection.execute(sql, dict(values)) if values else connection.execute(sql)
        rows: Sequence[tuple[Any, ...]] = cursor.fetchall()
        columns = tuple(column[0] for column in cursor.description or ())
    except duckdb.Error as error:
        raise QueryError(_first_line(error)) from error
    return Answer(columns, tuple(rows))


def _plain(value: str, *, now: datetime) -> str:
    """`now` as a moment, and a length such as 7d in SQL's words."""
    if value == "now":
        return now.isoformat()
    length = _LENGTH.fullmatch(value)
    if length is None:
        return value
    return f"{int(length[1]) * _SECONDS[length[2]]} seconds"


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]
