"""Debates, examples, measures, and the detector's promises."""

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from conftest import DATA, FakeEncoder, Run
from toy_debate import toy_debate

from fedilens.clean import clean_status
from fedilens.errors import DebateError, ModelError
from fedilens.stance import (
    Debate,
    Reading,
    Target,
    TrainingSet,
    load_debate,
    load_examples,
    load_head,
    make_detector,
    save_head,
    target_vectors,
    train,
)
from fedilens.stance.blending import shown_classes
from fedilens.stance.debate import Reason
from fedilens.stance.features import count_matrix, ngrams
from fedilens.stance.measures import accuracy, calibration_error, f1, f_avg, macro_f1, shown_quality
from fedilens.stance.training_set import UNKNOWN, folds, stated
from fedilens.stance.word_training import composites
from fedilens.types import Label

NAMES = (
    "energy labour creators big-tech usefulness refusal public-ai regulation reliability danger education warfare hype"
)
MINIMAL = 'name = "t"\ntitle = "T"\n[[targets]]\nname = "a"\nstatement = "A is good."\n'


def folder(tmp_path: Path, toml: str = MINIMAL, examples: str = "") -> str:
    """A debate's folder."""
    (tmp_path / "debate.toml").write_text(toml)
    if examples:
        (tmp_path / "examples.jsonl").write_text(examples)
    return str(tmp_path)


def test_the_debate_that_ships_has_its_thirteen_targets() -> None:
    """In the design's order, each with five to eight reasons a side, and names to recognise."""
    debate = load_debate("ai")
    assert " ".join(target.name for target in debate.targets) == NAMES
    for target in debate.targets:
        for side in (Label.FAVOR, Label.AGAINST):
            assert 5 <= sum(reason.side is side for reason in target.reasons) <= 8
    assert debate.entities["ChatGPT"].name == "ChatGPT"
    assert "ai" in debate.hashtags


def test_the_examples_that_ship_are_labelled_and_never_the_golden_post() -> None:
    """At least 300, each once, none sharing six words in a row with the golden post."""
    debate = load_debate("ai")
    examples = load_examples(debate)
    assert len(examples) >= 300
    assert len({one.id for one in examples}) == len({one.text for one in examples}) == len(examples)
    assert all(len(one.labels) == 13 for one in examples)
    golden = json.loads((DATA / "seed-status.json").read_text())["content"]
    runs = six_words(clean_status(golden, "", ()).text)
    assert len(runs) > 200
    assert not [one.id for one in examples if six_words(one.text) & runs]


