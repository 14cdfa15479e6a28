"""What the bot answers, as sentences from a digest: for the public, so aggregates only."""

from fedilens.digest.thread import body_sentences, stance_sentence
from fedilens.digest.words import count, period
from fedilens.types import Digest, TargetShares

MOST_REASONS = 3


def tell_digest(digest: Digest) -> list[str]:
    """The whole, in order of importance."""
    return [f"{digest.title}, {period(digest.window)}. {digest.lead}", *body_sentences(digest)]


def tell_tag(tag: str, digest: Digest) -> list[str]:
    """The posts under one hashtag: `digest` was built from these alone."""
    if digest.too_few:
        return [f"#{tag}, {period(digest.window)}. {digest.lead}"]
    head = (
        f"#{tag}, {period(digest.window)}: {count(digest.posts, 'post')} by "
        f"{count(digest.people, 'person', 'people')} who allow to be counted."
    )
    if not digest.shares:
        return [head, "Too few of them take a side to say where they stand."]
    return [head, *(stance_sentence(share) for share in _surest(digest))]


def tell_target(name: str, statement: str, digest: Digest) -> list[str]:
    """Where people stand on a target, and which reasons they give most."""
    share = next((one for one in digest.shares if one.target == name), None)
    if share is None:
        return [
            (
                f"“{statement}” For {period(digest.window)} nothing can be said: too few people took a side, "
                "or the figures were too unsure."
            )
        ]
    reasons = [one for one in digest.reasons if one.target == name][:MOST_REASONS]
    return [
        (
            f"{stance_sentence(share)} These are shares of {count(digest.people, 'person', 'people')} "
            f"who allow to be counted, {period(digest.window)}, with 95 % intervals."
        ),
        *(
            f"{'For' if one.side == 'favor' else 'Against'}, by {count(one.people, 'person', 'people')}: {one.text}"
            for one in reasons
        ),
    ]


def tell_topics(digest: Digest) -> list[str]:
    """What is spoken of."""
    if not digest.topics:
        return [f"No topic stands out, {period(digest.window)}."]
    return [
        f"Spoken of, {period(digest.window)}:",
        *(f"{topic.label} ({count(topic.people, 'person', 'people')})" for topic in digest.topics),
    ]


def _surest(digest: Digest) -> list[TargetShares]:
    return sorted(digest.shares, key=lambda one: -max(one.favor.value, one.against.value))
