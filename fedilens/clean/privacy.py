"""Names of others out of a post before it is stored: whoever is mentioned has not been asked.

A post may be counted and yet speak to somebody who may not. So mentions and links to people's profiles and
posts are taken out of the HTML at the door; what an excluded account is called then stands nowhere.
"""

import re
from urllib.parse import urlsplit

from bs4.element import NavigableString

from fedilens.clean.anchors import css_classes
from fedilens.clean.html_to_text import MAX_HTML
from fedilens.clean.plain_text import MENTION, SOMEONE
from fedilens.clean.shallow_tree import parse_html

_PERSONAL_PATH = re.compile(r"/(?:@|users/|profile/|u/|user/|authorize_interaction)")
_PERSONAL_URL = re.compile(r"https?://[^\s/<>\"']+/(?:@|users/|profile/|u/|user/)[^\s<>\"']*")
SOMEONES_PAGE = "(someone's page)"


def without_names(html: str) -> str:
    """The same HTML in which nobody is named: `@someone` for mentions, a placeholder for people's pages."""
    if "@" not in html and "/u" not in html and "/profile/" not in html:
        return html
    root = parse_html(html[:MAX_HTML]).body
    if root is None:
        return ""
    for anchor in root.find_all("a"):
        words = anchor.get_text()
        if "mention" in css_classes(anchor) and not words.lstrip().startswith("#"):
            anchor.replace_with(SOMEONE)
        elif isinstance(href := anchor.get("href"), str) and is_personal(href):
            anchor.replace_with(SOMEONES_PAGE)
    for text in root.find_all(string=True):
        if type(text) is NavigableString:
            bare = MENTION.sub(SOMEONE, _PERSONAL_URL.sub(SOMEONES_PAGE, text))
            if bare != text:
                text.replace_with(NavigableString(bare))
    return root.decode_contents()


def is_personal(url: str) -> bool:
    """Does the link lead to a person's profile or post on a Fediverse server?"""
    try:
        path = urlsplit(url).path
    except ValueError:
        return True
    return _PERSONAL_PATH.match(path) is not None
