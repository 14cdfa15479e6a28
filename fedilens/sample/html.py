"""A post's light markup as HTML, in the dialect of the server that it was written on (as recorded from each)."""

import re
from collections.abc import Callable, Mapping
from html import escape, unescape
from typing import Final

from fedilens.sample.addresses import Software, account_url, tag_url

_TOKEN = re.compile(
    r"`(?P<code>[^`\n]+)`"
    r"|(?P<url>https?://[^\s<>\"]*[^\s<>\".,;:!?')\]»”])"
    r"|(?<![\w/@.])@(?P<mention>[\w.-]+@[\w-]+(?:\.[\w-]+)+)"
    r"|(?<![\w/&#])#(?P<tag>\w*[^\W\d]\w*)"
)
_EMOJI = re.compile(r"(?<![\w:]):([a-zA-Z0-9_]{2,}):(?![\w:])")
_PREFIX = re.compile(r"https?://(?:www\.)?")
_SHOWN = 30
"""Mastodon shows as many characters of an address and hides the rest."""

_Piece = Callable[[str, str], str]
"""A token (what it stands for, without its sign) and the host it was written on, as HTML."""


def render(text: str, *, software: Software, host: str) -> str:
    """`text` as the HTML that a server `host` makes of it."""
    dialect = _PIECES[software]
    if software is Software.MASTODON:
        paragraphs = re.split(r"\n{2,}", text.strip("\n"))
        return "".join(f"<p>{_inline(part, dialect, host).replace(chr(10), '<br />')}</p>" for part in paragraphs)
    if software is Software.GOTOSOCIAL:
        return f"<p>{_inline(text, dialect, host).replace(chr(10), '<br>')}</p>"
    return _snac_lines(text, host)


def tags_of(text: str) -> tuple[str, ...]:
    """The hashtags in `text`: lower case, no #, in order, no repeats."""
    return tuple(dict.fromkeys(tag.lower() for tag in _found(text, "tag")))


def mentions_of(text: str) -> tuple[str, ...]:
    """The accounts (`user@host`) named in `text`, in order, no repeats."""
    return tuple(dict.fromkeys(_found(text, "mention")))


def emojis_of(text: str) -> tuple[str, ...]:
    """The shortcodes of the custom emoji in `text`, in order, no repeats."""
    return tuple(dict.fromkeys(_EMOJI.findall(text)))


def as_fetched_by_mastodon(html: str) -> str:
    """The HTML of another server's post as Mastodon shows it: its links say that they lead away."""
    return _LINK.sub(lambda link: f'<a {_WAY.sub("", link[1])} rel="nofollow noopener" target="_blank">', html)


_LINK = re.compile(r"<a ([^>]*)>")
_WAY = re.compile(r' (?:rel|target)="[^"]*"')
_AWAY = "nofollow noreferrer noopener"
"""What GoToSocial says of a link."""


def _found(text: str, kind: str) -> list[str]:
    return [match[kind] for match in _TOKEN.finditer(text) if match[kind]]


def _inline(text: str, pieces: Mapping[str, _Piece], host: str) -> str:
    """One run of text with its tokens; line ends stay as they are."""
    html, end = "", 0
    for match in _TOKEN.finditer(text):
        kind = str(match.lastgroup)
        html += pieces["plain"](text[end : match.start()], host) + pieces[kind](match[kind], host)
        end = match.end()
    return html + pieces["plain"](text[end:], host)


def _snac_lines(text: str, host: str) -> str:
    """snac: no paragraphs, a break after each line; lines that begin with > are a quotation."""
    html, quoting = "", False
    for line in text.strip("\n").split("\n"):
        if line.startswith("> ") != quoting:
            quoting = not quoting
            html += "<blockquote>" if quoting else "</blockquote>"
        html += _inline(line.removeprefix("> ") if quoting else line, _PIECES[Software.SNAC], host) + "<br>"
    return html + ("</blockquote>" if quoting else "")


def _little_escaped(text: str, _host: str = "") -> str:
    """GoToSocial and snac leave & and quotes alone, unless that would read as something else."""
    html = text.replace("<", "&lt;")
    return html if unescape(html) == text else escape(text, quote=False)


def _mastodon_link(url: str, _host: str) -> str:
    prefix = str(_PREFIX.match(url)[0])  # type: ignore[index]  # the token begins with it
    shown, hidden = url[len(prefix) :][:_SHOWN], url[len(prefix) :][_SHOWN:]
    return (
        f'<a href="{escape(url)}" target="_blank" rel="nofollow noopener" translate="no">'
        f'<span class="invisible">{prefix}</span><span class="{"ellipsis" if hidden else ""}">{escape(shown)}</span>'
        f'<span class="invisible">{escape(hidden)}</span></a>'
    )


def _gotosocial_link(url: str, _host: str) -> str:
    return f'<a href="{escape(url)}" rel="{_AWAY}" target="_blank">{escape(url)}</a>'


def _snac_link(url: str, _host: str) -> str:
    address = url.replace("#", "&#35;")
    return f'<a href="{address}" target="_blank">{address}</a>'


def _span_mention(acct: str, extra: str, link: str) -> str:
    user = acct.partition("@")[0]
    return (
        f'<span class="h-card"{extra}><a href="{account_url(acct)}" class="u-url mention"{link}>'
        f"@<span>{user}</span></a></span>"
    )


def _tag(tag: str, host: str, software: Software) -> str:
    address = tag_url(tag, host=host, software=software)
    if software is Software.SNAC:
        return f'<a href="{address}" class="mention hashtag" rel="tag">#{tag}</a>'
    way = f'"tag {_AWAY}" target="_blank"' if software is Software.GOTOSOCIAL else '"tag"'
    return f'<a href="{address}" class="mention hashtag" rel={way}>#<span>{tag}</span></a>'


_PIECES: Final[Mapping[Software, Mapping[str, _Piece]]] = {
    Software.MASTODON: {
        "plain": lambda text, _: escape(text).replace("&#x27;", "&#39;"),
        "code": lambda code, _: f"`{escape(code)}`",
        "url": _mastodon_link,
        "mention": lambda acct, _: _span_mention(acct, ' translate="no"', ""),
        "tag": lambda tag, host: _tag(tag, host, Software.MASTODON),
    },
    Software.GOTOSOCIAL: {
        "plain": _little_escaped,
        "code": lambda code, _: _little_escaped(f"`{code}`"),
        "url": _gotosocial_link,
        "mention": lambda acct, _: _span_mention(acct, "", f' rel="{_AWAY}" target="_blank"'),
        "tag": lambda tag, host: _tag(tag, host, Software.GOTOSOCIAL),
    },
    Software.SNAC: {
        "plain": _little_escaped,
        "code": lambda code, _: f"<code>{escape(code, quote=False)}</code>",
        "url": _snac_link,
        "mention": lambda acct, _: f'<a href="{account_url(acct)}" class="u-url mention">@{acct}</a>',
        "tag": lambda tag, host: _tag(tag, host, Software.SNAC),
    },
}
