"""The configuration: `fedilens.toml`, overridden by environment variables (`FEDILENS_STORE__PATH=…`)."""

import os
import re
import tomllib
from datetime import timedelta
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import available_timezones

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from fedilens.errors import ConfigError

DEFAULT_FILE = Path("fedilens.toml")
NO_OPT_OUT_TEXT = (
    'policy "no-opt-out" counts people who never said that they may be counted. Most Mastodon accounts '
    "have not switched indexing on, and many of their owners will object. Tell your instance's members, "
    "and write `no_opt_out_understood = true` beside it if you still want it"
)
LONGEST = timedelta(days=36_500)
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_MOMENT = re.compile(rf"(daily|monthly|mon|tue|wed|thu|fri|sat|sun) {_TIME.pattern}")
_CRON = re.compile(r"\S+( \S+){4}")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}


def parse_duration(value: object) -> timedelta:
    """A duration such as `30d`, `6h`, `15m`, `2w` as a timedelta; a timedelta stays as it is."""
    if isinstance(value, timedelta):
        return value
    match = re.fullmatch(r"\s*(\d+)\s*([smhdw])\s*", str(value))
    seconds = int(match[1]) * _SECONDS[match[2]] if match else 0
    if not 0 < seconds <= LONGEST.total_seconds():
        raise ValueError(f"{value!r} is not a duration such as 30d, 6h or 15m")
    return timedelta(seconds=seconds)


def parse_tag(value: object) -> str:
    """A hashtag without its # and in lower case."""
    tag = str(value).strip().lstrip("#").lower()
    if not re.fullmatch(r"\w+", tag) or tag.isdigit():
        raise ValueError(f"{value!r} is not a hashtag")
    return tag


def parse_instance(value: object) -> str:
    """A server's host name in lower case; an address with http:// or https:// is kept (loopback, tests)."""
    text = str(value).strip().rstrip("/").lower()
    if not re.fullmatch(r"(https?://)?[a-z0-9.\-\[\]:]+", text) or not text:
        raise ValueError(f"{value!r} is not a server's host name such as mastodon.social")
    return text


def parse_acct(value: object) -> str:
    """An account's address `user@host` in lower case, without a leading @."""
    acct = str(value).strip().lstrip("@").lower()
    if not re.fullmatch(r"[^@\s]+@[^@\s]+", acct):
        raise ValueError(f"{value!r} is not an address such as user@example.social")
    return acct


def parse_address(value: object) -> str:
    """An e-mail address. One line, one @, nothing that a header could take for something else."""
    address = str(value).strip()
    if not re.fullmatch(r"[^@\s<>,;:\"()\x00-\x20]+@[A-Za-z0-9.\-\[\]:]+", address):
        raise ValueError(f"{value!r} is not an e-mail address such as name@example.org")
    return address


Duration = Annotated[timedelta, BeforeValidator(parse_duration)]
Tag = Annotated[str, BeforeValidator(parse_tag)]
Instance = Annotated[str, BeforeValidator(parse_instance)]
Acct = Annotated[str, BeforeValidator(parse_acct)]
Address = Annotated[str, BeforeValidator(parse_address)]


class Section(BaseModel):
    """A table of the configuration file; keys that it does not know are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)


class CollectSection(Section):
    """Where posts come from. `any`, `all` and `none` filter by further tags, on our side."""

    instances: tuple[Instance, ...] = ()
    tags: tuple[Tag, ...] = ()
    any: tuple[Tag, ...] = ()
    all: tuple[Tag, ...] = ()
    none: tuple[Tag, ...] = ()
    backfill: Duration = timedelta(days=30)
    backfill_posts: int = Field(default=2000, ge=1)
    contact: str = ""
    timeout: Duration = timedelta(seconds=30)


class DebateSection(Section):
    """Which debate the stances belong to: a name that ships, or a folder; and who labels its posts."""

    name: str = "ai"
    labelled_by: str = Field(default="", max_length=100)


class ModelSection(Section):
    """The sentence-transformers model that embeds texts: the packaged one, a folder or a hub's name."""

    embedding: str = "all-MiniLM-L6-v2"
    languages: tuple[str, ...] = ("en",)


class StoreSection(Section):
    """The database file; the key of its pseudonyms stands beside it unless `key` says where."""

    path: Path = Path("fedilens.duckdb")
    key: Path | None = None

    @property
    def key_path(self) -> Path:
        """The file that holds the pseudonyms' key."""
        return self.key or self.path.with_suffix(".key")

    @property
    def tokens_path(self) -> Path:
        """The folder of the tokens that `fedilens login` got."""
        return self.path.with_suffix(".tokens")


class ConsentSection(Section):
    """Who is counted: see the README's table."""

    policy: Literal["default", "no-opt-out"] = "default"
    no_opt_out_understood: bool = False
    opted_out: tuple[Acct, ...] = ()
    opted_in: tuple[Acct, ...] = ()
    blocked_instances: tuple[Instance, ...] = ()
    blocklists: tuple[Path, ...] = ()

    @model_validator(mode="after")
    def _explained(self) -> Self:
        if self.policy == "no-opt-out" and not self.no_opt_out_understood:
            raise ValueError(NO_OPT_OUT_TEXT)
        return self


class RetentionSection(Section):
    """How long what identifies a person is kept, from the day it was collected."""

    days: int = Field(default=90, ge=1)


class DigestSection(Section):
    """What a digest covers and from how many people on it speaks."""

    window: Duration = timedelta(days=7)
    minimum_people: int = Field(default=20, ge=2)
    minimum_group: int = Field(default=5, ge=1)


