"""Work to do is found by what is missing, and saving twice doubles nothing."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from stored import KEYS, MODEL, NOW, clean, count, database_at, document, embedded, post, rows, save

from fedilens.store import Database
from fedilens.store.analyses import (
    WHOLE,
    AnalysisStore,
    CleanedStatus,
    ComparedText,
    Embedded,
    Likeness,
    RawText,
    ReasonMatch,
)
from fedilens.types import Document, Label, Stance, Window

WEEK = Window(NOW - timedelta(days=7), NOW)


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return database_at(tmp_path)


@pytest.fixture
def store(database: Database) -> AnalysisStore:
    return AnalysisStore(database)


def stance(target: str = "power", label: Label = Label.FAVOR) -> Stance:
    """A stance whose three probabilities tell themselves apart."""
    return Stance(target, label, 0.5, 0.25, 0.125, 1)


def test_uncleaned_texts_come_with_what_cleaning_needs(database: Database, store: AnalysisStore) -> None:
    """Tags in the server's order, and the card's link."""
    save(
        database,
        post(1, spoiler_text="careful", card_url="https://n.example/", tags=("zebra", "ai", "llm")),
        post(2, tags=(), language=None),
    )
    found = {raw.status_id: raw for raw in store.uncleaned(most=10)}
    first, second = KEYS.status(post(1).uri), KEYS.status(post(2).uri)
    assert found[first] == RawText(
        first, "<p>post number 1</p>", "careful", "en", ("zebra", "ai", "llm"), "https://n.example/"
    )
    assert found[second] == RawText(second, "<p>post number 2</p>", "", None, (), None)


def test_uncleaned_texts_come_in_the_order_of_ids_and_no_more_than_asked(
    database: Database, store: AnalysisStore
) -> None:
    """What has been cleaned is not given again."""
    save(database, *[post(number) for number in range(6)])
    ids = sorted(KEYS.status(post(number).uri) for number in range(6))
    assert [raw.status_id for raw in store.uncleaned(most=4)] == ids[:4]
    done = [CleanedStatus(one, document("words"), (), ()) for one in ids[:2]]
    store.save_cleaned(done, now=NOW)
    assert [raw.status_id for raw in store.uncleaned(most=10)] == ids[2:]


def test_a_document_stands_for_every_post_with_its_text(database: Database, store: AnalysisStore) -> None:
    """Its words are counted, its links kept once, and tags that cleaning found are added."""
    save(database, post(1), post(2), post(3))
    for _ in range(2):
        clean(database, {1: "three plain words", 2: "three plain words", 3: "else"}, links=("https://n.example/a",))
    assert rows(
        database, "SELECT content_hash, text, language, words, duplicate_of, analyzed_at FROM documents ORDER BY words"
    ) == [
        (KEYS.text("else"), "else", "en", 1, None, NOW),
        (KEYS.text("three plain words"), "three plain words", "en", 3, None, NOW),
    ]
    assert rows(database, "SELECT count(*), count(DISTINCT content_hash) FROM statuses") == [(3, 2)]
    assert rows(database, "SELECT url, count(*) FROM document_links GROUP BY url") == [("https://n.example/a", 2)]
    assert rows(database, "SELECT tag, position, count(*) FROM status_tags GROUP BY ALL ORDER BY ALL") == [
        ("ai", 0, 3),
        ("energy", 1, 3),
        ("power", 1, 3),
    ]


def test_a_document_goes_when_its_last_post_has_another_text(database: Database, store: AnalysisStore) -> None:
    """What was found in the old text goes with it."""
    save(database, post(1))
    clean(database, {1: "before"})
    store.save_embedded([embedded("before")], model=MODEL)
    clean(database, {1: "after"})
    assert rows(database, "SELECT text FROM documents") == [("after",)]
    assert (count(database, "sentences"), count(database, "embeddings"), count(database, "entities")) == (0, 0, 0)


def test_texts_to_compare_come_oldest_post_first(database: Database, store: AnalysisStore) -> None:
    """A text posted twice stands where it was first posted."""
    for number, days in ((1, 1), (2, 3), (3, 2), (4, 5)):
        save(database, post(number, at=NOW - timedelta(days=days)))
    clean(database, {1: "often", 2: "second", 3: "third", 4: "often"})
    found = store.to_compare(reach=timedelta(days=1))
    assert found == [ComparedText(KEYS.text(text), text, None, None) for text in ("often", "second", "third")]


def test_only_what_is_near_the_uncompared_in_time_is_compared(database: Database, store: AnalysisStore) -> None:
    """Up to the reach before the first and after the last; nothing when all are compared."""
    ages = {"old": 12, "before": 6, "fresh": 5, "after": 4, "new": 1}
    save(database, *[post(days, at=NOW - timedelta(days=days)) for days in ages.values()])
    clean(database, {days: text for text, days in ages.items()})
    store.save_duplicates({KEYS.text(text): Likeness("original") for text in ages if text != "fresh"})
    found = store.to_compare(reach=timedelta(days=1))
    assert [one.text for one in found] == ["before", "fresh", "after"]
    store.save_duplicates({KEYS.text("fresh"): Likeness("copy", KEYS.text("old"))})
    assert store.to_compare(reach=timedelta(days=1)) == []


def test_what_repeated_a_text_that_is_gone_is_compared_again(database: Database, store: AnalysisStore) -> None:
    """An original goes when its post says something else."""
    save(database, post(1), post(2))
    clean(database, {1: "original", 2: "copy"})
    original = KEYS.text("original")
    store.save_duplicates({original: Likeness("original"), KEYS.text("copy"): Likeness("variation", original)})
    marked = "SELECT text, duplicate_of, likeness FROM documents ORDER BY text"
    assert rows(database, marked) == [("copy", original, "variation"), ("original", None, "original")]
    clean(database, {1: "another"})
    assert rows(database, marked) == [("another", None, None), ("copy", None, None)]


def hashes(documents: Sequence[Document | Embedded]) -> list[object]:
    """The documents' hashes, in the order they came."""
    return [one.content_hash if isinstance(one, Document) else one.document.content_hash for one in documents]


