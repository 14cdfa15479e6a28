"""Troubles that a test can ask a server for: each turns one request's answer into something else."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from fedilens.sample.messages import Reply, error_reply, json_reply


class FaultKind(StrEnum):
    """What goes wrong."""

    STATUS = "status"
    """Another status code, with headers."""
    RESET = "reset"
    """The connection is reset before an answer."""
    HANG = "hang"
    """No answer for some seconds, then the connection closes."""
    CUT = "cut"
    """The body stops half way; after some seconds the connection closes."""
    MALFORMED = "malformed"
    """JSON that ends half way, though the answer says that it is whole."""
    HTML = "html"
    """A web page."""
    OBJECT = "object"
    """A JSON object where a list belongs."""
    BROKEN_POSTS = "broken posts"
    """Posts with missing or wrong fields among the good ones."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One trouble. `code` and `headers` go with STATUS, `seconds` with HANG and CUT."""

    kind: FaultKind
    code: int = 503
    headers: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0


def faulty(fault: Fault, good: Reply) -> Reply:
    """The reply that is sent in the place of `good`."""
    match fault.kind:
        case FaultKind.STATUS:
            return error_reply(fault.code, "sample fault", headers=fault.headers)
        case FaultKind.MALFORMED:
            return Reply(good.code, good.body[: len(good.body) // 2], good.headers)
        case FaultKind.HTML:
            return Reply(200, b"<!DOCTYPE html><title>Be right back</title>", {"Content-Type": "text/html"})
        case FaultKind.OBJECT:
            return json_reply({"statuses": []})
        case FaultKind.BROKEN_POSTS:
            return json_reply(with_broken_posts(json.loads(good.body)), headers=good.headers)
    return good


def with_broken_posts(posts: list[Any]) -> list[Any]:
    """`posts` with one broken copy of the first for each way to be broken, between it and the others."""
    if not posts:
        return posts
    first = posts[0]
    broken = [
        {name: value for name, value in first.items() if name != "uri"},
        {**first, "created_at": 17},
        {**first, "content": None},
        {**first, "account": None},
        {**first, "account": {**first["account"], "locked": "no"}},
        "not an object",
    ]
    return [first, *broken, *posts[1:]]


BROKEN_POSTS = len(with_broken_posts([{"account": {}}])) - 1
"""How many posts of such a page cannot be read."""
