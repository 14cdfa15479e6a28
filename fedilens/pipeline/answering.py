"""What people tell the bot: read, decided, noted together with the answer, and answered from the outbox."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from fedilens.bot import (
    ALWAYS,
    FORGOTTEN,
    FULL,
    HELP,
    NO_SUBSCRIPTION,
    NOT_NOW,
    NOTHING_YET,
    OPTED_IN,
    OPTED_OUT,
    UNSUBSCRIBED,
    Command,
    History,
    Name,
    ReplyRules,
    Verdict,
    may_answer,
    parse,
    reply_parts,
    standing,
    subscribed,
    unknown_target,
)
from fedilens.clean import clean_status
from fedilens.config import parse_duration
from fedilens.consent import ConsentRules, decide
from fedilens.digest import packed, tell_digest, tell_tag, tell_target, tell_topics, without_mentions
from fedilens.digest.words import REASON_WORDS
from fedilens.errors import PublishError
from fedilens.protocols import Clock, Identifier, MentionSource
from fedilens.store.conversations import ConversationStore, Effect, Subscription
from fedilens.store.statuses import StatusStore
from fedilens.types import Consent, Digest, Mention, Part, PostDraft, PostLimits

_log = structlog.get_logger()

ACCOUNT = "account"
"""The channel of everything that goes out through the bot's account."""
MOST_POSTS = 3
"""Posts of one answer."""
OLDEST = timedelta(days=1)
"""At the very first reading older mentions are left alone: they were meant for somebody else."""
USUAL_WINDOW = "7d"


@dataclass(frozen=True, slots=True)
class Informant:
    """What answers are made of: the debate's targets, and digests for the public of so long a time and hashtag."""

    statements: Mapping[str, str]
    digest: Callable[[timedelta, str], Digest]


@dataclass(frozen=True, slots=True)
class Desk:
    """The parts that answering needs.

    `own` is the bot's address; `forget_beside` takes an account out of the files beside the database.
    """

    mentions: MentionSource
    store: ConversationStore
    statuses: StatusStore
    informant: Informant
    consent: ConsentRules
    rules: ReplyRules
    limits: PostLimits
    own: str
    language: str
    identify: Identifier
    clock: Clock
    forget_beside: Callable[[str], object]


@dataclass(frozen=True, slots=True)
class _Reply:
    texts: Sequence[str] = ()
    effect: Effect = field(default_factory=Effect)


def answer_mentions(desk: Desk) -> int:
    """Reads what is new, notes each with its answer; how many are answered. The outbox sends them."""
    cursor = desk.store.cursor()
    page = desk.mentions.mentions(cursor, since=desk.clock.now() - OLDEST)
    answered = 0
    for mention in page.mentions:
        if not desk.store.is_known(mention):
            answered += _handle(mention, desk)
    if page.newest_id is not None and page.newest_id != cursor:
        desk.store.save_cursor(page.newest_id)
    return answered


def _handle(mention: Mention, desk: Desk) -> bool:
    """One mention; was it answered? What changes somebody's standing is done even where nobody answers."""
    said = clean_status(mention.content, "", ())
    command = parse(said.text, tags=said.tags)  # hashtags at the end of a text stand in `tags` alone
    verdict = may_answer(
        command,
        _history(mention, desk),
        desk.rules,
        from_bot=mention.account.bot,
        spoken_to=_spoken_to(mention, desk),
        own=mention.account.acct.lower() == desk.own,
    )
    reply, name = _Reply(), command.name.value
    if verdict is Verdict.ANSWER:
        reply = _allowed_reply(command, mention, desk)
    elif verdict is Verdict.SAY_FULL:
        reply, name = _Reply([FULL]), "full"
    elif command.name in (Name.OPT_OUT, Name.FORGET_ME) and _spoken_to(mention, desk):
        reply = _Reply(effect=_about_asker(command, mention, desk).effect)
    if reply.effect.forget:
        desk.forget_beside(mention.account.acct)  # before the posts go that tell what is to be looked for
    if reply.effect.choice == "opted-out":
        desk.statuses.withdraw({mention.account.acct: ("opted-out", "bot")}, now=desk.clock.now())
    parts = reply_drafts(
        f"reply/{desk.identify.status(mention.uri)}",
        reply_parts(mention.account.acct, [without_mentions(one) for one in reply.texts]),
        in_reply_to_id=mention.remote_id,
        visibility="direct" if command.name in ALWAYS else no_wider(mention.visibility),
        language=desk.language,
        identify=desk.identify,
    )
    desk.store.save(mention, name=name, effect=reply.effect, parts=parts, now=desk.clock.now())
    _log.info("mention", command=name, posts=len(parts))
    return bool(parts)


def _spoken_to(mention: Mention, desk: Desk) -> bool:
    return desk.own in (acct.lower() for acct in mention.mentioned)


