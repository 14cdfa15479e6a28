"""The first sentence of a digest: what changed most, if anything did beyond chance."""

from fedilens.digest.words import beyond_chance, count, percent, points
from fedilens.types import Digest, TargetShares

LOUD = 1.5
"""A window with so many times the posts of the one before is worth the first sentence."""
FEWEST_POSTS = 20
"""Under so many posts a ratio says nothing."""


def lead_sentence(digest: Digest) -> str:
    """One sentence: a share that moved, else other news, the volume, what most people hold, else the counts."""
    return (
        _moved(digest)
        or (digest.news[0] if digest.news else None)
        or _volume(digest)
        or _most_held(digest)
        or _counts(digest)
    )


def _moved(digest: Digest) -> str | None:
    """The greatest change whose interval leaves out zero."""
    changes = [
        (share, side, change)
        for share in digest.shares
        for side, change in (("favor", share.favor_change), ("against", share.against_change))
        if change is not None and beyond_chance(change)
    ]
    if not changes:
        return None
    share, side, change = max(changes, key=lambda item: abs(item[2].value))
    now = share.favor if side == "favor" else share.against
    verb = "agree" if side == "favor" else "disagree"
    direction = "More" if change.value > 0 else "Fewer"
    return (
        f"{direction} people {verb} that “{_bare(share)}”: {percent(now)}, {points(change)} against the window before."
    )


def _volume(digest: Digest) -> str | None:
    before, now = digest.before["posts"].value, digest.posts.value
    if min(before, now) < FEWEST_POSTS or 1 / LOUD < now / before < LOUD:
        return None
    louder = "louder" if now > before else "quieter"
    return (
        f"The debate got {louder}: {count(digest.posts, 'post')} by {count(digest.people, 'person', 'people')}, "
        f"after {count(digest.before['posts'], 'post')} in the window before."
    )


def _most_held(digest: Digest) -> str | None:
    """The view that most people hold, when its interval leaves out zero."""
    views = [
        (share, verb, figure)
        for share in digest.shares
        for verb, figure in (("agree", share.favor), ("disagree", share.against))
        if (figure.low or 0.0) > 0.0
    ]
    if not views:
        return None
    share, verb, figure = max(views, key=lambda item: item[2].value)
    return f"The view met most: {percent(figure)} of people {verb} that “{_bare(share)}”."


def _counts(digest: Digest) -> str:
    return (
        f"{count(digest.posts, 'post')} by {count(digest.people, 'person', 'people')} "
        f"from {count(digest.instances, 'instance')}."
    )


def _bare(share: TargetShares) -> str:
    return share.statement.rstrip(".")
