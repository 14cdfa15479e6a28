"""The last look at what goes out: does it name, link or quote somebody who did not opt in?

What is published is made of figures, so a find is a fault of the program; then nothing is published. Looked for are
addresses and names, links to people and posts, and runs of eight words from a post, whatever the case, markup,
entities, escapes, punctuation and invisible characters between. A find says what kind it is, never what was found.
"""

import html
import json
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field

RUN_WORDS = 8
"""So many words in a row do not come together by chance."""
PHRASE_TEXTS = 5
"""In so many texts a name is a word or a phrase: what people speak of, and not somebody."""
SHORTEST_NAME = 3
"""Letters of a name of one word."""
_TAG = re.compile(r"<[^<>]*>")
_ATTRIBUTE = re.compile(r"""=\s*(?:"([^"]*)"|'([^']*)')""")
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
_ADDRESS = re.compile(r"@?([\w.-]+)@([\w-]+(?:\.[\w-]+)+)")
_URL = re.compile(r"https?://[^\s<>\"'()]+", re.IGNORECASE)
_PERSON = re.compile(r"https?://[^\s/]+/(?:@|users/|profile/|u/|user/|notes/|notice/)[^\s]", re.IGNORECASE)
_HANDLE = re.compile(r"(?<![\w/@.])@(\w[\w.-]*)")
_WORD = re.compile(r"\w+")
_TOKEN = re.compile(r"[\w.-]+")
_ASIDE = re.compile(r":\w+:|\([^()]*\)|\[[^\[\]]*\]")
_STYLE = re.compile(r"<(style|script)\b.*?</\1>", re.DOTALL | re.IGNORECASE)
_INVISIBLE = dict.fromkeys([0xAD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF])


