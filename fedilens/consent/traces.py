"""What gives somebody away in a text: the address, links to the profile and to posts, and runs of eight words."""

import html
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from fedilens.consent.public_check import RUN_WORDS, words

REMOVED = "(removed)"
_TAG = re.compile(r"<[^<>]*>")
_TOKEN = re.compile(r"[\w'’]+")
_REST = r"[^\s\"'<>()\\]*"


@dataclass(frozen=True)
class Traces:
    """Of the accounts `accts` (user@host), with links to their posts and the posts' texts.

    `shared` are texts of others: runs of words that stand in them too are nobody's.
    """

    accts: Collection[str]
    links: Collection[str] = ()
    texts: Collection[str] = ()
    shared: Collection[str] = ()
    _names: re.Pattern[str] = field(init=False)
    _runs: frozenset[tuple[str, ...]] = field(init=False)
    _short: frozenset[tuple[str, ...]] = field(init=False)

    def __post_init__(self) -> None:
        """Puts together what is looked for."""
        found = [tuple(words(text)) for text in self.texts]
        runs = {run for one in found for run in _runs(one)}
        short = {one for one in found if one and len(one) < RUN_WORDS}
        for text in self.shared if found else ():
            other = tuple(words(text))
            runs.difference_update(_runs(other))
            short.discard(other)
        patterns = [f"{re.escape(link)}(?![\\w-]){_REST}" for link in self.links]
        patterns += [pattern for acct in self.accts for pattern in _patterns(acct)]
        for name, value in {
            "_names": re.compile("|".join(patterns) or r"(?!)", re.IGNORECASE),
            "_runs": frozenset(runs),
            "_short": frozenset(short),
        }.items():
            object.__setattr__(self, name, value)

    def found_in(self, text: str) -> bool:
        """Does a text give one of them away, with markup or without?"""
        plain = html.unescape(_TAG.sub(" ", text)) if "<" in text or "&" in text else text
        return any(self._names.search(one) or self._quotes(one) for one in dict.fromkeys((text, plain)))

    def _quotes(self, text: str) -> bool:
        if not self._runs and not self._short:
            return False
        said = tuple(words(text))
        return said in self._short or not self._runs.isdisjoint(_runs(said))

    def without(self, text: str) -> str:
        """The text with REMOVED in the place of what gives them away."""
        text = self._names.sub(REMOVED, text)
        tokens = [(word, match.span()) for match in _TOKEN.finditer(text) for word in words(match[0])]
        spans: list[tuple[int, int]] = []
        for at in range(len(tokens) - RUN_WORDS + 1):
            if tuple(word for word, _ in tokens[at : at + RUN_WORDS]) in self._runs:
                start, end = tokens[at][1][0], tokens[at + RUN_WORDS - 1][1][1]
                if spans and start <= spans[-1][1]:
                    spans[-1] = (spans[-1][0], end)
                else:
                    spans.append((start, end))
        for start, end in reversed(spans):
            text = text[:start] + REMOVED + text[end:]
        return text


def _patterns(acct: str) -> Iterator[str]:
    """An address, its profile, and what stands below that, on its own server and as others show it."""
    local, host = (re.escape(part) for part in acct.strip().lstrip("@").split("@", 1))
    yield rf"https?://{host}/(?:@|users/|profile/|u/|user/|~|ap/users/)?{local}(?![\w-]){_REST}"
    yield rf"https?://{_REST}@{local}@{host}(?![\w-]|\.\w){_REST}"
    yield rf"(?<![\w.-])@?{local}@{host}(?![\w-]|\.\w)"


def _runs(found: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    return (found[at : at + RUN_WORDS] for at in range(len(found) - RUN_WORDS + 1))
