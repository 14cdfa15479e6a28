"""A sitting on the labelling screen: keys in, labels kept, examples out."""

import io
import json
import os
import pty
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import IO

from conftest import FakeClock, Run
from labelled import TEXTS, TORN, doubtful, give_stances, give_vectors, posts_with_texts
from rich.console import Console
from stored import KEYS, MODEL, NOW, count, rows
from toy_debate import toy_debate

from fedilens.app.labelling import example_lines
from fedilens.cli.keys import LineKeys, TerminalKeys, keys_of
from fedilens.cli.labelling import Screen
from fedilens.pipeline import Answer, Labeller, Question, label_posts, load_labelled, questions
from fedilens.stance import Target
from fedilens.stance.debate import example_from_json
from fedilens.store import Database
from fedilens.store.labels import LabelGiven, LabelStore
from fedilens.types import Label

PAGE = Question(KEYS.text("x"), "I walked [red]home[/red].", Target("t", "It is so.", favor="Says yes."), 3)


class KeyList:
    """Keys that were pressed beforehand; satisfies `cli.keys.Keys`."""

    def __init__(self, pressed: str) -> None:
        self._pressed = list(pressed)

    def next(self) -> str | None:
        return self._pressed.pop(0) if self._pressed else None


def labeller(database: Database, who: str = "ann") -> Labeller:
    """Ann on the toy debate."""
    return Labeller(LabelStore(database), toy_debate(Path()), who, FakeClock(NOW))


def sitting(database: Database, keys: str, *, who: str = "ann", most: int = 9) -> tuple[str, dict[Answer, int]]:
    """What was printed, and how often each answer was given."""
    console = Console(file=io.StringIO(), width=80)
    person = labeller(database, who)
    given = label_posts(person, questions(person, model=MODEL, most=most), Screen(KeyList(keys), console).ask)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue(), dict(given)


def kept(database: Database) -> list[tuple[str, str, str]]:
    """Text, target and label of each label."""
    sql = "SELECT d.text, l.target, l.label FROM labels l JOIN documents d USING (content_hash) ORDER BY ALL"
    return [(text, target, label) for text, target, label in rows(database, sql)]


def test_the_most_helpful_posts_are_asked_about_target_after_target(tmp_path: Path) -> None:
    """First the one that is uncertain on both; what is certain is not asked unless a post has nothing else."""
    asked = questions(labeller(doubtful(tmp_path)), model=MODEL, most=3)
    assert [(one.text, one.target.name) for one in asked[:2]] == [(TEXTS[1], "power"), (TEXTS[1], "joy")]
    assert {(one.text, one.target.name) for one in asked[2:]} == {(TEXTS[2], "joy"), (TEXTS[3], "power")}
    assert [one.post for one in asked] == [1, 1, 2, 3]


def test_each_key_gives_a_label_at_once(tmp_path: Path) -> None:
    """Those given before quitting are kept; a key that means nothing is told what keys there are."""
    database = doubtful(tmp_path)
    printed, given = sitting(database, "fxaq")
    assert kept(database) == [(TEXTS[1], "joy", "against"), (TEXTS[1], "power", "favor")]
    assert given == {Answer.FAVOR: 1, Answer.AGAINST: 1}
    assert "Question 1 of 5, post 1" in printed
    assert printed.count("u undo") == 4
    assert rows(database, "SELECT DISTINCT who, labelled_at FROM labels") == [("ann", NOW)]


def test_undo_takes_the_last_label_back_and_asks_again(tmp_path: Path) -> None:
    """As often as wanted; at the beginning there is nothing to undo."""
    database = doubtful(tmp_path)
    _, given = sitting(database, "ufauunq")
    assert kept(database) == [(TEXTS[1], "power", "none")]
    assert given == {Answer.NONE: 1}


def test_a_sitting_goes_on_where_the_last_one_ended(tmp_path: Path) -> None:
    """In the middle of a post, skipped ones left out; at last nothing is left."""
    database = doubtful(tmp_path)
    sitting(database, "sq")
    again = questions(labeller(database), model=MODEL, most=9)
    assert (TEXTS[1], "joy") in {(one.text, one.target.name) for one in again}
    assert (TEXTS[1], "power") not in {(one.text, one.target.name) for one in again}
    assert (TEXTS[1], "power") in {
        (one.text, one.target.name) for one in questions(labeller(database, "bob"), model=MODEL, most=9)
    }
    sitting(database, "nnnnnnnn")
    assert questions(labeller(database), model=MODEL, most=9) == []


