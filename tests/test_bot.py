"""The bot's understanding and manners: values in, values out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedilens.bot import Command, History, Name, ReplyRules, Verdict, may_answer, parse, reply_parts, standing

RULES = ReplyRules(an_hour=2, a_day=5)
NOTHING = History()
DIGEST, OUT, UNKNOWN = Command(Name.DIGEST), Command(Name.OPT_OUT), Command(Name.UNKNOWN)


@pytest.mark.parametrize(
    ("text", "tags", "command"),
    [
        ("@someone digest", [], Command(Name.DIGEST)),
        ("@someone digest #AI week", ["ai"], Command(Name.DIGEST, window="7d", tag="ai")),
        ("@someone Digest, month!", [], Command(Name.DIGEST, window="30d")),
        ("@someone @someone digest day", [], Command(Name.DIGEST, window="1d")),
        ("@someone target big-tech please", [], Command(Name.TARGET, target="big-tech")),
        ("@someone target", [], Command(Name.TARGET)),
        ("@someone topics", [], Command(Name.TOPICS)),
        ("@someone help", [], Command(Name.HELP)),
        ("@someone subscribe", [], Command(Name.SUBSCRIBE)),
        ("@someone subscribe daily", [], Command(Name.SUBSCRIBE, window="1d")),
        ("@someone unsubscribe", [], Command(Name.UNSUBSCRIBE)),
        ("@someone opt out", [], Command(Name.OPT_OUT)),
        ("@someone Opt-Out!!", [], Command(Name.OPT_OUT)),
        ("@someone OPTOUT", [], Command(Name.OPT_OUT)),
        ("@someone opt\n in", [], Command(Name.OPT_IN)),
        ("@someone forget me", [], Command(Name.FORGET_ME)),
        ("@someone status", [], Command(Name.STATUS)),
        ("hello @someone, status", [], UNKNOWN),
        ("@someone digestive biscuits", [], UNKNOWN),
        ("@someone I do not want to opt out", [], UNKNOWN),
        ("", [], UNKNOWN),
    ],
)
def test_a_command_stands_first_behind_the_mentions(text: str, tags: list[str], command: Command) -> None:
    """A word in the middle of a sentence is no command."""
    assert parse(text, tags=tags) == command


@given(st.text(max_size=300), st.lists(st.text(max_size=10), max_size=3))
def test_any_text_is_understood_as_something(text: str, tags: list[str]) -> None:
    """Nothing that anybody writes breaks the bot."""
    assert parse(text, tags=tags).name in Name


def verdict(command: Command, history: History = NOTHING, *, from_bot: bool = False, spoken_to: bool = True) -> Verdict:
    return may_answer(command, history, RULES, from_bot=from_bot, spoken_to=spoken_to)


def test_bots_and_people_who_speak_to_others_are_never_answered() -> None:
    """Nor is its own post."""
    assert verdict(DIGEST) is Verdict.ANSWER
    assert verdict(OUT, from_bot=True) is Verdict.IGNORE
    assert verdict(OUT, spoken_to=False) is Verdict.IGNORE
    assert may_answer(OUT, History(), RULES, from_bot=False, spoken_to=True, own=True) is Verdict.IGNORE


def test_limits_hold_for_everything_but_what_is_about_the_asker() -> None:
    """So many an hour, so many a day; the full day is told once."""
    assert verdict(DIGEST, History(in_hour=1)) is Verdict.ANSWER
    assert verdict(DIGEST, History(in_hour=2)) is Verdict.IGNORE
    assert verdict(DIGEST, History(in_day=4)) is Verdict.ANSWER
    assert verdict(DIGEST, History(in_day=5)) is Verdict.SAY_FULL
    assert verdict(DIGEST, History(in_day=5, told_full=True)) is Verdict.IGNORE
    for name in (Name.OPT_OUT, Name.OPT_IN, Name.FORGET_ME, Name.STATUS):
        assert verdict(Command(name), History(in_hour=9, in_day=9, told_full=True)) is Verdict.ANSWER


def test_what_is_not_understood_gets_help_once() -> None:
    """A second time it was not meant for a program."""
    assert verdict(UNKNOWN) is Verdict.ANSWER
    assert verdict(UNKNOWN, History(helped=True)) is Verdict.IGNORE
    assert verdict(Command(Name.HELP), History(helped=True)) is Verdict.ANSWER


def test_an_answer_names_the_asker_in_each_post() -> None:
    """Else the second post of a direct answer would be seen by nobody."""
    assert reply_parts("a@b.example", ["one", "two"]) == ["@a@b.example one", "@a@b.example two"]


@pytest.mark.parametrize(("posts", "says"), [(0, "no post"), (1, "one post"), (7, "7 posts")])
def test_status_tells_what_is_held(posts: int, says: str) -> None:
    """In a sentence."""
    said = standing(posts, "You are counted.", "daily")
    assert said.startswith(f"I hold {says} of yours. You are counted. You get the daily digest.")
