"""Text without markup as a document's text: mentions, custom emoji, the trailing block of hashtags.

The law: `clean_text(clean_text(text).text).text == clean_text(text).text`, and the text that
`clean_status` gives is likewise left as it is.
"""

import re
from collections.abc import Collection, Iterable

from fedilens.clean.characters import legible
from fedilens.types import CleanText

MAX_CHARACTERS = 200_000
"""What is read of a text, and what it may grow to: twice the longest posts that servers were seen to allow."""
MAX_TAG_LENGTH = 200
SOMEONE = "@someone"

_MARKS = (
    "\u0300-\u036f\u0591-\u05bd\u05bf-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u0900-\u0963"
    "\u0970-\u0dff\u0e31-\u0e4e\u0eb1-\u0ece\u0f71-\u0f84\u102b-\u103e\u17b4-\u17d3\u200c\u200d"
)
WORD = rf"[\w{_MARKS}]"
"""A character of a word; \\w alone leaves out the vowel signs of many scripts."""
TAG_NAME = rf"{WORD}++(?:\u00b7{WORD}++)*+"
_URL = r"(?i:https?)://(?:[^\s<>\"()\u3001\u3002\u300c-\u300f\u3011\uff09\uff0c]++|\([^\s<>\"()]*+\))++"
_HOST = r"\w++(?:(?:\.|-++)\w++)*+(?::\d++)?+"
_MENTION = rf"(?<![\w/@])@++[A-Za-z0-9_]++(?:[.-][A-Za-z0-9_]++)*+(?:@++{_HOST})*+(?!{WORD})"
_SHORTCODE = r":[A-Za-z0-9_]{2,}+:"
_BEFORE_TAG = r"(?<![\w&/=#])"

# An address comes first in each of these, because a # or @ inside of it is neither a hashtag nor a mention.
URL = re.compile(_URL)
MENTION = re.compile(_MENTION)
_TOKEN = re.compile(rf"(?P<url>{_URL})|(?P<mention>{_MENTION})|(?<![\w:])(?P<emoji>(?:{_SHORTCODE})++)(?![\w:])")
HASHTAG = re.compile(rf"{_URL}|{_BEFORE_TAG}#(?P<name>{TAG_NAME})")
# Misskey parts custom emoji from words with zero-width spaces, which do not outlive `legible`.
_PARTED_EMOJI = re.compile(f"\u200b({_SHORTCODE})\u200b")
_TAG_SIGN = re.compile(f"{_BEFORE_TAG}#")
_TAG_NAME = re.compile(TAG_NAME)
_SPACES = re.compile(r"[^\S\n]+")
_BLANK_LINES = re.compile(r"\n{3,}")

_SEPARATORS = " \n,;|\u00b7\u2022/&+*>\u2013\u2014-\u200e\u200f\u061c"
_GLUE = "'\u2019-\u2011(\"\u201c\u201e\u00ab["
_LAST_WORD = re.compile(r"(\w+) $")
LEADS_ON = frozenset(
    """
    a an the of to in on at by for from with without about against and or nor but than into over via per as like
    no not is are was be my your our their this that these those every any some all anti pro vs versus use using
    hate hates love loves like likes need needs want wants fear fears trust ban bans stop fight refuse regulate
    der die das den dem des ein eine einen und oder mit ohne gegen für von zu zum zur im am über bei
    le la les du un une et ou avec sans contre pour de dans sur par à el los las y o con sin contra para por en del
    il lo gli e di da per su um uma com sem het een van met voor zonder tegen
    """.split()  # noqa: SIM905  # a list of words is read more easily as a text
)
"""Words that no sentence ends with: the hashtag behind one is its object ("tired of #AI") and stays."""


def clean_text(text: str) -> CleanText:
    """A text without markup, such as an archive's plain text, as a CleanText."""
    prepared = prepare(text)
    body, _ = split_trailing_tags(prepared, known=())
    return CleanText(text=body, tags=unique(map(tag_name, hashtags(prepared))), links=unique(addresses(prepared)))


