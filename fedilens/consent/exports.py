"""Takes somebody out of the files beside the database: archives that were imported, and answers that were exported.

Of an archive or table whole records go, with everything in them; in a text what gives somebody away is written over.
What cannot be read so, and holds them still, is told: nothing else is touched.
"""

import csv
import gzip
import io
import json
import shutil
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fedilens.consent.traces import Traces

DEEPEST = 2
"""Folders below the data folder that are looked into: it may be somebody's home."""
LARGEST = 1 << 30
"""Bytes. A file is read whole; of the kinds that are written here a larger one is told, others are not looked into."""
LINES, TEXTS = (".ndjson", ".jsonl"), (".txt", ".md", ".html", ".htm", ".xml", ".eml", ".log")
_KNOWN = (*LINES, *TEXTS, ".json", ".csv", ".parquet", ".gz")
_GZIP, _DUCKDB, _PARQUET = b"\x1f\x8b", b"DUCK", b"PAR1"
_SPARED = (".toml", ".key", ".lock", ".wal")
_GONE = object()


@dataclass(frozen=True, slots=True)
class Cleaned:
    """Files that somebody was taken out of, files that hold them still, and other databases that may."""

    changed: tuple[Path, ...] = ()
    left: tuple[Path, ...] = ()
    databases: tuple[Path, ...] = ()


def clean_exports(folder: Path, traces: Traces, *, spared: Collection[Path]) -> Cleaned:
    """Looks through the files of a folder, but for those in `spared` or below them."""
    changed, left, databases = [], [], []
    for path in _files(folder, {one.resolve() for one in spared}):
        try:
            if _is_database(path):
                databases.append(path)
                continue
            if path.stat().st_size > LARGEST:
                left += [path] if path.suffix.lower() in _KNOWN else []
                continue
            raw = path.read_bytes()
            cleaned = _cleaned(path, raw, traces)
            if cleaned is None:
                left.append(path)
            elif cleaned != raw:
                _write(path, cleaned)
                changed.append(path)
        except (OSError, EOFError):
            left.append(path)
    return Cleaned(tuple(changed), tuple(left), tuple(databases))


def _files(folder: Path, spared: Collection[Path], depth: int = 0) -> Iterator[Path]:
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.is_symlink() or path.name.startswith(".") or path.suffix in _SPARED or path.resolve() in spared:
            continue
        if path.is_file():
            yield path
        elif path.is_dir() and depth < DEEPEST and not (path / "pyvenv.cfg").exists():
            yield from _files(path, spared, depth + 1)


def _is_database(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(12)[8:] == _DUCKDB


def _cleaned(path: Path, raw: bytes, traces: Traces) -> bytes | None:
    """The file's content without them; None where it holds them and cannot be changed."""
    if raw.startswith(_GZIP):
        packed = gzip.decompress(raw)
        inner = _cleaned(path.with_suffix(""), packed, traces)
        if inner is None or inner == packed:
            return raw if inner else None
        return gzip.compress(inner) if inner else b""
    if raw.startswith(_PARQUET):
        return _parquet(raw, traces)
    try:
        text = _text(path.suffix.lower(), raw.decode("utf-8", "surrogateescape"), traces)
    except (ValueError, RecursionError, csv.Error):
        return None
    return None if text is None else text.encode("utf-8", "surrogateescape")


def _text(suffix: str, text: str, traces: Traces) -> str | None:
    if suffix in LINES:
        return _lines(text, traces)
    if suffix == ".json":
        return _json(text, traces)
    if not traces.found_in(text):
        return text
    if suffix == ".csv":
        return _csv(text, traces)
    cleaned = traces.without(text)
    return cleaned if suffix in TEXTS and not traces.found_in(cleaned) else None


def _json(text: str, traces: Traces) -> str:
    try:
        value = json.loads(text)
    except ValueError:
        return _lines(text, traces)
    pruned = _pruned(value, traces)
    if pruned is _GONE:
        return ""
    return text if pruned == value else json.dumps(pruned, ensure_ascii=False, indent=2) + "\n"


def _lines(text: str, traces: Traces) -> str:
    return "".join(_line(line, traces) for line in text.splitlines(keepends=True))


def _line(line: str, traces: Traces) -> str:
    try:
        value = json.loads(line)
    except ValueError:
        return "" if traces.found_in(line) else line
    pruned = _pruned(value, traces)
    if pruned is _GONE:
        return ""
    return line if pruned == value else json.dumps(pruned, ensure_ascii=False) + "\n"


def _pruned(value: Any, traces: Traces) -> Any:
    """A list loses what gives somebody away, and so does a record whole: its other fields are theirs too."""
    if isinstance(value, str):
        return _GONE if traces.found_in(value) else value
    if isinstance(value, list):
        return [kept for kept in (_pruned(one, traces) for one in value) if kept is not _GONE]
    if isinstance(value, dict):
        kept = {name: _pruned(inner, traces) for name, inner in value.items() if not traces.found_in(name)}
        return _GONE if any(one is _GONE for one in kept.values()) or len(kept) < len(value) else kept
    return value


def _csv(text: str, traces: Traces) -> str:
    file = io.StringIO()
    rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    kept = [row for row in rows if not any(traces.found_in(cell) for cell in row)]
    csv.writer(file).writerows(kept)
    return file.getvalue() if len(kept) < len(rows) else text


def _parquet(raw: bytes, traces: Traces) -> bytes:
    import pyarrow as pa  # noqa: PLC0415  # it takes time to load
    from pyarrow import parquet  # noqa: PLC0415

    table = parquet.read_table(io.BytesIO(raw))
    kept = [_pruned(row, traces) is not _GONE for row in table.to_pylist()]
    if all(kept):
        return raw
    out = io.BytesIO()
    parquet.write_table(table.filter(pa.array(kept, pa.bool_())), out)
    return out.getvalue()


def _write(path: Path, content: bytes) -> None:
    """The new content takes the old one's place at once; a file of which nothing is left goes."""
    if not content:
        path.unlink()
        return
    draft = path.with_name(f".{path.name}.part")
    draft.write_bytes(content)
    shutil.copymode(path, draft)
    draft.replace(path)
