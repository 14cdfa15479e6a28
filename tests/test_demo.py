"""The demo with everything real: the loopback servers, Mastodon.py, spaCy, the packaged model, DuckDB."""

import json
import re
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from bs4 import BeautifulSoup
from conftest import DATA, Run

from fedilens.__main__ import main
from fedilens.app import App
from fedilens.config import load_config
from fedilens.sample import Corpus, load_corpus
from fedilens.stance import load_debate
from fedilens.store.questions import run_sql

GOLDEN_URI = "https://tldr.nettime.org/users/author/statuses/113900000000000001"
WORDS = frozenset({"#nobot", "#nobots", "#noindex", "#noarchive", "#noai", "#nollm", "#nosearch"})


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of one demo."""
    folder = tmp_path_factory.mktemp("played") / "demo"
    assert main(["demo", "--out", str(folder)]) == 0
    return folder


@pytest.fixture(scope="module")
def app(played: Path) -> App:
    return App(load_config(played / "fedilens.toml"))


def rows(app: App, sql: str) -> list[dict[str, Any]]:
    return run_sql(app.database, sql).dicts()


def hidden(corpus: Corpus) -> list[str]:
    """The handles of accounts that may not be stored."""
    return [
        account.acct
        for account in corpus.accounts.values()
        if account.acct != "author@tldr.nettime.org"
        if account.locked
        or account.noindex
        or account.indexable is False
        or (account.indexable is None and not account.discoverable)
        or WORDS & set(re.findall(r"#\w+", account.note.lower()))
    ]


def test_the_demo_leaves_the_files_that_it_names(played: Path) -> None:
    """The design's four, and a configuration for one's own questions."""
    names = {path.name for path in played.iterdir()}
    assert {"fedilens.duckdb", "digest.html", "digest.json", "thread.txt", "fedilens.toml"} <= names


def test_every_table_of_the_way_is_filled(app: App) -> None:
    """From statuses to digests."""
    for table in ("statuses", "sightings", "documents", "embeddings", "clusters", "stances", "estimates", "digests"):
        assert rows(app, f"SELECT count(*) AS n FROM {table}")[0]["n"] > 0, table
    assert rows(app, "SELECT count(*) AS n FROM statuses")[0]["n"] >= 150
    assert (
        rows(app, "SELECT max(n) AS n FROM (SELECT count(DISTINCT instance) AS n FROM sightings GROUP BY status_id)")[
            0
        ]["n"]
        == 3
    )


def test_who_may_not_be_counted_stands_nowhere(app: App, played: Path) -> None:
    """Neither handle nor address nor text of an excluded account is in the database or in what is told."""
    corpus = load_corpus()
    secret = hidden(corpus)
    assert len(secret) >= 12
    every = [path.read_bytes() for path in played.iterdir() if path.suffix in (".html", ".json", ".txt")]
    stored = json.dumps(
        [
            run_sql(app.database, f"SELECT * FROM {table}").rows
            for table in ("status_texts", "status_links", "account_names", "documents", "sentences", "document_links")
        ],
        default=str,
        ensure_ascii=False,
    )
    every.append(stored.encode())
    stored_texts = {" ".join(row["text"].split()) for row in rows(app, "SELECT text FROM documents")}
    for acct in secret:
        name, host = acct.split("@")
        for told in every:
            assert acct.encode() not in told
            assert f"{host}/@{name}".encode() not in told
            assert f"{host}/users/{name}/".encode() not in told
    for post in corpus.posts.values():
        if post.acct in secret:
            start = " ".join(re.sub(r"[@#]\S+", "", post.text).split())[:60]
            assert not any(text.startswith(start) for text in stored_texts) or _announced_elsewhere(
                corpus, post.text, secret
            )


def _announced_elsewhere(corpus: Corpus, text: str, secret: list[str]) -> bool:
    """Did somebody who may be counted post the same announcement?"""
    start = " ".join(text.split()[:5])
    return any(start in other.text and other.acct not in secret for other in corpus.posts.values())


def test_bots_are_stored_and_not_counted_as_people(app: App) -> None:
    """They are marked, and counted apart."""
    assert rows(app, "SELECT count(*) AS n FROM accounts WHERE bot")[0]["n"] >= 2
    (overview,) = app.ask("overview", {"until": "2025-02-01", "window": "40d"}).dicts()
    people = rows(app, "SELECT count(*) AS n FROM accounts WHERE NOT bot")[0]["n"]
    assert overview["people"] == people
    assert overview["bots"] >= 2
    assert overview["people_seen"] > overview["people"]


def test_the_digest_says_the_same_in_every_form(played: Path) -> None:
    """JSON and page hold the same numbers; the page needs nothing from elsewhere."""
    told = json.loads((played / "digest.json").read_text())
    page = BeautifulSoup((played / "digest.html").read_text(), "lxml")
    assert told["lead"] in page.text
    assert page.find("b").text == str(int(told["posts"]["value"]))  # type: ignore[union-attr]
    assert not page.find_all(["script", "link", "img", "iframe"])
    assert page.find("svg") is not None
    queries = {path.stem for path in (Path(__file__).parents[1] / "queries").glob("*.sql")}
    assert {figure["query"] for figure in told["figures"]} <= queries
    for post in (played / "thread.txt").read_text().split("───")[2::2]:
        assert len(post.strip()) <= 500


def test_the_golden_post_is_counted_and_read(app: App) -> None:
    """Its four paragraphs without the trailing tags, its seven tags, and no stance that it does not take.

    It favors usefulness, big-tech and public-ai and is against refusal. The detector is not sure enough of any of them
    to show it, and must not show the contrary, or anything about what the post does not touch.
    """
    (post,) = app.ask("status", {"uri": GOLDEN_URI}).dicts()
    assert len(post["tags"]) == 7
    assert len(post["text"].split("\n\n")) == 4
    assert "#" not in post["text"]
    assert post["text"].endswith("sucked dry by big tech companies.")
    stances = {one["target"]: one for one in post["stances"]}
    assert list(stances) == sorted(stances)
    assert len(stances) == 13
    golden = {"usefulness": "favor", "big-tech": "favor", "public-ai": "favor", "refusal": "against"}
    for target, stance in stances.items():
        assert stance["label"] in {golden.get(target, "none"), "none", "unclear"}
        assert (stance["evidence"] is None) == (stance["label"] in {"none", "unclear"})
    for target in ("creators", "education", "warfare", "regulation", "reliability"):
        assert stances[target]["label"] == "none"


def test_other_formats_and_the_operator_are_served(run: Run, played: Path) -> None:
    """Atom parses; only the operator sees links to posts."""
    config = ("--config", played / "fedilens.toml")
    atom = run(*config, "digest", "--format", "atom", "--until", "2025-02-01").out
    assert ET.fromstring(atom).tag.endswith("feed")  # noqa: S314  # our own document
    public = run(*config, "digest", "--until", "2025-02-01").out
    operator = run(*config, "digest", "--until", "2025-02-01", "--audience", "operator").out
    assert "/statuses/" not in public
    assert "https://" in operator
    wanted = {"status": f"uri={GOLDEN_URI}", "evidence": "target=usefulness", "account": "acct=nobody@a.example"}
    for name in app_questions():
        values = ["-p", wanted[name]] if name in wanted else []
        assert run(*config, "query", name, *values).code == 0


def test_topics_camps_reasons_alerts_and_coverage_have_commands(run: Run, played: Path) -> None:
    """Each in the terminal and as JSON; what is not there is said in one line."""
    config, until = ("--config", played / "fedilens.toml"), ("--until", "2025-02-01")
    found = json.loads(run(*config, "topics", *until, "--format", "json").out)
    assert found[0]["people"] >= 5
    assert found[0]["label"] in run(*config, "topics", *until).out
    life = run(*config, "topics", "show", found[0]["cluster_id"][:8]).out
    assert found[0]["label"] in life
    assert json.loads(run(*config, "topics", "show", found[0]["cluster_id"], "--format", "json").out)[0]["people"] >= 5
    assert run(*config, "topics", "show", "nothing").err == (
        "fedilens: there is no topic 'nothing'; `fedilens topics` lists them\n"
    )
    assert "Camps are told from 100 people on" in run(*config, "camps", *until).out
    assert json.loads(run(*config, "camps", *until, "--format", "json").out) == []
    targets = load_debate("ai").targets
    given = {
        row["reason"]
        for target in targets
        for row in json.loads(run(*config, "reasons", target.name, *until, "--window", "35d", "--format", "json").out)
    }
    assert given
    shown = "".join(run(*config, "reasons", target.name, *until, "--window", "35d").out for target in targets)
    assert any(reason in shown for reason in given)
    assert given <= {reason.text for target in targets for reason in target.reasons}
    assert "has no target 'tea'; it has energy, labour" in run(*config, "reasons", "tea").err
    alerts = json.loads(run(*config, "alerts", *until, "--format", "json").out)
    assert [alert["text"] for alert in alerts] == json.loads((played / "digest.json").read_text())["news"]
    assert "lower bound" in run(*config, "coverage", *until).out
    shown = json.loads(run(*config, "coverage", *until, "--format", "json").out)
    assert sum(row["posts"] for row in shown) > 40


@pytest.mark.parametrize("until", ["2025-01-12", "2025-01-20", "2025-01-27"])
def test_clean_digests_of_other_weeks_pass_the_last_look(run: Run, played: Path, until: str) -> None:
    """What is public is looked at before it is shown."""
    ran = run("--config", played / "fedilens.toml", "digest", "--until", until, "--format", "html")
    assert (ran.code, ran.err.count("nothing is published")) == (0, 0)


def test_somebody_is_forgotten_by_command(run: Run, played: Path, tmp_path: Path) -> None:
    """In a copy of the demo: all posts, and the last byte of the address; who asks again is not there."""
    folder = tmp_path / "copy"
    shutil.copytree(played, folder)
    (acct,) = run_sql(App(load_config(folder / "fedilens.toml")).database, "SELECT min(acct) FROM account_names").rows[
        0
    ]
    config = ("--config", folder / "fedilens.toml")
    told = run(*config, "forget", acct)
    assert told.code == 0
    assert not told.out.startswith("0 posts")
    assert acct.encode() not in (folder / "fedilens.duckdb").read_bytes()
    assert run(*config, "forget", acct).out.startswith("0 posts")
    assert "is not an address" in run(*config, "forget", "nobody at all").err


def app_questions() -> list[str]:
    return [path.stem for path in (Path(__file__).parents[1] / "queries").glob("*.sql")]


def test_stances_of_lines_come_in_order(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """The stable interface: every target of the debate for every line."""
    import io  # noqa: PLC0415

    golden = json.loads((DATA / "seed-status.json").read_text())
    lines = [{"id": "a", "content": golden["content"]}, {"id": "b", "text": "Good morning", "language": "en"}]
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(json.dumps(line) + "\n" for line in lines)))
    found = [json.loads(line) for line in run("stance", "score").out.splitlines()]
    assert [one["id"] for one in found] == ["a", "b"]
    for one in found:
        assert len(one["stances"]) == 13
        for stance in one["stances"]:
            assert stance["favor"] + stance["against"] + stance["none"] == pytest.approx(1, abs=1e-5)


def test_a_demo_never_overwrites_other_files(run: Run, tmp_path: Path) -> None:
    """A folder with anything else in it is refused."""
    (tmp_path / "mine.txt").write_text("mine")
    ran = run("demo", "--out", tmp_path)
    assert ran.code == 1
    assert "holds other files" in ran.err
    assert (tmp_path / "mine.txt").read_text() == "mine"


def test_the_clock_of_the_demo_stands_at_the_end_of_the_corpus(app: App) -> None:
    """Digests are made as of the first of February 2025."""
    (digest,) = rows(app, "SELECT window_end FROM digests ORDER BY created_at LIMIT 1")
    assert digest["window_end"] == datetime(2025, 2, 1, tzinfo=UTC)
