"""The trained head and the detector, on a small debate whose sides hang on words."""

import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from conftest import FakeEncoder

from fedilens.errors import ModelError
from fedilens.stance import (
    Debate,
    Detector,
    Head,
    Reading,
    Target,
    TrainingSet,
    load_head,
    make_detector,
    save_head,
    target_vectors,
    train,
)
from fedilens.stance.blending import count_confusion, find_thresholds, judged_by_others
from fedilens.stance.training_set import UNKNOWN, folds
from fedilens.stance.word_training import fit_scorer
from fedilens.stance.words import softmax
from fedilens.types import Label, Tokens

TARGETS = (Target("tram", "The tram is good."), Target("boat", "The boat is good."))
DEBATE = Debate("toy", "Toy", Path(), (), TARGETS, {})
SIDES = ("splendid", "dismal", "painted")
"""Of favor, of against and of none."""


def reading(*sentences: str) -> Reading:
    encoder = FakeEncoder()
    vectors, states = encoder.read([" ".join(sentences)])
    assert states is not None
    words = [number for number, sentence in enumerate(sentences) for _ in sentence.split()]
    tokens = Tokens(states[0].states, np.asarray(words, dtype=np.int64))
    return Reading(sentences, vectors[0], encoder.encode(sentences), tokens)


def toy(*, unknown: bool = True) -> TrainingSet:
    """120 posts by twelve voices; a fifth of the labels of the other target is not known."""
    readings, labels, voices = [], [], []
    for number in range(120):
        side, target = number % 3, number // 3 % 2
        readings.append(reading(f"The {('tram', 'boat')[target]} is {SIDES[side]} today.", f"Rain {number}."))
        row = [2, 2]
        row[target] = side
        if unknown and number % 5 == 0:
            row[1 - target] = UNKNOWN
        labels.append(row)
        voices.append(f"voice {number % 12}")
    return TrainingSet(tuple(readings), np.asarray(labels), tuple(voices))


@pytest.fixture(scope="module")
def head() -> Head:
    """Trained once."""
    return train(toy(), targets=["tram", "boat"], texts=target_vectors(TARGETS, FakeEncoder()), model="fake")


@pytest.fixture(scope="module")
def detector(head: Head) -> Detector:
    """With that head, and shown from even odds on."""
    return make_detector(DEBATE, FakeEncoder(), replace(head, thresholds=(0.5, 0.5, 0.5)))


def test_sides_and_targets_are_learnt_and_not_swapped(detector: Detector) -> None:
    """Six sentences, six answers; the target that is not spoken of is none."""
    found = detector.score([reading(f"The {target} is {side} today.") for target in ("tram", "boat") for side in SIDES])
    assert [tuple(stance.label for stance in row) for row in found] == [
        (Label.FAVOR, Label.NONE),
        (Label.AGAINST, Label.NONE),
        (Label.NONE, Label.NONE),
        (Label.NONE, Label.FAVOR),
        (Label.NONE, Label.AGAINST),
        (Label.NONE, Label.NONE),
    ]
    assert {stance.target for row in found for stance in row} == {"tram", "boat"}
    assert [stance.target for stance in found[0]] == ["tram", "boat"]


def test_probabilities_add_up_and_go_with_the_label(detector: Detector) -> None:
    """For every document and target, the label is the most probable one."""
    posts = [reading(f"The {one} is {side}.", "Rain.") for one, side in itertools.product(("tram", "sky"), SIDES)]
    for stance in (stance for row in detector.score(posts) for stance in row):
        values = {Label.FAVOR: stance.favor, Label.AGAINST: stance.against, Label.NONE: stance.none}
        assert sum(values.values()) == pytest.approx(1.0, abs=1e-9)
        assert all(value >= 0 for value in values.values())
        if stance.label is not Label.UNCLEAR:
            assert values[stance.label] == max(values.values())
    table = detector.probabilities(posts)
    assert table.shape == (6, 2, 3)
    assert table.sum(axis=2) == pytest.approx(np.ones((6, 2)))
    assert detector.probabilities([]).shape == (0, 2, 3)


