"""Labels belong to documents that are counted, and go with them."""

from dataclasses import replace
from pathlib import Path

import pytest
from labelled import NOW, TEXTS, TORN, doubtful, give_stances, give_vectors
from stored import KEYS, MODEL, clean, count, post, rows, save

from fedilens.store import Database
from fedilens.store.care import CareStore
from fedilens.store.labels import LabelGiven, LabelStore
from fedilens.types import Account, Label

GIVEN = LabelGiven(KEYS.text(TEXTS[1]), "toy", "power", Label.FAVOR, "ann", NOW)


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return doubtful(tmp_path)


@pytest.fixture
def store(database: Database) -> LabelStore:
    return LabelStore(database)


def known(store: LabelStore, who: str) -> set[tuple[str, str]]:
    """The pairs that need not be asked."""
    doubts = store.doubts(debate="toy", model=MODEL, who=who)
    return {(doubt.text, target) for doubt in doubts for target in doubt.known}


def test_a_label_is_kept_with_who_and_when_and_without_the_text(database: Database, store: LabelStore) -> None:
    """Saying something else takes its place; another person's stands beside it."""
    store.save(GIVEN)
    store.save(replace(GIVEN, label=Label.AGAINST))
    store.save(replace(GIVEN, who="bob"))
    found = rows(database, "SELECT label, who, labelled_at FROM labels ORDER BY who")
    assert found == [("against", "ann", NOW), ("favor", "bob", NOW)]
    assert "text" not in {row[0] for row in rows(database, "SELECT column_name FROM (DESCRIBE labels)")}


def test_a_label_is_taken_back(database: Database, store: LabelStore) -> None:
    """The one, and no other person's."""
    store.save(GIVEN)
    store.save(replace(GIVEN, who="bob"))
    store.remove(GIVEN)
    assert rows(database, "SELECT who FROM labels") == [("bob",)]


def test_what_somebody_labelled_is_known_to_all_and_what_somebody_skipped_to_them(store: LabelStore) -> None:
    """Another person may be able to tell."""
    store.save(GIVEN)
    store.save(replace(GIVEN, target="joy", label=Label.UNCLEAR))
    assert TEXTS[1] not in {doubt.text for doubt in store.doubts(debate="toy", model=MODEL, who="ann")}
    assert known(store, "bob") == {(TEXTS[1], "power")}
    assert store.counts(debate="toy") == {"power": 1}


def test_doubts_are_of_people_who_are_counted_and_come_once(database: Database, store: LabelStore) -> None:
    """Bots are not asked about, near-duplicates once, other models and debates not at all."""
    robot = Account("https://x.example/users/r", "r@x.example", bot=True, indexable=True)
    save(database, post(5, account=robot), post(6))
    clean(database, {5: "Beep.", 6: "The trams are loud!"})
    give_stances(database, {text: {"power": TORN, "joy": TORN} for text in ("Beep.", "The trams are loud!")})
    give_vectors(database, {"Beep.": [1, 1, 0, 0], "The trams are loud!": [1, 0, 1, 0]})
    with database.write() as connection:
        connection.execute(
            "UPDATE documents SET duplicate_of = $one WHERE text = 'The trams are loud!'", {"one": KEYS.text(TEXTS[1])}
        )
    found = store.doubts(debate="toy", model=MODEL, who="ann")
    assert {doubt.text for doubt in found} == set(TEXTS.values())
    assert [doubt.content_hash for doubt in found] == sorted(doubt.content_hash for doubt in found)
    assert store.doubts(debate="toy", model="other", who="ann") == []
    assert store.doubts(debate="other", model=MODEL, who="ann") == []


def test_labels_go_when_their_document_goes(database: Database, store: LabelStore) -> None:
    """By forgetting, by retention; of an account that is forgotten nothing can be labelled any more."""
    other = replace(GIVEN, content_hash=KEYS.text(TEXTS[2]))
    store.save(GIVEN)
    store.save(other)
    care = CareStore(database, KEYS)
    care.forget([post(1).account.acct], now=NOW)
    assert rows(database, "SELECT content_hash FROM labels") == [(other.content_hash,)]
    store.save(GIVEN)
    assert count(database, "labels") == 1
    care.expire(NOW.replace(year=2026))
    assert count(database, "labels") == 0


def test_labels_go_when_their_post_is_edited(database: Database, store: LabelStore) -> None:
    """What was said was said of other words."""
    store.save(GIVEN)
    clean(database, {1: "The trams are quiet."})
    assert count(database, "labels") == 0


def test_labelled_texts_come_with_everybodys_labels(store: LabelStore) -> None:
    """What nobody could tell is left out."""
    store.save(GIVEN)
    store.save(replace(GIVEN, who="bob", label=Label.NONE))
    store.save(replace(GIVEN, target="joy", label=Label.UNCLEAR))
    (found,) = store.labelled(debate="toy")
    assert (found.text, found.language, found.author) == (TEXTS[1], "en", KEYS.account(post(1).account.acct))
    assert found.labels == {"power": [Label.FAVOR, Label.NONE]}
    assert list(store.labelled_vectors(debate="toy", model=MODEL)) == [GIVEN.content_hash]
