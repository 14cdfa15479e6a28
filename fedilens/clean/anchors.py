"""What a link in a status is: a mention, a hashtag, an address that is shown, or words that lead somewhere."""

import re
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from urllib.parse import unquote, urlsplit

from bs4.element import NavigableString, PageElement, Tag

from fedilens.clean.characters import legible
from fedilens.clean.plain_text import MAX_TAG_LENGTH, MENTION, TAG_NAME

MAX_LABEL_NODES = 64
"""Servers put at most a handful of elements into a link; one with more is text that a link was laid around."""
MAX_URL_LENGTH = 4096
_SCHEME = re.compile(r"https?://", re.IGNORECASE)
_HASHTAG = re.compile(rf"[#\uff03]{TAG_NAME}")
_HIDDEN = re.compile("[\u200c-\u200f\u061c\u202a-\u202e\u2066-\u2069\t\n]")
_QUOTED = re.compile(r"[\s<>\"]")
_BREAKS = frozenset({"br", "p", "div", "li", "blockquote", "pre"})


class LinkKind(StrEnum):
    """How a link reads."""

    MENTION = "mention"
    HASHTAG = "hashtag"
    ADDRESS = "address"
    WORDS = "words"


@dataclass(frozen=True, slots=True)
class Link:
    """`name` is a hashtag's, as written. `href` is the absolute URL, if any, that `links` takes up."""

    kind: LinkKind
    name: str = ""
    href: str | None = None


def read_link(anchor: Tag) -> Link:
    """What the element `a` stands for, by its classes, its label and its target."""
    classes = css_classes(anchor)
    label = _label(anchor)
    if label is None:
        of_people = "mention" in classes or "hashtag" in classes
        return Link(LinkKind.WORDS, href=None if of_people else absolute_url(anchor.get("href")))
    name = _hashtag(label, classes)
    if name:
        return Link(LinkKind.HASHTAG, name=name)
    if _is_mention(label, classes):
        return Link(LinkKind.MENTION)
    href = absolute_url(anchor.get("href"))
    if href is not None and _shows_address(label, href):
        return Link(LinkKind.ADDRESS, href=href)
    return Link(LinkKind.WORDS, href=href)


def css_classes(tag: Tag) -> frozenset[str]:
    """The classes of an element, lower case."""
    return frozenset(str(name).lower() for name in tag.get_attribute_list("class") if name)


def absolute_url(href: object) -> str | None:
    """An attribute's value as an http(s) URL in one word; None for anything else (javascript:, relative)."""
    if not isinstance(href, str):
        return None
    url = _HIDDEN.sub("", legible(href)).strip()
    if len(url) > MAX_URL_LENGTH or not _SCHEME.match(url):
        return None
    try:
        host = urlsplit(url).hostname
    except ValueError:  # such as an unclosed bracket of an IPv6 address
        return None
    return _QUOTED.sub(lambda match: f"%{ord(match[0]):02X}", url) if host else None


def _label(anchor: Tag) -> str | None:
    """What is read on the link, hidden spans and all; None if it holds more than a label."""
    nodes = list(islice(anchor.descendants, MAX_LABEL_NODES + 1))
    if len(nodes) > MAX_LABEL_NODES or any(_breaks_lines(node) for node in nodes):
        return None
    label = "".join(node for node in nodes if type(node) is NavigableString).strip()
    return label if len(label) <= MAX_URL_LENGTH else None


def _breaks_lines(node: PageElement) -> bool:
    return isinstance(node, Tag) and node.name in _BREAKS


def _hashtag(label: str, classes: frozenset[str]) -> str:
    """The name of the hashtag that the link is, as written, or an empty text."""
    if "hashtag" not in classes and not _HASHTAG.fullmatch(label):
        return ""
    name = legible(label).lstrip("#\uff03").strip()
    return "" if len(name) > MAX_TAG_LENGTH or len(name.split()) != 1 else name


def _is_mention(label: str, classes: frozenset[str]) -> bool:
    if "hashtag" in classes:
        return False
    return "mention" in classes or ("u-url" in classes and not _SCHEME.match(label)) or bool(MENTION.fullmatch(label))


def _shows_address(label: str, href: str) -> bool:
    """Whether the label is the target, whole or shortened, rather than words."""
    if len(label.split()) != 1:
        return False
    if _SCHEME.match(label):
        return True
    shown = _bare(label.removesuffix("\u2026").removesuffix("..."))
    return "." in shown and (_bare(href).startswith(shown) or _bare(unquote(href)).startswith(shown))


def _bare(url: str) -> str:
    return _SCHEME.sub("", url, count=1).removeprefix("www.").casefold()
