"""The bot's sentences, and a reply as posts."""

from collections.abc import Sequence

HELP = (
    "I count what hashtags argue about. Say: digest (or digest #tag, digest month), target NAME, topics, "
    "subscribe daily or weekly, unsubscribe. About you: status, opt out, opt in, forget me."
)
FULL = "That was enough for one day: I answer again tomorrow. Opting out works at any time."
OPTED_OUT = "Done: you are left out from now on, and what was stored of you is removed. To come back, say: opt in."
OPTED_IN = (
    "Thank you: your public posts under the hashtags are counted, and may be quoted with your name. "
    "To take that back, say: opt out."
)
FORGOTTEN = (
    "Done: everything that was stored of you is removed. Only a code that nobody can read back stands for your "
    "wish, so that you stay left out."
)
NO_SUBSCRIPTION = "You had no subscription, and have none now."
UNSUBSCRIBED = "Done: no more digests come to you."
NOT_NOW = "That cannot be told now. The operator can see why."
NOTHING_YET = "There is nothing to tell yet: too few people wrote in that time."


def subscribed(period: str) -> str:
    """What somebody hears who subscribed."""
    return f"Done: the {period} digest comes here as a reply. To stop it, say: unsubscribe."


def unknown_target(known: Sequence[str]) -> str:
    """What somebody hears who named no target."""
    return "Say target and one of these: " + ", ".join(known) + "."


def standing(posts: int, decision: str, subscription: str | None) -> str:
    """What somebody hears who asked what is known of them."""
    number = {0: "no post", 1: "one post"}.get(posts, f"{posts} posts")
    held = f"I hold {number} of yours."
    heard = f" You get the {subscription} digest." if subscription else ""
    return f"{held} {decision}{heard} To change that, say: opt out, opt in, or forget me."


def reply_parts(acct: str, texts: Sequence[str]) -> list[str]:
    """The posts of a reply: each names the asker, and nobody else."""
    return [f"@{acct} {text}" for text in texts]