def six_words(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return {tuple(words[start : start + 6]) for start in range(len(words) - 5)}


def test_names_and_statements_alone_make_a_debate(tmp_path: Path) -> None:
    """Everything else may be left out."""
    debate = load_debate(folder(tmp_path))
    assert (debate.name, debate.title, debate.targets[0].statement) == ("t", "T", "A is good.")
    assert load_examples(debate) == []


@pytest.mark.parametrize(
    ("toml", "says"),
    [
        ("name = ", "cannot read"),
        ('name = "t"\n', "no [[targets]]"),
        ('name = "t"\ntargets = 1\n', "[[targets]]"),
        (MINIMAL + '[[targets]]\nname = "a"\nstatement = "B."\n', "same name"),
        ('name = "t"\n[[targets]]\nname = "a"\n', "statement is missing"),
        (MINIMAL + '[[targets.reasons]]\nside = "maybe"\ntext = "x"\n', "favor or against"),
        (MINIMAL + '[[entities]]\nlabel = "ORG"\n', "no names"),
        (MINIMAL.replace('name = "t"\n', ""), "name is missing"),
    ],
)
def test_mistakes_in_a_debate_are_named(tmp_path: Path, toml: str, says: str) -> None:
    """With the file."""
    with pytest.raises(DebateError) as caught:
        load_debate(folder(tmp_path, toml))
    assert says in str(caught.value)
    assert "debate.toml" in str(caught.value)


def test_an_unknown_debate_names_those_that_ship() -> None:
    """So that one can choose."""
    with pytest.raises(DebateError, match="those that ship are ai"):
        load_debate("cheese")


@pytest.mark.parametrize(
    "line",
    [
        "{",
        '{"id": 1, "text": "x", "labels": {"b": "favor"}}',
        '{"id": 1, "text": "x", "labels": {"a": "unclear"}}',
        '{"id": 1, "text": "x", "labels": {"a": "maybe"}}',
        '{"id": 1, "labels": {"a": "favor"}}',
        '{"text": "x", "labels": {"a": "favor"}}',
        "[]",
    ],
)
def test_a_wrong_example_names_its_line(tmp_path: Path, line: str) -> None:
    """Line two, here."""
    good = '{"id": 0, "content": "<p>x</p>", "labels": {}, "rest": "none"}'
    debate = load_debate(folder(tmp_path, examples=f"{good}\n{line}\n"))
    with pytest.raises(DebateError, match=r"examples\.jsonl, line 2"):
        load_examples(debate)


def test_rest_none_labels_what_is_not_named(tmp_path: Path) -> None:
    """Without it a target that is not labelled is unknown."""
    two = MINIMAL + '[[targets]]\nname = "b"\nstatement = "B."\n'
    lines = '{"id": 1, "text": "x", "labels": {"a": "favor"}, "rest": "none"}\n'
    lines += '{"id": 2, "text": "y", "labels": {"b": "against"}}'
    first, second = load_examples(load_debate(folder(tmp_path, two, lines)))
    assert first.labels == {"a": Label.FAVOR, "b": Label.NONE}
    assert second.labels == {"b": Label.AGAINST}


def test_measures_are_what_they_are_called() -> None:
    """By hand: favor found 2 of 3 and one too many, against 1 of 1; unknown labels are no part of it."""
    true = np.array([0, 0, 0, 1, 2, 2, -1])
    found = np.array([0, 0, 2, 1, 0, 2, 0])
    assert f1(true, found, 0) == pytest.approx(4 / 6)
    assert f1(true, found, 1) == 1.0
    assert f1(true, found, 2) == pytest.approx(2 / 4)
    assert f_avg(true, found) == pytest.approx((4 / 6 + 1) / 2)
    assert macro_f1(true, found) == pytest.approx((4 / 6 + 1 + 0.5) / 3)
    assert accuracy(true, found) == pytest.approx(4 / 6)
    assert shown_quality(true, found) == (pytest.approx(3 / 4), pytest.approx(3 / 4))
    assert f1(np.array([2]), np.array([2]), 0) == 0


def test_calibration_error_is_the_gap_between_saying_and_being_right() -> None:
    """Two stances shown at 0.9, one of them right: a gap of 0.4."""
    probabilities = np.array([[0.9, 0.05, 0.05], [0.9, 0.05, 0.05], [0.1, 0.1, 0.8]])
    assert calibration_error(np.array([0, 1, 2]), probabilities, np.array([0, 0, 2])) == pytest.approx(0.4)
    assert calibration_error(np.array([2]), probabilities[2:], np.array([2])) == 0


def test_calibration_errors_of_different_confidence_do_not_make_up_for_each_other() -> None:
    """Ten bins: too sure at 0.95 and too modest at 0.55 are both wrong."""
    probabilities = np.array([[0.95, 0.05, 0.0], [0.95, 0.05, 0.0], [0.55, 0.45, 0.0], [0.55, 0.45, 0.0]])
    true, shown = np.array([0, 1, 0, 0]), np.array([0, 0, 0, 0])
    assert calibration_error(true, probabilities, shown) == pytest.approx(0.45)


def test_only_what_is_sure_enough_is_shown() -> None:
    """At the threshold it is, under it not; none is never shown as a side."""
    probabilities = np.array([[0.5, 0.3, 0.2], [0.49, 0.3, 0.21], [0.2, 0.6, 0.2], [0.1, 0.1, 0.8]])
    assert shown_classes(probabilities, (0.5, 0.6, 0.5)).tolist() == [0, 2, 1, 2]


def test_ngrams_keep_words_marks_and_neighbours() -> None:
    """Apostrophes of every kind stay in a word."""
    assert ngrams("It\u2019s NOT good!") == ["it's", "not", "good", "!", "it's not", "not good", "good !"]
    rows = count_matrix(["not good", "", "nothing"], {"good": 0, "not": 1}, np.array([3.0, 4.0])).toarray()
    assert rows.tolist() == [[0.6, 0.8], [0, 0], [0, 0]]


def reading(*sentences: str) -> Reading:
    encoder = FakeEncoder()
    return Reading(sentences, encoder.encode([" ".join(sentences)])[0], encoder.encode(sentences))


def toy() -> TrainingSet:
    """Ninety posts about two targets whose sides hang on a word."""
    words = [("splendid", 0), ("dismal", 1), ("Tuesday", 2)]
    readings, labels, voices = [], [], []
    for number in range(90):
        word, side = words[number % 3]
        target = number // 3 % 2
        readings.append(reading(f"The {('tram', 'boat')[target]} is {word} today.", f"It is number {number}."))
        labels.append([side if target == 0 else 2, side if target == 1 else UNKNOWN if number % 5 == 0 else 2])
        voices.append(f"voice {number % 9}")
    return TrainingSet(tuple(readings), np.array(labels), tuple(voices))


TARGETS = (Target("tram", "The tram is good."), Target("boat", "The boat is good."))
DEBATE = Debate("toy", "Toy", Path(), (), TARGETS, {})


def test_a_trained_detector_tells_sides_apart_with_evidence(tmp_path: Path) -> None:
    """Not swapped, adding up to one, the same after saving; unsure ones are unclear and show no evidence."""
    encoder = FakeEncoder()
    head = train(toy(), targets=["tram", "boat"], texts=target_vectors(TARGETS, encoder), model="fake")
    save_head(head, tmp_path / "head.npz")
    assert [path.name for path in tmp_path.iterdir()] == ["head.npz"]
    loaded = load_head(tmp_path / "head.npz")
    assert (loaded.targets, loaded.model, loaded.quality.examples) == (("tram", "boat"), "fake", 90)
    assert loaded.fingerprint == head.fingerprint
    posts = [reading("Hello all.", "The tram is splendid today."), reading("The tram is dismal today."), reading("Hm.")]
    for one in (head, loaded):
        detector = make_detector(DEBATE, encoder, one)
        assert detector.name == f"fake/{head.fingerprint}"
        good, bad, odd = detector.score(posts)
        assert good[0].favor > good[0].against
        assert bad[0].against > bad[0].favor
        if good[0].label is Label.FAVOR:
            assert good[0].evidence == 1
        for stance in (*good, *bad, *odd):
            assert stance.favor + stance.against + stance.none == pytest.approx(1, abs=1e-5)
            assert (stance.evidence is not None) == (stance.label in (Label.FAVOR, Label.AGAINST))
    assert head.confusion.sum() == (toy().labels != UNKNOWN).sum()
    assert head.quality.f_avg > 0.7


def test_training_wants_enough_examples_of_every_kind() -> None:
    """Too few, or one class only, is told."""
    texts = target_vectors(TARGETS, FakeEncoder())
    few = toy().subset(np.arange(5))
    with pytest.raises(DebateError, match="at least 20"):
        train(few, targets=["tram", "boat"], texts=texts, model="fake")
    none = TrainingSet(toy().readings, np.full((90, 2), 2), toy().voices)
    with pytest.raises(DebateError, match="examples of favor, of against and of none"):
        train(none, targets=["tram", "boat"], texts=texts, model="fake")


def test_a_voice_is_never_on_both_sides() -> None:
    """And every example is in one fold."""
    voices = toy().voices
    parted = folds(voices)
    assert sorted(row for fold in parted for row in fold) == list(range(90))
    heard = [{voices[row] for row in fold} for fold in parted]
    assert sum(len(one) for one in heard) == len(set(voices))


def test_composite_posts_hold_all_sides_of_their_parts() -> None:
    """Their labels are the union; contradictions are never joined."""
    data = toy()
    made = composites(data, most=20)
    assert len(made.readings) == 20
    for one, labels in zip(made.readings, made.labels, strict=True):
        assert 4 <= len(one.sentences) <= 8
        assert np.linalg.norm(one.whole) == pytest.approx(1, abs=1e-5)
        assert len(one.sentence_vectors) == len(one.sentences)
        said = {word for word in ("splendid", "dismal") for sentence in one.sentences if f"tram is {word}" in sentence}
        assert said != {"splendid", "dismal"}
        assert labels[0] == (0 if "splendid" in said else 1 if "dismal" in said else 2)


def test_statements_and_reasons_teach_what_examples_do_not_say(tmp_path: Path) -> None:
    """A word that only the debate's reasons use tells the sides apart; other targets stay unknown."""
    debate = toy_debate(tmp_path)
    power = replace(
        debate.targets[0],
        reasons=(Reason(Label.AGAINST, "Turbines hum gently."), Reason(Label.FAVOR, "Cooling towers steam.")),
    )
    texts, labels = stated((power, debate.targets[1]))
    assert texts == ["The power is too much.", "Turbines hum gently.", "Cooling towers steam.", "It is a joy."]
    assert labels.tolist() == [[0, UNKNOWN], [1, UNKNOWN], [0, UNKNOWN], [UNKNOWN, 0]]


def test_without_a_head_it_is_zero_shot_and_says_so() -> None:
    """The nearer statement wins, if it is near at all."""
    detector = make_detector(DEBATE, FakeEncoder(), None)
    assert detector.name == "fake/zero-shot"
    near, far = detector.score([reading("The tram is good."), reading("qqq zzz xxx")])
    assert near[0].favor > near[0].none
    assert far[0].none > far[0].favor
    assert detector.score([]) == []


def test_a_file_that_is_no_head_is_refused(tmp_path: Path) -> None:
    """With what to do."""
    (tmp_path / "head.npz").write_text("nothing")
    with pytest.raises(ModelError, match="fedilens stance train"):
        load_head(tmp_path / "head.npz")


def test_training_and_measuring_from_the_command_line(run: Run, tmp_path: Path) -> None:
    """A debate of one's own, with the real model: train, then evaluate as a table and as JSON."""
    rows = []
    for number in range(36):
        side = ("favor", "against", "none")[number % 3]
        word = {"favor": "I love trams", "against": "I hate trams", "none": "Rain on Tuesday"}[side]
        rows.append(
            {"id": number, "text": f"{word}, number {number}.", "labels": {"a": side}, "voice": f"v{number % 6}"}
        )
    name = folder(tmp_path, MINIMAL.replace("A is good", "Trams are good"), "\n".join(map(json.dumps, rows)))
    trained = run("stance", "train", "--debate", name)
    assert trained.code == 0
    assert "trained on 36 examples" in trained.out
    labelled = tmp_path / "labelled.jsonl"
    lines = [{"id": 1, "text": "I love trams so much", "target": "a", "label": "favor"}]
    lines += [{"id": 2, "text": "It rains", "target": "Dogs are nice", "label": "none"}]
    labelled.write_text("\n".join(map(json.dumps, lines)))
    found = json.loads(run("stance", "evaluate", "--debate", name, str(labelled), "--format", "json").out)
    assert found["pairs"] == 2
    assert found["targets"]["a"]["accuracy"] == 1.0
    table = run("stance", "evaluate", "--debate", name, labelled).out
    assert "zero-shot: experimental" in table
    labelled.write_text('{"id": 1, "text": "x", "target": "a", "label": "maybe"}')
    assert "line 1" in run("stance", "evaluate", "--debate", name, labelled).err
    labelled.write_text("{")
    assert "line 1: not valid JSON" in run("stance", "evaluate", "--debate", name, labelled).err
    assert "nothing to measure on" in run("stance", "evaluate", "--debate", name).err
    assert "cannot read" in run("stance", "evaluate", "--debate", name, tmp_path / "none").err
