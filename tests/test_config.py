"""The configuration: a file, overridden by the environment, with errors that name the key."""

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from fedilens.config import NO_OPT_OUT_TEXT, Config, load_config, parse_duration, parse_tag, template
from fedilens.errors import ConfigError


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path) -> Iterator[None]:
    """An empty working folder and an environment without our variables."""
    before, folder = dict(os.environ), Path.cwd()
    for name in before:
        if name.startswith("FEDILENS_"):
            del os.environ[name]
    (tmp_path / "cwd").mkdir()
    os.chdir(tmp_path / "cwd")
    yield
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(before)


def written(folder: Path, text: str) -> Path:
    """A configuration file with this text."""
    path = folder / "my.toml"
    path.write_text(text, encoding="utf-8")
    return path


def refused(path: Path | None) -> str:
    """The one line that a broken configuration is told in."""
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_without_a_file_the_defaults_stand() -> None:
    """The demo and imports need no configuration."""
    config = load_config(None)
    assert config == Config()
    assert config.store.path == Path("fedilens.duckdb")
    assert config.store.key_path == Path("fedilens.key")


def test_the_template_says_the_defaults(tmp_path: Path) -> None:
    """But for servers and tags, which everybody must choose."""
    config = load_config(written(tmp_path, template()))
    defaults = Config()
    assert config.collect.instances == ("mastodon.social",)
    assert config.collect.tags == ("ai", "generativeai", "llm")
    for name in Config.model_fields:
        if name not in ("collect", "store"):
            assert getattr(config, name) == getattr(defaults, name), name
    assert config.collect.model_copy(update={"instances": (), "tags": ()}) == defaults.collect
    assert config.store.path == tmp_path / defaults.store.path


def test_the_template_holds_every_key() -> None:
    """Each key of each section, be it in a comment."""
    sections = {part.split("]")[0]: part for part in template().split("\n[")[1:]}
    for name, section in Config().model_dump().items():
        for key in section:
            assert f"\n{key} = " in sections[name].replace("\n# ", "\n"), f"{name}.{key}"


def test_the_defaults_are_those_that_are_documented() -> None:
    """Numbers that digests and servers depend on."""
    config = Config()
    assert (config.collect.backfill, config.collect.backfill_posts) == (timedelta(days=30), 2000)
    assert config.collect.timeout == timedelta(seconds=30)
    assert (config.digest.window, config.digest.minimum_people, config.digest.minimum_group) == (
        timedelta(days=7),
        20,
        5,
    )
    assert (config.retention.days, config.consent.policy, config.consent.no_opt_out_understood) == (
        90,
        "default",
        False,
    )
    assert (config.bot.visibility, config.bot.max_characters, config.mail.port) == ("unlisted", 500, 587)
    assert (config.schedule.collect_every, config.schedule.digest_at) == (timedelta(minutes=15), "mon 08:00")


def test_the_environment_overrides_the_file(tmp_path: Path) -> None:
    """Key by key; what it does not name stays."""
    path = written(tmp_path, '[digest]\nwindow = "14d"\nminimum_people = 30\n[collect]\ntags = ["tea"]\n')
    os.environ["FEDILENS_DIGEST__WINDOW"] = "2w"
    os.environ["FEDILENS_COLLECT__TAGS"] = '["#Coffee"]'
    os.environ["FEDILENS_STORE__PATH"] = "/data/x.duckdb"
    config = load_config(path)
    assert (config.digest.window, config.digest.minimum_people) == (timedelta(days=14), 30)
    assert config.collect.tags == ("coffee",)
    assert config.store.path == Path("/data/x.duckdb")
    os.environ["FEDILENS_DIGEST__WINDOW"] = "3d"
    assert load_config(path).digest.window == timedelta(days=3)


def test_the_file_may_be_named_by_the_environment(tmp_path: Path) -> None:
    """An argument outweighs it, an empty name is none, and a name of nothing is told."""
    named = written(tmp_path, "[retention]\ndays = 7\n")
    os.environ["FEDILENS_CONFIG"] = str(named)
    assert load_config(None).retention.days == 7
    other = tmp_path / "other.toml"
    other.write_text("[retention]\ndays = 8\n")
    assert load_config(other).retention.days == 8
    os.environ["FEDILENS_CONFIG"] = str(tmp_path / "missing.toml")
    assert "missing.toml" in refused(None)
    os.environ["FEDILENS_CONFIG"] = ""
    assert load_config(None).retention.days == 90


