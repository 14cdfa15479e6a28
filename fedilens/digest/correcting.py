"""Does what was published still hold?"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from fedilens.digest.words import percent, period
from fedilens.types import Digest, Figure, Window

MOST_CHANGED = 0.1
"""The part by which a count, which has no interval, may fall before it is corrected. It grows by what comes in late."""
_COUNTS = {"posts": "posts", "people": "people"}


def no_longer_true(published: Sequence[Figure], now: Digest) -> list[str]:
    """What left the interval that was published, in sentences; nothing about whose posts changed it."""
    figures = {figure.name: figure for figure in now.figures}
    statements = {share.favor.name: (share.statement, "For") for share in now.shares}
    statements |= {share.against.name: (share.statement, "Against") for share in now.shares}
    sentences: list[str | None] = []
    for old in published:
        new = figures.get(old.name)
        if old.low is not None and old.high is not None:
            if old.query == "shares" and not old.name.endswith("_change"):
                sentences.append(_share(old, new, statements))
            elif old.query == "attention" and old.name.endswith(".share"):
                sentences.append(_topic(old, new))
        elif old.name in _COUNTS:
            sentences.append(_count(old, new, too_few=now.too_few))
    return [sentence for sentence in sentences if sentence]


def _share(old: Figure, new: Figure | None, statements: Mapping[str, tuple[str, str]]) -> str | None:
    """Of the people for or against a target."""
    if new is None:
        target, _, side = old.name.removeprefix("share.").rpartition(".")
        which = "for" if side == "favor" else "against"
        return f"The share {which} {target}, published as {percent(old)}, cannot be told any more."
    if _inside(old, new):
        return None
    statement, side = statements[old.name]
    return f"“{statement}” {side}: {percent(new)}, published as {percent(old)}."


def _topic(old: Figure, new: Figure | None) -> str | None:
    """Of the people who speak of a topic. Topics are found anew: one that goes by another name now is another one."""
    if new is None or _inside(old, new):
        return None
    label = old.name.removeprefix("topic.").removesuffix(".share")
    return f"“{label}” is spoken of by {percent(new)} of people, published as {percent(old)}."


def _count(old: Figure, new: Figure | None, *, too_few: bool) -> str | None:
    """Of posts and people."""
    if too_few:
        return f"{round(old.value)} {_COUNTS[old.name]} were published; now too few are left to be told."
    if new is not None and old.value - new.value > MOST_CHANGED * old.value:
        return f"{round(new.value)} {_COUNTS[old.name]} are counted, {round(old.value)} were published."
    return None


def _inside(old: Figure, new: Figure) -> bool:
    return old.low is None or old.high is None or old.low <= new.value <= old.high


def correction_note(now: datetime) -> str:
    """The dated note. It never says who or why."""
    return f"Corrected on {now.day} {now:%B %Y}: posts that this rests on were edited, deleted or withdrawn."


def corrections_told(corrected: Sequence[tuple[Window, datetime]]) -> tuple[str, ...]:
    """For the next digest: a mail that went out cannot be changed."""
    return tuple(
        f"The digest of {period(window)} was corrected on {at.day} {at:%B %Y}; its page says how it reads now."
        for window, at in corrected
    )
