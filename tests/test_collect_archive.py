"""Archives are read in every form they come in; what is broken is told with its line."""

import gzip
import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from fedilens.collect import Record, read_archive
from fedilens.errors import InputError

ONE, TWO = {"id": "1", "content": "a"}, {"id": "2", "content": "ü\n"}
LINES = f"{json.dumps(ONE)}\n{json.dumps(TWO, ensure_ascii=False)}\n"
DEEP = "[" * 100_000


def records(path: Path, content: str | bytes) -> list[Record]:
    """What is read of a file with this content."""
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(read_archive(path))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "archive"


@pytest.mark.parametrize("content", [LINES, LINES.rstrip("\n"), LINES.replace("\n", "\r\n")])
def test_one_object_a_line_is_read(path: Path, content: str) -> None:
    """Each with its line, whatever ends the lines."""
    assert records(path, content) == [Record(1, ONE), Record(2, TWO)]


@pytest.mark.parametrize("indent", [None, 2])
def test_an_array_is_read(path: Path, indent: int | None) -> None:
    """On one line or on many; items are counted."""
    assert records(path, json.dumps([ONE, TWO, 3], indent=indent)) == [
        Record(1, ONE),
        Record(2, TWO),
        Record(3, None, "not a status: a JSON object is wanted"),
    ]


@pytest.mark.parametrize(
    "content", [json.dumps(ONE, indent=2), '{"id": "1",\n"content": "a"}', '{"id":\n"1","content":"a"}']
)
def test_one_object_over_several_lines_is_read(path: Path, content: str) -> None:
    """However its first line ends."""
    assert records(path, content) == [Record(1, ONE)]


def test_one_object_on_one_line_is_read(path: Path) -> None:
    """With or without a newline."""
    assert records(path, json.dumps(ONE)) == [Record(1, ONE)]


@pytest.mark.parametrize("bom", ["", "\ufeff"])
@pytest.mark.parametrize("content", [LINES, json.dumps([ONE, TWO])])
def test_gzip_and_a_byte_order_mark_are_seen_through(path: Path, bom: str, content: str) -> None:
    """Alone and together, whatever the file's name is."""
    wanted = [Record(1, ONE), Record(2, TWO)]
    assert records(path, bom + content) == wanted
    assert records(path, gzip.compress((bom + content).encode())) == wanted


@pytest.mark.parametrize("content", ["", "\n\n", "  \n", "\ufeff", gzip.compress(b"", mtime=0), "[]"])
def test_an_empty_archive_has_no_records(path: Path, content: str | bytes) -> None:
    """It is no error."""
    assert records(path, content) == []


def test_blank_lines_are_skipped_and_counted(path: Path) -> None:
    """Line numbers stay those of the file."""
    content = f"\n \n{json.dumps(ONE)}\n\n{json.dumps(TWO)}\n\n"
    assert records(path, content) == [Record(3, ONE), Record(5, TWO)]


@pytest.mark.parametrize(
    "broken", ['{"id": "1", "content": "cut o', "no JSON", '{"id": 1} {"id": 2}', '{"id": ' + "9" * 5000 + "}"]
)
def test_a_broken_line_is_told_and_the_rest_is_read(path: Path, broken: str) -> None:
    """First, in the middle or last."""
    for place in range(3):
        lines = [json.dumps(ONE), json.dumps(TWO)]
        lines.insert(place, broken)
        found = records(path, "\n".join(lines))
        assert [one.line for one in found] == [1, 2, 3]
        assert [one.status for one in found if one.status] == [ONE, TWO]
        assert found[place].status is None
        assert found[place].problem.startswith("not valid JSON: ")
        assert "\n" not in found[place].problem


@pytest.mark.parametrize("cut", ['{"id":', "{", '{"id": "1",', '{"account": {"id": "1"},'])
def test_a_first_line_that_was_cut_off_does_not_hide_the_rest(path: Path, cut: str) -> None:
    """It looks like an object over several lines, and is none."""
    found = records(path, f"\n{cut}\n{LINES}")
    assert [(one.line, one.status) for one in found] == [(2, None), (3, ONE), (4, TWO)]


def test_a_whole_that_is_broken_is_told_once_with_its_line(path: Path) -> None:
    """An array or object that is cut off is one problem."""
    found = records(path, '\n[{"id": "1"},\n{"id": "2"\n')
    assert [(one.line, one.status) for one in found] == [(4, None)]
    assert found[0].problem.startswith("not valid JSON: ")
    assert [one.line for one in records(path, '[\n{"id": "1"},\n{"id": "2"}\n')] == [4]
    assert [one.line for one in records(path, '{\n"id": "1",\n"content" "a"\n}')] == [3]


def test_bytes_that_are_no_text_do_not_stop_a_reading(path: Path) -> None:
    """They are shown as replaced."""
    content = b'{"id": "\xff"}\n' + LINES.encode()
    for found in (records(path, content), records(path, gzip.compress(content))):
        assert found[0] == Record(1, {"id": "\ufffd"})
        assert len(found) == 3


def test_nesting_without_end_is_a_broken_line(path: Path) -> None:
    """Alone, behind other lines, or within an array."""
    for content, line in (
        (DEEP, 1),
        (f"{LINES}{DEEP}", 3),
        (f'{{"a": {DEEP}\n{LINES}', 1),
        (f'{{"a": {"[" * 100_000}{"]" * 100_000}}}', 1),
    ):
        found = [one for one in records(path, content) if one.status is None]
        assert [one.line for one in found] == [line]
        assert found[0].problem.startswith("not valid JSON: ")


@pytest.mark.parametrize("value", ["1", '"text"', "null", "true"])
def test_what_is_no_object_is_no_status(path: Path, value: str) -> None:
    """It is told and the rest is read."""
    found = records(path, f"{value}\n{json.dumps(ONE)}\n[1]\n")
    wanted = "not a status: a JSON object is wanted"
    assert found == [Record(1, None, wanted), Record(2, ONE), Record(3, None, wanted)]


def test_a_file_that_cannot_be_read_is_an_input_error(tmp_path: Path) -> None:
    """Missing, a folder, or gzip that is cut off or damaged."""
    with pytest.raises(InputError, match=r"cannot read .*missing\.json: No such file or directory"):
        list(read_archive(tmp_path / "missing.json"))
    with pytest.raises(InputError, match="Is a directory"):
        list(read_archive(tmp_path))
    packed = gzip.compress(LINES.encode() * 500)
    damaged = packed[:30] + bytes(byte ^ 0xFF for byte in packed[30:60]) + packed[60:]
    for content in (packed[: len(packed) // 2], damaged, packed[:-8] + b"\x00" * 8):
        with pytest.raises(InputError, match="cannot read"):
            records(tmp_path / "archive.gz", content)


@pytest.fixture
def standard_input() -> Iterator[io.BytesIO]:
    """Puts other bytes in the place of standard input."""
    before = sys.stdin
    raw = io.BytesIO()
    sys.stdin = io.TextIOWrapper(io.BufferedReader(raw))
    yield raw
    sys.stdin = before


@pytest.mark.parametrize("packed", [False, True])
def test_standard_input_is_read_and_left_open(standard_input: io.BytesIO, packed: bool) -> None:
    """Plain and gzip."""
    standard_input.write(gzip.compress(LINES.encode()) if packed else LINES.encode())
    standard_input.seek(0)
    assert list(read_archive(Path("-"))) == [Record(1, ONE), Record(2, TWO)]
    assert not sys.stdin.closed
    assert not sys.stdin.buffer.closed
