"""Who is counted, row by row, and the pseudonyms under which."""

import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedilens.consent import ConsentRules, Decision, Pseudonyms, decide, load_key
from fedilens.consent.decision import PROFILE_WORDS, profile_word
from fedilens.errors import ConfigError
from fedilens.types import Account, Consent

ANN = Account("https://a.example/ann", "Ann@A.example", indexable=True)
SILENT = replace(ANN, indexable=None)
RULES = ConsentRules()
SILENCE = ConsentRules(silence_counts=True)
KEYS = Pseudonyms(b"k" * 32)


def reason(account: Account, rules: ConsentRules = RULES) -> str:
    """The reason alone."""
    return decide(account, rules).reason


@pytest.mark.parametrize(
    ("indexable", "discoverable", "expected"),
    [
        (True, True, "indexable"),
        (True, False, "indexable"),
        (True, None, "indexable"),
        (False, True, "not-indexable"),
        (False, False, "not-indexable"),
        (False, None, "not-indexable"),
        (None, True, "discoverable"),
        (None, False, "not-said"),
        (None, None, "not-said"),
    ],
)
def test_the_flags_decide_as_the_table_says(indexable: bool | None, discoverable: bool | None, expected: str) -> None:
    """A no to indexing stands whatever else is said; silence is a no unless the account may be found."""
    found = decide(replace(ANN, indexable=indexable, discoverable=discoverable), RULES)
    counted = expected in ("indexable", "discoverable")
    assert found == Decision(Consent.AGGREGATE if counted else Consent.EXCLUDED, expected)


@pytest.mark.parametrize(("noindex", "expected"), [(True, "noindex"), (False, "indexable"), (None, "indexable")])
def test_noindex_excludes_when_it_is_said(noindex: bool | None, expected: str) -> None:
    """Neither a no nor silence on that flag excludes."""
    assert reason(replace(ANN, noindex=noindex)) == expected


def test_a_locked_account_is_excluded() -> None:
    """Whatever its other flags are."""
    locked = replace(ANN, locked=True, discoverable=True)
    assert decide(locked, RULES) == Decision(Consent.EXCLUDED, "locked")
    assert reason(locked, SILENCE) == "locked"


def test_the_policy_counts_silence_and_nothing_but_silence() -> None:
    """Who said no to either flag stays excluded."""
    assert decide(SILENT, SILENCE) == Decision(Consent.AGGREGATE, "silence", "operator")
    assert reason(replace(SILENT, discoverable=False), SILENCE) == "not-said"
    assert reason(replace(SILENT, indexable=False), SILENCE) == "not-indexable"
    assert reason(replace(SILENT, noindex=True), SILENCE) == "noindex"
    assert reason(replace(SILENT, discoverable=True), SILENCE) == "discoverable"


@pytest.mark.parametrize(
    "flags", [{}, {"locked": True}, {"noindex": True}, {"indexable": False}, {"indexable": None, "discoverable": False}]
)
def test_who_opted_in_may_be_quoted_whatever_the_flags_say(flags: dict[str, bool | None]) -> None:
    """A word to the operator is more than a flag at its default; addresses are compared without case."""
    rules = ConsentRules(opted_in=frozenset({"ann@a.example"}))
    assert decide(replace(ANN, **flags), rules) == Decision(Consent.QUOTABLE, "opted-in", "operator")  # type: ignore[arg-type]


def test_no_opting_in_outweighs_an_opt_out_a_profile_word_or_a_block() -> None:
    """The order of reasons: own post, opted out, blocked, profile word, opted in, flags."""
    everything = ConsentRules(
        opted_in=frozenset({"ann@a.example"}),
        opted_out=frozenset({"ann@a.example"}),
        blocked_instances=frozenset({"a.example"}),
        own_account="ann@a.example",
    )
    account = replace(ANN, note="#nobot", locked=True)
    order = []
    for relaxed in (
        replace(everything, own_account=""),
        replace(everything, own_account="", opted_out=frozenset()),
        ConsentRules(opted_in=everything.opted_in),
    ):
        order.append(reason(account, everything))
        everything = relaxed
    order.append(reason(account, everything))
    order.append(reason(replace(account, note=""), everything))
    order.append(reason(replace(account, note=""), RULES))
    assert order == ["own-post", "opted-out", "blocked-instance", "profile-word", "opted-in", "locked"]


