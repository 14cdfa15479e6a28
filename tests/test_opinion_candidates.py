"""Sentences that no reason says become candidates for new ones, counted in people."""

from pathlib import Path
from uuid import UUID

import numpy as np
from conftest import Run
from labelled import SURE, TEXTS, give_stances, give_vectors, posts_with_texts
from stored import KEYS, MODEL, NOW

from fedilens.opinion import ReasonCandidate, Unmatched, find_candidates
from fedilens.opinion.candidates import ALIKE, FEWEST_PEOPLE
from fedilens.pipeline import propose_reasons
from fedilens.store import Database
from fedilens.store.bulk import insert
from fedilens.types import Label, Vectors, Window

WEEK = Window(NOW.replace(month=1, day=25), NOW)
FOR: tuple[float, float, float] = (0.9, 0.05, 0.05)


def said(text: str, *people: int, target: str = "trams", side: Label = Label.FAVOR) -> Unmatched:
    """A sentence by numbered people, each on an instance of the same number modulo two."""
    ids = frozenset(UUID(int=one) for one in people)
    return Unmatched(target, side, text, ids, frozenset(f"host{one % 2}.example" for one in people))


def unit(*rows: tuple[float, ...]) -> Vectors:
    vectors = np.asarray(rows, dtype=np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


def test_sentences_that_say_the_same_are_one_candidate_with_its_most_central() -> None:
    """People and instances are counted once, however much they write."""
    sentences = [said("off", 1, 2), said("centre", 2, 3), said("on", 4), said("far", 5)]
    vectors = unit((1, 0.4, 0), (1, 0, 0), (1, -0.4, 0), (0, 0, 1))
    assert find_candidates(sentences, vectors) == [ReasonCandidate("trams", Label.FAVOR, 4, 2, 3, "centre")]


def test_fewer_than_three_people_are_no_candidate() -> None:
    """Be it in ten sentences."""
    vectors = unit(*[(1, 0)] * 10)
    assert find_candidates([said(str(number), number % 2) for number in range(10)], vectors) == []
    (found,) = find_candidates([said(str(number), number % 3) for number in range(10)], vectors)
    assert (found.people, found.sentences) == (FEWEST_PEOPLE, 10)


def test_sides_and_targets_are_never_mixed() -> None:
    """The same words for and against are two things."""
    sentences = [
        said("a", 1, 2, 3), said("b", 1, 2, 3, side=Label.AGAINST), said("c", 1, 2, 3, 4, target="rails"),
    ]  # fmt: skip
    found = find_candidates(sentences, unit((1, 0), (1, 0), (1, 0)))
    assert [(one.target, one.side, one.people) for one in found] == [
        ("rails", Label.FAVOR, 4), ("trams", Label.AGAINST, 3), ("trams", Label.FAVOR, 3),
    ]  # fmt: skip


def test_sentences_are_joined_down_to_a_cosine() -> None:
    """A little above they are one, a little below two."""
    for cosine, groups in ((ALIKE + 0.02, 1), (ALIKE - 0.02, 2)):
        vectors = unit((1, 0), (cosine, float(np.sqrt(1 - cosine**2))))
        assert len(find_candidates([said("a", 1, 2, 3), said("b", 4, 5, 6)], vectors)) == groups


def test_of_nothing_there_are_no_candidates() -> None:
    """Nor of one lonely sentence."""
    assert find_candidates([], np.zeros((0, 2), dtype=np.float32)) == []
    assert find_candidates([said("a", 1)], unit((1, 0))) == []


def argued(folder: Path, *, debate: str = "ai", target: str = "energy", model: str = MODEL) -> Database:
    """Four people's posts, each for a target in a sentence; the first one's matches a reason."""
    database = posts_with_texts(folder)
    give_stances(database, {text: {target: FOR} for text in TEXTS.values()}, debate=debate, evidence=0)
    give_stances(database, {text: {"labour": SURE} for text in TEXTS.values()}, debate=debate)
    give_vectors(database, {text: [1, 0.1 * number] for number, text in TEXTS.items()}, position=0, model=model)
    row = {
        "content_hash": KEYS.text(TEXTS[1]), "debate": debate, "target": target, "side": "favor", "reason": "r",
        "similarity": 0.7,
    }  # fmt: skip
    schema = "content_hash UUID, debate VARCHAR, target VARCHAR, side VARCHAR, reason VARCHAR, similarity FLOAT"
    with database.write() as connection:
        insert(connection, "reason_matches", [row], schema)
    return database


def test_evidence_that_matched_a_reason_proposes_none(tmp_path: Path) -> None:
    """Three of four people remain; outside of the window, for another target, debate or model nobody does."""
    database = argued(tmp_path)
    (found,) = propose_reasons(database, debate="ai", window=WEEK, model=MODEL, target=None)
    assert (found.target, found.side, found.people, found.instances) == ("energy", Label.FAVOR, 3, 3)
    assert found.sentence in set(TEXTS.values()) - {TEXTS[1]}
    assert propose_reasons(database, debate="ai", window=WEEK, model=MODEL, target="energy") == [found]
    assert propose_reasons(database, debate="ai", window=WEEK, model=MODEL, target="labour") == []
    assert propose_reasons(database, debate="toy", window=WEEK, model=MODEL, target=None) == []
    assert propose_reasons(database, debate="ai", window=WEEK, model="other", target=None) == []
    before = Window(WEEK.start.replace(year=2024), WEEK.start)
    assert propose_reasons(database, debate="ai", window=before, model=MODEL, target=None) == []


def test_candidates_are_shown_to_the_operator(tmp_path: Path, run: Run) -> None:
    """For all targets or one; a target is needed only for the reasons themselves."""
    argued(tmp_path)
    config = tmp_path / "fedilens.toml"
    config.write_text(f'[store]\npath = "test.duckdb"\n[model]\nembedding = "{MODEL}"\n')
    span = ("--until", "2025-02-01", "--format", "csv")
    told = run("--config", config, "reasons", "--candidates", *span)
    assert told.out.splitlines()[0] == "target,side,people,instances,sentences,sentence"
    assert told.out.splitlines()[1].startswith("energy,favor,3,3,3,")
    assert run("--config", config, "reasons", "energy", "--candidates", *span).out == told.out
    assert len(run("--config", config, "reasons", "labour", "--candidates", *span).out.splitlines()) == 1
    told = run("--config", config, "reasons", "tea", "--candidates", *span)
    assert (told.code, "has no target 'tea'; it has energy, labour" in told.err) == (1, True)
    told = run("--config", config, "reasons")
    assert (told.code, told.err.startswith("fedilens: name a target: ai has energy, labour")) == (1, True)
