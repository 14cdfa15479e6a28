"""A digest for a terminal or a plain mail: no colours, no tables wider than a narrow window."""

from fedilens.digest.words import REASON_WORDS, attention, count, percent, period, points
from fedilens.types import Digest, Figure, TargetShares

BAR = 20
"""Characters of a bar that stands for everybody."""


def render_text(digest: Digest) -> str:
    """The whole digest as lines of text, with an end of line at the end."""
    blocks = [
        [f"{digest.title}: {period(digest.window)}", "", digest.lead],
        _counts(digest),
        _lines("What is new beyond chance", digest.news),
        _shares(digest),
        _lines("Camps and common ground", digest.camps),
        _reasons(digest),
        _topics(digest),
        _articles(digest),
        _who(digest),
        _lines("How much was seen", digest.coverage),
        ["How sure this is", *(f"  {line}" for line in (*digest.notes, *digest.certainty))],
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def since_before(now: Figure, before: Figure) -> str:
    """`, 12 more than before`, or nothing where there was nothing before."""
    if not before.value:
        return ""
    change = round(now.value - before.value)
    if not change:
        return ", as many as before"
    return f", {abs(change)} {'more' if change > 0 else 'fewer'} than before"


def _counts(digest: Digest) -> list[str]:
    if digest.too_few:
        return []
    people = count(digest.people, "person", "people")
    line = (
        f"{count(digest.posts, 'post')}{since_before(digest.posts, digest.before['posts'])}, by {people}"
        f"{since_before(digest.people, digest.before['people'])}, on {count(digest.instances, 'instance')}."
    )
    return [line]


def _shares(digest: Digest) -> list[str]:
    if not digest.shares:
        return []
    lines = ["Where people stand (share of people, with 95 % interval)"]
    for share in digest.shares:
        lines += [f"  {share.statement}", *_sides(share)]
    return lines


def _sides(share: TargetShares) -> list[str]:
    lines = []
    for word, figure, change in (
        ("for    ", share.favor, share.favor_change),
        ("against", share.against, share.against_change),
    ):
        moved = ""
        if change is not None and ((change.low or 0) > 0 or (change.high or 0) < 0):
            moved = f"  {points(change)}"
        lines.append(f"    {word} {_bar(figure)} {percent(figure)}{moved}")
    return lines


def _bar(figure: Figure) -> str:
    full = round(BAR * min(max(figure.value, 0.0), 1.0))
    return "█" * full + "·" * (BAR - full)


def _reasons(digest: Digest) -> list[str]:
    if not digest.reasons:
        return []
    lines = ["Reasons given most"]
    lines += [
        f"  {count(reason.people, 'person', 'people')} {'for' if reason.side == 'favor' else 'against'} "
        f"{reason.target}: {reason.text}"
        for reason in digest.reasons
    ]
    return lines


def _topics(digest: Digest) -> list[str]:
    if not digest.topics:
        return []
    lines = ["Topics"]
    for topic in digest.topics:
        lines.append(f"  {topic.label}: {attention(topic)}, {count(topic.posts, 'post')} ({', '.join(topic.keywords)})")
        lines += [f"    {link}" for link in topic.links]
    return lines


def _lines(title: str, sentences: tuple[str, ...]) -> list[str]:
    return [title, *(f"  {sentence}" for sentence in sentences)] if sentences else []


def _articles(digest: Digest) -> list[str]:
    if not digest.articles:
        return []
    lines = ["Linked by several people on several instances"]
    lines += [
        f"  {count(article.people, 'person', 'people')} on {count(article.instances, 'instance')}: {article.url}"
        for article in digest.articles
    ]
    return lines


def _who(digest: Digest) -> list[str]:
    lines = ["Who was counted"]
    if not digest.too_few:
        lines.append(f"  {count(digest.people, 'person', 'people')} of about {round(digest.people_seen.value)} seen")
    if digest.bots.value:
        lines.append(f"  {count(digest.bots, 'bot')} set apart, not counted as people")
    for reason, figure in digest.excluded.items():
        if figure.value:
            lines.append(f"  about {count(figure, 'person', 'people')} left out: {REASON_WORDS.get(reason, reason)}")
    for language, figure in digest.unread_languages.items():
        if figure.value:
            lines.append(f"  {count(figure, 'person', 'people')} wrote in a language that is not read: {language}")
    return lines
