"""Forgetting in the files beside the database: archives, exports and copies, and nothing of anybody else."""

import csv
import gzip
import json
from dataclasses import replace
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from conftest import Run
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet
from stored import NOW, post

from fedilens.app.core import App
from fedilens.app.forgetting import forget
from fedilens.config import Config, StoreSection
from fedilens.consent import Traces, clean_exports
from fedilens.store import Database
from fedilens.store.analyses import AnalysisStore, CleanedStatus
from fedilens.store.statuses import StatusStore
from fedilens.types import Account, Admitted, Consent, Document

ACCT, HOST = "zeno_91@gone.example", "gone.example"
LINK = "https://gone.example/@zeno_91/91"
OPAQUE = "https://gone.example/objects/5f1c"
TEXT = "my grandmother kept nineteen speckled hens behind the harbour office"
SHARED = "this very sentence of nine words was copied around"
NEEDLES = ("zeno_91", OPAQUE, "nineteen speckled hens behind the harbour office")
TRACES = Traces([ACCT], [LINK, OPAQUE], [TEXT, SHARED], [SHARED])
ZENO = {
    "uri": OPAQUE,
    "account": {"acct": "zeno_91", "url": "https://gone.example/@zeno_91"},
    "content": f"<p>{TEXT}</p>",
}
ANN = {"uri": "https://host.example/1", "account": {"acct": "zeno_911@gone.example"}, "content": f"<p>{SHARED}</p>"}


def app_at(folder: Path) -> App:
    """A program with Zeno's post and Ann's in an uncompressed database."""
    app = App(Config(store=StoreSection(path=folder / "fedilens.duckdb")))
    zeno = replace(
        post(91), uri=OPAQUE, url=LINK, content=f"<p>{TEXT}</p>",
        account=Account("https://gone.example/users/zeno_91", ACCT, display_name="Zeno", indexable=True),
    )  # fmt: skip
    store = StatusStore(app.database, app.pseudonyms)
    admitted = [Admitted(one, Consent.AGGREGATE, "indexable") for one in (zeno, post(1))]
    store.save_page(admitted, excluded=[], sightings=[], cursor=None, now=NOW)
    keys = app.pseudonyms
    AnalysisStore(app.database).save_cleaned(
        [CleanedStatus(keys.status(OPAQUE), Document(keys.text(TEXT), TEXT, "en"), ("ai",), ())], now=NOW
    )
    with duckdb.connect(str(folder / "fedilens.duckdb")) as connection:
        connection.execute("SET force_compression = 'uncompressed'")
        for table in ("account_names", "status_links", "status_texts", "documents"):
            connection.execute(f"CREATE OR REPLACE TABLE {table} AS SELECT * FROM {table}")
        connection.execute("CHECKPOINT")
    return app


