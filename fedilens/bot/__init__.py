"""What the bot is told and what it may answer: values in, values out."""

from fedilens.bot.commands import ALWAYS, Command, Name, parse
from fedilens.bot.limits import History, ReplyRules, Verdict, may_answer
from fedilens.bot.replies import (
    FORGOTTEN,
    FULL,
    HELP,
    NO_SUBSCRIPTION,
    NOT_NOW,
    NOTHING_YET,
    OPTED_IN,
    OPTED_OUT,
    UNSUBSCRIBED,
    reply_parts,
    standing,
    subscribed,
    unknown_target,
)

__all__ = [
    "ALWAYS",
    "FORGOTTEN",
    "FULL",
    "HELP",
    "NOTHING_YET",
    "NOT_NOW",
    "NO_SUBSCRIPTION",
    "OPTED_IN",
    "OPTED_OUT",
    "UNSUBSCRIBED",
    "Command",
    "History",
    "Name",
    "ReplyRules",
    "Verdict",
    "may_answer",
    "parse",
    "reply_parts",
    "standing",
    "subscribed",
    "unknown_target",
]
