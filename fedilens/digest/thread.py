"""A digest as a thread of posts: split between sentences, never over a server's limit, pinging nobody."""

from collections.abc import Iterable, Sequence

import regex

from fedilens.digest.words import beyond_chance, count, percent, period, points
from fedilens.types import Digest, PostLimits, TargetShares

ZERO_WIDTH_SPACE = "\u200b"
MOST_REPLIES = 3
MOST_NEWS = 2
NUMBER_ROOM = 6
"""Characters kept free for ` (3/4)`."""
_URL = regex.compile(r"https?://[\w-]+(?:\.[\w-]+)+(?::\d+)?(?:[/?#][^\s<>]*[^\s<>.,;:!?()\"'”’])?", regex.IGNORECASE)
"""An address as servers find it: with a dot in its host, without the marks of the sentence behind it."""
_MENTION = regex.compile(r"[@＠](?=[\w.-])")
_GRAPHEME = regex.compile(r"\X")


def render_thread(
    digest: Digest, *, limits: PostLimits, page_url: str = "", hashtags: Sequence[str] = (), replies: int = MOST_REPLIES
) -> list[str]:
    """The posts of a digest, first to last: what matters most, and at most so many replies.

    What does not fit is left out by whole sentences, the last ones first.
    """
    most = replies + 1
    first = _first(digest, [page_url, " ".join(f"#{tag}" for tag in hashtags)], limits=limits, most=most)
    rest = [without_mentions(one) for one in body_sentences(digest)]
    return number_parts([*first, *packed(rest, limits=limits, most=most - len(first))])


def body_sentences(digest: Digest) -> list[str]:
    """What a digest says behind its first sentence, the most important first."""
    news = [line for line in digest.news[:MOST_NEWS] if line != digest.lead]
    camps = digest.camps if len(digest.camps) > 1 else ()  # a single line says why there are none
    return [*_people(digest), *news, *_stances(digest), *camps, *_topics_and_sources(digest)]


def packed(sentences: Iterable[str], *, limits: PostLimits, most: int) -> list[str]:
    """As many of the sentences, in order, as have room in `most` posts."""
    kept: list[str] = []
    parts: list[str] = []
    for sentence in sentences:
        tried = split_thread([*kept, sentence], limits=limits)
        if len(tried) <= most:
            kept, parts = [*kept, sentence], tried
    return parts


def split_thread(sentences: Sequence[str], *, limits: PostLimits) -> list[str]:
    """Sentences packed into posts in order, none lost. One that is too long for a post is cut between words.

    A word that is too long is cut between graphemes, so that no letter loses its accent and no family a member.
    """
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
    """Characters as a server counts them: every URL the same, whatever its length.

    Code points are counted: servers that count graphemes count fewer.
    """
    return len(_URL.sub("x" * limits.url_characters, text))


def without_mentions(text: str) -> str:
    """The same text in which no @ can ping: a zero-width space stands behind each, and in a URL it is written %40."""
    linked = _URL.sub(lambda url: url[0].replace("@", "%40"), text)
    return str(_MENTION.sub(lambda sign: sign[0] + ZERO_WIDTH_SPACE, linked))


def _first(digest: Digest, tail: Sequence[str], *, limits: PostLimits, most: int) -> list[str]:
    """What a thread begins with. Where a post is too short for all of it, the end is left out, never the lead."""
    blocks = [f"{digest.title}, {period(digest.window)}.", digest.lead, *(one for one in tail if one)]
    for kept in (blocks[:stop] for stop in range(len(blocks), 1, -1)):
        parts = split_thread(["\n\n".join(without_mentions(one) for one in kept)], limits=limits)
        if len(parts) <= most:
            return parts
    return split_thread([without_mentions(digest.lead)], limits=limits)


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
            pieces += _cut(word, room, limits)
    return [piece for piece in pieces if piece]


def _cut(word: str, room: int, limits: PostLimits) -> list[str]:
    """A word in pieces. A piece may hold a URL that counts for more characters than it has."""
    step = max(room - limits.url_characters, 1) if _URL.search(word) else room
    pieces = [""]
    for grapheme in _GRAPHEME.findall(word):
        if pieces[-1] and len(pieces[-1]) + len(grapheme) > step:
            pieces.append("")
        # A single grapheme of hundreds of marks is no letter of any language: it may be cut.
        cut = [grapheme[start : start + step] for start in range(0, len(grapheme), step)]
        pieces[-1] += cut[0]
        pieces += cut[1:]
    return pieces


def _people(digest: Digest) -> list[str]:
    if digest.too_few:
        return []
    line = (
        f"{count(digest.posts, 'post')} by {count(digest.people, 'person', 'people')} "
        f"on {count(digest.instances, 'instance')}; counted are those who allow it, "
        f"of about {count(digest.people_seen, 'person', 'people')} seen."
    )
    return [line]


def _stances(digest: Digest) -> list[str]:
    told = [share for share in digest.shares if (share.favor.low or 0) > 0 or (share.against.low or 0) > 0]
    return [stance_sentence(share) for share in told[:5]]


def stance_sentence(share: TargetShares) -> str:
    """How many are for and against a target, with what moved beyond chance."""
    moved = ""
    if share.favor_change and beyond_chance(share.favor_change):
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
