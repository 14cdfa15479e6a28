"""What the questions about repeats and about attention answer, each on a database of its own."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from stored import KEYS, NOW, clean, database_at, post, save, save_topics

from fedilens.store import Database
from fedilens.store.analyses import AnalysisStore, Likeness
from fedilens.store.questions import ask, load_questions
from fedilens.types import Cluster, Window

WEEK = Window(NOW - timedelta(days=7), NOW)
LONG = "so many words that no three hashtags are more"


def answer(database: Database, name: str, **values: str) -> list[dict[str, Any]]:
    """The rows that a question gives at the end of the week."""
    return ask(database, load_questions()[name], values, now=NOW).dicts()


@pytest.mark.parametrize(
    ("people", "texts", "reason"),
    [
        (["ann@a.example", "ann@a.example"], [LONG, LONG], "repetition"),
        (["ann@a.example", "ann@b.example"], [LONG, LONG], "cross-post"),
        (["ann@a.example", "bob@b.example"], [LONG, LONG], "copy"),
        (["ann@a.example", "bob@b.example"], [LONG, f"{LONG} today"], "variation"),
        (["ann@a.example", "bob@b.example"], ["buy this", "buy this"], "hashtag stuffing"),
    ],
)
def test_repeats_have_a_reason(tmp_path: Path, people: list[str], texts: list[str], reason: str) -> None:
    """Who posted it, where, with which changes, and with how many hashtags."""
    database = database_at(tmp_path)
    save(database, *[post(number, acct=acct) for number, acct in enumerate(people)])
    clean(database, dict(enumerate(texts)))
    original = KEYS.text(texts[0])
    kind = "copy" if texts[1] == texts[0] else "variation"
    found = {KEYS.text(texts[1]): Likeness(kind, original)} | {original: Likeness("original")}
    AnalysisStore(database).save_duplicates(found)
    assert [row["reason"] for row in answer(database, "duplicates")] == [reason]


def test_attention_is_a_share_of_people_with_its_change(tmp_path: Path) -> None:
    """Of ten people four speak of a topic where none of ten did; Wilson's and Newcombe's intervals."""
    database = database_at(tmp_path)
    fresh = {number: post(number, at=NOW - timedelta(days=1)) for number in range(10)}
    old = {number: post(number, at=NOW - timedelta(days=8)) for number in range(10, 20)}
    save(database, *fresh.values(), *old.values())
    texts = {number: "grid" if number < 4 else "tea" for number in (*fresh, *old)}
    clean(database, texts)
    tea, grid = (Cluster(text, (), (row,), (1.0,), (0,)) for row, text in enumerate(("tea", "grid")))
    hashes = [KEYS.text("tea"), KEYS.text("grid")]
    save_topics(database, tea, hashes=hashes, window=WEEK.before)
    kept = replace(tea, continues=0)
    ids = [row["cluster_id"] for row in answer(database, "topics", until=WEEK.start.isoformat())]
    save_topics(database, kept, grid, hashes=hashes, window=WEEK, known=ids, labels=["tea"])
    found = {row["label"]: row for row in answer(database, "attention")}
    assert (found["grid"]["share"], found["grid"]["low"], found["grid"]["high"]) == (0.4, 0.168, 0.687)
    assert (found["grid"]["change"], found["grid"]["people_before"]) == (0.4, 0)
    assert (found["tea"]["share"], found["tea"]["share_before"], found["tea"]["change"]) == (0.6, 1.0, -0.4)
    assert found["grid"]["change_low"] == pytest.approx(0.4 - (0.232**2 + 0.278**2) ** 0.5, abs=0.001)
    assert found["tea"]["change_high"] < 0
    unsure = {row["label"]: row for row in answer(database, "attention", z="3")}
    assert unsure["grid"]["change_low"] < found["grid"]["change_low"] < 0.4 < unsure["grid"]["change_high"]
