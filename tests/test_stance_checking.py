"""Examples are counted against what is wanted, and copies are found."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from conftest import Run
from toy_debate import examples, toy_debate

from fedilens.errors import DebateError
from fedilens.stance import (
    Example,
    agreement,
    count_examples,
    load_debate,
    load_examples,
    near_copies,
    shared_runs,
    shared_voices,
)
from fedilens.types import Label

F, A, N = Label.FAVOR, Label.AGAINST, Label.NONE


def example(name: str, text: str = "Something.", **values: object) -> Example:
    return replace(Example(name, text, {"power": N, "joy": N}), **values)  # type: ignore[arg-type]


def test_counts_are_compared_with_what_is_wanted(tmp_path: Path) -> None:
    """Of each target both sides; what is wanted and nowhere found counts as none."""
    debate = replace(toy_debate(tmp_path), wanted={"posts": 60, "cue irony": 2, "each favor": 10, "each against": 11})
    found = {one.name: one for one in count_examples(debate, examples(60))}
    assert (found["posts"].found, found["posts"].short) == (60, False)
    assert found["voices"].found == 10
    assert (found["cue irony"].found, found["cue irony"].short) == (0, True)
    assert (found["power favor"].found, found["power favor"].short) == (10, False)
    assert (found["joy against"].found, found["joy against"].short) == (10, True)
    assert (found["length short"].found, found["length long"].found) == (60, 0)


def test_lengths_meet_without_a_gap() -> None:
    """149 characters are short, 150 are not; 1,500 are long and very long."""
    texts = [example(str(size), "x" * size) for size in (149, 150, 499, 500, 1_500)]
    found = {one.name: one.found for one in count_examples(toy_debate(Path()), texts)}
    lengths = [found[f"length {name}"] for name in ("short", "middle", "long", "very long")]
    assert lengths == [1, 2, 2, 1]


def test_eight_words_in_a_row_are_a_copy_and_seven_are_none() -> None:
    """Whatever stands between the words, and whatever their case."""
    words = "one two three four five six seven eight"
    copies = shared_runs([example("a", f"So {words}."), example("b", words.upper().replace(" ", ", ")), example("c")])
    assert [(copy.one, copy.other, copy.sign) for copy in copies] == [("a", "b", words)]
    assert shared_runs([example("a", words[:-6]), example("b", words[:-6])]) == []
    assert shared_runs([example("a", f"{words} {words}")]) == []


def test_posts_that_say_the_same_are_near() -> None:
    """A cosine over 0.90, each pair once."""
    vectors = np.asarray([[1, 0], [0.95, 0.312], [0, 1]], dtype=np.float32)
    (copy,) = near_copies([example("a"), example("b"), example("c")], vectors)
    assert (copy.one, copy.other, copy.sign) == ("a", "b", "cosine 0.95")


def test_a_voice_on_both_sides_of_a_split_is_found() -> None:
    """Else the detector would be measured on somebody whom it knows."""
    known = [example("a", voice="nurse"), example("b", voice="nurse", split="test"), example("c", voice="farmer")]
    assert shared_voices(known) == ["nurse"]


def test_two_readers_are_compared(tmp_path: Path) -> None:
    """By F_avg of the second against the first."""
    debate = toy_debate(tmp_path)
    assert agreement(debate, examples(4)) == {}
    twice = [
        example("a", labels={"power": F, "joy": A}, second_labels={"power": F, "joy": A}),
        example("b", labels={"power": A, "joy": F}, second_labels={"power": A, "joy": N}),
        example("c", labels={"power": N, "joy": N}, second_labels={"power": N, "joy": N}),
    ]
    found = agreement(debate, twice)
    assert found["power"] == pytest.approx(1.0)
    assert found["joy"] == pytest.approx(0.5)
    assert found[""] == pytest.approx((2 / 3 + 1) / 2)


def test_second_labels_are_read_as_the_first_are(tmp_path: Path) -> None:
    """And wrong wishes are named."""
    (tmp_path / "debate.toml").write_text(
        'name = "x"\n[wanted]\nposts = 2\n[[targets]]\nname = "a"\nstatement = "A."\n', encoding="utf-8"
    )
    line = {"id": "1", "text": "t", "labels": {}, "rest": "none", "second_labels": {"a": "favor"}, "cue": "irony"}
    (tmp_path / "examples.jsonl").write_text(json.dumps(line), encoding="utf-8")
    debate = load_debate(str(tmp_path))
    assert debate.wanted == {"posts": 2}
    (read,) = load_examples(debate)
    assert (read.labels, read.second_labels, read.cue) == ({"a": N}, {"a": F}, "irony")
    (tmp_path / "debate.toml").write_text('name = "x"\nwanted = 3\n[[targets]]\nname = "a"\nstatement = "A."\n')
    with pytest.raises(DebateError, match=r"\[wanted\] holds names and whole numbers"):
        load_debate(str(tmp_path))


def test_the_check_prints_counts_copies_and_ends_with_its_verdict(tmp_path: Path, run: Run) -> None:
    """Exit code 1 where anything is missing."""
    (tmp_path / "debate.toml").write_text(
        'name = "x"\n[wanted]\nposts = 3\n[[targets]]\nname = "a"\nstatement = "A."\n', encoding="utf-8"
    )
    text = "The very same words stand here in a row twice."
    lines = [{"id": str(number), "text": text, "labels": {"a": "favor"}} for number in range(2)]
    (tmp_path / "examples.jsonl").write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    told = run("debate", "check", tmp_path)
    assert told.code == 1
    assert "less posts: 2 of 3" in told.out
    assert "copy 0 and 1: the very same words stand here in a" in told.out
    assert "copy 0 and 1: cosine 1.00" in told.out
    assert told.out.endswith("1 counts too low, 2 copies, 0 voices shared\n")
