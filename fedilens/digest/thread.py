"""A digest as a thread of posts: split between sentences, never over a server's limit, pinging nobody."""

import re
from collections.abc import Sequence

from fedilens.digest.words import count, percent, period, points
from fedilens.types import Digest, PostLimits, TargetShares

ZERO_WIDTH_SPACE = "\u200b"
MOST_PARTS = 4
NUMBER_ROOM = 6
"""Characters kept free for ` (3/4)`."""
_URL = re.compile(r"https?://\S+")
_MENTION = re.compile(r"@(?=[\w.-])")


def render_thread(digest: Digest, *, limits: PostLimits, page_url: str = "", hashtags: Sequence[str] = ()) -> list[str]:
    """The posts of a digest, first to last; at most MOST_PARTS."""
    tail = [without_mentions(page_url)] if page_url else []
    if hashtags:
        tail.append(" ".join(f"#{tag}" for tag in hashtags))
    first = [without_mentions(f"{digest.title}, {period(digest.window)}."), without_mentions(digest.lead), *tail]
    bodies = [_people(digest), _stances(digest), _topics_and_sources(digest)]
    sentences = [without_mentions(sentence) for body in bodies for sentence in body]
    parts = [*split_thread(["\n\n".join(first)], limits=limits), *split_thread(sentences, limits=limits)]
    return number_parts(parts[:MOST_PARTS])


def split_thread(sentences: Sequence[str], *, limits: PostLimits) -> list[str]:
    """Sentences packed into posts in order. One that is too long for a post is cut between words, or letters."""
    room = limits.characters - NUMBER_ROOM
    parts: list[str] = []
    for sentence in sentences:
        for piece in _fitting(sentence, room, limits):
            joined = f"{parts[-1]}\n{piece}" if parts else piece
            if parts and length(joined, limits) <= room:
                parts[-1] = joined
            else:
                parts.append(piece)
    return parts


def number_parts(parts: Sequence[str]) -> list[str]:
    """` (2/3)` at the end of each, where there are several."""
    if len(parts) == 1:
        return list(parts)
    return [f"{part} ({number}/{len(parts)})" for number, part in enumerate(parts, start=1)]


def length(text: str, limits: PostLimits) -> int:
    """Characters as a server counts them: every URL the same, whatever its length."""
    return len(_URL.sub("x" * limits.url_characters, text))


def without_mentions(text: str) -> str:
    """The same text in which no @ can ping: a zero-width space stands behind each, and in a URL it is written %40."""
    linked = _URL.sub(lambda url: _MENTION.sub("%40", url[0]), text)
    return _MENTION.sub("@" + ZERO_WIDTH_SPACE, linked)


def _fitting(sentence: str, room: int, limits: PostLimits) -> list[str]:
    if length(sentence, limits) <= room:
        return [sentence]
    pieces = [""]
    for word in sentence.split(" "):
        joined = f"{pieces[-1]} {word}" if pieces[-1] else word
        if length(joined, limits) <= room:
            pieces[-1] = joined
        elif length(word, limits) <= room:
            pieces.append(word)
        else:
            # A piece may hold a URL that counts for more characters than it has.
            step = max(room - limits.url_characters, 1) if _URL.search(word) else room
            pieces += [word[start : start + step] for start in range(0, len(word), step)]
    return [piece for piece in pieces if piece]


def _people(digest: Digest) -> list[str]:
    line = (
        f"{count(digest.posts, 'post')} by {count(digest.people, 'person', 'people')} "
        f"on {count(digest.instances, 'instance')}; counted are those who allow it, "
        f"of about {count(digest.people_seen, 'person', 'people')} seen."
    )
    return [line]


def _stances(digest: Digest) -> list[str]:
    told = [share for share in digest.shares if (share.favor.low or 0) > 0 or (share.against.low or 0) > 0]
    return [_stance(share) for share in told[:5]]


def _stance(share: TargetShares) -> str:
    moved = ""
    if share.favor_change and ((share.favor_change.low or 0) > 0 or (share.favor_change.high or 0) < 0):
        moved = f", {points(share.favor_change)}"
    return f"“{share.statement}” For: {percent(share.favor)}{moved}. Against: {percent(share.against)}."


def _topics_and_sources(digest: Digest) -> list[str]:
    lines = []
    if digest.reasons:
        reason = digest.reasons[0]
        lines.append(f"Reason given most ({count(reason.people, 'person', 'people')}): {reason.text}")
    if digest.topics:
        named = "; ".join(topic.label for topic in digest.topics[:3])
        lines.append(f"Most spoken of: {named}.")
    if digest.articles:
        article = digest.articles[0]
        lines.append(f"Linked most, by {count(article.people, 'person', 'people')}: {article.url}")
    return lines
