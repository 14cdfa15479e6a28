"""The excluded are counted by sketches that name nobody."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from stored import count, database_at, rows, save

from fedilens.store import Database
from fedilens.types import Excluded

DAY = datetime(2025, 1, 10, tzinfo=UTC)


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return database_at(tmp_path)


def people(count_of: int, *, at: datetime = DAY, reason: str = "locked", first: int = 0) -> list[Excluded]:
    """One post each by so many people."""
    numbers = range(first, first + count_of)
    return [Excluded(f"u{number}@h.example", f"https://x.example/{at}/{number}", at, reason) for number in numbers]


def about(database: Database, start: datetime, end: datetime, *, counted: str = "people") -> dict[str, int]:
    """About how many were excluded between two moments, by reason."""
    sql = f"SELECT reason, about FROM excluded_between('{start}'::TIMESTAMPTZ, '{end}'::TIMESTAMPTZ)"
    return dict(rows(database, f"{sql} WHERE counted = '{counted}'"))


@pytest.mark.parametrize("number", [5, 300, 5000])
def test_people_are_counted_within_a_tenth_and_the_same_when_seen_twice(database: Database, number: int) -> None:
    """A sketch of 1,024 registers has a standard error of 3 %; it never counts anybody twice."""
    save(database, left_out=people(number))
    found = about(database, DAY, DAY + timedelta(days=1))
    assert found["locked"] == pytest.approx(number, rel=0.1)
    registers = count(database, "exclusion_sketches")
    save(database, left_out=people(number)[::-1])
    assert about(database, DAY, DAY + timedelta(days=1)) == found
    assert count(database, "exclusion_sketches") == registers


def test_days_are_merged_and_not_added_up(database: Database) -> None:
    """Who was excluded on three days is one person with three posts."""
    for day in range(3):
        save(database, left_out=people(300, at=DAY + timedelta(days=day)))
    window = (DAY, DAY + timedelta(days=3))
    assert about(database, *window)["locked"] == pytest.approx(300, rel=0.1)
    assert about(database, *window, counted="posts")["locked"] == pytest.approx(900, rel=0.1)


def test_people_of_different_days_are_counted_together(database: Database) -> None:
    """Of the registers of several days the highest counts."""
    for day in range(3):
        save(database, left_out=people(1500, at=DAY + timedelta(days=day), first=1500 * day))
    assert about(database, DAY, DAY + timedelta(days=3))["locked"] == pytest.approx(4500, rel=0.1)


def test_a_sketch_that_was_filled_in_steps_is_the_one_filled_at_once(tmp_path: Path) -> None:
    """Each register keeps the highest rank, whichever page brought it."""
    once, stepwise = Database(tmp_path / "a.duckdb"), Database(tmp_path / "b.duckdb")
    everybody = people(900)
    save(once, left_out=everybody)
    for start in range(0, 900, 300):
        save(stepwise, left_out=everybody[start : start + 300])
    registers = "FROM exclusion_sketches ORDER BY ALL"
    assert rows(once, registers) == rows(stepwise, registers)


def test_reasons_are_counted_apart(database: Database) -> None:
    """Few people are counted to the head."""
    save(database, left_out=[*people(4), *people(2, reason="noindex", first=50)])
    assert about(database, DAY, DAY + timedelta(days=1)) == {"locked": 4, "noindex": 2}


def test_a_window_holds_its_first_day_and_not_the_day_at_its_end(database: Database) -> None:
    """Days that the window touches count whole, and a window that ends at midnight does not touch the next day."""
    for day in range(4):
        save(database, left_out=people(2**day, at=DAY + timedelta(days=day, hours=23), first=100 * day))
    assert about(database, DAY + timedelta(days=1), DAY + timedelta(days=3)) == {"locked": 2 + 4}
    assert about(database, DAY + timedelta(days=1, hours=12), DAY + timedelta(days=2, seconds=1)) == {"locked": 6}
    assert about(database, DAY + timedelta(days=9), DAY + timedelta(days=10)) == {}


def test_a_sketch_names_nobody(database: Database) -> None:
    """A day, a reason, what is counted and two small numbers are all that is kept."""
    save(database, left_out=people(3))
    columns = [row[0] for row in rows(database, "DESCRIBE exclusion_sketches")]
    assert columns == ["day", "reason", "counted", "bucket", "rank"]
    assert {row[0] for row in rows(database, "SELECT counted FROM exclusion_sketches")} == {"people", "posts"}
    for table in ("statuses", "accounts", "account_names", "status_links", "sightings"):
        assert count(database, table) == 0