def test_the_evidence_is_the_sentence_that_carries_the_words(detector: Detector) -> None:
    """Wherever it stands; none and unclear have none."""
    said = ["The tram is dismal today.", "Rain falls.", "Lunch was late.", "Birds sing."]
    for place in range(4):
        order = said[1 : place + 1] + said[:1] + said[place + 1 :]
        ((tram, boat),) = detector.score([reading(*order)])
        assert (tram.label, tram.evidence) == (Label.AGAINST, place)
        assert (boat.label, boat.evidence) == (Label.NONE, None)


def test_a_document_of_both_sides_shows_each_targets_own_sentence(detector: Detector) -> None:
    """The sentence about the tram is no evidence about the boat."""
    ((tram, boat),) = detector.score([reading("The boat is dismal today.", "The tram is splendid today.")])
    assert (tram.label, tram.evidence) == (Label.FAVOR, 1)
    assert (boat.label, boat.evidence) == (Label.AGAINST, 0)


def test_what_is_not_sure_enough_is_unclear(head: Head) -> None:
    """At the threshold it is shown, just above it is not; each class has its own threshold."""
    posts = [reading(f"The tram is {side} today.") for side in SIDES]
    exact = make_detector(DEBATE, FakeEncoder(), head).probabilities(posts)[:, 0]
    for number, label in enumerate((Label.FAVOR, Label.AGAINST, Label.NONE)):
        best = float(exact[number].max())
        for least, expected in ((best, label), (best + 1e-9, Label.UNCLEAR)):
            thresholds = [0.0, 0.0, 0.0]
            thresholds[number] = least
            strict = make_detector(DEBATE, FakeEncoder(), replace(head, thresholds=tuple(thresholds)))
            stance = strict.score(posts)[number][0]
            assert stance.label is expected
            assert stance.evidence == (0 if expected in (Label.FAVOR, Label.AGAINST) else None)


def test_the_detectors_name_changes_with_the_head_and_the_model(head: Head) -> None:
    """So that stances of different detectors are never mixed."""
    other = replace(head, thresholds=(0.9, 0.9, 0.9))
    retrained = replace(head, blend=replace(head.blend, weights=head.blend.weights + 0.1))
    names = {make_detector(DEBATE, FakeEncoder(), one).name for one in (head, other, retrained, None)}
    assert len(names) == 4
    assert all(name.startswith("fake/") for name in names)
    assert make_detector(DEBATE, FakeEncoder(), head).thresholds == head.thresholds


def test_a_saved_head_gives_the_same_labels(head: Head, tmp_path: Path) -> None:
    """Half precision changes none, and all that was measured is kept; saving again replaces."""
    path = tmp_path / "head.npz"
    path.write_text("an older one")
    save_head(head, path)
    loaded = load_head(path)
    posts = [reading(f"The {one} is {side}.", "Rain.") for one in ("tram", "boat") for side in SIDES]
    before, after = (make_detector(DEBATE, FakeEncoder(), one) for one in (head, loaded))
    assert [[stance.label for stance in row] for row in before.score(posts)] == [
        [stance.label for stance in row] for row in after.score(posts)
    ]
    assert after.probabilities(posts) == pytest.approx(before.probabilities(posts), abs=0.01)
    assert (loaded.quality, loaded.thresholds, loaded.model) == (head.quality, head.thresholds, head.model)
    assert loaded.words.scorer.vocabulary == head.words.scorer.vocabulary
    assert (loaded.confusion == head.confusion).all()
    assert [entry.name for entry in tmp_path.iterdir()] == ["head.npz"]


