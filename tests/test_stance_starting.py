"""A new debate is a folder that works at once and says how to go on."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from conftest import FakeEncoder, Run

from fedilens.errors import InputError
from fedilens.stance import count_examples, load_debate, load_examples, make_detector, write_debate
from fedilens.stance.features import target_texts
from fedilens.types import Label


def test_a_new_debate_loads_with_two_targets_and_reasons_on_both_sides(tmp_path: Path, run: Run) -> None:
    """It is named as its folder is, and has no examples yet."""
    told = run("debate", "new", tmp_path / "trams")
    assert (told.code, told.err) == (0, "")
    assert "debate.toml" in told.out
    debate = load_debate(str(tmp_path / "trams"))
    assert (debate.name, debate.hashtags) == ("trams", ("trams",))
    assert len(debate.targets) == 2
    for target in debate.targets:
        assert {reason.side for reason in target.reasons} == {Label.FAVOR, Label.AGAINST}
        assert all(target_texts(target))
    assert load_examples(debate) == []
    assert any(one.short for one in count_examples(debate, []))


def test_a_new_debate_is_scored_at_once(tmp_path: Path) -> None:
    """Names and statements alone are zero-shot: every target, whatever the model."""
    write_debate(tmp_path / "trams")
    detector = make_detector(load_debate(str(tmp_path / "trams")), FakeEncoder(), None)
    assert len(detector.targets) == 2


def test_every_line_that_is_to_be_filled_in_has_a_comment_near_it(tmp_path: Path) -> None:
    """The labelling rule, and what a line of examples.jsonl looks like, are told; the sample line is a true one."""
    write_debate(tmp_path / "trams")
    toml = (tmp_path / "trams" / "debate.toml").read_text(encoding="utf-8")
    assert toml.count("\n#") > 20
    assert "does the author agree with the statement?" in toml
    readme = (tmp_path / "trams" / "README.md").read_text(encoding="utf-8")
    line = next(line for line in readme.splitlines() if line.strip().startswith("{"))
    assert set(json.loads(line)["labels"]) <= {target["name"] for target in tomllib.loads(toml)["targets"]}


@pytest.mark.parametrize("name", ["Trams", "a b", "-x", "x" * 41, "straße", ".."])
def test_a_bad_name_is_refused(tmp_path: Path, name: str) -> None:
    """With what would do."""
    with pytest.raises(InputError, match="is no name for a debate: take lower-case letters"):
        write_debate(tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_the_name_of_a_debate_that_ships_is_refused(tmp_path: Path) -> None:
    """Its stances would stand among the others'."""
    with pytest.raises(InputError, match="a debate 'ai' ships with fedilens; choose another name"):
        write_debate(tmp_path / "ai")


def test_what_is_there_stays_as_it_is(tmp_path: Path, run: Run) -> None:
    """A folder, empty or not, a file, a link to nowhere."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("mine")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    for name in ("empty", "file", "link"):
        told = run("debate", "new", tmp_path / name)
        assert (told.code, told.out) == (1, "")
        assert told.err == f"fedilens: {tmp_path / name} is there already; choose another name\n"
    assert not list((tmp_path / "empty").iterdir())
    assert (tmp_path / "file").read_text() == "mine"


def test_a_folder_that_cannot_be_written_is_told_and_leaves_nothing(tmp_path: Path, run: Run) -> None:
    """Here its parent is missing."""
    told = run("debate", "new", tmp_path / "missing" / "trams")
    assert told.code == 1
    assert "cannot write" in told.err
    assert not list(tmp_path.iterdir())


def test_scoring_a_new_debate_works_from_the_command_line(tmp_path: Path) -> None:
    """With the packaged model, both targets in order."""
    write_debate(tmp_path / "trams")
    done = subprocess.run(
        [sys.executable, "-m", "fedilens", "stance", "score", "--debate", tmp_path / "trams"],
        input='{"id": 1, "text": "Libraries should open on Sundays!"}\n', capture_output=True, text=True, check=True,
    )  # fmt: skip
    (line,) = done.stdout.splitlines()
    assert [one["target"] for one in json.loads(line)["stances"]] == ["sundays", "fines"]
