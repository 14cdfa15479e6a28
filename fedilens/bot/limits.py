"""How much the bot answers: so many replies an account and hour, so many a day, help once, bots never."""

from dataclasses import dataclass
from enum import StrEnum

from fedilens.bot.commands import ALWAYS, Command, Name


class Verdict(StrEnum):
    """What is done about a mention."""

    ANSWER = "answer"
    SAY_FULL = "say that the day is full"
    IGNORE = "ignore"


@dataclass(frozen=True, slots=True)
class ReplyRules:
    """Replies to one account in an hour, and to all in a day."""

    an_hour: int = 10
    a_day: int = 200


@dataclass(frozen=True, slots=True)
class History:
    """What was answered before: to this account in the last hour, to all in the last day, and what it has heard."""

    in_hour: int = 0
    in_day: int = 0
    helped: bool = False
    told_full: bool = False


def may_answer(
    command: Command, history: History, rules: ReplyRules, *, from_bot: bool, spoken_to: bool, own: bool = False
) -> Verdict:
    """Bots, itself and posts that do not name it are never answered; what is about the asker always is."""
    if from_bot or own or not spoken_to:
        return Verdict.IGNORE
    if command.name in ALWAYS:
        return Verdict.ANSWER
    if history.in_hour >= rules.an_hour or (command.name is Name.UNKNOWN and history.helped):
        return Verdict.IGNORE
    if history.in_day >= rules.a_day:
        return Verdict.IGNORE if history.told_full else Verdict.SAY_FULL
    return Verdict.ANSWER
