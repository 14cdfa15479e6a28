"""Digests that are out are computed again, and corrected where what they said holds no longer."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import structlog

from fedilens.digest import correction_note, length, no_longer_true, packed, render_thread, without_mentions
from fedilens.errors import PublishError
from fedilens.pipeline.answering import MOST_POSTS, reply_drafts
from fedilens.pipeline.publishing import Check, ThreadStyle, stamp, thread_delivery
from fedilens.protocols import Clock, Identifier, StatusEditor
from fedilens.store.corrections import Corrections, Published
from fedilens.store.publications import Outbox
from fedilens.types import Digest, Window

CORRECTED_WITHIN = timedelta(days=14)
"""So long after its publishing a digest is looked at."""
AT_MOST_EVERY = timedelta(days=1)

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Corrector:
    """What correcting needs: what went out, how a digest is made, kept and written, and the account that posted it.

    `check` is the last look before something goes out; `kept` is how long posts are kept.
    """

    store: Corrections
    outbox: Outbox
    make: Callable[[Window], Digest]
    keep: Callable[[Digest], None]
    write: Callable[[Digest], None]
    check: Check
    editor: StatusEditor | None
    style: ThreadStyle
    identify: Identifier
    clock: Clock
    kept: timedelta


def correct_published(corrector: Corrector) -> int:
    """Looks at each digest of the last two weeks if posts changed since the last look; how many were corrected.

    Of a window of which posts have passed their time nothing can be said any more. What the last look refuses holds
    up no other correction: then PublishError is raised at the end, and all is looked at again the next time.
    """
    if not corrector.store.is_due():
        return 0
    now = corrector.clock.now()
    corrected, waiting, refused = 0, False, None
    for one in corrector.store.since(now - CORRECTED_WITHIN):
        if one.window.start < now - corrector.kept:
            continue
        if now - (one.corrected_at or one.published_at) < AT_MOST_EVERY:
            waiting = True
            continue
        try:
            corrected += _looked_at(one, corrector)
        except PublishError as error:
            refused = error
    if refused is not None:
        raise refused
    if not waiting:
        corrector.store.settle()
    return corrected


def _looked_at(published: Published, corrector: Corrector) -> bool:
    """Was it corrected?"""
    digest = corrector.make(published.window)
    sentences = no_longer_true(corrector.store.figures(published.digest_id), digest)
    if sentences:
        _correct(published, digest, sentences, corrector)
    return bool(sentences)


def _correct(published: Published, digest: Digest, sentences: list[str], corrector: Corrector) -> None:
    """Page and feed first, then the thread; noted last, so that a broken correction is done again."""
    now = corrector.clock.now()
    note = correction_note(now)
    digest = replace(digest, notes=(note, *digest.notes))
    corrector.write(digest)
    if corrector.editor is not None:
        _correct_thread(published, digest, [note, *sentences], corrector, corrector.editor)
    corrector.keep(digest)
    corrector.store.save(replace(published, digest_id=digest.digest_id, corrected_at=now))
    _log.info("corrected", until=published.window.end.isoformat(), figures=len(sentences))


def _correct_thread(
    published: Published, digest: Digest, told: list[str], corrector: Corrector, editor: StatusEditor
) -> None:
    """The posts are edited; where that cannot be, a reply under the first one corrects."""
    style, moment = corrector.style, published.window.end
    remote_ids = corrector.outbox.remote_ids(thread_delivery(published.debate, moment))
    if not remote_ids:
        return
    texts = render_thread(
        digest, limits=style.room, page_url=style.page_url, hashtags=style.hashtags, replies=len(remote_ids) - 1
    )
    corrector.check([*texts, *told])
    noted = f"{texts[0]}\n\n{told[0]}"
    texts += [told[0]] * (len(remote_ids) - len(texts))  # a post that has nothing to say any more
    if length(noted, style.room) <= style.room.characters:
        try:
            if all(editor.edit(one, text) for one, text in zip(remote_ids, [noted, *texts[1:]], strict=True)):
                return
        except PublishError as error:
            _log.warning("not edited", reason=str(error))
    day = stamp(corrector.clock.now())[:10]
    replies = packed([without_mentions(one) for one in told], limits=style.room, most=MOST_POSTS)
    parts = reply_drafts(
        f"correction/{published.debate}/{stamp(moment)}/{day}",
        replies,
        in_reply_to_id=remote_ids[0],
        visibility=style.visibility,
        language=style.language,
        spoiler_text=style.content_warning,
        identify=corrector.identify,
    )
    corrector.outbox.plan(parts, now=corrector.clock.now())