@dataclass(frozen=True)
class PublicCheck:
    """What may not be shown: `accts` (user@host), `names`, `links`, and `texts` of people who did not opt in.

    `is_word` tells whether a dictionary has a word: people who are called by one are not looked for by that name
    alone, because the word says nothing of them. `allowed` are addresses and links that are ours or the reader's (the
    bot's, the page's, whoever is answered); `own_texts` are our sentences, such as the debate's statements, which
    anybody may have repeated.
    """

    accts: Collection[str]
    names: Collection[str]
    links: Collection[str]
    texts: Collection[str]
    allowed: Collection[str] = ()
    own_texts: Collection[str] = ()
    is_word: Callable[[str], bool] = lambda _: True
    _accts: frozenset[str] = field(init=False)
    _local: frozenset[str] = field(init=False)
    _names: frozenset[tuple[str, ...]] = field(init=False)
    _links: frozenset[str] = field(init=False)
    _allowed: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        """Looks up what is compared in one form."""
        accts = frozenset(acct.casefold() for acct in self.accts)
        names = {tuple(words(form)) for name in self.names for form in (name, _ASIDE.sub(" ", name))}
        names |= {(local,) for acct in accts if (local := acct.partition("@")[0]).isalpha()}
        ours = {word for text in (*self.own_texts, *self.allowed) for word in words(text)}
        forms = {
            "_accts": accts,
            "_local": frozenset(local for acct in accts if _telling(local := acct.partition("@")[0])),
            "_names": frozenset(name for name in names if len(name) > 1 or (name and self._is_name(name, ours))),
            "_links": frozenset(_bare(link) for link in self.links),
            "_allowed": frozenset(_bare(one).lstrip("@") for one in self.allowed),
        }
        for name, value in forms.items():
            object.__setattr__(self, name, value)

    def findings(self, renderings: Iterable[str]) -> list[str]:
        """The kinds of what was found, each once: an address, a name, a link to a person or post, a quotation."""
        found: dict[str, None] = {}
        runs: set[tuple[str, ...]] = set()
        for rendering in renderings:
            for text in _readings(rendering):
                found |= dict.fromkeys(self._in_text(text))
                runs.update(_runs(words(_URL.sub(" ", text))))
        runs.difference_update(run for own in self.own_texts for run in _runs(words(own)))
        if runs and any(not runs.isdisjoint(_runs(words(text))) for text in self.texts):
            found["a quotation"] = None
        return list(found)

    def _in_text(self, text: str) -> Iterator[str]:
        for url in _URL.findall(text):
            bare = _bare(url)
            ours = any(bare == one or bare.startswith(f"{one}/") for one in self._allowed if one)
            if not ours and (bare in self._links or _PERSON.match(url)):
                yield "a link to a person or post"
        rest = _URL.sub(" ", text)
        for local, host in _ADDRESS.findall(rest):
            acct = f"{local}@{host}".casefold().rstrip(".")
            if acct not in self._allowed and acct in self._accts:
                yield "an address"
        bare_rest = _ADDRESS.sub(" ", rest)
        for handle in _HANDLE.findall(bare_rest):
            name = handle.casefold().rstrip(".-")
            if name != "someone" and name not in self._allowed and not self._is_ours(name):
                yield "an address"
        if not self._local.isdisjoint(token.strip(".-") for token in _TOKEN.findall(bare_rest.casefold())):
            yield "a name"
        found = words(_TAG.sub(" ", bare_rest))
        spans = {len(name) for name in self._names}
        candidates = {tuple(found[at : at + span]) for span in spans for at in range(len(found) - span + 1)}
        if any(not self._is_phrase(name) for name in candidates & self._names):
            yield "a name"

    def _is_name(self, name: tuple[str, ...], ours: Collection[str]) -> bool:
        """May a name of one word be looked for alone?"""
        (word,) = name
        letters = sum(character.isalpha() for character in word)
        return letters >= SHORTEST_NAME and word not in ours and not self.is_word(word)

    def _is_phrase(self, name: tuple[str, ...]) -> bool:
        """Do so many texts hold these words that they are no name, such as "data centre"?"""
        sought, times = f" {' '.join(name)} ", 0
        for text in self.texts:
            times += sought in f" {' '.join(words(text))} "
            if times >= PHRASE_TEXTS:
                return True
        return False

    def _is_ours(self, local: str) -> bool:
        return any(one.partition("@")[0] == local for one in self._allowed)


def words(text: str) -> list[str]:
    """The words of a text in one form, whatever its case, punctuation and invisible characters."""
    plain = unicodedata.normalize("NFKC", text).translate(_INVISIBLE).casefold()
    return _WORD.findall(plain.replace("'", "").replace("’", "").replace("_", " "))


def _telling(local: str) -> bool:
    """Is a short name no word of any language? `maria_k` and `ben77` are not, `news` may be one."""
    return len(local) > 3 and any(not character.isalpha() for character in local)  # noqa: PLR2004


def _readings(rendering: str) -> Iterator[str]:
    """What a program may show of a text: as it stands, without markup, its attributes, and strings of JSON."""
    plain = _STYLE.sub(" ", rendering.translate(_INVISIBLE))
    yield plain
    if "\\u" in plain:
        plain = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), plain)
        yield plain
    if plain.lstrip().startswith(("{", "[")):
        with suppress(ValueError):
            yield from _strings(json.loads(plain))
    if "<" in plain:
        yield html.unescape(_TAG.sub(" ", plain))
        yield html.unescape(_TAG.sub("", plain))
        yield from (html.unescape(first or second) for first, second in _ATTRIBUTE.findall(plain))
    elif "&" in plain:
        yield html.unescape(plain)


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield str(key)
            yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)


def _runs(found: list[str]) -> Iterator[tuple[str, ...]]:
    return (tuple(found[at : at + RUN_WORDS]) for at in range(len(found) - RUN_WORDS + 1))


def _bare(link: str) -> str:
    """A link without what does not matter."""
    return link.strip().casefold().partition("#")[0].rstrip("/.,;:!?)")
