"""Which texts repeat others: found in time, whatever the order, and kept when the original is long gone by."""

from datetime import timedelta
from pathlib import Path

import pytest
from stored import NOW, clean, database_at, post, rows, save

from fedilens.pipeline.comparing import REPEATED_WITHIN, mark_duplicates
from fedilens.store import Database
from fedilens.store.analyses import AnalysisStore

WORDS = "the new hall outside our town drinks as much water as every farm in the valley together does"


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return database_at(tmp_path)


def arrive(database: Database, number: int, text: str, *, days: float) -> None:
    """A post of so many days ago comes in and is compared."""
    save(database, post(number, at=NOW - timedelta(days=days)))
    clean(database, {number: text})
    mark_duplicates(AnalysisStore(database))


def likenesses(database: Database) -> dict[str, tuple[str | None, str]]:
    """For each text what it repeats and how."""
    sql = "SELECT d.text, o.text, d.likeness FROM documents d LEFT JOIN documents o ON o.content_hash = d.duplicate_of"
    return {text: (original, likeness) for text, original, likeness in rows(database, sql)}


def test_a_copy_has_the_same_words_and_a_variation_nearly_so(database: Database) -> None:
    """Links, hashtags and case aside; the earliest is the original."""
    arrive(database, 1, WORDS, days=3)
    arrive(database, 2, f"{WORDS.upper()} #water https://n.example/a", days=2)
    arrive(database, 3, f"{WORDS}, yes", days=1)
    arrive(database, 4, "tea is ready and the kettle is off again", days=1)
    assert likenesses(database) == {
        WORDS: (None, "original"),
        f"{WORDS.upper()} #water https://n.example/a": (WORDS, "copy"),
        f"{WORDS}, yes": (WORDS, "variation"),
        "tea is ready and the kettle is off again": (None, "original"),
    }


def test_an_older_post_that_comes_in_late_becomes_the_original(database: Database) -> None:
    """As if all had come at once."""
    arrive(database, 1, f"{WORDS}, yes", days=2)
    arrive(database, 2, WORDS, days=4)
    assert likenesses(database) == {WORDS: (None, "original"), f"{WORDS}, yes": (WORDS, "variation")}


def test_a_text_that_goes_on_for_months_keeps_its_first_original(database: Database) -> None:
    """Each copy is compared with the last weeks only, and inherits what those were found to repeat."""
    reach = REPEATED_WITHIN / timedelta(days=1)
    texts = {number: f"{WORDS}{'!' * number}" for number in range(5)}
    for number, text in texts.items():
        arrive(database, number, text, days=(4 - number) * (reach - 5))
    found = likenesses(database)
    assert found.pop(WORDS) == (None, "original")
    assert set(found.values()) == {(WORDS, "copy")}


def test_what_lies_far_apart_is_not_compared(database: Database) -> None:
    """The cost does not grow with the history."""
    reach = REPEATED_WITHIN / timedelta(days=1)
    arrive(database, 1, WORDS, days=reach + 2)
    arrive(database, 2, f"{WORDS}!", days=1)
    assert set(likenesses(database).values()) == {(None, "original")}


def test_what_was_cleaned_and_not_compared_is_compared_the_next_time(database: Database) -> None:
    """A run may be stopped between the two."""
    save(database, post(1), post(2))
    clean(database, {1: WORDS, 2: f"{WORDS}!"})
    assert {row[0] for row in rows(database, "SELECT likeness FROM documents")} == {None}
    mark_duplicates(AnalysisStore(database))
    kinds = rows(database, "SELECT likeness FROM documents ORDER BY likeness")
    assert kinds == [("copy",), ("original",)]
