"""The questions in queries/, and SQL by users: read-only, bound, and refused in one line."""

from pathlib import Path

import pytest
from stored import NOW, count, database_at, post, save

from fedilens.errors import QueryError
from fedilens.store import Database
from fedilens.store.questions import Answer, Question, ask, ask_all, load_questions, questions_folder, run_sql


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return database_at(tmp_path)


ECHO = Question(
    "echo", "What?", {"word": None, "until": "now", "window": "7d"}, "SELECT $word AS w, $until AS u, $window AS l"
)


def asked(database: Database, **values: str) -> tuple[object, ...]:
    """What the echo gives back."""
    return ask(database, ECHO, values, now=NOW).rows[0]


def test_a_questions_defaults_stand_until_a_value_is_given(database: Database) -> None:
    """`now` is the moment that was handed in."""
    assert asked(database, word="x") == ("x", NOW.isoformat(), "604800 seconds")
    assert asked(database, word="x", until="2025-01-01") == ("x", "2025-01-01", "604800 seconds")


@pytest.mark.parametrize(
    ("length", "words"),
    [
        ("1s", "1 seconds"),
        ("2m", "120 seconds"),
        ("3h", "10800 seconds"),
        ("4d", "345600 seconds"),
        ("2w", "1209600 seconds"),
        ("1 month", "1 month"),
        ("7days", "7days"),
    ],
)
def test_short_durations_are_put_into_sqls_words(database: Database, length: str, words: str) -> None:
    """What is no short duration goes to SQL as it is."""
    assert asked(database, word="x", window=length)[2] == words


def test_an_unknown_parameter_is_told_with_those_there_are(database: Database) -> None:
    """A question without any says so too."""
    with pytest.raises(QueryError, match="query echo has no parameter 'wrod'; it has: word, until, window"):
        asked(database, wrod="x")
    with pytest.raises(QueryError, match="it has: none"):
        ask(database, Question("bare", "What?", {}, "SELECT 1"), {"a": "b"}, now=NOW)


def test_a_missing_parameter_is_told_with_how_to_give_it(database: Database) -> None:
    """A parameter without a default is wanted."""
    with pytest.raises(QueryError, match="query echo wants a value: -p word=…"):
        asked(database)


@pytest.mark.parametrize("values", [{"until": "yesterday"}, {"window": "long"}, {"window": "9" * 30 + "d"}])
def test_a_value_of_the_wrong_kind_is_told_in_one_line(database: Database, values: dict[str, str]) -> None:
    """What SQL cannot convert is a QueryError."""
    question = Question("q", "?", {"until": "now", "window": "7d"}, "SELECT $until::TIMESTAMPTZ - $window::INTERVAL")
    with pytest.raises(QueryError) as caught:
        ask(database, question, values, now=NOW)
    assert "\n" not in str(caught.value)


def test_values_are_bound_and_never_run(database: Database) -> None:
    """A quotation mark in a value is a letter of it."""
    word = "'; DROP TABLE statuses; --"
    assert asked(database, word=word)[0] == word


def test_an_answer_gives_rows_as_dictionaries() -> None:
    """Under the names of the columns."""
    assert Answer(("a", "b"), ((1, 2), (3, 4))).dicts() == [{"a": 1, "b": 2}, {"a": 3, "b": 4}]


def test_sql_of_a_user_is_answered(database: Database) -> None:
    """With names and rows; a semicolon at the end is no second statement."""
    assert run_sql(database, "SELECT 1 AS one, 'x' AS x;") == Answer(("one", "x"), ((1, "x"),))


@pytest.mark.parametrize(("sql", "number"), [("SELECT 1; SELECT 2", 2), ("", 0), ("-- only words", 0)])
def test_one_statement_is_wanted(database: Database, sql: str, number: int) -> None:
    """More or fewer are refused before anything runs."""
    with pytest.raises(QueryError, match=f"one statement is wanted, and these are {number}"):
        run_sql(database, sql)