def fill(folder: Path, app: App) -> None:
    """Every kind of file that the program reads or writes, and what an operator may have made of it."""
    lines = "".join(json.dumps(one) + "\n" for one in (ZENO, ANN))
    rows = [
        {"acct": ACCT, "text": "nothing"},
        {"acct": "a@host.example", "text": TEXT},
        {"acct": "b@b.example", "text": "x"},
    ]
    app.snapshot(folder / "copy.duckdb")
    (folder / "archive").mkdir()
    (folder / "archive" / "posts.ndjson").write_text(lines)
    (folder / "archive" / "posts.ndjson.gz").write_bytes(gzip.compress(lines.encode()))
    (folder / "archive" / "posts.json").write_text(json.dumps([ZENO, ANN]))
    (folder / "archive" / "one.json").write_text(json.dumps(ZENO))
    (folder / "digest.json").write_text(
        json.dumps({"topics": [{"label": "hens", "links": [LINK, "https://b.example/2"]}]})
    )
    with (folder / "names.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, ["acct", "text"])
        writer.writeheader()
        writer.writerows(rows)
    parquet.write_table(pa.Table.from_pylist(rows), folder / "names.parquet", compression="none", use_dictionary=False)
    (folder / "digest.html").write_text(f'<p>hens: <a href="{LINK}">a post</a></p><p>{TEXT.upper()}!</p>')
    (folder / "table.txt").write_text(f"acct   {ACCT}\ntext   {TEXT}\nmore   told by others\n")


def bytes_of(path: Path) -> bytes:
    """A file's content, unpacked."""
    raw = path.read_bytes()
    return gzip.decompress(raw) if path.suffix == ".gz" else raw


def holding(folder: Path) -> set[str]:
    """The files that hold one of the needles, whatever the case."""
    return {
        path.name
        for path in folder.rglob("*")
        if path.is_file() and any(needle.lower().encode() in bytes_of(path).lower() for needle in NEEDLES)
    }


def test_forgetting_leaves_nothing_in_any_file_of_the_data_folder(tmp_path: Path) -> None:
    """Before, every file holds the address, a link or a run of words; after, none does but for what others wrote."""
    app = app_at(tmp_path)
    fill(tmp_path, app)
    before = {path.name for path in tmp_path.rglob("*") if path.is_file() and path.suffix not in (".key", ".lock")}
    assert holding(tmp_path) == before
    assert len(before) == 11
    done = forget(app, [ACCT])
    assert (done.posts, done.left) == (1, ())
    assert {path.name for path in done.changed} == before - {"fedilens.duckdb"}
    others = {"posts.ndjson", "posts.ndjson.gz", "posts.json"}  # by zeno_911, who is somebody else
    assert holding(tmp_path) == others
    assert [json.loads(line) for line in (tmp_path / "archive" / "posts.ndjson").read_text().splitlines()] == [ANN]
    assert json.loads((tmp_path / "archive" / "posts.json").read_text()) == [ANN]
    assert not (tmp_path / "archive" / "one.json").exists()
    assert json.loads((tmp_path / "digest.json").read_text())["topics"][0]["links"] == ["https://b.example/2"]
    assert (tmp_path / "names.csv").read_text().split() == ["acct,text", "b@b.example,x"]
    assert parquet.read_table(tmp_path / "names.parquet").to_pylist() == [{"acct": "b@b.example", "text": "x"}]
    assert (tmp_path / "table.txt").read_text() == "acct   (removed)\ntext   (removed)\nmore   told by others\n"
    with Database(tmp_path / "copy.duckdb").read() as connection:
        assert connection.execute("SELECT count(*) FROM statuses").fetchall() == [(1,)]
    assert forget(app, [ACCT]).changed == (tmp_path / "copy.duckdb",), "a second time there is nothing to do"


def test_what_cannot_be_changed_is_told_and_left_as_it_is(tmp_path: Path, run: Run) -> None:
    """Files of other kinds, copies with another key, and files that protect somebody."""
    kept = {
        "notes.docx": f"about {ACCT}",
        "blocked.csv": f"Account address\n{ACCT}\n",
        "fedilens.toml": f'[consent]\nopted_out = ["{ACCT}"]\nblocklists = ["blocked.csv"]\n',
        ".hidden.txt": ACCT,
        "broken.csv": f'acct\n"{ACCT}',
    }
    for name, text in kept.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "other.duckdb").write_bytes(b"12345678DUCKnothing")
    ran = run("--config", tmp_path / "fedilens.toml", "forget", ACCT)
    assert ran.code == 1
    assert all(name in ran.err for name in ("notes.docx", "broken.csv", "other.duckdb"))
    assert not any(name in ran.err for name in ("blocked.csv", "toml", "hidden"))
    assert {name: (tmp_path / name).read_text() for name in kept} == kept


def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    """It is not ours to migrate."""
    app = app_at(tmp_path)
    with duckdb.connect(str(tmp_path / "other.duckdb")) as connection:
        connection.execute("CREATE TABLE things AS SELECT 1 AS one")
    before = (tmp_path / "other.duckdb").read_bytes()
    assert forget(app, [ACCT]).left == ()
    assert (tmp_path / "other.duckdb").read_bytes() == before


@pytest.mark.parametrize(
    "text",
    [
        "zeno_91@gone.example",
        "@ZENO_91@GONE.example, hello",
        "acct:zeno_91@gone.example",
        "https://gone.example/@zeno_91",
        "https://gone.example/users/zeno_91/statuses/7#note",
        "https://tooters.example/@zeno_91@gone.example/113",
        f"see {OPAQUE}.",
        "NINETEEN, speckled hens - behind the Harbour office... my",
        f"<p>{TEXT.replace(' ', '</i> <i>')}</p>",
    ],
)
def test_what_gives_somebody_away_is_found_and_taken_out(text: str) -> None:
    """Whatever the case, the markup and the server that shows it."""
    found = Traces([ACCT], [LINK, OPAQUE], [f"{TEXT} my"])
    assert found.found_in(text)
    assert "<" in text or not found.found_in(found.without(text))


@pytest.mark.parametrize(
    "text",
    [
        "zeno_911@gone.example", "zeno_91@gone.example.org", "old.zeno_91@gone.example", "https://gone.example/@zeno_911",
        f"{OPAQUE}a", "nineteen speckled hens behind the harbour", SHARED, "",
    ],
)  # fmt: skip
def test_what_others_are_called_or_wrote_is_nobodys_trace(text: str) -> None:
    """Seven words in a row come together by chance, and a sentence of two people belongs to neither."""
    assert not TRACES.found_in(text)
    assert TRACES.without(text) == text


@given(st.lists(st.fixed_dictionaries({"text": st.text(), "tags": st.lists(st.text())})))
def test_a_file_that_holds_nothing_of_somebody_stays_to_the_byte(
    tmp_path_factory: pytest.TempPathFactory, records: list[dict[str, object]]
) -> None:
    """Also where it is written in a way of its own."""
    folder = tmp_path_factory.mktemp("folder")
    lines = "".join(json.dumps(one, separators=(", ", ":")) + "\r\n" for one in records)
    (folder / "posts.ndjson").write_bytes(lines.encode() + b"\xff broken\n")
    assert clean_exports(folder, TRACES, spared=()).changed == ()