def test_unembedded_documents_are_those_without_this_models_vectors(database: Database, store: AnalysisStore) -> None:
    """In the languages that the model reads, in the order of hashes, and no more than asked."""
    save(database, *[post(number) for number in range(5)])
    clean(database, {0: "a", 1: "b", 2: "c"})
    clean(database, {3: "d"}, language="de")
    clean(database, {4: "f"}, language="fr")
    english = sorted(KEYS.text(text) for text in "abc")
    assert hashes(store.unembedded(model=MODEL, languages=["en"], most=9)) == english
    assert hashes(store.unembedded(model=MODEL, languages=["en"], most=2)) == english[:2]
    assert KEYS.text("d") in hashes(store.unembedded(model=MODEL, languages=["en", "de"], most=9))
    assert hashes(store.unembedded(model=MODEL, languages=["*"], most=9)) == sorted(map(KEYS.text, "abcdf"))
    store.save_embedded([embedded("a")], model=MODEL)
    assert hashes(store.unembedded(model=MODEL, languages=["en"], most=9)) == sorted(map(KEYS.text, "bc"))
    assert hashes(store.unembedded(model="other", languages=["en"], most=9)) == english
    assert document("b") in store.unembedded(model=MODEL, languages=["en"], most=9)


def test_saving_vectors_twice_doubles_nothing(database: Database, store: AnalysisStore) -> None:
    """Sentences are replaced; vectors of another model stand beside those of the first."""
    save(database, post(1))
    clean(database, {1: "a"})
    for _ in range(2):
        store.save_embedded([embedded("a")], model=MODEL)
    assert rows(database, "SELECT position, text, lemmas FROM sentences ORDER BY position") == [
        (0, "a", ["power"]),
        (1, "a too", ["water"]),
    ]
    assert rows(database, "SELECT position, name, label FROM entities") == [(0, "Acme", "ORG")]
    assert [row[0] for row in rows(database, "SELECT position FROM embeddings ORDER BY ALL")] == [WHOLE, 0, 1]
    store.save_embedded([embedded("a")], model="other")
    assert (count(database, "sentences"), count(database, "embeddings")) == (2, 6)


