"""What the pipeline reads in texts: parts to embed, vectors, heads and scores."""

from pathlib import Path

import numpy as np
import pytest
from conftest import FakeEncoder
from toy_debate import examples, toy_debate

from fedilens.annotate import SpacyLinguist
from fedilens.consent import Pseudonyms
from fedilens.errors import InputError
from fedilens.pipeline import (
    Judge,
    evaluate,
    example_lines,
    score_lines,
    train_head,
)
from fedilens.pipeline.analyzing import CHUNK_WORDS, chunks, embed_documents
from fedilens.stance import Debate, Detector, make_detector
from fedilens.types import Document, Label, Sentence

KEYS = Pseudonyms(b"k" * 32)


@pytest.fixture
def debate(tmp_path: Path) -> Debate:
    return toy_debate(tmp_path)


def test_a_long_text_is_embedded_in_parts_of_whole_sentences() -> None:
    """No part is longer than a model reads, and no word is lost."""
    sentences = [Sentence(f"{'word ' * 49}end{number}.") for number in range(5)]
    parts = [text for text, _ in chunks(sentences)]
    assert [len(part.split()) for part in parts] == [100, 100, 50]
    assert max(len(part.split()) for part in parts) <= CHUNK_WORDS
    assert " ".join(parts).split() == " ".join(one.text for one in sentences).split()
    assert chunks([]) == [("", ())]


def test_every_character_of_a_part_knows_its_sentence() -> None:
    """So that a token is found in the sentence that it stands in, whatever part that is in."""
    sentences = [Sentence(f"{'word ' * 99}end."), Sentence("Short one."), Sentence(f"{'more ' * 60}end.")]
    for text, owner in chunks(sentences):
        for number, sentence in enumerate(sentences):
            place = text.find(sentence.text)
            if place >= 0:
                assert set(owner[place : place + len(sentence.text)]) == {number}


def test_a_documents_tokens_stand_in_their_sentences() -> None:
    """Over the parts that a long document is read in."""
    texts = [f"{'word ' * 99}end.", "Short one.", f"{'more ' * 60}end."]
    document = Document(KEYS.text("a"), "\n".join(texts), "en")
    (embedded,) = embed_documents([document], linguist=SpacyLinguist({}), encoder=FakeEncoder())
    assert embedded.tokens is not None
    assert np.bincount(embedded.tokens.sentences).tolist() == [100, 2, 61]
    assert embedded.tokens.states.shape == (163, 32)


def test_a_documents_vectors_are_unit_rows_one_a_sentence() -> None:
    """The whole has one vector, each sentence its own, and equal texts are encoded once."""
    encoder = FakeEncoder()
    document = Document(KEYS.text("a"), "One thing. Another thing.", "en")
    (embedded,) = embed_documents([document], linguist=SpacyLinguist({}), encoder=encoder)
    assert [one.text for one in embedded.sentences] == ["One thing.", "Another thing."]
    assert embedded.whole.shape == (1, 32)
    assert embedded.sentence_vectors.shape == (2, 32)
    assert np.allclose(np.linalg.norm(embedded.sentence_vectors, axis=1), 1)
    assert len(encoder.encoded) == len(set(encoder.encoded)) == 3


def test_a_head_learns_from_examples_and_scores_lines(debate: Debate) -> None:
    """Favor and against are told apart, with the sentence that shows it; other languages are unclear."""
    judge = Judge(SpacyLinguist({}), FakeEncoder())
    head = train_head(judge, debate, examples(120))
    detector = make_detector(debate, judge.encoder, head)
    lines = [
        {"id": 1, "text": "Nothing here. Such awful wasted megawatts."},
        {"id": 2, "content": "<p>negligible tiny kilowatts</p>"},
        {"id": 3, "text": "awful wasted megawatts", "language": "de"},
    ]
    first, second, third = score_lines(judge, detector, lines)
    assert [one.target for one in first.stances] == ["power", "joy"]
    assert first.stances[0].favor > first.stances[0].against
    assert second.stances[0].against > second.stances[0].favor
    assert {one.label for one in third.stances} == {Label.UNCLEAR}
    assert third.stances[0].evidence is None
    found = evaluate(judge, debate, head, example_lines(examples(30), debate.targets))
    assert found["f_avg"] > 0.8
    assert not found["experimental"]
    assert set(found["targets"]) == {"power", "joy"}


def test_strange_targets_are_judged_zero_shot_and_marked(debate: Debate) -> None:
    """A target that is no name of the debate is a statement of its own."""
    judge = Judge(SpacyLinguist({}), FakeEncoder())
    lines = [{"id": 1, "text": "Cats are fine", "target": "Cats are fine animals", "label": "favor"}]
    found = evaluate(judge, debate, None, lines)
    assert found["experimental"]
    assert found["pairs"] == 1


def test_a_line_without_text_is_refused(debate: Debate) -> None:
    """Neither text nor content is an error that names the line."""
    judge = Judge(SpacyLinguist({}), FakeEncoder())
    with pytest.raises(InputError, match="7"):
        list(score_lines(judge, Detector((), (), "fake"), [{"id": 7}]))