def _history(mention: Mention, desk: Desk) -> History:
    found = desk.store.history(mention.account.acct, now=desk.clock.now())
    return History(found["in_hour"], found["in_day"], bool(found["helped"]), bool(found["told_full"]))


def _allowed_reply(command: Command, mention: Mention, desk: Desk) -> _Reply:
    """What is said. What the last look before publishing refuses is not, and holds up nobody else's answer."""
    try:
        return _reply(command, mention, desk)
    except PublishError:
        return _Reply([NOT_NOW])


def _reply(command: Command, mention: Mention, desk: Desk) -> _Reply:
    """What is said, and what it changes."""
    window = parse_duration(command.window or USUAL_WINDOW)
    if command.name in ALWAYS:
        return _about_asker(command, mention, desk)
    if command.name in (Name.SUBSCRIBE, Name.UNSUBSCRIBE):
        return _subscription(command, mention, desk)
    if command.name is Name.DIGEST and command.tag:
        digest = desk.informant.digest(window, command.tag)
        return _told(tell_tag(command.tag, digest), digest, mention, desk)
    if command.name is Name.DIGEST:
        digest = desk.informant.digest(window, "")
        return _told(tell_digest(digest), digest, mention, desk)
    if command.name is Name.TOPICS:
        digest = desk.informant.digest(window, "")
        return _told(tell_topics(digest), digest, mention, desk)
    if command.name is Name.TARGET:
        return _target(command.target or "", window, mention, desk)
    return _Reply([HELP])


def _target(name: str, window: timedelta, mention: Mention, desk: Desk) -> _Reply:
    statement = desk.informant.statements.get(name)
    if statement is None:
        return _Reply([unknown_target(list(desk.informant.statements))])
    digest = desk.informant.digest(window, "")
    return _told(tell_target(name, statement, digest), digest, mention, desk)


def _subscription(command: Command, mention: Mention, desk: Desk) -> _Reply:
    acct = mention.account.acct
    if command.name is Name.UNSUBSCRIBE:
        said = UNSUBSCRIBED if desk.store.subscription(acct) else NO_SUBSCRIPTION
        return _Reply([said], Effect(unsubscribe=True))
    period = "daily" if command.window == "1d" else "weekly"
    made = Subscription(acct, mention.remote_id, no_wider(mention.visibility), period)
    return _Reply([subscribed(period)], Effect(subscribe=made))


def _about_asker(command: Command, mention: Mention, desk: Desk) -> _Reply:
    acct = mention.account.acct
    if command.name is Name.OPT_OUT:
        return _Reply([OPTED_OUT], Effect(choice="opted-out"))
    if command.name is Name.FORGET_ME:
        return _Reply([FORGOTTEN], Effect(choice="opted-out", unsubscribe=True, forget=True))
    if command.name is Name.OPT_IN:
        return _Reply([OPTED_IN], Effect(choice="opted-in"))
    decision = decide(mention.account, desk.consent)
    held, _, _ = desk.store.standing(acct)
    if decision.consent is Consent.EXCLUDED:
        said = f"You are left out: {REASON_WORDS.get(decision.reason, decision.reason)}."
    elif decision.consent is Consent.QUOTABLE:
        said = "You are counted, and may be quoted, because you opted in."
    else:
        said = "You are counted, never named, because your account allows to be found."
    return _Reply([standing(held, said, desk.store.subscription(acct))])


def _told(sentences: Sequence[str], digest: Digest, mention: Mention, desk: Desk) -> _Reply:
    """Sentences from a digest, if there was anything to count."""
    return _Reply(in_posts(sentences if digest.posts.value else [NOTHING_YET], mention, desk.limits))


def in_posts(sentences: Sequence[str], mention: Mention, limits: PostLimits) -> list[str]:
    """Sentences in as many posts as an answer may have, each with room for the asker's address."""
    room = PostLimits(limits.characters - len(mention.account.acct) - 2, limits.url_characters)
    return packed([without_mentions(one) for one in sentences], limits=room, most=MOST_POSTS)


def reply_drafts(
    delivery: str,
    texts: Sequence[str],
    *,
    in_reply_to_id: str,
    visibility: str,
    language: str,
    identify: Identifier,
    spoiler_text: str = "",
) -> list[Part]:
    """Posts that answer a post, one behind the other."""
    return [
        Part(
            publication_id=identify.text(f"{delivery}#{number}"),
            delivery=delivery,
            channel=ACCOUNT,
            number=number,
            draft=PostDraft(
                text,
                visibility,
                language=language,
                spoiler_text=spoiler_text,
                in_reply_to_id=in_reply_to_id if number == 1 else None,
            ),
        )
        for number, text in enumerate(texts, start=1)
    ]


def no_wider(visibility: str) -> str:
    """An answer is seen by no more people than what it answers, and stands in no public timeline."""
    return "unlisted" if visibility in ("public", "unlisted") else visibility
