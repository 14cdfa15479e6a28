"""Lists of servers and accounts as Mastodon exports them, so that an operator's blocks hold here too.

Read are the four files that Mastodon writes: the administrator's domain blocks (`#domain,#severity,…`), and a
person's blocked servers, blocked accounts and muted accounts.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from fedilens.errors import ConfigError

_HEADS = ("domain", "account address")
_ACCT = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_HOST = re.compile(r"[^@\s/,*]+(\.[^@\s/,*]+)+")
_HARMLESS = "noop"
"""The severity of a server that Mastodon keeps on its list and does nothing about."""


@dataclass(frozen=True, slots=True)
class Blocklist:
    """Addresses and hosts in lower case. `hidden` counts names that are blotted out (`b*d.example`) and match none."""

    accts: frozenset[str]
    hosts: frozenset[str]
    hidden: int = 0


def read_blocklist(path: Path) -> Blocklist:
    """The list in a file. Raises ConfigError naming the file and line."""
    accts: set[str] = set()
    hosts: set[str] = set()
    hidden = 0
    for line, name in _names(path):
        if "*" in name:
            hidden += 1
        elif _ACCT.fullmatch(name):
            accts.add(name)
        elif _HOST.fullmatch(name):
            hosts.add(name)
        else:
            raise ConfigError(f"{path}, line {line}: {name!r} is neither a server nor an address such as user@host")
    return Blocklist(frozenset(accts), frozenset(hosts), hidden)


def joined(lists: Sequence[Blocklist]) -> Blocklist:
    """All of them as one."""
    accts = frozenset[str]().union(*(one.accts for one in lists))
    hosts = frozenset[str]().union(*(one.hosts for one in lists))
    return Blocklist(accts, hosts, sum(one.hidden for one in lists))


def _names(path: Path) -> Iterator[tuple[int, str]]:
    """Line numbers and what is blocked there."""
    severity: int | None = None
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            for number, row in enumerate(reader):
                cells = [cell.strip().lower() for cell in row]
                if number == 0 and cells and cells[0].lstrip("#") in _HEADS:
                    heads = [cell.lstrip("#") for cell in cells]
                    severity = heads.index("severity") if "severity" in heads else None
                elif not cells or not cells[0]:
                    continue
                elif severity is None or severity >= len(cells) or cells[severity] != _HARMLESS:
                    yield reader.line_num, cells[0].lstrip("@").rstrip(".")
    except OSError as error:
        raise ConfigError(f"cannot read the blocklist {path}: {error.strerror}") from error
    except (csv.Error, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not a CSV file as Mastodon exports it: {error}") from error
