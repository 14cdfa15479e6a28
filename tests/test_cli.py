"""The commands as a user meets them: results on standard output, one clear line when something is wrong."""

import csv
import gzip
import io
import json
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from conftest import DATA, Run

from fedilens import __version__
from fedilens.sample import Corpus, Fault, FaultKind, SampleServer, demo_views, load_corpus

GOLDEN = DATA / "seed-status.json"
END = datetime(2025, 2, 1, tzinfo=UTC)
URI = "https://tldr.nettime.org/users/author/statuses/113900000000000001"


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path) -> Iterator[None]:
    """Every test works in a folder of its own."""
    before = Path.cwd()
    os.chdir(tmp_path)
    yield
    os.chdir(before)


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return load_corpus()


def test_the_version_is_printed(run: Run) -> None:
    """`fedilens version` names the release."""
    assert run("version").out == f"{__version__}\n"


def test_init_writes_a_configuration_once(run: Run) -> None:
    """A second time it refuses to overwrite."""
    assert run("init").code == 0
    again = run("init")
    assert again.code == 1
    assert again.err == "fedilens: fedilens.toml is there already; move it away first\n"
    assert run("init", "no/such/folder/x.toml").code == 1


def test_a_wrong_configuration_is_one_line(run: Run, tmp_path: Path) -> None:
    """The line names file and key, and there is no traceback."""
    (tmp_path / "bad.toml").write_text("[store]\npaht = 'x'\n")
    ran = run("--config", "bad.toml", "query", "polls")
    assert ran.code == 1
    assert ran.out == ""
    assert ran.err.count("\n") == 1
    assert "store.paht" in ran.err
    assert "Traceback" not in ran.err


def test_verbose_shows_where_an_error_comes_from(run: Run) -> None:
    """Only on demand, wherever the option stands."""
    ran = run("query", "nothing", "--verbose")
    assert ran.code == 1
    assert "Traceback" in ran.err
    assert "Traceback" not in run("query", "nothing").err


def test_wrong_usage_ends_with_2(run: Run) -> None:
    """As shells expect."""
    assert run("query", "--format", "nonsense").code == 2
    assert run("no-such-command").code == 2


def test_queries_are_listed_with_what_they_ask(run: Run) -> None:
    """At least twelve, each with a question."""
    rows = json.loads(run("query", "--format", "json").out)
    assert len(rows) >= 12
    assert all(row["asks"].endswith((".", "?")) for row in rows)


def test_importing_and_asking_for_a_post(run: Run) -> None:
    """The golden post's tags and the sighting are there before any analysis."""
    ran = run("import", GOLDEN)
    assert ran.code == 0
    assert ran.out.strip().endswith("1 read, 1 new, 0 left out, 0 broken")
    assert run("import", GOLDEN).out.strip().endswith("1 read, 0 new, 0 left out, 0 broken")
    (row,) = json.loads(run("query", "status", "-p", f"uri={URI}", "--format", "json").out)
    assert row["tags"] == ["ai", "generativeai", "llms", "bigtech", "capitalism", "environment", "deepseek"]
    assert row["consent"] == "aggregate"
    card = run("query", "status", "-p", f"uri={URI}").out
    assert "author@tldr.nettime.org" in card


def test_broken_lines_of_an_archive_are_told(run: Run, tmp_path: Path) -> None:
    """They cost themselves only; the first few are shown on standard error."""
    lines = [json.dumps(json.loads(GOLDEN.read_text())), *["{broken"] * 7]
    with gzip.open(tmp_path / "a.jsonl.gz", "wt") as file:
        file.write("\n".join(lines))
    ran = run("import", "a.jsonl.gz")
    assert ran.code == 0
    assert "8 read, 1 new, 0 left out, 7 broken" in ran.out
    assert "a.jsonl.gz, line 2: not valid JSON" in ran.err
    assert "a.jsonl.gz, line 6: not valid JSON" in ran.err
    assert "line 7" not in ran.err
    assert "and 2 more broken lines" in ran.err
    missing = run("import", "nowhere.json")
    assert missing.code == 1
    assert missing.err == "fedilens: cannot read nowhere.json: No such file or directory\n"


def test_answers_come_in_every_format(run: Run, tmp_path: Path) -> None:
    """Table, CSV, JSON, NDJSON and Parquet hold the same values."""
    run("import", GOLDEN)
    statement = "SELECT tag, position, 0.5 AS half, [1, 2] AS pair FROM status_tags ORDER BY position"
    table = run("sql", statement).out.splitlines()
    assert table[0].split() == ["tag", "position", "half", "pair"]
    assert table[2].split() == ["ai", "0", "0.5", "1,", "2"]
    rows = list(csv.reader(io.StringIO(run("sql", statement, "--format", "csv").out)))
    assert rows[1] == ["ai", "0", "0.5", "1, 2"]
    assert json.loads(run("sql", statement, "--format", "json").out)[6]["tag"] == "deepseek"
    lines = run("sql", statement, "--format", "ndjson").out.splitlines()
    assert json.loads(lines[1])["tag"] == "generativeai"
    command = [
        sys.executable,
        "-m",
        "fedilens",
        "sql",
        "SELECT status_id, tag FROM status_tags ORDER BY position",
        "--format",
        "parquet",
    ]
    found = subprocess.run(command, check=True, capture_output=True).stdout
    assert pq.read_table(io.BytesIO(found)).column("tag").to_pylist()[0] == "ai"
    assert "(nothing)" in run("sql", "SELECT 1 AS one WHERE false").out