@pytest.mark.parametrize("damage", ["empty", "text", "cut", "flipped", "array", "other", "missing"])
def test_a_file_that_is_no_head_is_told_in_one_line(head: Head, tmp_path: Path, damage: str) -> None:
    """However it was damaged: the way out is to train anew."""
    path = tmp_path / "head.npz"
    save_head(head, path)
    whole = path.read_bytes()
    middle = len(whole) // 2
    if damage == "array":
        with path.open("wb") as file:
            np.save(file, np.zeros(3))
    elif damage == "other":
        np.savez(path, facts=np.frombuffer(b"[1]", dtype=np.uint8))
    elif damage == "missing":
        path.unlink()
    else:
        flipped = whole[:300] + bytes([whole[300] ^ 255]) + whole[301:]
        path.write_bytes({"empty": b"", "text": b"hello", "cut": whole[:middle], "flipped": flipped}[damage])
    with pytest.raises(ModelError) as caught:
        load_head(path)
    assert str(caught.value) == f"{path} is no trained head; make it anew with `fedilens stance train`"


def test_labels_that_are_not_known_teach_nothing() -> None:
    """They are not taken for none, and leave the other target alone."""
    data, text = toy(unknown=False), "The boat is splendid today."
    vectors = FakeEncoder().encode([text])
    odds = []
    for number in (UNKNOWN, 2):
        labels = np.asarray(data.labels).copy()
        labels[:60, 1] = number
        odds.append(fit_scorer(TrainingSet(data.readings, labels, data.voices)).score([text], vectors)[0])
    full = fit_scorer(data).score([text], vectors)[0]
    unknown, none = odds
    assert unknown[0] == pytest.approx(none[0])
    assert unknown[0] == pytest.approx(full[0])
    assert unknown[1, 0] > none[1, 0] + 0.1


@pytest.mark.parametrize(("missing", "kept"), [(0, 1), (1, 0)])
def test_a_target_with_one_side_only_never_shows_the_other(missing: int, kept: int) -> None:
    """Two classes are learnt as they are, and the missing one stays improbable."""
    data = toy(unknown=False)
    labels = np.where(data.labels == missing, 2, data.labels)
    scorer = fit_scorer(TrainingSet(data.readings, labels, data.voices))
    text = f"The tram is {SIDES[kept]} today."
    odds = scorer.score([text], FakeEncoder().encode([text]))[0, 0]
    assert odds[kept] > 0 > odds[missing]
    plain = "The tram is painted today."
    assert scorer.score([plain], FakeEncoder().encode([plain]))[0, 0][kept] < 0


def test_a_target_of_which_nobody_speaks_is_none() -> None:
    """Only one class is known: nothing to tell apart."""
    data = toy(unknown=False)
    labels = np.asarray(data.labels).copy()
    labels[:, 1] = 2
    scorer = fit_scorer(TrainingSet(data.readings, labels, data.voices))
    text = "The boat is splendid today."
    assert scorer.score([text], FakeEncoder().encode([text]))[0, 1] == pytest.approx([0, 0])


def test_training_twice_gives_the_same_head(head: Head) -> None:
    """Down to the fingerprint."""
    again = train(toy(), targets=["tram", "boat"], texts=target_vectors(TARGETS, FakeEncoder()), model="fake")
    assert again.fingerprint == head.fingerprint


def test_thresholds_show_as_much_as_is_right_often_enough() -> None:
    """The lowest probability from which on 89 of 100 of what is shown are right."""
    confidence = np.linspace(0.99, 0.51, 40)
    probabilities = np.stack([confidence, 1 - confidence, np.zeros(40)], axis=1)[:, None]
    labels = np.array([[0 if place not in (2, 25, 26, 27) else 1] for place in range(40)])
    least, same, none = find_thresholds(probabilities, labels)
    assert least == same == pytest.approx(confidence[39])  # 36 of 40 are right
    assert none == pytest.approx(0.6)
    labels[30:] = 2
    assert find_thresholds(probabilities, labels)[0] == pytest.approx(confidence[25])  # 24 of 26, and no longer later
    assert find_thresholds(probabilities, np.full((40, 1), 1))[0] == 1.0
    assert find_thresholds(probabilities, np.full((40, 1), UNKNOWN))[0] == 1.0


