"""The ledger: what was decided about whom, why, by whose word and when; and decisions that are made anew."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from conftest import FakeClock
from stored import KEYS, NOW, clean, count, database_at, excluded, post, rows, save

from fedilens.consent import ConsentRules
from fedilens.pipeline import reconsider
from fedilens.store import Database
from fedilens.store.care import CareStore
from fedilens.store.ledger import Ledger
from fedilens.store.statuses import StatusStore
from fedilens.types import Admitted, Consent, Status

DAY = timedelta(days=1)
ANN, BOB = "ann@a.example", "bob@sub.b.example"
HISTORY = "SELECT account_id, consent, reason, source, decided_at FROM consent_changes ORDER BY decided_at, reason"


@pytest.fixture
def database(tmp_path: Path) -> Database:
    made = database_at(tmp_path)
    save(made, post(1, acct=ANN), post(2, acct=BOB))
    clean(made, {1: "one", 2: "two"})
    return made


def again(database: Database, rules: ConsentRules | None = None, *, day: int = 1) -> int:
    """Asks the gate again, so many days later."""
    return reconsider(
        ledger=Ledger(database),
        store=StatusStore(database, KEYS),
        rules=rules or ConsentRules(),
        clock=FakeClock(NOW + day * DAY),
    )


def seen(database: Database, status: Status, reason: str, *, day: int) -> None:
    """The post is seen again, and its author is counted for this reason."""
    admitted = [Admitted(status, Consent.AGGREGATE, reason)]
    StatusStore(database, KEYS).save_page(admitted, excluded=[], sightings=[], cursor=None, now=NOW + day * DAY)


def test_every_decision_is_kept_with_its_reason_source_and_time(database: Database) -> None:
    """A decision that is made as before is not a new one."""
    seen(database, post(1, acct=ANN), "indexable", day=1)
    assert again(database, ConsentRules(opted_in=frozenset({ANN})), day=2) == 0
    assert again(database, ConsentRules(choice_of=lambda acct: "opted-in" if acct == ANN else None), day=3) == 0
    of_ann = f"SELECT consent, reason, source, decided_at FROM consent_changes WHERE account_id = '{KEYS.account(ANN)}'"
    assert rows(database, f"{of_ann} ORDER BY decided_at") == [
        ("aggregate", "indexable", "account", NOW),
        ("quotable", "opted-in", "operator", NOW + 2 * DAY),
        ("quotable", "opted-in", "bot", NOW + 3 * DAY),
    ]
    assert rows(database, "SELECT consent, source FROM consent_decisions ORDER BY consent") == [
        ("aggregate", "account"),
        ("quotable", "bot"),
    ]


def test_flags_stand_in_three_states_as_last_seen(database: Database) -> None:
    """Yes, no, and not said; the time tells since when."""
    flags = "SELECT locked, noindex, indexable, discoverable, flags_since, decided_at FROM consent_decisions"
    of_ann = f"{flags} WHERE account_id = '{KEYS.account(ANN)}'"
    assert rows(database, of_ann) == [(False, None, True, None, NOW, NOW)]
    changed = post(1, acct=ANN)
    changed = replace(changed, account=replace(changed.account, indexable=None, discoverable=True, noindex=False))
    seen(database, changed, "discoverable", day=1)
    assert rows(database, of_ann) == [(False, False, None, True, NOW + DAY, NOW + DAY)]
    seen(database, replace(changed, account=replace(changed.account, noindex=None)), "discoverable", day=2)
    assert rows(database, of_ann) == [(False, None, None, True, NOW + 2 * DAY, NOW + DAY)]


LISTS: dict[str, tuple[ConsentRules, str]] = {
    "a list of accounts": (ConsentRules(opted_out=frozenset({ANN})), "opted-out"),
    "a blocked server": (ConsentRules(blocked_instances=frozenset({"a.example"})), "blocked-instance"),
    "a server whose rules forbid it": (ConsentRules(forbidden_instances=frozenset({"a.example"})), "server-rules"),
    "the own account": (ConsentRules(own_account=ANN), "own-post"),
    "a word to the bot": (ConsentRules(choice_of=lambda acct: "opted-out" if acct == ANN else None), "opted-out"),
}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_that_changed_counts_backwards(database: Database, name: str) -> None:
    """All that stood goes at once, without waiting for another post; of who it was nothing stays but the reason."""
    rules, reason = LISTS[name]
    assert again(database, rules) == 1
    assert again(database, rules) == 0
    assert count(database, "statuses") == count(database, "accounts") == count(database, "documents") == 1
    source = {"the own account": "program", "a word to the bot": "bot"}.get(name, "operator")
    changes = rows(database, HISTORY)
    assert (None, "excluded", reason, source, NOW + DAY) in changes
    assert len(changes) == 2


def test_a_policy_that_is_taken_back_takes_back_who_was_silent(database: Database) -> None:
    """Who is counted by a flag stays."""
    silent = post(3, acct="cyd@c.example")
    silent = replace(silent, account=replace(silent.account, indexable=None))
    admitted = [Admitted(silent, Consent.AGGREGATE, "silence", "operator")]
    StatusStore(database, KEYS).save_page(admitted, excluded=[], sightings=[], cursor=None, now=NOW)
    assert again(database, ConsentRules(silence_counts=True)) == 0
    assert again(database) == 1
    assert rows(database, "SELECT acct FROM account_names ORDER BY acct") == [(ANN,), (BOB,)]


def test_a_decision_from_before_flags_were_kept_goes_by_its_reason(database: Database) -> None:
    """An older database loses nobody."""
    with database.write() as connection:
        connection.execute("UPDATE consent_decisions SET flags_since = NULL, indexable = NULL, locked = NULL")
    assert again(database) == 0
    assert again(database, ConsentRules(blocked_instances=frozenset({"b.example"}))) == 1


LEAVING: dict[str, Callable[[Database], object]] = {
    "seen with another flag": lambda database: save(database, left_out=[excluded(post(1, acct=ANN))]),
    "forgotten": lambda database: CareStore(database, KEYS).forget([ANN], now=NOW),
    "past its time": lambda database: CareStore(database, KEYS).expire(NOW + DAY),
}


@pytest.mark.parametrize("how", LEAVING)
def test_who_is_left_out_has_no_history(database: Database, how: str) -> None:
    """However they leave; who only is past the time has decided nothing, so nothing is noted."""
    LEAVING[how](database)
    ids = rows(database, f"SELECT consent FROM consent_changes WHERE account_id = '{KEYS.account(ANN)}'")
    noted = rows(database, "SELECT reason, source, decided_at FROM consent_changes WHERE account_id IS NULL")
    assert ids == []
    day = NOW.replace(hour=0, minute=0, second=0)
    expected = {"seen with another flag": [("locked", "account", day)], "forgotten": [("opted-out", "operator", day)]}
    assert noted == expected.get(how, [])


def test_who_was_never_held_is_not_noted(database: Database) -> None:
    """Of them only counts by reason stand, in the sketches."""
    save(database, left_out=[excluded(post(9, acct="new@n.example"))])
    assert rows(database, "SELECT count(*) FROM consent_changes WHERE account_id IS NULL") == [(0,)]


def test_an_opt_out_says_whom_it_was_told(database: Database) -> None:
    """The operator's command is not the bot's."""
    CareStore(database, KEYS).forget([ANN], now=NOW)
    assert rows(database, "SELECT choice, source FROM choices") == [("opted-out", "operator")]
