"""Stances on targets that nobody wrote examples for."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from conftest import FakeEncoder

from fedilens.annotate import SentenceEncoder, SpacyLinguist
from fedilens.annotate.embeddings import PACKAGED
from fedilens.errors import ModelError
from fedilens.pipeline import Judge
from fedilens.pipeline.judging import read_texts
from fedilens.stance import Detector, Reading, Target, zero_shot_detector
from fedilens.stance.attention import weights_of
from fedilens.stance.polarity import SHIPPED, Polarity, load_polarity, save_polarity, shipped_polarity, text_tokens
from fedilens.stance.zero_shot import PASSAGE, passages
from fedilens.stance.zero_shot_training import Pair, fit_pairs
from fedilens.types import Tokens

THINGS = ("tram", "boat", "bridge", "tunnel")
LUNCH = "Lunch was late. "
FAVOR, AGAINST, NONE = 0, 1, 2


def tokens(*texts: str) -> list[Tokens]:
    found = text_tokens(texts, FakeEncoder())[1]
    assert found is not None
    return found


def toy_pairs() -> list[Pair]:
    """Every thing kept or banned, called splendid or dismal, with words about lunch; and every thing beside another."""
    found = []
    for number in range(320):
        thing, other = THINGS[number % 4], THINGS[(number + 1 + number // 64 % 3) % 4]
        banned, dismal, strange = number // 4 % 2, number // 8 % 2, number // 16 % 2
        target, text = tokens(
            f"We should {('keep', 'ban')[banned]} the {thing}",
            LUNCH * (number % 3)
            + f"The {other if strange else thing} is {('splendid', 'dismal')[dismal]} today. "
            + LUNCH * (number // 3 % 3),
        )
        found.append(Pair(target, text, NONE if strange else int(banned != dismal)))
    return found


@pytest.fixture(scope="module")
def polarity() -> Polarity:
    """Learnt from them."""
    return Polarity("fake", 1.0, weights_of(fit_pairs([toy_pairs()] * 24, seed=0)))


def reading(*sentences: str) -> Reading:
    encoder = FakeEncoder()
    vectors, states = encoder.read([" ".join(sentences)])
    assert states is not None
    words = [number for number, sentence in enumerate(sentences) for _ in sentence.split()]
    document = Tokens(states[0].states, np.asarray(words, dtype=np.int64))
    return Reading(sentences, vectors[0], encoder.encode(sentences), document)


def toy_detector(polarity: Polarity, *statements: str) -> Detector:
    plain = zero_shot_detector([Target(one, one) for one in statements], FakeEncoder())
    return replace(plain, polarity=polarity, statements=tuple(tokens(*statements)))


def test_the_side_flips_with_the_text_and_with_the_statement(polarity: Polarity) -> None:
    """And a statement about another thing has none."""
    statements = tokens("We should keep the tram", "We should ban the tram", "We should keep the tunnel")
    found, _ = polarity.read(statements, tokens("The tram is splendid today", "The tram is dismal today"))
    assert found.argmax(axis=2).tolist() == [[FAVOR, AGAINST, NONE], [AGAINST, FAVOR, NONE]]
    assert found.sum(axis=2) == pytest.approx(np.ones((2, 3)))


def test_one_passage_of_a_long_post_is_enough_and_is_the_evidence(polarity: Polarity) -> None:
    """Wherever it stands; the detector shows the sentence that is most surely on that side."""
    statement = "We should keep the tram"
    for place in range(3):
        said = [LUNCH.strip()] * 9
        said[PASSAGE * place : PASSAGE * place + PASSAGE] = ["The tram is dismal today."] * PASSAGE
        post = reading(*said)
        assert post.tokens is not None
        found, evidence = polarity.read(tokens(statement), [post.tokens])
        assert found[0, 0].argmax() == AGAINST
        assert int(evidence[0][0].argmax()) // PASSAGE == place
        ((stance,),) = toy_detector(polarity, statement).score([post])
        assert stance.evidence in (None, int(evidence[0][0].argmax()))


def test_a_text_is_read_in_passages_that_hold_every_token() -> None:
    """Of at most three sentences, at least one; marks that are in no sentence are left out."""
    for count in range(9):
        states = np.arange(count + 1, dtype=np.float16)[:, None]
        parts = passages(Tokens(states, np.asarray([-1, *range(count)])))
        assert len(parts) == max(1, -(-count // PASSAGE))
        assert np.concatenate([one.states for one in parts]).ravel().tolist() == list(range(1, count + 1))
        assert max(len(one.states) for one in parts) <= PASSAGE


def test_what_says_nothing_or_has_no_tokens_does_no_harm(polarity: Polarity) -> None:
    """An empty post is read; where tokens are missing the nearer side's texts decide, as they did without weights."""
    detector = toy_detector(polarity, "We should keep the tram")
    assert detector.probabilities([reading()]).sum() == pytest.approx(1.0)
    assert detector.score([]) == []
    bare = replace(reading("We should keep the tram"), tokens=None)
    plain = replace(detector, polarity=None)
    assert detector.probabilities([bare]) == pytest.approx(plain.probabilities([bare]))


