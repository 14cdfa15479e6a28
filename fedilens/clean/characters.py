"""Characters that a reader can see. What hides, breaks a parser or only piles up is taken out.

The order of the steps matters: each leaves nothing behind that an earlier one would take out, so that
`legible(legible(text)) == legible(text)`.
"""

import re
import unicodedata

MAX_MARKS = 30
"""Combining marks on one letter: Unicode's own bound (UAX #15, stream-safe text), far beyond any language.

Sorting them while composing takes quadratic time, so that a longer run is an attack.
"""

_LINE_ENDS = dict.fromkeys((0x0B, 0x0C, 0x0D, 0x85, 0x2028), "\n") | {0x2029: "\n\n"}
_UNSEEN = (
    *range(0x09),  # C0 without tabulator and newline
    *range(0x0E, 0x20),
    *range(0x7F, 0xA0),  # DEL and C1 (U+0085 is a line end)
    0x00AD,  # soft hyphen
    0x034F,  # combining grapheme joiner
    0x180E,
    0x200B,  # zero-width space
    *range(0x2060, 0x2066),  # word joiner, invisible operators
    *range(0x206A, 0x2070),  # deprecated format characters
    0xFEFF,  # byte order mark
    *range(0xFFF9, 0xFFFC),  # interlinear annotations
    *range(0x1D173, 0x1D17B),
    *range(0xD800, 0xE000),  # lone surrogates: they cannot be encoded
    *range(0xE0000, 0xE0080),  # tag characters: they can smuggle a hidden text
)
_REWRITTEN: dict[int, str | None] = {**dict.fromkeys(_UNSEEN), **_LINE_ENDS}

# Joiners shape Arabic and Indic letters and hold emoji together; between other characters they only hide.
# Left out on purpose are Latin, Hangul and the letterlike symbols, which composing may turn into others.
_JOINABLE = (
    "\u0600-\u109f\u1780-\u18af\u1b00-\u1bff\u2190-\u2bff\ua840-\uabff\ufb50-\ufdff\ufe0f\ufe70-\ufefc"
    "\U00010a00-\U00011fff\U0001e900-\U0001e95f\U0001f000-\U0001faff"
)
_LOOSE_JOINER = re.compile(f"(?<![{_JOINABLE}])[\u200c\u200d]|[\u200c\u200d](?![{_JOINABLE}])")

_POP_EMBEDDING = "\u202c"
_POP_ISOLATE = "\u2069"
_CLOSED_BY = dict.fromkeys("\u202a\u202b\u202d\u202e", _POP_EMBEDDING) | dict.fromkeys(
    "\u2066\u2067\u2068", _POP_ISOLATE
)


def legible(text: str) -> str:
    """`text` in NFC, without control and zero-width characters, and every line end a newline.

    Bidirectional marks stay; embeddings, overrides and isolates stay where they are closed on their line.
    """
    text = "\n".join(_paired(line) for line in without_controls(text).split("\n"))
    return _composed(_LOOSE_JOINER.sub("", _composed(text)))


def without_controls(text: str) -> str:
    """`text` without the characters that nobody sees or no parser takes; line ends are newlines."""
    return text.replace("\r\n", "\n").translate(_REWRITTEN)


def _composed(text: str) -> str:
    # Composing splits a few marks in two, therefore the bound is laid on before and after.
    return _bounded_marks(unicodedata.normalize("NFC", _bounded_marks(text)))


def _bounded_marks(text: str) -> str:
    marks = "".join(character for character in set(text) if unicodedata.combining(character))
    return re.sub(f"([{marks}]{{{MAX_MARKS}}})[{marks}]+", r"\1", text) if marks else text


def _paired(line: str) -> str:
    """The line without bidirectional controls that open and never close, or close and never opened."""
    loose: list[int] = []
    opened: list[int] = []
    for position, character in enumerate(line):
        if character in _CLOSED_BY:
            opened.append(position)
        elif character in (_POP_EMBEDDING, _POP_ISOLATE):
            if opened and _CLOSED_BY[line[opened[-1]]] == character:
                opened.pop()
            else:
                loose.append(position)
    dropped = {*loose, *opened}
    return "".join(c for position, c in enumerate(line) if position not in dropped) if dropped else line