def test_the_own_account_is_left_out_and_without_one_nobody_is() -> None:
    """Whatever the case of its address."""
    assert decide(ANN, ConsentRules(own_account="ann@a.example")) == Decision(Consent.EXCLUDED, "own-post", "program")
    assert reason(replace(ANN, acct=""), ConsentRules(own_account="")) == "indexable"


@pytest.mark.parametrize(
    ("host", "blocked"),
    [
        ("bad.example", True),
        ("sub.bad.example", True),
        ("a.b.BAD.example", True),
        ("notbad.example", False),
        ("bad.example.org", False),
        ("example", False),
    ],
)
def test_a_blocked_host_blocks_its_subdomains_and_no_namesakes(host: str, blocked: bool) -> None:
    """Parts of the name are compared whole."""
    rules = ConsentRules(blocked_instances=frozenset({"bad.example"}))
    assert (reason(replace(ANN, acct=f"u@{host}"), rules) == "blocked-instance") is blocked


@pytest.mark.parametrize("word", ["nobot", "nobots", "noindex", "noarchive", "noai", "nollm", "nosearch"])
def test_each_profile_word_excludes_in_name_note_and_fields(word: str) -> None:
    """In any case."""
    for place in ({"display_name": f"Ann #{word}"}, {"note": f"<p>#{word.upper()}</p>"}, {"fields": ("x", f"#{word}")}):
        account = replace(ANN, **place)
        assert decide(account, RULES) == Decision(Consent.EXCLUDED, "profile-word")
        assert profile_word(account) == word
    assert word in PROFILE_WORDS
    assert len(PROFILE_WORDS) == 7


@pytest.mark.parametrize(
    "note",
    [
        '<p>Hi <a href="https://a.example/tags/nobot" class="mention hashtag">#<span>NoBot</span></a></p>',
        "<p>#nobot</p><p>Hello</p>",
        "<p>Hello</p><p>#nobot</p>",
        "#nobot<br>tea",
        "#no<b>bot</b>",
        "&#35;nobot",
        "&num;nobot",
        "＃nobot",  # the full-width sign is what this is about
        "tea,#nobot,coffee",
        "I <3 tea #nobot :>",
        "<!-- x -->#nobot",
        "#tea #coffee #nobot!",
    ],
)
def test_a_profile_word_is_found_under_any_markup(note: str) -> None:
    """As Mastodon and others write hashtags."""
    assert profile_word(replace(ANN, note=note)) == "nobot"
    assert reason(replace(ANN, display_name=note)) == "profile-word"


@pytest.mark.parametrize("note", ["nobot", "#nobotany", "#robot", "no bot", "#ai", "<a href='#nobot'>top</a>", ""])
def test_other_words_are_no_profile_words(note: str) -> None:
    """Only the whole hashtag is."""
    assert profile_word(replace(ANN, note=note)) is None
    assert reason(replace(ANN, note=note)) == "indexable"


def test_pseudonyms_depend_on_the_key() -> None:
    """Without it, nobody can tell whose they are; with it they stay the same for good."""
    other = Pseudonyms(b"x" * 32)
    for one in ("account", "status", "text"):
        assert getattr(KEYS, one)("a@b.example") == getattr(Pseudonyms(b"k" * 32), one)("a@b.example")
        assert getattr(KEYS, one)("a@b.example") != getattr(other, one)("a@b.example")
    assert KEYS.fingerprint() != other.fingerprint()
    # A value on record: other ids for the same people would double everybody in databases that there are.
    assert str(KEYS.account("a@b.example")) == "e0b30753-b27f-282f-9b8e-6f501ffeae1e"


def test_an_account_has_one_pseudonym_however_its_address_is_written() -> None:
    """Case, a leading @ and spaces around say nothing."""
    assert (
        len({KEYS.account(acct) for acct in ("ann@a.example", "Ann@A.Example", "@ann@a.example", " ann@a.example ")})
        == 1
    )
    assert KEYS.status("https://a/X") != KEYS.status("https://a/x")
    assert KEYS.text("A") != KEYS.text("a")


@given(st.text())
def test_the_kinds_of_pseudonyms_never_collide(value: str) -> None:
    """The same words are another id as an account, a status and a text."""
    ids = {KEYS.account(value), KEYS.status(value), KEYS.text(value)}
    assert len(ids) == 3
    assert KEYS.fingerprint() not in {one.hex for one in ids}