def test_a_file_in_the_working_folder_is_found() -> None:
    """Under its usual name."""
    Path("fedilens.toml").write_text("[retention]\ndays = 9\n")
    assert load_config(None).retention.days == 9


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    """The database and its key lie beside it; the key's default lies beside the database."""
    store = load_config(written(tmp_path, "")).store
    assert (store.path, store.key_path) == (tmp_path / "fedilens.duckdb", tmp_path / "fedilens.key")
    store = load_config(written(tmp_path, '[store]\npath = "data/a.duckdb"\nkey = "keys/b.key"\n')).store
    assert (store.path, store.key_path) == (tmp_path / "data/a.duckdb", tmp_path / "keys/b.key")
    store = load_config(written(tmp_path, '[store]\npath = "/data/a.duckdb"\n')).store
    assert (store.path, store.key_path) == (Path("/data/a.duckdb"), Path("/data/a.key"))
    store = load_config(written(tmp_path, '[store]\npath = "~/a.duckdb"\nkey = "~/k"\n')).store
    assert (store.path, store.key_path) == (Path.home() / "a.duckdb", Path.home() / "k")


def test_a_debates_folder_is_relative_to_the_file_too(tmp_path: Path) -> None:
    """A name without a folder beside the file stays a name."""
    (tmp_path / "tea").mkdir()
    (tmp_path / "tea" / "debate.toml").touch()
    assert load_config(written(tmp_path, '[debate]\nname = "tea"\n')).debate.name == str(tmp_path / "tea")
    assert load_config(written(tmp_path, '[debate]\nname = "ai"\n')).debate.name == "ai"


@pytest.mark.parametrize(
    ("text", "key", "problem"),
    [
        ("[digest]\nwindw = '7d'", "digest.windw", "there is no such key"),
        ("[digets]\nwindow = '7d'", "digets", "there is no such key"),
        ("[retention]\ndays = 'many'", "retention.days", "valid integer"),
        ("[retention]\ndays = 0", "retention.days", "greater than or equal to 1"),
        ("[digest]\nminimum_people = 1", "digest.minimum_people", "greater than or equal to 2"),
        ("[digest]\nminimum_group = 0", "digest.minimum_group", "greater than or equal to 1"),
        ("[collect]\nbackfill_posts = 0", "collect.backfill_posts", "greater than or equal to 1"),
        ("[collect]\nbackfill = '30'", "collect.backfill", "'30' is not a duration such as 30d, 6h or 15m"),
        ("[collect]\ntimeout = '0s'", "collect.timeout", "'0s' is not a duration"),
        ("[digest]\nwindow = '99999999999d'", "digest.window", "is not a duration"),
        ("[digest]\nwindow = '-7d'", "digest.window", "is not a duration"),
        ("[collect]\ntags = 'ai'", "collect.tags", "tuple"),
        ("[collect]\ntags = ['ai', 'two words']", "collect.tags.1", "'two words' is not a hashtag"),
        ("[collect]\nany = ['2025']", "collect.any.0", "is not a hashtag"),
        ("[collect]\nnone = ['#']", "collect.none.0", "is not a hashtag"),
        ("[collect]\ninstances = ['no host']", "collect.instances.0", "is not a server's host name"),
        ("[collect]\ninstances = ['https://x.example/path']", "collect.instances.0", "is not a server's host name"),
        ("[collect]\ninstances = ['']", "collect.instances.0", "is not a server's host name"),
        (
            "[consent]\nopted_out = ['ann']",
            "consent.opted_out.0",
            "'ann' is not an address such as user@example.social",
        ),
        ("[consent]\nopted_in = ['a@b@c']", "consent.opted_in.0", "is not an address"),
        ("[consent]\nblocked_instances = ['a b']", "consent.blocked_instances.0", "is not a server's host name"),
        ("[consent]\npolicy = 'all'", "consent.policy", "'default' or 'no-opt-out'"),
        ("[bot]\naccount = 'me'", "bot.account:", "'me' is not an address"),
        ("[bot]\nvisibility = 'direct'", "bot.visibility", "'public'"),
        ("[bot]\nmax_characters = 99", "bot.max_characters", "greater than or equal to 100"),
        ("[mail]\nport = 65536", "mail.port", "less than or equal to 65535"),
        ("[schedule]\ntime_zone = 'Mars/Base'", "schedule", "time_zone 'Mars/Base' is not known"),
        ("[schedule]\ndigest_at = 'mon 24:00'", "schedule", "digest_at 'mon 24:00' is not a time"),
        ("[schedule]\ndigest_at = 'monday 08:00'", "schedule", "is not a time such as 'mon 08:00'"),
    ],
)
def test_a_wrong_value_is_told_in_one_line_with_file_and_key(tmp_path: Path, text: str, key: str, problem: str) -> None:
    """And with what would be right."""
    path = written(tmp_path, text)
    message = refused(path)
    assert message.startswith(f"{path}: {key}")
    assert problem in message


