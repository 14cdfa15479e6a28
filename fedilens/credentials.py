"""Secrets: from the environment, from a service manager's credentials, or from files that only their owner reads.

They are never logged, never stored in the database, and never shown: their `repr` leaves them out.
"""

import json
import os
import stat
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from fedilens.errors import ConfigError

BOT = "bot"


@dataclass(frozen=True, slots=True)
class Token:
    """A token of an account on a server (`address` is where it is asked), with what is needed to give it back."""

    address: str
    access_token: str = field(repr=False)
    acct: str = ""
    client_id: str = field(default="", repr=False)
    client_secret: str = field(default="", repr=False)
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TokenFolder:
    """A folder of tokens, one file each: `bot`, or the host that is read."""

    path: Path

    def load(self, name: str) -> Token | None:
        """The token of this name, if there is one. Raises ConfigError if others can read the file."""
        file = self._file(name)
        if not file.exists():
            return None
        try:
            raw = json.loads(read_private(file))
            return Token(**{**raw, "scopes": tuple(raw.get("scopes", ()))})
        except (ValueError, TypeError) as error:
            raise ConfigError(f"{file} is no token that fedilens wrote; run `fedilens login` again") from error

    def save(self, name: str, token: Token) -> None:
        """Keeps a token where only its owner reads it."""
        file = self._file(name)
        draft = file.with_suffix(".part")
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
                json.dump(asdict(token), out)
            draft.replace(file)
        except OSError as error:
            raise ConfigError(f"cannot write {file}: {error.strerror}") from error

    def remove(self, name: str) -> None:
        """Forgets a token."""
        self._file(name).unlink(missing_ok=True)

    def names(self) -> list[str]:
        """What there are tokens for."""
        return sorted(file.stem for file in self.path.glob("*.json"))

    def _file(self, name: str) -> Path:
        return self.path / f"{name.replace('/', '_').replace(':', '_')}.json"


def secret(name: str, environment: Mapping[str, str]) -> str:
    """A secret such as `mail-password`, or nothing.

    It stands in FEDILENS_MAIL_PASSWORD, in the file that FEDILENS_MAIL_PASSWORD_FILE names, or in the file
    `mail-password` among the credentials of the service manager.
    """
    variable = "FEDILENS_" + name.upper().replace("-", "_")
    if environment.get(variable):
        return environment[variable]
    named = environment.get(f"{variable}_FILE")
    if named:
        return read_private(Path(named)).strip()
    # The service manager sees to who may read these, by ways (ACLs) that look like a group's right.
    handed = Path(environment.get("CREDENTIALS_DIRECTORY") or os.devnull) / name
    return handed.read_text(encoding="utf-8").strip() if handed.is_file() else ""


def read_private(path: Path) -> str:
    """A file's text. Raises ConfigError where others may read the file too."""
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        if os.name == "posix" and mode & 0o077:
            raise ConfigError(f"{path} can be read by others; run: chmod 600 {path}")
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror}") from error