def test_sql_only_reads(run: Run) -> None:
    """A statement that writes, or two at once, is refused with one line."""
    run("import", GOLDEN)
    for statement in ("DELETE FROM statuses", "SELECT 1; SELECT 2", "nonsense"):
        ran = run("sql", statement)
        assert ran.code == 1
        assert ran.err.startswith("fedilens: ")
        assert ran.err.count("\n") == 1
    assert json.loads(run("sql", "SELECT count(*) AS n FROM statuses", "--format", "json").out) == [{"n": 1}]


def test_parameters_are_checked(run: Run) -> None:
    """Unknown, missing and badly written ones are told apart."""
    assert "has no parameter 'x'" in run("query", "overview", "-p", "x=1").err
    assert "wants a value: -p uri=" in run("query", "status").err
    assert "key=value" in run("query", "overview", "-p", "until").err
    assert "there is no query 'nothing'" in run("query", "nothing").err


def test_dates_and_lengths_are_checked(run: Run) -> None:
    """A wrong date or window is one line."""
    assert "is not a date" in run("digest", "--until", "yesterday").err
    assert "is not a duration" in run("digest", "--window", "week").err


def test_the_key_is_readable_by_its_owner_alone(run: Run, tmp_path: Path) -> None:
    """A key that others can read is refused."""
    run("import", GOLDEN)
    key = tmp_path / "fedilens.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    key.chmod(0o644)
    ran = run("import", GOLDEN)
    assert ran.code == 1
    assert "chmod 600" in ran.err


def test_a_snapshot_is_a_copy(run: Run, tmp_path: Path) -> None:
    """It opens as a database of its own, and is never overwritten."""
    run("import", GOLDEN)
    assert run("snapshot", "copy.duckdb").code == 0
    (tmp_path / "copy.key").write_bytes((tmp_path / "fedilens.key").read_bytes())
    (tmp_path / "c.toml").write_text('[store]\npath = "copy.duckdb"\n')
    assert "author@tldr.nettime.org" in run("--config", "c.toml", "query", "status", "-p", f"uri={URI}").out
    assert "is there already" in run("snapshot", "copy.duckdb").err
    assert run("snapshot", "no/folder/x.duckdb").code == 1


def config(folder: Path, *servers: SampleServer, tags: str = '"ai"', more: str = "") -> None:
    """A configuration that reads from loopback servers."""
    instances = ", ".join(f'"{server.base_url}"' for server in servers)
    (folder / "fedilens.toml").write_text(
        f'[collect]\ninstances = [{instances}]\ntags = [{tags}]\nbackfill = "900d"\ntimeout = "2s"\n{more}'
    )


def test_collecting_from_a_server_and_its_health(run: Run, tmp_path: Path, corpus: Corpus) -> None:
    """The second reading finds nothing new; one server's refusal does not stop the other, and shows in health."""
    assert "nothing has been collected yet" in run("health").out
    open_view, closed_view = demo_views()[:2]
    refuse = Fault(FaultKind.STATUS, code=401)
    with (
        SampleServer(open_view, corpus=corpus, now=END) as first,
        SampleServer(closed_view, corpus=corpus, now=END, faults=lambda _n, _p: refuse) as second,
    ):
        config(tmp_path, first, second)
        ran = run("collect")
        assert ran.code == 0
        assert "wants a token for this (401)" in ran.err
        assert len(second.requests) == 1
        rows = json.loads(run("query", "polls", "-p", "runs=1", "--format", "json").out)
        again = run("collect")
        assert again.code == 0
        assert " 0 new" in again.out
        sick = run("health")
        assert sick.code == 1
        assert "wants a token" in sick.out
        assert max(row["new"] for row in rows) > 0
        assert "#ai" in run("collect", "ai", "--instance", first.base_url, "--since", "30d").out
    assert run("collect", "--instance", first.base_url).code == 1


def test_a_tag_that_is_named_is_read_in_the_place_of_the_configured_ones(
    run: Run, tmp_path: Path, corpus: Corpus
) -> None:
    """The same for a server."""
    with SampleServer(demo_views()[0], corpus=corpus, now=END) as server:
        config(tmp_path, server, tags='"generativeai"')
        out = run("collect", "ai", "--instance", server.base_url, "--since", "900d").out
    assert "#ai" in out
    assert "#generativeai" not in out


def test_nothing_to_collect_is_said(run: Run) -> None:
    """Without servers or tags there is one line, and bad ones are named."""
    assert "name instances and tags" in run("collect").err
    assert "is not a hashtag" in run("collect", "not a tag").err
    assert "is not a server's host name" in run("collect", "--instance", "a b").err


def test_logs_can_be_json(run: Run, tmp_path: Path, corpus: Corpus) -> None:
    """A line an event, without handles, addresses of posts or texts."""
    refuse = Fault(FaultKind.STATUS, code=403)
    with SampleServer(demo_views()[0], corpus=corpus, now=END, faults=lambda _n, _p: refuse) as server:
        config(tmp_path, server)
        ran = run("--json-logs", "collect")
    events = [json.loads(line) for line in ran.err.splitlines() if line.startswith("{")]
    assert [event["event"] for event in events] == ["reading stopped"]
    assert ran.code == 1


def test_light_commands_load_no_heavy_modules() -> None:
    """`fedilens query` must answer at once: neither torch nor spacy, sklearn or sentence_transformers."""
    heavy = "torch spacy sklearn sentence_transformers altair pyarrow numpy structlog"
    code = (
        "import sys; from fedilens.__main__ import main; code = main(['query']); "
        f"loaded = set('{heavy}'.split()) & set(sys.modules); sys.exit(f'{{code}} {{loaded}}' if code or loaded else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