def test_less_is_wanted_where_next_to_nothing_would_be_shown() -> None:
    """With few examples: 8 in 10, or 7 in 10, and the figures say so."""
    confidence = np.linspace(0.99, 0.51, 40)
    probabilities = np.stack([confidence, 1 - confidence, np.zeros(40)], axis=1)[:, None]
    labels = np.array([[1 if place % 5 == 1 else 0] for place in range(40)])
    assert find_thresholds(probabilities, labels)[0] == pytest.approx(confidence[39])


def test_the_confusion_has_true_rows_and_shown_columns() -> None:
    """Unknown labels are not counted."""
    labels = np.array([[0, 2], [0, UNKNOWN], [1, 1]])
    shown = np.array([[1, 2], [2, 0], [1, 0]])
    table = count_confusion(labels, shown)
    assert table[0].tolist() == [[0, 1, 1], [0, 1, 0], [0, 0, 0]]
    assert table[1].tolist() == [[0, 0, 0], [1, 0, 0], [0, 0, 1]]


def test_posts_without_a_voice_stand_alone_and_one_voice_is_split() -> None:
    """Five folds in any case where there is anything to part."""
    for voices in ([""] * 30, ["one"] * 30, [f"v{number}" for number in range(30)]):
        parted = folds(voices)
        assert len(parted) == 5
        assert sorted(row for fold in parted for row in fold) == list(range(30))
    assert len(folds(["a"] * 10 + ["b"] * 10)) == 2


def test_nobody_is_judged_by_what_was_fitted_on_their_own_voice() -> None:
    """Other labels of a voice change what is made of everybody but that voice."""
    random = np.random.default_rng(0)
    labels = random.integers(0, 3, (120, 2))
    opinions = [softmax(np.eye(3)[labels] * 2 + random.normal(size=(120, 2, 3)))]
    voices = [f"voice {number % 12}" for number in range(120)]
    other = labels.copy()
    other[::12] = (labels[::12] + 1) % 3
    before, after = (judged_by_others(opinions, known, voices) for known in (labels, other))
    assert (before[::12] == after[::12]).all()
    assert (before[1::12] != after[1::12]).any()


def test_a_softmax_is_stable_for_great_numbers() -> None:
    """And adds up to one along the last axis."""
    assert softmax(np.array([[1000.0, 1000.0], [0.0, np.log(3)]])) == pytest.approx(
        np.array([[0.5, 0.5], [0.25, 0.75]])
    )


def test_zero_shot_takes_the_nearer_side_and_shows_its_sentence() -> None:
    """With descriptions of both sides that share no words."""
    target = Target("tram", "Trams.", favor="wonderful quick carriages", against="noisy rattling nuisance")
    detector = make_detector(replace(DEBATE, targets=(target,)), FakeEncoder(), None)
    posts = [
        reading("lunch", "wonderful quick carriages"),
        reading("noisy rattling nuisance", "lunch"),
        reading("lunch"),
    ]
    (good,), (bad,), (none,) = detector.score(posts)
    assert (good.label, good.evidence) == (Label.FAVOR, 1)
    assert (bad.label, bad.evidence) == (Label.AGAINST, 0)
    assert none.label not in (Label.FAVOR, Label.AGAINST)
    assert detector.name == "fake/zero-shot"


def test_the_vectors_of_targets_are_encoded_in_one_go_and_keep_their_places() -> None:
    """Statement, favor, against of each target, with the reasons behind their side."""
    encoder = FakeEncoder()
    one, other = target_vectors(TARGETS, encoder)
    for found, target in ((one, TARGETS[0]), (other, TARGETS[1])):
        assert found.statement == pytest.approx(FakeEncoder().encode([target.statement]))
        assert found.favor == pytest.approx(found.statement)
        assert found.against == pytest.approx(FakeEncoder().encode([f"It is not true that {target.statement}"]))
