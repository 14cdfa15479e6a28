"""Requests and replies as values."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Request:
    """What a client asked for. `path` and `params` are decoded; names of headers are lower case.

    `base_url` is the address that the client reached the server at.
    """

    method: str
    path: str
    params: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    base_url: str = ""
    body: bytes = b""

    def param(self, name: str) -> str | None:
        """The first value of a parameter."""
        return next(iter(self.params.get(name, ())), None)


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server answers."""

    code: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


def json_reply(value: Any, *, code: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    """A reply that carries JSON."""
    return Reply(code, json.dumps(value).encode(), {"Content-Type": "application/json", **(headers or {})})


def error_reply(code: int, text: str, *, headers: Mapping[str, str] | None = None) -> Reply:
    """A refusal as Mastodon words it; see the documentation, entities/Error."""
    return json_reply({"error": text}, code=code, headers=headers)
