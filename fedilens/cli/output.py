"""Answers as a table, CSV, JSON, NDJSON or Parquet, on standard output."""

import csv
import io
import json
import sys
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

import typer

from fedilens.store.questions import Answer

WIDEST_CELL = 60


class Format(StrEnum):
    """How an answer is written."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    NDJSON = "ndjson"
    PARQUET = "parquet"


def write_answer(answer: Answer, form: Format) -> None:
    """Writes an answer to standard output."""
    if form is Format.PARQUET:
        sys.stdout.buffer.write(_parquet(answer))
    else:
        typer.echo(render(answer, form), nl=False)


def render(answer: Answer, form: Format) -> str:
    """An answer as text that ends with a line break."""
    if form is Format.CSV:
        file = io.StringIO()
        writer = csv.writer(file)
        writer.writerow(answer.columns)
        writer.writerows([[_cell(value) for value in row] for row in answer.rows])
        return file.getvalue()
    if form is Format.JSON:
        return json.dumps([plain(row) for row in answer.dicts()], ensure_ascii=False, indent=2) + "\n"
    if form is Format.NDJSON:
        return "".join(json.dumps(plain(row), ensure_ascii=False) + "\n" for row in answer.dicts())
    return _card(answer) if len(answer.rows) == 1 else _table(answer)


def plain(value: Any) -> Any:
    """A value that JSON knows: ids and times as text."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    return str(value) if isinstance(value, UUID) else value


def _table(answer: Answer) -> str:
    """Columns as wide as their widest cell, numbers to the right."""
    rows = [[_short(value) for value in row] for row in answer.rows]
    widths = [max(len(cell) for cell in column) for column in zip(answer.columns, *rows, strict=True)]
    lines = [_line(answer.columns, widths, [False] * len(widths)), "  ".join("─" * width for width in widths)]
    lines += [
        _line(cells, widths, [isinstance(value, int | float | Decimal) for value in row])
        for cells, row in zip(rows, answer.rows, strict=True)
    ]
    return "\n".join(lines) + "\n" + ("" if rows else "(nothing)\n")


def _line(cells: Any, widths: list[int], right: list[bool]) -> str:
    padded = [
        cell.rjust(width) if flush else cell.ljust(width)
        for cell, width, flush in zip(cells, widths, right, strict=True)
    ]
    return "  ".join(padded).rstrip()


def _card(answer: Answer) -> str:
    """One row, a line a column; lists below each other."""
    lines = []
    width = max(len(name) for name in answer.columns)
    for name, value in answer.dicts()[0].items():
        if isinstance(value, list) and value and isinstance(value[0], Mapping):
            lines.append(f"{name}:")
            lines += ["  " + "  ".join(f"{_cell(item)}" for item in row.values() if item is not None) for row in value]
        elif isinstance(value, str) and "\n" in value:
            lines += [f"{name}:", *(f"  {line}" for line in value.splitlines())]
        else:
            lines.append(f"{name.ljust(width)}  {_cell(value)}")
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _short(value: Any) -> str:
    text = " ".join(_cell(value).split())
    return text if len(text) <= WIDEST_CELL else text[: WIDEST_CELL - 1] + "…"


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, list | tuple):
        return ", ".join(_cell(item) for item in value)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    return json.dumps(plain(value), ensure_ascii=False) if isinstance(value, Mapping) else str(value)


def _parquet(answer: Answer) -> bytes:
    import pyarrow as pa  # only this format needs it
    import pyarrow.parquet as pq

    columns = list(zip(*answer.rows, strict=True)) or [()] * len(answer.columns)
    values = [[str(value) if isinstance(value, UUID) else value for value in column] for column in columns]
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table([pa.array(column) for column in values], names=list(answer.columns)), sink)
    return bytes(sink.getvalue().to_pybytes())
