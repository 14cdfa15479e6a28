"""A digest as JSON, for machines: the same figures, each with its interval and query."""

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from fedilens.types import Digest


def render_json(digest: Digest) -> str:
    """The digest as a JSON object; times are ISO 8601 in UTC, shares fractions from 0 to 1."""
    return json.dumps(asdict(digest), default=_plain, ensure_ascii=False, indent=2) + "\n"


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no place in JSON")
