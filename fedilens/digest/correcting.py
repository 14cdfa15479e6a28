"""Does what was published still hold?"""

from collections.abc import Sequence
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
    sentences = []
    for old in published:
        new = figures.get(old.name)
        if old.query == "shares" and not old.name.endswith("_change") and old.low is not None and old.high is not None:
            if new is None:
                target, _, side = old.name.removeprefix("share.").rpartition(".")
                which = "for" if side == "favor" else "against"
                sentences.append(f"The share {which} {target}, published as {percent(old)}, cannot be told any more.")
            elif not old.low <= new.value <= old.high:
                statement, side = statements[old.name]
                sentences.append(f"“{statement}” {side}: {percent(new)}, published as {percent(old)}.")
        elif old.name in _COUNTS and now.too_few:
            sentences.append(f"{round(old.value)} {_COUNTS[old.name]} were published; now too few are left to be told.")
        elif old.name in _COUNTS and new is not None and old.value - new.value > MOST_CHANGED * old.value:
            sentences.append(f"{round(new.value)} {_COUNTS[old.name]} are counted, {round(old.value)} were published.")
    return sentences


def correction_note(now: datetime) -> str:
    """The dated note. It never says who or why."""
    return f"Corrected on {now.day} {now:%B %Y}: posts that this rests on were edited, deleted or withdrawn."


def corrections_told(corrected: Sequence[tuple[Window, datetime]]) -> tuple[str, ...]:
    """For the next digest: a mail that went out cannot be changed."""
    return tuple(
        f"The digest of {period(window)} was corrected on {at.day} {at:%B %Y}; its page says how it reads now."
        for window, at in corrected
    )
