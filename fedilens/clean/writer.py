"""Writes text in lines and paragraphs, with quotes and lists, as the elements of an HTML page come by."""

import re

from fedilens.clean.plain_text import WORD

MAX_QUOTE_DEPTH = 3
"""Quotes within quotes are marked up to this depth; each mark costs two characters on every line."""

AFTER_TAG = re.compile(rf"(?!{WORD})")
"""What may follow a hashtag without becoming part of it."""
AFTER_ADDRESS = re.compile(r"[\s,;:!?)\]}'\"\u2019\u201d\u00bb\u2026]|[.-](?!\w)|$")
"""What may follow a mention or a URL without becoming part of it."""
_WHITESPACE = re.compile(r"\s+")
_GLUING = re.compile(rf"(?:{WORD}|[/=&])$")


class Writer:
    """Collects a text. `breaks` counts the line ends that the next word will be preceded by."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._breaks = 0
        self._quotes = 0
        self._preformatted = 0
        self._marker = ""
        self._after: re.Pattern[str] | None = None

    def text(self) -> str:
        """Everything written so far."""
        return "".join(self._pieces)

    def line(self) -> None:
        """What follows stands on a new line."""
        self._breaks = max(self._breaks, 1)

    def paragraph(self) -> None:
        """What follows stands behind a blank line."""
        self._breaks = 2

    def line_break(self) -> None:
        """One line end; two of them make a blank line."""
        self._breaks = min(self._breaks + 1, 2)

    def item(self) -> None:
        """What follows is an item of a list."""
        self.line()
        self._marker = "- "

    def end_item(self) -> None:
        """An item that had nothing in it leaves nothing behind."""
        self._marker = ""

    def quote(self, depth: int) -> None:
        """Go into (1) or out of (-1) a quote."""
        self._quotes += depth

    def preformat(self, depth: int) -> None:
        """Go into (1) or out of (-1) a text whose line ends count."""
        self._preformatted += depth

    def write(self, text: str) -> None:
        """Write running text."""
        if not self._preformatted:
            self._write(_WHITESPACE.sub(" ", text))
            return
        first, *rest = text.split("\n")
        self._write(first)
        for line in rest:
            self.line_break()
            self._write(line)

    def token(self, token: str, *, after: re.Pattern[str]) -> None:
        """Write a hashtag, mention or URL, kept apart from words it would run into.

        A sign that stands before the link instead of inside of it is not doubled (Friendica: `#<a>AI</a>`).
        """
        if self._pieces and not self._breaks:
            last = self._pieces[-1].removesuffix(token[0]) if token[0] in "#@" else self._pieces[-1]
            self._pieces[-1] = f"{last} " if _GLUING.search(last[-1:]) else last
        self._after = None
        self._write(token)
        self._after = after

    def _write(self, text: str) -> None:
        at_start = self._breaks or not self._pieces
        text = text.lstrip() if at_start else text
        if not text:
            return
        if at_start:
            ends = "\n" * self._breaks if self._pieces else ""
            text = ends + "> " * min(self._quotes, MAX_QUOTE_DEPTH) + self._marker + text
        elif self._after is not None and not self._after.match(text):
            text = f" {text}"
        self._breaks = 0
        self._marker = ""
        self._after = None
        self._pieces.append(text)
