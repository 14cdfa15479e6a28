"""What reads tokens: it learns sides, looks at the right sentence, and is saved with the head."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import FakeEncoder
from test_stance_detector import DEBATE, SIDES, TARGETS, reading

from fedilens.errors import ModelError
from fedilens.stance import Reading, TrainingSet, load_head, make_detector, save_head, target_vectors, train
from fedilens.stance.attention import TokenReader, read, reader_from, side_by_side, weights_of
from fedilens.stance.attention_training import fit_reader
from fedilens.stance.head import Head
from fedilens.stance.training_set import UNKNOWN
from fedilens.types import Label, Tokens

TEXTS = target_vectors(TARGETS, FakeEncoder())
QUERIES = np.concatenate([one.statement[:1] for one in TEXTS])
FILLERS = ("Rain falls.", "Lunch was late.", "Birds sing.", "The queue moved on.", "Nobody spoke.")


def posts(count: int) -> TrainingSet:
    """Three sentences each, one of which takes a side; readers named it."""
    readings, labels, evidence, voices = [], [], [], []
    for number in range(count):
        side, target, place = number % 3, number // 3 % 2, number // 6 % 3
        said = [FILLERS[number % 5], FILLERS[(number + 2) % 5]]
        said.insert(place, f"The {('tram', 'boat')[target]} is {SIDES[side]} today.")
        readings.append(reading(*said))
        row = [2, 2]
        row[target] = side
        labels.append(row)
        evidence.append([place if row[one] < 2 else UNKNOWN for one in (0, 1)])
        voices.append(f"voice {number % 12}")
    return TrainingSet(tuple(readings), np.asarray(labels), tuple(voices), np.asarray(evidence))


def tokens(data: Sequence[Reading]) -> list[Tokens]:
    return [one.tokens for one in data if one.tokens is not None]


@pytest.fixture(scope="module")
def reader() -> TokenReader:
    """Trained once."""
    return fit_reader(posts(360), queries=QUERIES, seed=0)


@pytest.fixture(scope="module")
def head() -> Head:
    """Enough examples for readers, and some held out."""
    return train(posts(210), posts(60), targets=["tram", "boat"], texts=TEXTS, model="fake")


def test_sides_are_read_from_the_tokens_of_one_sentence(reader: TokenReader) -> None:
    """On posts with other sentences around it."""
    logits, looks = read([reader], tokens([reading("Mist.", "Tea.", f"The boat is {side} today.") for side in SIDES]))
    assert logits[:, 1].argmax(axis=1).tolist() == [0, 1, 2]
    sides = logits[:, :, :2].max(axis=2) - logits[:, :, 2]
    assert (sides[:2, 1] > sides[:2, 0] + 1).all()
    assert [int(one[1].argmax()) for one in looks[:2]] == [2, 2]
    assert looks[0].shape == (2, 3)
    assert looks[0].sum(axis=1) == pytest.approx([1, 1], abs=1e-4)


def test_a_stance_in_one_passage_of_a_long_post_is_read(reader: TokenReader) -> None:
    """Eleven sentences about something else do not drown it, and it is found wherever it stands."""
    for place in (0, 6, 11):
        said = [FILLERS[number % 5] for number in range(12)]
        said[place] = "The boat is dismal today."
        logits, looks = read([reader], tokens([reading(*said)]))
        assert logits[0].argmax(axis=1).tolist() == [2, 1]
        assert int(looks[0][1].argmax()) == place
        assert looks[0].sum(axis=1) == pytest.approx([1, 1], abs=1e-4)


def test_what_a_document_is_read_with_changes_nothing(reader: TokenReader) -> None:
    """Padding is not looked at, and the order stays."""
    texts = [reading("The tram is splendid today."), reading(*FILLERS, "The boat is dismal today."), reading("Tea.")]
    together, _ = read([reader], tokens(texts))
    alone = np.concatenate([read([reader], tokens([one]))[0] for one in texts])
    assert together == pytest.approx(alone, abs=1e-4)


def test_a_document_without_tokens_can_be_read(reader: TokenReader) -> None:
    """It is padded with one that says nothing."""
    empty = Tokens(np.zeros((0, 32), dtype=np.float16), np.zeros(0, dtype=np.int64))
    logits, looks = read([reader], [empty])
    assert np.isfinite(logits).all()
    assert looks[0].shape == (2, 0)
    assert side_by_side([empty]).present.sum() == 1


def test_the_same_seed_gives_the_same_reader_and_leaves_the_dice_of_others_alone() -> None:
    """Training can be repeated to the bit."""
    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    one, other = (weights_of(fit_reader(posts(30), queries=QUERIES, seed=1)) for _ in range(2))
    assert torch.rand(1) == expected
    assert all((one[name] == other[name]).all() for name in one)


def test_weights_in_half_precision_read_the_same(reader: TokenReader) -> None:
    """Saved and loaded."""
    posts_ = tokens([reading(f"The tram is {side} today.") for side in SIDES])
    again = reader_from(weights_of(reader))
    assert read([again], posts_)[0] == pytest.approx(read([reader], posts_)[0], abs=0.05)


def test_a_head_with_readers_judges_and_names_its_evidence(head: Head, tmp_path: Path) -> None:
    """Words and tokens together, after a round through a file."""
    path = tmp_path / "head.npz"
    save_head(head, path)
    loaded = load_head(path)
    assert len(loaded.readers) == 2
    assert loaded.fingerprint == head.fingerprint
    detector = make_detector(DEBATE, FakeEncoder(), replace(loaded, thresholds=(0.5, 0.5, 0.5)))
    assert detector.reads_tokens
    ((tram, boat),) = detector.score([reading("Tea.", "The boat is dismal today.", "The tram is splendid today.")])
    assert (tram.label, boat.label) == (Label.FAVOR, Label.AGAINST)
    ((tram, boat),) = detector.score([reading("Tea.", "The boat is dismal today.", "Rain.")])
    assert (tram.label, boat.label, boat.evidence) == (Label.NONE, Label.AGAINST, 1)


def test_quality_and_confusion_are_counted_on_examples_that_were_held_out(head: Head) -> None:
    """Not on those that taught."""
    assert (head.quality.examples, head.quality.measured) == (210, 60)
    assert head.confusion.sum() == 120
    assert head.quality.f_avg > 0.9


def test_readings_without_tokens_are_refused_by_a_head_that_reads_them(head: Head) -> None:
    """In one line."""
    detector = make_detector(DEBATE, FakeEncoder(), head)
    with pytest.raises(ModelError, match="shows no tokens"):
        detector.score([replace(reading("The tram is splendid today."), tokens=None)])


def test_without_held_examples_every_opinion_is_of_a_reader_that_has_not_heard_the_voice() -> None:
    """Cross-validation stands in; what is measured is counted on all examples."""
    found = train(posts(210), targets=["tram", "boat"], texts=TEXTS, model="fake")
    assert (found.quality.examples, found.quality.measured) == (210, 210)
    assert found.quality.f_avg > 0.9
