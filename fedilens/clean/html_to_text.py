"""A status's HTML as text, whatever server wrote it.

The tree is walked with a stack of our own, so that no markup can exhaust Python's.
"""

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from bs4.element import NavigableString, PageElement, Tag

from fedilens.clean.anchors import LinkKind, css_classes, read_link
from fedilens.clean.characters import without_controls
from fedilens.clean.plain_text import (
    SOMEONE,
    addresses,
    hashtags,
    one_line,
    prepare,
    split_trailing_tags,
    tag_name,
    unique,
    without_parted_emoji,
)
from fedilens.clean.shallow_tree import parse_html
from fedilens.clean.writer import AFTER_ADDRESS, AFTER_TAG, Writer
from fedilens.types import CleanText

MAX_HTML = 200_000
"""Characters of HTML that are read; a post of 100,000 characters is the longest that servers were seen to allow."""

_SKIPPED = frozenset(
    {"script", "style", "template", "head", "title", "noscript", "iframe", "object", "svg", "math", "audio", "video"}
)
_PARAGRAPHS = frozenset({"p", "blockquote", "pre", "hr", "table", "figure", "h1", "h2", "h3", "h4", "h5", "h6"})
_LINES = frozenset(
    {"div", "ul", "ol", "li", "tr", "dl", "dt", "dd", "section", "article", "header", "footer", "figcaption"}
    | {"summary", "details", "address", "main", "aside", "nav", "center"}
)
_UNFINISHED = re.compile(r"<[A-Za-z/!?][^>]*\Z|&[#\w]{0,32}\Z")
_LONGEST_EMOJI = 16
"""Characters of an emoji put together of several: a family with skin tones takes 11."""


@dataclass(frozen=True, slots=True)
class _End:
    """Stands on the stack where an element ends."""

    name: str


@dataclass(frozen=True, slots=True)
class _Page:
    """What the walk has gathered: the running text, hashtags as written, and URLs."""

    writer: Writer = field(default_factory=Writer)
    tags: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)


def clean_status(content: str, spoiler_text: str, tags: Sequence[str]) -> CleanText:
    """A status's `content` (HTML), `spoiler_text` (plain text) and the tags its server gives, as text.

    At most MAX_HTML characters are read. Content without any markup is taken as plain text, in which
    line ends count. `tags` come first in the result, then what else the text holds.
    """
    page = _read(_shortened(content))
    known = [tag_name(name) for name in (*tags, *page.tags)]
    body, trailing = split_trailing_tags(prepare(page.writer.text()), known=frozenset(known))
    names = (*known, *(tag_name(name) for name in trailing))
    return CleanText(
        text=body,
        content_warning=one_line(spoiler_text),
        tags=unique(name for name in names if name),
        links=unique(page.links),
    )


def _shortened(content: str) -> str:
    """The start of `content`, not ending within a tag or an entity."""
    if len(content) <= MAX_HTML:
        return content
    head = content[:MAX_HTML]
    for sign in "<&":
        start = head.rfind(sign)
        if start >= 0 and _UNFINISHED.match(head, start):
            head = head[:start]
    return head


def _read(content: str) -> _Page:
    page = _Page()
    content = without_controls(without_parted_emoji(content))
    if "<" not in content:
        page.writer.preformat(1)
        _write(page, html.unescape(content))
        return page
    stack: list[PageElement | _End] = [parse_html(content)]
    while stack:
        node = stack.pop()
        if isinstance(node, _End):
            _close(page.writer, node.name)
        elif isinstance(node, Tag):
            if _open(page, node):
                stack.append(_End(node.name))
                stack.extend(reversed(node.contents))
        elif type(node) is NavigableString:  # not its subclasses: comments, declarations, ruby
            _write(page, str(node))
    return page


def _write(page: _Page, text: str) -> None:
    page.tags.extend(hashtags(text))
    page.links.extend(addresses(text))
    page.writer.write(text)


def _open(page: _Page, tag: Tag) -> bool:
    """Write what the element starts with; whether its content is to be read."""
    if tag.name in _SKIPPED or "quote-inline" in css_classes(tag):
        return False
    if tag.name == "a":
        return _open_link(page, tag)
    if tag.name == "img":
        page.writer.write(_picture_emoji(tag.get("alt")))
        return False
    if tag.name == "br":
        page.writer.line_break()
    elif tag.name == "li":
        page.writer.item()
    elif tag.name in {"td", "th"}:
        page.writer.write(" ")
    _change_block(page.writer, tag.name, 1)
    return True


def _close(writer: Writer, name: str) -> None:
    if name == "li":
        writer.end_item()
    _change_block(writer, name, -1)


def _change_block(writer: Writer, name: str, depth: int) -> None:
    """Go into (1) or out of (-1) an element that stands on lines of its own."""
    if name in _PARAGRAPHS:
        writer.paragraph()
    elif name in _LINES:
        writer.line()
    if name == "blockquote":
        writer.quote(depth)
    elif name == "pre":
        writer.preformat(depth)


def _open_link(page: _Page, anchor: Tag) -> bool:
    link = read_link(anchor)
    if link.href is not None:
        page.links.append(link.href)
    if link.kind is LinkKind.WORDS:
        return True
    if link.kind is LinkKind.HASHTAG:
        page.tags.append(link.name)
        page.writer.token(f"#{link.name}", after=AFTER_TAG)
    else:
        page.writer.token(SOMEONE if link.kind is LinkKind.MENTION else str(link.href), after=AFTER_ADDRESS)
    return False


def _picture_emoji(alt: object) -> str:
    """A picture's alternative text where it is an emoji; a custom emoji's name or a description is none."""
    if not isinstance(alt, str) or len(alt) > _LONGEST_EMOJI or alt.isascii():
        return ""
    return "" if any(character.isalpha() for character in alt) else alt
