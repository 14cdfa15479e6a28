"""The second debate that ships: small, about something else, and what it should be."""

from collections import Counter

from conftest import FakeEncoder

from fedilens.stance import (
    count_examples,
    load_debate,
    load_examples,
    make_detector,
    shared_runs,
    shared_voices,
)
from fedilens.stance.features import target_texts
from fedilens.types import Label

DEBATE = load_debate("car-free")
EXAMPLES = load_examples(DEBATE)
CUES = {"plain", "irony", "quote-reject", "negation", "mixed", "implied"}
SIDELESS = {"news", "question", "off-topic", "subject-only"}


def test_it_has_four_targets_with_five_reasons_a_side() -> None:
    """And says how agreeing and disagreeing read."""
    assert [target.name for target in DEBATE.targets] == ["centres", "shops", "access", "limit"]
    for target in DEBATE.targets:
        assert target.favor
        assert target.against
        assert Counter(reason.side for reason in target.reasons) == {Label.FAVOR: 5, Label.AGAINST: 5}
        assert all(target_texts(target))
    assert "carfree" in DEBATE.hashtags


def test_every_example_is_labelled_for_every_target_and_is_there_once() -> None:
    """In English, with a voice and a cue, all for training."""
    assert len(EXAMPLES) >= 160
    assert len({one.id for one in EXAMPLES}) == len({one.text for one in EXAMPLES}) == len(EXAMPLES)
    assert all(len(one.labels) == 4 for one in EXAMPLES)
    assert all(one.voice and one.language == "en" and one.split == "train" for one in EXAMPLES)
    assert {one.cue for one in EXAMPLES} == CUES | SIDELESS


def test_there_are_as_many_as_it_wants_itself() -> None:
    """At least 25 for and 20 against each target."""
    findings = count_examples(DEBATE, EXAMPLES)
    assert not [one.name for one in findings if one.short]
    wanted = {one.name: one.wanted for one in findings}
    assert all(wanted[f"{one.name} favor"] >= 25 and wanted[f"{one.name} against"] >= 20 for one in DEBATE.targets)


def test_no_example_copies_another_or_a_reason() -> None:
    """Eight words in a row are a copy; no voice is on both sides of a split."""
    assert shared_runs(EXAMPLES) == []
    assert shared_voices(EXAMPLES) == []
    texts = " ".join(one.text.lower() for one in EXAMPLES)
    assert not [one.text for target in DEBATE.targets for one in target.reasons if one.text.lower() in texts]


def test_what_names_the_subject_or_is_beside_it_takes_no_side() -> None:
    """Off-topic, subject-only and news have no stance; mixed posts have two at least."""
    for one in EXAMPLES:
        taken = sum(label is not Label.NONE for label in one.labels.values())
        if one.cue in SIDELESS:
            assert taken == 0, one.id
        elif one.cue == "mixed":
            assert taken >= 2, one.id
        else:
            assert taken >= 1, one.id


def test_a_side_is_more_than_a_mood() -> None:
    """Whoever is for one thing is not for all: each two targets have posts that are for one and against the other."""
    pairs = Counter(
        (one, other)
        for example in EXAMPLES
        for one, label in example.labels.items()
        for other, second in example.labels.items()
        if label is Label.FAVOR and second is Label.AGAINST
    )
    assert {one for pair in pairs for one in pair} == {target.name for target in DEBATE.targets}
    assert len(pairs) >= 5


def test_it_can_be_scored() -> None:
    """Each of its targets."""
    assert len(make_detector(DEBATE, FakeEncoder(), None).targets) == 4