def test_files_and_settings_are_out_of_reach(database: Database, tmp_path: Path) -> None:
    """No reading, writing, attaching or loading, and no switching that back on."""
    secret = tmp_path / "secret.csv"
    secret.write_text("a\n1\n")
    attempts = [
        f"SELECT * FROM read_csv('{secret}')",
        f"SELECT * FROM '{secret}'",
        f"COPY (SELECT 1) TO '{tmp_path / 'out.csv'}'",
        f"ATTACH '{tmp_path / 'other.duckdb'}'",
        f"EXPORT DATABASE '{tmp_path / 'export'}'",
        "INSTALL httpfs",
        "SET enable_external_access = true",
        "SET lock_configuration = false",
    ]
    count(database, "statuses")
    there = {path.name for path in tmp_path.iterdir()}
    for attempt in attempts:
        with pytest.raises(QueryError):
            run_sql(database, attempt)
    assert {path.name for path in tmp_path.iterdir()} <= there


@pytest.mark.parametrize("sql", ["DELETE FROM statuses", "DROP TABLE statuses", "INSERT INTO store_facts VALUES (1,2)"])
def test_nothing_can_be_changed(database: Database, sql: str) -> None:
    """Users read."""
    save(database, post(1))
    with pytest.raises(QueryError, match="read-only"):
        run_sql(database, sql)
    assert count(database, "statuses") == 1


@pytest.mark.parametrize("sql", ["SELEC 1", "SELECT nothing FROM statuses", "SELECT $x"])
def test_sql_that_fails_is_told_in_one_line(database: Database, sql: str) -> None:
    """DuckDB's first line is enough."""
    with pytest.raises(QueryError) as caught:
        run_sql(database, sql)
    assert "\n" not in str(caught.value)


def test_a_file_is_read_as_its_first_line_documents_it(tmp_path: Path) -> None:
    """Name, question, parameters with and without defaults; other files are not looked at."""
    text = "-- Who is it? For us. (uri, window=7d,people=2)\nSELECT 1;\n"
    (tmp_path / "who.sql").write_text(text)
    (tmp_path / "bare.sql").write_text("-- Is anybody there?\nSELECT 1;\n")
    (tmp_path / "notes.txt").write_text("nothing")
    assert load_questions(tmp_path) == {
        "bare": Question("bare", "Is anybody there?", {}, "-- Is anybody there?\nSELECT 1;\n"),
        "who": Question("who", "Who is it? For us.", {"uri": None, "window": "7d", "people": "2"}, text),
    }


@pytest.mark.parametrize("text", ["SELECT 1;", "", "--\nSELECT 1;", "\n-- What? (a)\nSELECT 1;"])
def test_an_undocumented_file_is_refused(tmp_path: Path, text: str) -> None:
    """The error names the file and shows what its first line should be."""
    (tmp_path / "mute.sql").write_text(text)
    with pytest.raises(QueryError, match=r"mute\.sql: the first line must read -- What is asked\?"):
        load_questions(tmp_path)


def test_the_shipped_questions_are_found_beside_the_package() -> None:
    """Every file of the folder is a question that ends with a question mark or a full stop."""
    files = {path.stem for path in questions_folder().glob("*.sql")}
    assert {"overview", "shares", "topics", "reasons", "articles", "exclusions", "status", "polls"} <= files
    questions = load_questions()
    assert set(questions) == files
    for question in questions.values():
        assert question.asks[-1] in "?."
        assert "?" in question.asks
        for name in question.parameters:
            assert f"${name}" in question.sql, f"{question.name} does not use {name}"


def test_several_questions_see_one_state_of_the_database(tmp_path: Path) -> None:
    """A digest's figures belong together, whatever is written meanwhile."""
    database = Database(tmp_path / "one.duckdb")
    both = [(Question(name, "?", {"x": None}, f"SELECT $x AS {name}"), {"x": name}) for name in ("a", "b")]
    assert [answer.dicts() for answer in ask_all(database, both, now=NOW)] == [[{"a": "a"}], [{"b": "b"}]]
    broken = [both[0], (Question("c", "?", {"x": None}, "SELECT 1"), {})]
    with pytest.raises(QueryError, match="wants a value"):
        ask_all(database, broken, now=NOW)
