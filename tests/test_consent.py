"""Who is counted, and the pseudonyms under which."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from fedilens.consent import ConsentRules, Pseudonyms, decide, load_key
from fedilens.errors import ConfigError
from fedilens.types import Account, Consent

RULES = ConsentRules()


def account(**flags: object) -> Account:
    """An account that says nothing but `flags`."""
    return Account(**({"uri": "https://h.example/u", "acct": "User@H.example"} | flags))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("flags", "consent", "reason"),
    [
        ({"indexable": True}, Consent.AGGREGATE, "indexable"),
        ({"indexable": True, "discoverable": False}, Consent.AGGREGATE, "indexable"),
        ({"indexable": False, "discoverable": True}, Consent.EXCLUDED, "not-indexable"),
        ({"discoverable": True}, Consent.AGGREGATE, "discoverable"),
        ({"discoverable": False}, Consent.EXCLUDED, "not-said"),
        ({}, Consent.EXCLUDED, "not-said"),
        ({"indexable": True, "locked": True}, Consent.EXCLUDED, "locked"),
        ({"indexable": True, "noindex": True}, Consent.EXCLUDED, "noindex"),
        ({"indexable": True, "noindex": False}, Consent.AGGREGATE, "indexable"),
    ],
)
def test_the_flags_decide_as_the_table_says(flags: dict[str, object], consent: Consent, reason: str) -> None:
    """Three states each: yes, no, not said."""
    found = decide(account(**flags), RULES)
    assert (found.consent, found.reason) == (consent, reason)


@pytest.mark.parametrize("word", ["nobot", "NoBots", "noindex", "NOARCHIVE", "noai", "nollm", "noSearch"])
@pytest.mark.parametrize(
    "place",
    [
        {"note": "<p>Hi <a>#<span>{}</span></a></p><p>more</p>"},
        {"note": "<p>#{}</p><p>Reads</p>"},
        {"display_name": "Ann #{}"},
        {"fields": ("bots", "&#35;{}")},
    ],
)
def test_a_word_in_the_profile_opts_out(word: str, place: dict[str, object]) -> None:
    """In name, note or fields, whatever the case and the markup."""
    filled = {
        key: tuple(text.format(word) for text in value) if isinstance(value, tuple) else str(value).format(word)
        for key, value in place.items()
    }
    assert decide(account(indexable=True, **filled), RULES).reason == "profile-word"


def test_other_words_do_not_opt_out() -> None:
    """#nobody is somebody."""
    assert decide(account(indexable=True, note="<p>#nobody nobot #AI</p>"), RULES).consent is Consent.AGGREGATE


def test_the_operators_lists_come_first() -> None:
    """Opting out beats everything; opting in beats flags, but not a word in the profile."""
    listed = frozenset({"user@h.example"})
    both = ConsentRules(opted_out=listed, opted_in=listed)
    assert decide(account(indexable=True), both).reason == "opted-out"
    allowed = ConsentRules(opted_in=listed)
    assert decide(account(locked=True), allowed).consent is Consent.QUOTABLE
    assert decide(account(note="#noai"), allowed).consent is Consent.EXCLUDED
    own = ConsentRules(own_account="user@h.example", opted_in=listed)
    assert decide(account(indexable=True), own).reason == "own-post"


@pytest.mark.parametrize(("blocked", "out"), [("h.example", True), ("example", True), ("x.example", False)])
def test_a_blocked_server_blocks_its_subdomains(blocked: str, *, out: bool) -> None:
    """But not its neighbours."""
    rules = ConsentRules(blocked_instances=frozenset({blocked}))
    assert (decide(account(indexable=True), rules).reason == "blocked-instance") is out


def test_silence_counts_only_where_the_operator_says_so() -> None:
    """A no stays a no."""
    rules = ConsentRules(silence_counts=True)
    assert decide(account(), rules).reason == "silence"
    assert decide(account(discoverable=False), rules).consent is Consent.EXCLUDED
    assert decide(account(indexable=False), rules).consent is Consent.EXCLUDED


def test_pseudonyms_are_keyed_and_stable() -> None:
    """Equal addresses give equal ids, other keys and kinds others."""
    one, other = Pseudonyms(b"a" * 32), Pseudonyms(b"b" * 32)
    assert one.account("@User@H.example ") == one.account("user@h.example")
    assert one.account("u@h") != other.account("u@h")
    assert len({one.account("x"), one.status("x"), one.text("x")}) == 3
    assert one.status("X") != one.status("x")
    assert one.fingerprint() != other.fingerprint()
    assert "61616161" not in repr(one)
    assert "aaaa" not in repr(one)


def test_a_sketch_counts_as_hyperloglog_does() -> None:
    """Buckets evenly, ranks halving: half of the values have rank 1, a quarter rank 2."""
    keys = Pseudonyms(b"a" * 32)
    found = [keys.sketch(f"user{number}@h", buckets=64) for number in range(4000)]
    assert {bucket for bucket, _ in found} == set(range(64))
    ranks = [rank for _, rank in found]
    assert min(ranks) == 1
    assert 0.46 < ranks.count(1) / 4000 < 0.54
    assert 0.21 < ranks.count(2) / 4000 < 0.29
    assert keys.sketch("A@h", buckets=64) == keys.sketch("a@h", buckets=64)


def test_a_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    """Many that start at once end up with the same one."""
    path = tmp_path / "new" / "fedilens.key"
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: load_key(path).key, range(16)))
    assert len(keys) == 1
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("content", ["not hex", "abcd", ""])
def test_a_broken_key_is_refused(tmp_path: Path, content: str) -> None:
    """With what to do about it."""
    path = tmp_path / "k"
    path.write_text(content)
    path.chmod(0o600)
    with pytest.raises(ConfigError, match="backup"):
        load_key(path)
    path.chmod(0o640)
    with pytest.raises(ConfigError, match="chmod 600"):
        load_key(path)
