"""What somebody wants from the bot, read from a mention's cleaned text."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Name(StrEnum):
    """The commands. `UNKNOWN` is everything else."""

    DIGEST = "digest"
    TARGET = "target"
    TOPICS = "topics"
    HELP = "help"
    SUBSCRIBE = "subscribe"
    UNSUBSCRIBE = "unsubscribe"
    OPT_OUT = "opt out"
    OPT_IN = "opt in"
    FORGET_ME = "forget me"
    STATUS = "status"
    UNKNOWN = "unknown"


ALWAYS = frozenset({Name.OPT_OUT, Name.OPT_IN, Name.FORGET_ME, Name.STATUS})
"""Answered whatever the limits, and answered to the asker alone: they are about the asker."""
PERIODS = {"day": "1d", "daily": "1d", "week": "7d", "weekly": "7d", "month": "30d", "monthly": "30d"}
_SAID = re.compile(
    r"\W*(?P<name>opt[\s-]*out|opt[\s-]*in|forget[\s-]+me|unsubscribe|subscribe|digest|target|topics|help|status)\b"
    r"(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Command:
    """A command with what belongs to it: a window (`7d`), a hashtag, the name of a target."""

    name: Name
    window: str | None = None
    tag: str | None = None
    target: str | None = None


def parse(text: str, *, tags: Sequence[str] = ()) -> Command:
    """The command in a text in which mentions read `@someone`. It has to stand first, behind the mentions.

    `tags` are the post's hashtags, lower case without #.
    """
    said = _SAID.match(re.sub(r"@someone\b", " ", text))
    if said is None:
        return Command(Name.UNKNOWN)
    name = Name(_plain(said["name"]))
    words = re.findall(r"[\w-]+", said["rest"].lower())
    window = next((PERIODS[word] for word in words if word in PERIODS), None)
    if name is Name.TARGET:
        return Command(name, target=words[0] if words else None)
    tag = next((one.lower() for one in tags), None) if name is Name.DIGEST else None
    return Command(name, window=window, tag=tag)


def _plain(said: str) -> str:
    """`Opt-Out` and `optout` read `opt out`."""
    joined = re.sub(r"[\s-]+", "", said.lower())
    return {"optout": "opt out", "optin": "opt in", "forgetme": "forget me"}.get(joined, joined)