def prepare(text: str) -> str:
    """`text` legible and folded, with its mentions and custom emoji replaced; the hashtags all still in it."""
    text = legible(without_parted_emoji(text[:MAX_CHARACTERS])).replace("\uff03", "#")
    text = _shortened(_TOKEN.sub(_replacement, text))
    lines = (_SPACES.sub(" ", line).strip() for line in text.split("\n"))
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip()


def without_parted_emoji(text: str) -> str:
    """`text` without the custom emoji that stand between zero-width spaces."""
    return _PARTED_EMOJI.sub(" ", text)


def one_line(text: str) -> str:
    """A content warning: a text in one line, in which hashtags stay."""
    return " ".join(prepare(text).split())


def hashtags(text: str) -> list[str]:
    """The names of the hashtags in `text`, as written; a hashtag has at least one letter."""
    names = (match["name"] for match in HASHTAG.finditer(text))
    return [name for name in names if name is not None and _has_letter(name)]


def addresses(text: str) -> list[str]:
    """The URLs in `text`, without the punctuation that follows them in a sentence."""
    return [match[0].rstrip(".,;:!?'\u2019\u201d\u2026*_]") for match in URL.finditer(text)]


def unique(values: Iterable[str]) -> tuple[str, ...]:
    """The values in order, each once."""
    return tuple(dict.fromkeys(values))


def tag_name(name: str) -> str:
    """A hashtag as it stands in `tags`: lower case, composed, without the sign."""
    return legible(name).strip().lstrip("#\uff03").lower()


def split_trailing_tags(text: str, *, known: Collection[str]) -> tuple[str, list[str]]:
    """`text` before the hashtags that follow its last word, and their names as written.

    Takes a text that `prepare` gave. `known` are names (see `tag_name`) that are hashtags whatever they
    look like, such as #2024, because the server says so. A hashtag that belongs to a sentence (it
    follows a word of LEADS_ON, or is glued to an apostrophe, hyphen or bracket) stays in the text.
    """
    run = _trailing_run(text, known)
    if not run:
        return text, []
    first, name = run[0]
    cut = first + 1 + len(name) if _leads_on(text, first) else first
    return _without_loose_separators(text[:cut]), [name for _, name in run]


def _trailing_run(text: str, known: Collection[str]) -> list[tuple[int, str]]:
    """Where each hashtag of the trailing block starts, and its name, in order."""
    run: list[tuple[int, str]] = []
    floor = max((match.end() for match in URL.finditer(text)), default=0)
    end = len(text)
    while (start := text.rfind("#", floor, end)) >= 0:
        name = text[start + 1 : end].rstrip(_SEPARATORS)
        if not _TAG_SIGN.match(text, start) or not _is_tag(name, known):
            break
        run.append((start, name))
        end = start
    return run[::-1]


def _is_tag(name: str, known: Collection[str]) -> bool:
    if len(name) > MAX_TAG_LENGTH:
        return False
    return name.lower() in known or (_TAG_NAME.fullmatch(name) is not None and _has_letter(name))


def _has_letter(name: str) -> bool:
    return any(character.isalpha() for character in name)


def _leads_on(text: str, start: int) -> bool:
    before = text[max(0, start - 40) : start]
    if before.endswith(tuple(_GLUE)):
        return True
    word = _LAST_WORD.search(before)
    return word is not None and word[1].lower() in LEADS_ON


def _without_loose_separators(text: str) -> str:
    """`text` without trailing separators that stand alone; those of its last word stay (C++)."""
    kept = text.rstrip(_SEPARATORS)
    rest = text[len(kept) :]
    glued = "" if not kept or not rest or rest[0].isspace() else rest.split()[0]
    return kept + glued


def _shortened(text: str) -> str:
    """At most MAX_CHARACTERS of `text`, up to the end of a word where there is one."""
    if len(text) <= MAX_CHARACTERS:
        return text
    head = text[:MAX_CHARACTERS]
    space = max(head.rfind(" "), head.rfind("\n"))
    return head[:space] if space > 0 else head


def _replacement(match: re.Match[str]) -> str:
    if match["url"]:
        return match["url"]
    return SOMEONE if match["mention"] else " "