def test_no_opt_out_wants_to_be_understood(tmp_path: Path) -> None:
    """Without the confirmation it is refused with the text that explains it."""
    assert NO_OPT_OUT_TEXT in refused(written(tmp_path, '[consent]\npolicy = "no-opt-out"\n'))
    confirmed = written(tmp_path, '[consent]\npolicy = "no-opt-out"\nno_opt_out_understood = true\n')
    assert load_config(confirmed).consent.policy == "no-opt-out"


@pytest.mark.parametrize("content", [b"[collect\n", b"tags = \xff\n", b"a = 1\na = 2\n"])
def test_what_is_no_toml_is_told(tmp_path: Path, content: bytes) -> None:
    """With the file's name."""
    path = tmp_path / "my.toml"
    path.write_bytes(content)
    assert refused(path).startswith(f"{path} is not valid TOML")


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    """Missing or a folder; with the command that writes one."""
    assert "cannot read the configuration" in refused(tmp_path)
    message = refused(tmp_path / "missing.toml")
    assert "No such file or directory" in message
    assert "fedilens init" in message


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("FEDILENS_RETENTION__DAYS", "x", "the environment: retention.days: "),
        ("FEDILENS_STORE__PTH", "x", "the environment: store.pth: there is no such key"),
        ("FEDILENS_COLLECT__TAGS", "ai", 'the environment: error parsing value for field "collect"'),
        ("FEDILENS_DIGEST", "x", 'the environment: error parsing value for field "digest"'),
    ],
)
def test_a_wrong_variable_is_told_in_one_line(name: str, value: str, told: str) -> None:
    """It names the environment where no file is."""
    os.environ[name] = value
    assert refused(None).startswith(told)


def test_values_are_brought_to_one_form(tmp_path: Path) -> None:
    """Tags without #, hosts and addresses in lower case."""
    text = """
[collect]
instances = [" Mastodon.Social/ ", "http://127.0.0.1:8000"]
tags = ["#KI", "ÉtéIA", "a2"]
[consent]
opted_out = ["@Ann@A.Example"]
[bot]
account = "@Bot@A.Example"
[schedule]
time_zone = "Europe/Berlin"
digest_at = "daily 23:59"
"""
    config = load_config(written(tmp_path, text))
    assert config.collect.instances == ("mastodon.social", "http://127.0.0.1:8000")
    assert config.collect.tags == ("ki", "étéia", "a2")
    assert config.consent.opted_out == ("ann@a.example",)
    assert config.bot.account == "bot@a.example"
    assert config.schedule.time_zone == "Europe/Berlin"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1s", timedelta(seconds=1)),
        ("15m", timedelta(minutes=15)),
        ("6h", timedelta(hours=6)),
        (" 30 d ", timedelta(days=30)),
        ("2w", timedelta(weeks=2)),
        (timedelta(3), timedelta(3)),
    ],
)
def test_durations_are_read(text: object, expected: timedelta) -> None:
    """Seconds, minutes, hours, days and weeks."""
    assert parse_duration(text) == expected


@pytest.mark.parametrize("text", ["", "d", "1y", "1.5h", "1h30m", "0d", "5200000w", 7])
def test_other_words_are_no_durations(text: object) -> None:
    """A length of nothing or of millennia is none either."""
    with pytest.raises(ValueError, match="is not a duration"):
        parse_duration(text)


def test_a_tag_of_digits_alone_is_none() -> None:
    """Mastodon does not link it."""
    assert parse_tag("#2025ai") == "2025ai"
    with pytest.raises(ValueError, match="'#2025' is not a hashtag"):
        parse_tag("#2025")


def test_a_configuration_does_not_change() -> None:
    """Neither do its sections."""
    with pytest.raises(ValueError, match="frozen"):
        Config().digest.minimum_people = 3
