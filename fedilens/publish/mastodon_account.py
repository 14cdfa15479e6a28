"""A thread or a reply through the bot's account, and how a post is recognised that may have been made already."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from html import unescape

from fedilens.protocols import StatusPoster
from fedilens.types import OwnStatus, Part, PostDraft

_ANCHOR = re.compile(r"<a\b[^>]*?href=\"([^\"]*)\"[^>]*>(.*?)</a>", re.DOTALL | re.IGNORECASE)
_MARKUP = re.compile(r"<[^>]*>")
_MENTION = re.compile(r"@([\w.-]+)(?:@[\w.-]+\w)?")


@dataclass(frozen=True, slots=True)
class AccountChannel:
    """Sends the parts of a thread, each as an answer to the one before."""

    poster: StatusPoster
    most_doubts: int = 1_000_000
    """It can be looked up, so doubt is no reason to give up."""

    def send(self, part: Part, *, after: str | None) -> str:
        """The id of the post that was made. Raises PublishError and its kinds."""
        return self.poster.post(_draft(part), in_reply_to_id=after, key=str(part.publication_id))

    def find(self, part: Part, *, after: str | None, known: Collection[str]) -> str | None:
        """The id of the post, if an earlier try has made it: same words, same post answered, not another part's.

        Raises ServerError when the account's posts cannot be read: then nobody knows yet.
        """
        draft = _draft(part)
        parent = after or draft.in_reply_to_id
        for status in self.poster.recent():
            if status.remote_id not in known and _same(status, draft, parent):
                return status.remote_id
        return None


def letters(text: str) -> str:
    """The letters and digits of a text: what is left the same by every server's way to write HTML."""
    return "".join(letter for letter in _MENTION.sub(r"@\1", text).casefold() if letter.isalnum())


def words_of(html: str) -> str:
    """A post's HTML as the text that was sent: addresses whole, mentions without their host."""
    bare = _ANCHOR.sub(_address, html)
    return unescape(_MARKUP.sub("", bare.replace("<br", " <br").replace("</p>", " ")))


def _same(status: OwnStatus, draft: PostDraft, parent: str | None) -> bool:
    return status.in_reply_to_id == parent and letters(words_of(status.content)) == letters(draft.text)


def _address(match: re.Match[str]) -> str:
    """A link by its address, which servers shorten for the eye; a hashtag or mention by its words."""
    words = _MARKUP.sub("", match[2]).strip()
    return words if words.startswith(("#", "@")) else match[1]


def _draft(part: Part) -> PostDraft:
    if not isinstance(part.draft, PostDraft):
        raise TypeError(f"part {part.number} of {part.delivery} is no post")
    return part.draft