def test_the_name_tells_the_weights_and_tokens_are_wanted(polarity: Polarity) -> None:
    """So that stances of other weights are never mixed, and scoring anew reads the tokens."""
    detector = toy_detector(polarity, "We should keep the tram")
    warmer = replace(polarity, temperature=2.0)
    names = {replace(detector, polarity=one).name for one in (polarity, warmer, None)}
    assert len(names) == 3
    assert all(name.startswith("fake/zero-shot") for name in names)
    assert detector.reads_tokens
    assert not zero_shot_detector([Target("a", "A.")], FakeEncoder()).reads_tokens


def test_learning_twice_gives_the_same_weights_and_a_saved_file_reads_the_same(
    polarity: Polarity, tmp_path: Path
) -> None:
    """Down to the fingerprint; saving again replaces."""
    short = [Polarity("fake", 1.0, weights_of(fit_pairs([toy_pairs()[:64]], seed=3))) for _ in range(2)]
    assert short[0].fingerprint == short[1].fingerprint != polarity.fingerprint
    path = tmp_path / "polarity.npz"
    path.write_text("an older one")
    save_polarity(polarity, path)
    loaded = load_polarity(path)
    assert (loaded.fingerprint, loaded.model, loaded.temperature) == (polarity.fingerprint, "fake", 1.0)
    targets, texts = tokens("We should ban the boat"), tokens("The boat is dismal today")
    assert (loaded.read(targets, texts)[0] == polarity.read(targets, texts)[0]).all()
    assert [entry.name for entry in tmp_path.iterdir()] == ["polarity.npz"]


@pytest.mark.parametrize("damage", ["empty", "text", "cut", "array", "other", "missing"])
def test_a_broken_file_is_told_in_one_line(tmp_path: Path, damage: str) -> None:
    """However it was damaged."""
    path = tmp_path / "polarity.npz"
    whole = SHIPPED.read_bytes()
    if damage == "array":
        with path.open("wb") as file:
            np.save(file, np.zeros(3))
    elif damage == "other":
        np.savez(path, facts=np.frombuffer(b"[1]", dtype=np.uint8))
    elif damage != "missing":
        path.write_bytes({"empty": b"", "text": b"hello", "cut": whole[: len(whole) // 2]}[damage])
    with pytest.raises(ModelError) as caught:
        load_polarity(path)
    assert str(caught.value) == f"{path} holds no zero-shot weights; install fedilens anew"


def test_weights_that_do_not_fit_are_told_in_one_line(polarity: Polarity) -> None:
    """They are looked at when something is read."""
    for weights in ({}, {name: value for name, value in polarity.weights.items() if name != "part"}):
        with pytest.raises(ModelError, match="do not fit"):
            replace(polarity, weights=weights).read(tokens("A"), tokens("B"))


def test_the_weights_that_ship_are_small_and_for_the_packaged_model_alone() -> None:
    """Any other model is read by nearness."""
    assert SHIPPED.stat().st_size < 1_000_000
    assert shipped_polarity(PACKAGED) is not None
    assert shipped_polarity("another") is None


def judged(statement: str, *texts: str) -> list[int]:
    """The more probable side of each text, with the weights and the model that ship."""
    judge = Judge(SpacyLinguist({}), ENCODER)
    detector = zero_shot_detector([Target("it", statement)], ENCODER)
    assert detector.polarity
    return [int(row[0, :2].argmax()) for row in detector.probabilities(read_texts(judge, texts))]


ENCODER = SentenceEncoder(PACKAGED, languages=("en",))
CYCLING = (
    "Separate bike lanes save lives, every city needs them.",
    "Bike lanes make the streets safer and the air cleaner.",
    "Bike lanes are a waste of money that only cause traffic jams.",
    "Taking space from cars for cyclists ruins the shops and helps nobody.",
)
NUCLEAR = (
    "Reactors give clean and reliable electricity without any carbon.",
    "Nuclear energy is the safest source of power that we have.",
    "The waste stays dangerous for thousands of years and nobody knows where to put it.",
    "Nuclear plants are far too expensive and a disaster like Chernobyl can happen again.",
)


def test_plain_statements_on_other_subjects_are_told_apart() -> None:
    """Neither subject is among those that the weights learnt from."""
    assert judged("We should build more cycling lanes", *CYCLING) == [FAVOR, FAVOR, AGAINST, AGAINST]
    assert judged("We should build nuclear power plants", *NUCLEAR) == [FAVOR, FAVOR, AGAINST, AGAINST]


def test_a_bare_noun_phrase_means_being_for_it() -> None:
    """As in a question of the form `nuclear power`."""
    assert judged("nuclear power", *NUCLEAR) == [FAVOR, FAVOR, AGAINST, AGAINST]


def test_a_negated_statement_flips_the_sides() -> None:
    """And so does one with the opposite verb."""
    for statement in ("We should not build nuclear power plants", "We should ban nuclear power"):
        assert judged(statement, *NUCLEAR) == [AGAINST, AGAINST, FAVOR, FAVOR]