def test_nothing_is_asked_before_anything_was_scored(tmp_path: Path) -> None:
    """Nor of a post that an older set of targets was scored on."""
    database = posts_with_texts(tmp_path)
    assert questions(labeller(database), model=MODEL, most=9) == []
    give_stances(database, {TEXTS[1]: {"power": TORN}})
    give_vectors(database, {TEXTS[1]: [1, 0]})
    assert questions(labeller(database), model=MODEL, most=9) == []


def test_the_screen_shows_the_post_as_it_is_and_never_what_the_detector_thinks(tmp_path: Path) -> None:
    """Markup in a post is text; a person who is shown a guess repeats it."""
    console = Console(file=io.StringIO(), width=80)
    assert Screen(KeyList("F".lower()), console).ask(PAGE, 0, 2) is Answer.FAVOR
    assert isinstance(console.file, io.StringIO)
    shown = console.file.getvalue()
    for part in ("[red]home[/red]", "It is so.", "favor: Says yes.", "Question 1 of 2, post 3", "f favor"):
        assert part in shown
    assert "0." not in shown


def test_whoever_is_gone_has_quit() -> None:
    """The end of the input."""
    assert Screen(KeyList(""), Console(file=io.StringIO())).ask(PAGE, 0, 1) is Answer.QUIT


def test_lines_are_keys_where_nobody_sits() -> None:
    """The first letter counts; an empty line is a key that means nothing."""
    keys = keys_of(io.StringIO("Favor\n\n  a\nq"))
    assert isinstance(keys, LineKeys)
    assert [keys.next() for _ in range(5)] == ["f", "", "a", "q", None]


def test_keys_of_a_terminal_come_without_enter_and_leave_it_as_it_was() -> None:
    """In lower case, typed ahead or waited for; Ctrl-D ends."""
    ours, theirs = pty.openpty()
    with os.fdopen(ours, "wb", buffering=0) as person, os.fdopen(theirs, "r") as terminal:
        keys = keys_of(terminal)
        assert isinstance(keys, TerminalKeys)
        before = termios.tcgetattr(theirs)
        person.write(b"Fu")
        assert [keys.next(), keys.next()] == ["f", "u"]
        assert termios.tcgetattr(theirs) == before
        late = threading.Thread(target=press_when_waited_for, args=(person, theirs, b"\x04"))
        late.start()
        assert keys.next() is None
        late.join()


def press_when_waited_for(person: IO[bytes], terminal: int, key: bytes) -> None:
    """Presses a key as soon as single keys are read."""
    while termios.tcgetattr(terminal)[3] & termios.ICANON:
        time.sleep(0.01)
    person.write(key)


def give(database: Database, *labels: tuple[int, str, Label, str]) -> None:
    """Labels by number of the text, target, label and who."""
    for number, target, label, who in labels:
        LabelStore(database).save(LabelGiven(KEYS.text(TEXTS[number]), "toy", target, label, who, NOW))


def test_labels_come_back_as_examples(tmp_path: Path) -> None:
    """Most people count, a draw is unknown, and so is what nobody could tell or the debate has no more."""
    database = doubtful(tmp_path)
    favor, against, none = Label.FAVOR, Label.AGAINST, Label.NONE
    give(
        database, (1, "power", favor, "ann"), (1, "power", favor, "bob"), (1, "power", none, "cyd"),
        (1, "joy", favor, "ann"), (1, "joy", against, "bob"), (2, "joy", Label.UNCLEAR, "ann"),
        (3, "gone", favor, "ann"), (3, "joy", none, "ann"),
    )  # fmt: skip
    examples = sorted(load_labelled(database, toy_debate(tmp_path)), key=lambda one: one.text)
    assert [(one.text, one.labels) for one in examples] == [(TEXTS[3], {"joy": none}), (TEXTS[1], {"power": favor})]
    assert examples[0].split == "train"
    assert examples[0].language == "en"
    assert len({one.voice for one in examples}) == 2


def test_what_is_exported_can_be_read_as_examples(tmp_path: Path) -> None:
    """Authors are numbers there: no pseudonym leaves the database."""
    database = posts_with_texts(tmp_path, post1="ann@a.example", post3="ann@a.example")
    give(database, *((number, "power", Label.FAVOR, "ann") for number in (1, 2, 3)))
    examples = load_labelled(database, toy_debate(tmp_path))
    lines = example_lines(examples)
    read = [example_from_json(json.loads(json.dumps(line)), ["power", "joy"]) for line in lines]
    assert [(one.text, one.labels) for one in read] == [(one.text, one.labels) for one in examples]
    voices = {one.text: one.voice for one in read}
    assert voices[TEXTS[1]] == voices[TEXTS[3]] != voices[TEXTS[2]]
    assert set(voices.values()) == {"person 1", "person 2"}
    assert not any(example.voice in json.dumps(lines) for example in examples)


