"""What several tests need."""

import os
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import structlog
from hypothesis import settings

from fedilens.__main__ import main
from fedilens.types import TokenStates, UpperLayers, Vectors

DATA = Path(__file__).parent / "data"
settings.register_profile("unhurried", deadline=None)  # nothing that measures time is a test
settings.register_profile("many", deadline=None, max_examples=10_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "unhurried"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long ones first, so that no process is left waiting for one of them at the end."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


class FakeEncoder:
    """Hashes words into 32 dimensions; satisfies `protocols.Encoder`."""

    name = "fake"
    languages = frozenset({"en"})

    def __init__(self) -> None:
        self.encoded: list[str] = []

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit rows: texts with common words are near each other."""
        self.encoded += texts
        rows = np.full((len(texts), 32), 0.01, dtype=np.float32)
        for row, text in enumerate(texts):
            for word in text.lower().split():
                rows[row, sum(ord(letter) * 31**place for place, letter in enumerate(word)) % 32] += 1
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)

    def read(self, texts: Sequence[str]) -> tuple[Vectors, list[TokenStates] | None]:
        """A token a word, whose states are the word's own vector."""
        tokens = []
        for text in texts:
            words = list(re.finditer(r"\S+", text))
            before = len(self.encoded)
            states = self.encode([word.group() for word in words])
            del self.encoded[before:]
            spans = np.asarray([word.span() for word in words], dtype=np.int64).reshape(-1, 2)
            tokens.append(TokenStates(states.astype(np.float16), spans))
        return self.encode(texts), tokens

    def upper_layers(self) -> UpperLayers | None:
        """It has no layers."""
        return None


class FakeClock:
    """Stands still but for sleeping; satisfies `protocols.Clock`."""

    def __init__(self, now: datetime = datetime(2025, 2, 1, tzinfo=UTC)) -> None:
        self.time = now
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += timedelta(seconds=seconds)


class Ran:
    """What a command printed and how it ended."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err


Run = Callable[..., Ran]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Iterator[Run]:
    """Runs `fedilens` with arguments, in this process."""

    def command(*arguments: Any) -> Ran:
        capsys.readouterr()
        code = main([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        return Ran(code, printed.out, printed.err)

    yield command
    structlog.reset_defaults()
