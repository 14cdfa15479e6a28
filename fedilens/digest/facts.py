"""What a digest is made of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fedilens.types import Figure

Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Facts:
    """The answers a digest is made of, by the name of their query; `before` holds the window before.

    `certainty`, `news`, `camps` and `coverage` are finished sentences, `figures` what they rest on.
    """

    now: Mapping[str, Rows]
    before: Mapping[str, Rows]
    statements: Mapping[str, str]
    certainty: tuple[str, ...]
    news: tuple[str, ...] = ()
    camps: tuple[str, ...] = ()
    coverage: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()
