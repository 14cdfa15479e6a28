"""Debates' folders: what may stand in them, and what is said about mistakes."""

import json
from pathlib import Path

import pytest

from fedilens.errors import DebateError
from fedilens.stance import Debate, Target, label_matrix, load_debate, load_examples
from fedilens.stance.features import target_texts
from fedilens.types import Entity, Label

FULL = """
name = "trams"
hashtags = ["#Trams", "CityLife"]
[[targets]]
name = "speed"
statement = "Trams are fast."
favor = "They run fast."
against = "They are slow."
[[targets.reasons]]
side = "favor"
text = "They have lanes."
[[targets.reasons]]
side = "against"
text = "They stop often."
[[targets.reasons]]
side = "favor"
text = "No jams."
[[targets]]
name = "price"
statement = "Trams are cheap."
[[entities]]
names = ["City Transport", "ctr"]
label = "ORG"
"""


def debate_in(folder: Path, toml: str = FULL, *, examples: bytes = b"") -> Debate:
    (folder / "debate.toml").write_text(toml)
    if examples:
        (folder / "examples.jsonl").write_bytes(examples)
    return load_debate(str(folder))


def test_everything_in_a_debate_is_read(tmp_path: Path) -> None:
    """Sides of reasons, hashtags without their mark, entities by every surface form."""
    debate = debate_in(tmp_path)
    assert (debate.name, debate.title, debate.hashtags) == ("trams", "trams", ("trams", "citylife"))
    speed, price = debate.targets
    assert [(reason.side, reason.text) for reason in speed.reasons] == [
        (Label.FAVOR, "They have lanes."),
        (Label.AGAINST, "They stop often."),
        (Label.FAVOR, "No jams."),
    ]
    assert price == Target("price", "Trams are cheap.")
    transport = Entity("City Transport", "ORG")
    assert debate.entities == dict.fromkeys(("City Transport", "city transport", "ctr"), transport)
    assert debate.folder == tmp_path


def test_the_texts_of_a_target_are_its_sides_own(tmp_path: Path) -> None:
    """The description and the reasons of each side; a bare statement is denied for the other."""
    speed, price = debate_in(tmp_path).targets
    assert target_texts(speed) == (
        ["Trams are fast."],
        ["They run fast.", "They have lanes.", "No jams."],
        ["They are slow.", "They stop often."],
    )
    statement, favor, against = target_texts(price)
    assert statement == favor == ["Trams are cheap."]
    assert against == ["It is not true that Trams are cheap."]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (('hashtags = ["#Trams", "CityLife"]', 'hashtags = "ai"'), "hashtags must be a list"),
        (('hashtags = ["#Trams", "CityLife"]', "hashtags = 5"), "hashtags must be a list"),
        (('name = "price"', 'name = " "'), "name is missing"),
        (('text = "No jams."', "text = 3"), "text is missing"),
        (('label = "ORG"', ""), "label is missing"),
        (('names = ["City Transport", "ctr"]', "names = []"), "an entity has no names"),
        (('name = "price"', 'name = "speed"'), "two targets have the same name"),
        (("[[entities]]", "[entities]"), "entities must be written as [[entities]]"),
    ],
)
def test_a_mistake_is_named_with_its_file(tmp_path: Path, change: tuple[str, str], says: str) -> None:
    """One line for whoever wrote the debate."""
    with pytest.raises(DebateError) as caught:
        debate_in(tmp_path, FULL.replace(*change))
    assert str(caught.value) == f"{tmp_path / 'debate.toml'}: {says}"


def test_a_debate_that_is_no_text_is_told(tmp_path: Path) -> None:
    """Latin-1 is not UTF-8."""
    (tmp_path / "debate.toml").write_bytes(b'name = "\xe9"')
    with pytest.raises(DebateError, match=r"cannot read .*debate\.toml"):
        load_debate(str(tmp_path))


def test_examples_that_are_no_text_are_told(tmp_path: Path) -> None:
    """With the file."""
    debate = debate_in(tmp_path, examples=b'{"id": 1, "text": "\xe9"}')
    with pytest.raises(DebateError, match=r"cannot read .*examples\.jsonl"):
        load_examples(debate)


def test_examples_keep_all_that_is_said_about_them(tmp_path: Path) -> None:
    """Blank lines are nothing; a line separator within a text ends no line."""
    first = {"id": 7, "text": "a\u2028b", "labels": {"speed": "none"}, "language": "de", "split": "test", "voice": "v"}
    second = {"id": "x", "content": "<p>c</p>", "labels": {}}
    lines = "\n\n".join(json.dumps(one, ensure_ascii=False) for one in (first, second))
    one, other = load_examples(debate_in(tmp_path, examples=lines.encode()))
    assert (one.id, one.text, one.labels) == ("7", "a\u2028b", {"speed": Label.NONE})
    assert (one.language, one.split, one.voice) == ("de", "test", "v")
    assert (other.id, other.text, other.labels) == ("x", "<p>c</p>", {})
    assert (other.language, other.split, other.voice) == ("en", "train", "")


def test_blank_lines_count_when_a_line_is_named(tmp_path: Path) -> None:
    """The number is the one that an editor shows; the stranger is named too."""
    good = '{"id": 1, "text": "x", "labels": {}}'
    debate = debate_in(
        tmp_path, examples=f'{good}\n\n{{"id": 2, "text": "x", "labels": {{"colour": "favor"}}}}'.encode()
    )
    with pytest.raises(DebateError, match=r"examples\.jsonl, line 3: no such target or label: 'colour'"):
        load_examples(debate)


def test_labels_become_numbers_in_the_order_of_the_targets(tmp_path: Path) -> None:
    """Favor 0, against 1, none 2, unknown -1."""
    rows = [
        {"id": 1, "text": "x", "labels": {"price": "favor", "speed": "against"}},
        {"id": 2, "text": "x", "labels": {"price": "none"}},
        {"id": 3, "text": "x", "labels": {"speed": "favor"}, "rest": "none"},
    ]
    debate = debate_in(tmp_path, examples="\n".join(map(json.dumps, rows)).encode())
    assert label_matrix(load_examples(debate), debate.targets).tolist() == [[1, 0], [-1, 2], [0, 2]]
    assert label_matrix([], debate.targets).shape == (0, 2)


@pytest.mark.parametrize("name", ["../fedilens", "a\x00b", "", "no such", "a*"])
def test_no_strange_name_is_a_debate(name: str) -> None:
    """Whatever is asked for, it is one line."""
    with pytest.raises(DebateError, match="there is no debate"):
        load_debate(name)