def test_a_lone_surrogate_has_a_pseudonym_too() -> None:
    """What cannot be encoded strictly does not stop a reading."""
    assert KEYS.text("\ud800") != KEYS.text("\ud801")


def test_the_key_is_in_no_representation() -> None:
    """A log must never hold it."""
    keys = Pseudonyms(b"secret-key-bytes-secret-key-byte")
    for shown in (repr(keys), str(keys), f"{[keys]}"):
        assert "secret" not in shown
        assert keys.key.hex() not in shown
        assert keys.fingerprint() in shown


@given(st.text(), st.integers(1, 4096))
def test_a_sketchs_bucket_and_rank_are_in_range(value: str, buckets: int) -> None:
    """A rank is from 1 to 65, and case says nothing."""
    bucket, rank = KEYS.sketch(value, buckets=buckets)
    assert 0 <= bucket < buckets
    assert 1 <= rank <= 65


def test_sketch_ranks_halve_from_each_to_the_next_and_buckets_are_even() -> None:
    """Half of all values have rank 1, a quarter rank 2: the geometric distribution that the estimate needs."""
    pairs = [KEYS.sketch(f"u{number}@h.example", buckets=16) for number in range(8000)]
    ranks, buckets = Counter(rank for _, rank in pairs), Counter(bucket for bucket, _ in pairs)
    for rank in (1, 2, 3, 4):
        assert ranks[rank] == pytest.approx(8000 / 2**rank, rel=0.12)
    assert sorted(buckets) == list(range(16))
    assert all(count == pytest.approx(500, rel=0.2) for count in buckets.values())
    first = Counter(bucket for bucket, rank in pairs if rank == 1)
    assert all(count == pytest.approx(250, rel=0.25) for count in first.values())
    assert KEYS.sketch("Ann@A.example", buckets=16) == KEYS.sketch("ann@a.example", buckets=16)


def test_a_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    """In a new folder, 32 random bytes, mode 0600; afterwards the same one is read."""
    path = tmp_path / "new" / "fedilens.key"
    keys = load_key(path)
    assert len(keys.key) == 32
    assert path.stat().st_mode & 0o777 == 0o600
    assert load_key(path) == keys
    assert bytes.fromhex(path.read_text()) == keys.key
    assert [one.name for one in path.parent.iterdir()] == ["fedilens.key"]
    assert load_key(tmp_path / "other.key") != keys


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601])
def test_a_key_that_others_can_use_is_refused(tmp_path: Path, mode: int) -> None:
    """The error says what to run."""
    path = tmp_path / "fedilens.key"
    load_key(path)
    path.chmod(mode)
    with pytest.raises(ConfigError, match=f"can be read by others; run: chmod 600 {path}"):
        load_key(path)


@pytest.mark.parametrize("content", ["", "not hex", "ab" * 31, "ab" * 33, "ü" * 64])
def test_a_file_that_is_no_key_is_refused(tmp_path: Path, content: str) -> None:
    """A new key in its place would make everybody another person."""
    path = tmp_path / "fedilens.key"
    path.write_text(content, encoding="utf-8")
    path.chmod(0o600)
    with pytest.raises(ConfigError, match="is not a key that fedilens wrote; restore it from a backup"):
        load_key(path)
    assert path.read_text(encoding="utf-8") == content


def test_a_key_file_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    """A folder in its place, or a file in its folder's."""
    folder = tmp_path / "folder"
    folder.mkdir(mode=0o700)
    (tmp_path / "file").touch()
    for path in (folder, tmp_path / "file" / "fedilens.key"):
        with pytest.raises(ConfigError, match="cannot use the key file"):
            load_key(path)


def test_processes_that_start_at_once_agree_on_one_key(tmp_path: Path) -> None:
    """The first to put its key there wins, and no draft stays behind."""
    code = (
        "import sys, pathlib; from fedilens.consent import load_key; sys.stdin.readline(); "
        "print(load_key(pathlib.Path(sys.argv[1])).fingerprint())"
    )
    path = tmp_path / "fedilens.key"
    started = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    for process in started:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    found = {process.communicate()[0].strip() for process in started}
    assert found == {load_key(path).fingerprint()}
    assert [one.name for one in tmp_path.iterdir()] == ["fedilens.key"]
