"""The configuration: a commented file, overridden by the environment; each mistake is one line naming the key."""

import tomllib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from fedilens.config import Config, load_config, parse_duration, parse_tag, template
from fedilens.errors import ConfigError


@pytest.fixture
def written(tmp_path: Path) -> Iterator[Path]:
    return tmp_path / "fedilens.toml"


def test_the_template_holds_every_key_with_its_default() -> None:
    """But for the servers and tags, which are a suggestion, and what is commented out."""
    values = tomllib.loads(template())
    defaults = Config()
    assert set(values) == set(Config.model_fields)
    for section, keys in values.items():
        known = type(getattr(defaults, section)).model_fields
        assert set(keys) <= set(known)
        missing = set(known) - set(keys) - {"key", "no_opt_out_understood"}
        assert not missing, section
    loaded = Config(**values)
    assert loaded.model_copy(update={"collect": defaults.collect}) == defaults
    assert loaded.collect.instances == ("mastodon.social",)


def test_the_environment_overrides_the_file(written: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """FEDILENS_SECTION__KEY wins."""
    written.write_text("[digest]\nminimum_people = 30\n")
    monkeypatch.setenv("FEDILENS_DIGEST__MINIMUM_PEOPLE", "40")
    assert load_config(written).digest.minimum_people == 40
    monkeypatch.setenv("FEDILENS_CONFIG", str(written))
    monkeypatch.delenv("FEDILENS_DIGEST__MINIMUM_PEOPLE")
    assert load_config(None).digest.minimum_people == 30
    monkeypatch.setenv("FEDILENS_DIGEST__MINIMUM_PEOPLE", "many")
    with pytest.raises(ConfigError, match=r"digest\.minimum_people"):
        load_config(None)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("[colect]\n", "colect: there is no such key"),
        ("[collect]\ntag = 1\n", "collect.tag: there is no such key"),
        ("[collect]\ntags = ['two words']\n", "collect.tags.0"),
        ("[collect]\ntags = ['2024']\n", "collect.tags.0"),
        ("[collect]\ninstances = ['a b']\n", "collect.instances.0"),
        ("[collect]\nbackfill = '30'\n", "collect.backfill"),
        ("[collect]\nbackfill = '0d'\n", "collect.backfill"),
        ("[digest]\nminimum_people = 'x'\n", "digest.minimum_people"),
        ("[consent]\nopted_out = ['someone']\n", "consent.opted_out.0"),
        ("[consent]\npolicy = 'all'\n", "consent.policy"),
        ("[consent]\npolicy = 'no-opt-out'\n", "never said that they may be counted"),
        ("[schedule]\ntime_zone = 'Mars/Base'\n", "Mars/Base"),
        ("[schedule]\ndigest_at = 'monday 8'\n", "digest_at"),
        ("[mail]\nport = 0\n", "mail.port"),
        ("not toml", "not valid TOML"),
    ],
)
def test_a_mistake_is_one_line_that_names_the_key(written: Path, text: str, names: str) -> None:
    """And the file."""
    written.write_text(text)
    with pytest.raises(ConfigError) as caught:
        load_config(written)
    assert names in str(caught.value)
    assert "\n" not in str(caught.value)
    assert str(written) in str(caught.value)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """A missing one, and a folder."""
    for path in (tmp_path / "none.toml", tmp_path):
        with pytest.raises(ConfigError, match="cannot read the configuration"):
            load_config(path)


def test_counting_silence_wants_to_be_understood(written: Path) -> None:
    """Then it is allowed."""
    written.write_text("[consent]\npolicy = 'no-opt-out'\nno_opt_out_understood = true\n")
    assert load_config(written).consent.policy == "no-opt-out"


def test_paths_are_beside_the_file(written: Path) -> None:
    """So that a configuration can be used from anywhere."""
    written.write_text("[store]\npath = 'data/x.duckdb'\nkey = 'secret.key'\n")
    store = load_config(written).store
    assert store.path == written.parent / "data/x.duckdb"
    assert store.key_path == written.parent / "secret.key"
    written.write_text("[store]\npath = 'x.duckdb'\n")
    assert load_config(written).store.key_path == written.parent / "x.key"


def test_values_are_made_uniform() -> None:
    """Tags without #, durations as lengths."""
    assert parse_tag("#GenerativeAI") == "generativeai"
    assert parse_duration("2w") == timedelta(days=14)
    assert parse_duration("15m") == timedelta(minutes=15)
    assert parse_duration("6h") == timedelta(hours=6)
    assert parse_duration("45s") == timedelta(seconds=45)