def configured(folder: Path, *, name: str = "ann") -> Path:
    """A configuration with a toy debate and a database of posts with stances on it, for the packaged model."""
    doubtful(folder)
    (folder / "toy").mkdir()
    targets = "".join(f'[[targets]]\nname = "{one}"\nstatement = "{one} is good."\n' for one in ("power", "joy"))
    (folder / "toy" / "debate.toml").write_text(f'name = "toy"\n{targets}')
    path = folder / "fedilens.toml"
    path.write_text(
        '[store]\npath = "test.duckdb"\n[debate]\nname = "toy"\n'
        f'labelled_by = "{name}"\n[model]\nembedding = "{MODEL}"\n'
    )
    return path


def with_lines(config: Path, lines: Sequence[str]) -> "subprocess.CompletedProcess[str]":
    """`fedilens stance label` with these lines on standard input."""
    command = [sys.executable, "-m", "fedilens", "--config", config, "stance", "label"]
    text = "".join(f"{line}\n" for line in lines)
    return subprocess.run(command, input=text, capture_output=True, text=True, check=False)


def test_labelling_works_from_the_command_line_without_a_terminal(tmp_path: Path, run: Run) -> None:
    """Labels are the configured person's; they are counted by a query and exported for their owner alone."""
    config = configured(tmp_path)
    done = with_lines(config, ["f", "skip", "q"])
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == "1 labels given, 1 skipped; they are kept"
    told = run("--config", config, "query", "labels", "-p", "debate=toy", "--format", "csv")
    assert [line.rsplit(",", 1)[0] for line in told.out.splitlines()] == [
        "target,label,who,labels", "joy,unclear,ann,1", "power,favor,ann,1",
    ]  # fmt: skip
    told = run("--config", config, "query", "status", "-p", "uri=https://x.example/1", "--format", "json")
    assert {"debate": "toy", "target": "power", "label": "favor", "who": "ann"} in json.loads(told.out)[0]["labels"]
    out = tmp_path / "labelled.jsonl"
    told = run("--config", config, "stance", "label", "--export", out)
    assert told.out == f"{out}: 1 labelled posts, with their texts: for your own use\n"
    assert json.loads(out.read_text(encoding="utf-8"))["labels"] == {"power": "favor"}
    assert out.stat().st_mode & 0o777 == 0o600
    told = run("--config", config, "stance", "label", "--export", out)
    assert (told.code, told.err) == (1, f"fedilens: {out} is there already; name a new file\n")
    assert {path.name for path in tmp_path.iterdir() if "labelled" in path.name} == {"labelled.jsonl"}


def test_without_a_configured_name_the_user_of_the_computer_labels(tmp_path: Path) -> None:
    """Somebody."""
    assert with_lines(configured(tmp_path, name=""), ["n"]).returncode == 0
    ((who,),) = rows(Database(tmp_path / "test.duckdb"), "SELECT who FROM labels")
    assert who


def test_where_nothing_can_be_asked_it_is_told_what_to_do(tmp_path: Path, run: Run) -> None:
    """One line, and exit code 1."""
    config = configured(tmp_path)
    config.write_text(config.read_text().replace(f'embedding = "{MODEL}"', 'embedding = "other"'))
    told = run("--config", config, "stance", "label")
    assert told.code == 1
    assert "no post with stances on the debate 'toy' that still needs a label; run `fedilens collect`" in told.err


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path, run: Run) -> None:
    """And nothing is left of it."""
    told = run("--config", configured(tmp_path), "stance", "label", "--export", tmp_path / "missing" / "x.jsonl")
    assert (told.code, told.err.startswith("fedilens: cannot write ")) == (1, True)


def test_a_label_on_a_post_that_went_meanwhile_is_not_kept(tmp_path: Path) -> None:
    """Its author may have asked to be forgotten while the screen showed it."""
    database = doubtful(tmp_path)
    person = labeller(database)
    (question, *_) = questions(person, model=MODEL, most=1)
    label_posts(person, [replace(question, content_hash=KEYS.text("gone"))], lambda *_: Answer.FAVOR)
    assert count(database, "labels") == 0