class ScheduleSection(Section):
    """When `fedilens run` works. `digest_at` is a day and time, or five cron fields; empty means never."""

    collect_every: Duration = timedelta(minutes=15)
    mentions_every: Duration = timedelta(minutes=1)
    care_every: Duration = timedelta(hours=1)
    digest_at: str = "mon 08:00"
    subscribers_at: str = "08:00"
    time_zone: str = "UTC"

    @model_validator(mode="after")
    def _known_zone(self) -> Self:
        if self.time_zone not in available_timezones():
            raise ValueError(f"time_zone {self.time_zone!r} is not known; write one such as Europe/Berlin")
        if self.digest_at and not (_MOMENT.fullmatch(self.digest_at) or _CRON.fullmatch(self.digest_at)):
            raise ValueError(
                f"digest_at {self.digest_at!r} is not a time such as 'mon 08:00', 'daily 07:30' or '0 8 * * mon'"
            )
        if not _TIME.fullmatch(self.subscribers_at):
            raise ValueError(f"subscribers_at {self.subscribers_at!r} is not a time such as 08:00")
        return self


class BotSection(Section):
    """The bot's own account; its posts are never analysed. `fedilens login INSTANCE --bot` gets its token."""

    account: Acct | Literal[""] = ""
    visibility: Literal["public", "unlisted", "private"] = "unlisted"
    language: str = Field(default="en", pattern=r"^[a-z]{2,3}$")
    content_warning: str = Field(default="", max_length=200)
    hashtags: tuple[Tag, ...] = ()
    replies: int = Field(default=3, ge=0, le=3)
    max_characters: int = Field(default=500, ge=100)
    page_url: str = ""
    answers_an_hour: int = Field(default=10, ge=1)
    answers_a_day: int = Field(default=200, ge=1)


class MailSection(Section):
    """Where digests are mailed from and to. The password comes from the environment or a file (see README)."""

    host: str = ""
    port: int = Field(default=587, ge=1, le=65535)
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str = ""
    sender: Address | Literal[""] = ""
    recipients: tuple[Address, ...] = ()

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.recipients and not (self.host and self.sender):
            raise ValueError("recipients are named, but no host or sender to send from")
        return self


class FilesSection(Section):
    """The folder for the page, the archive and the feed, which any web server can serve; empty means none."""

    folder: str = ""


class Config(BaseSettings):
    """All of it. Every key has a default, so that `fedilens demo` and `import` work without a file."""

    model_config = SettingsConfigDict(env_prefix="FEDILENS_", env_nested_delimiter="__", extra="forbid", frozen=True)

    collect: CollectSection = CollectSection()
    debate: DebateSection = DebateSection()
    model: ModelSection = ModelSection()
    store: StoreSection = StoreSection()
    consent: ConsentSection = ConsentSection()
    retention: RetentionSection = RetentionSection()
    digest: DigestSection = DigestSection()
    schedule: ScheduleSection = ScheduleSection()
    bot: BotSection = BotSection()
    mail: MailSection = MailSection()
    files: FilesSection = FilesSection()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment before the file: the file's values arrive as init settings."""
        del settings_cls, dotenv_settings, file_secret_settings
        assert isinstance(init_settings, InitSettingsSource)  # noqa: S101  # pydantic-settings hands it in
        return env_settings, init_settings


def load_config(path: Path | None) -> Config:
    """The configuration from `path`, or from `./fedilens.toml` if there is one, or the defaults.

    Paths in a file are relative to the file's folder. Raises ConfigError with one line naming the key.
    """
    chosen = path or Path(os.environ.get("FEDILENS_CONFIG") or DEFAULT_FILE)
    values: dict[str, Any] = {}
    if path or os.environ.get("FEDILENS_CONFIG") or chosen.exists():
        values = _read_toml(chosen)
    try:
        config = Config(**values)
    except ValidationError as error:
        raise ConfigError(_one_line(error, chosen if values else None)) from error
    except SettingsError as error:
        raise ConfigError(f'the environment: {error}; lists are written as JSON, such as ["ai"]') from error
    return _beside(config, chosen.parent)


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(
            f"cannot read the configuration {path}: {error.strerror}; `fedilens init` writes one"
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not valid TOML: {error}") from error


def _one_line(error: ValidationError, path: Path | None) -> str:
    first = error.errors()[0]
    # What pydantic calls a branch of a union ("function-before[…]") is no key of ours.
    key = ".".join(str(part) for part in first["loc"] if "[" not in str(part))
    if first["type"] == "extra_forbidden":
        problem = "there is no such key; `fedilens init` writes a file with all of them"
    else:
        problem = first["msg"].removeprefix("Value error, ")
    return f"{path or 'the environment'}: {key}: {problem}"


def _beside(config: Config, folder: Path) -> Config:
    """The same configuration with relative paths taken from `folder`."""
    store = config.store.model_copy(
        update={
            "path": folder / config.store.path.expanduser(),
            "key": folder / config.store.key.expanduser() if config.store.key else None,
        }
    )
    lists = tuple(folder / path.expanduser() for path in config.consent.blocklists)
    consent = config.consent.model_copy(update={"blocklists": lists})
    folder_of_debate = folder / config.debate.name
    ours = (folder_of_debate / "debate.toml").is_file()
    debate = config.debate.model_copy(update={"name": str(folder_of_debate)}) if ours else config.debate
    public = config.files.folder
    files = FilesSection(folder=str(folder / Path(public).expanduser())) if public else config.files
    return config.model_copy(update={"store": store, "consent": consent, "debate": debate, "files": files})


def template() -> str:
    """The commented configuration file that `fedilens init` writes."""
    return resources.files("fedilens").joinpath("fedilens.toml").read_text(encoding="utf-8")