def test_unscored_documents_come_with_sentences_and_vectors(database: Database, store: AnalysisStore) -> None:
    """Only this model's vectors, each beside its sentence."""
    save(database, post(1), post(2))
    clean(database, {1: "a", 2: "b"})
    store.save_embedded([embedded("a"), embedded("b", number=3)], model=MODEL)
    store.save_embedded([embedded("a", number=5)], model="other")
    found = {one.document.text: one for one in store.unscored(model=MODEL, debate="ai", detector="d", most=9)}
    for text, number in (("a", 0), ("b", 3)):
        wanted = embedded(text, number=number)
        assert found[text].document == wanted.document
        assert [(one.text, one.lemmas) for one in found[text].sentences] == [
            (one.text, one.lemmas) for one in wanted.sentences
        ]
        np.testing.assert_array_equal(found[text].whole, wanted.whole)
        np.testing.assert_array_equal(found[text].sentence_vectors, wanted.sentence_vectors)
    assert len(store.unscored(model="other", debate="ai", detector="d", most=9)) == 1


def test_unscored_documents_are_those_without_this_detectors_stances(database: Database, store: AnalysisStore) -> None:
    """Bounded, in the order of hashes; another debate or detector starts anew."""
    save(database, *[post(number) for number in range(3)])
    clean(database, {0: "a", 1: "b", 2: "c"})
    store.save_embedded([embedded(text) for text in "abc"], model=MODEL)
    everything = sorted(KEYS.text(text) for text in "abc")
    assert hashes(store.unscored(model=MODEL, debate="ai", detector="d", most=2)) == everything[:2]
    store.save_stances({everything[0]: [stance()]}, debate="ai", detector="d", reasons=[])
    assert hashes(store.unscored(model=MODEL, debate="ai", detector="d", most=2)) == everything[1:]
    assert hashes(store.unscored(model=MODEL, debate="ai", detector="e", most=9)) == everything
    assert hashes(store.unscored(model=MODEL, debate="tea", detector="d", most=9)) == everything


def test_a_documents_stances_are_replaced_with_all_that_was_found(database: Database, store: AnalysisStore) -> None:
    """A target that the debate no longer has goes too; other debates and documents stay."""
    hashed, other = KEYS.text("a"), KEYS.text("b")
    old = [ReasonMatch(hashed, "power", "favor", "costs", 0.5)]
    store.save_stances({hashed: [stance(), stance("gone")]}, debate="ai", detector="d", reasons=old)
    store.save_stances({hashed: [stance("tea")]}, debate="tea", detector="d", reasons=old)
    store.save_stances({other: [stance()]}, debate="ai", detector="d", reasons=[])
    for _ in range(2):
        new = [ReasonMatch(hashed, "power", "against", "jobs", 0.75)]
        store.save_stances({hashed: [stance(label=Label.AGAINST)]}, debate="ai", detector="e", reasons=new)
    assert sorted(rows(database, "FROM stances")) == sorted(
        [
            (hashed, "ai", "power", "e", "against", 0.5, 0.25, 0.125, 1),
            (hashed, "tea", "tea", "d", "favor", 0.5, 0.25, 0.125, 1),
            (other, "ai", "power", "d", "favor", 0.5, 0.25, 0.125, 1),
        ]
    )
    assert sorted(rows(database, "FROM reason_matches")) == [
        (hashed, "ai", "power", "against", "jobs", 0.75),
        (hashed, "tea", "power", "favor", "costs", 0.5),
    ]


def test_a_windows_documents_are_those_of_people_in_it_once(database: Database, store: AnalysisStore) -> None:
    """A post at the start counts, one at the end does not; of near-duplicates the first; of bots none."""
    times = {1: WEEK.start, 2: WEEK.end, 3: NOW - timedelta(days=1), 4: NOW - timedelta(days=2)}
    save(database, *[post(number, at=at) for number, at in times.items()])
    robot = post(5)
    save(database, post(6, account=type(robot.account)("r", "r@r.example", bot=True)))
    clean(database, {1: "start", 2: "end", 3: "copy", 4: "original", 6: "robotic"})
    store.save_duplicates({KEYS.text("copy"): Likeness("copy", KEYS.text("original"))})
    texts = ("start", "end", "copy", "original", "robotic")
    store.save_embedded([embedded(text) for text in texts], model=MODEL)
    found = store.window_documents(WEEK, model=MODEL)
    assert hashes(found) == sorted([KEYS.text("start"), KEYS.text("original")])
    assert store.window_documents(WEEK, model="other") == []
