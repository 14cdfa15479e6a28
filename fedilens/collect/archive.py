"""Reads archived statuses: one JSON object a line, one object, or an array; plain, gzip, or standard input."""

import contextlib
import gzip
import io
import json
import sys
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from fedilens.errors import InputError

STANDARD_INPUT = Path("-")


@dataclass(frozen=True, slots=True)
class Record:
    """One status as JSON, or, where it could not be read, what was wrong with that line."""

    line: int
    status: dict[str, Any] | None
    problem: str = ""


def read_archive(path: Path) -> Iterator[Record]:
    """The statuses in `path`, in order; broken lines come as records with a problem.

    Raises InputError when the file itself cannot be read.
    """
    try:
        with contextlib.ExitStack() as stack:
            if path == STANDARD_INPUT:
                text = _text(sys.stdin.buffer)
                stack.callback(text.detach if isinstance(text, io.TextIOWrapper) else text.close)  # stdin stays open
            else:
                text = stack.enter_context(_text(stack.enter_context(path.open("rb"))))
            yield from _records(text)
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"cannot read {path}: {reason}") from error


def _text(raw: IO[bytes]) -> IO[str]:
    """The text of a file, unpacked where it begins as gzip does."""
    if isinstance(raw, io.BufferedReader) and raw.peek(2)[:2] == b"\x1f\x8b":
        return gzip.open(raw, "rt", encoding="utf-8-sig", errors="replace")
    return io.TextIOWrapper(raw, encoding="utf-8-sig", errors="replace")


def _records(file: IO[str]) -> Iterator[Record]:
    """An archive that begins with [ or with an object over several lines is one JSON value."""
    first = ""
    number = 0
    while not first.strip():
        first = file.readline()
        number += 1
        if not first:
            return
    if first.lstrip().startswith("[") or _unfinished(first):
        yield from _whole(first + file.read(), number)
        return
    yield _record(number, first)
    for later, text in enumerate(file, start=number + 1):
        if text.strip():
            yield _record(later, text)


def _unfinished(line: str) -> bool:
    """Does an object open here and go on in the next line?"""
    try:
        json.loads(line)
    except json.JSONDecodeError as error:
        return line.strip() == "{" or error.pos >= len(line.rstrip())
    except (ValueError, RecursionError):
        return False
    return False


def _whole(text: str, line: int) -> Iterator[Record]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        lines = [_record(number, one) for number, one in enumerate(text.split("\n"), start=line) if one.strip()]
        if not text.lstrip().startswith("[") and any(record.status is not None for record in lines):
            # One object a line, and the first was cut off.
            yield from lines
        else:
            yield Record(line + getattr(error, "lineno", 1) - 1, None, f"not valid JSON: {error}")
        return
    for number, item in enumerate(value if isinstance(value, list) else [value], start=1):
        yield _checked(number, item)


def _record(line: int, text: str) -> Record:
    try:
        return _checked(line, json.loads(text))
    except ValueError as error:  # JSONDecodeError, and a number of more digits than Python reads.
        return Record(line, None, f"not valid JSON: {getattr(error, 'msg', error)}")
    except RecursionError:
        return Record(line, None, "not valid JSON: nested too deeply")


def _checked(line: int, value: Any) -> Record:
    if not isinstance(value, dict):
        return Record(line, None, "not a status: a JSON object is wanted")
    return Record(line, value)
