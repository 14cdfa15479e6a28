"""A digest to everybody who wants it: planned in the outbox in one commit, and written to the public folder."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from fedilens.bot import reply_parts
from fedilens.digest import (
    INDEX,
    archive_files,
    packed,
    picture,
    render_feed,
    render_mail,
    render_page,
    render_thread,
    tell_digest,
    without_mentions,
)
from fedilens.pipeline.answering import ACCOUNT, MOST_POSTS, reply_drafts
from fedilens.protocols import Identifier
from fedilens.publish import PublicFolder
from fedilens.store.conversations import Subscription
from fedilens.types import Digest, MailDraft, Part, PostDraft, PostLimits

MAIL = "mail"
"""The channel of mails."""
Check = Callable[[Iterable[str]], None]
"""The last look at what goes out to the public. Raises PublishError."""


@dataclass(frozen=True, slots=True)
class ThreadStyle:
    """How a thread is posted."""

    limits: PostLimits
    visibility: str = "unlisted"
    language: str = "en"
    content_warning: str = ""
    hashtags: tuple[str, ...] = ()
    page_url: str = ""
    replies: int = 3

    @property
    def room(self) -> PostLimits:
        """What a post's text may hold: servers count the warning, too."""
        return PostLimits(self.limits.characters - len(self.content_warning), self.limits.url_characters)


def thread_parts(digest: Digest, style: ThreadStyle, *, moment: datetime, identify: Identifier) -> list[Part]:
    """The posts of a digest: the first one with the chart."""
    delivery = thread_delivery(digest.debate, moment)
    texts = render_thread(
        digest, limits=style.room, page_url=style.page_url, hashtags=style.hashtags, replies=style.replies
    )
    return [
        Part(
            publication_id=identify.text(f"{delivery}#{number}"),
            delivery=delivery,
            channel=ACCOUNT,
            number=number,
            draft=PostDraft(
                text,
                style.visibility,
                language=style.language,
                spoiler_text=style.content_warning,
                picture=picture(digest) if number == 1 else None,
            ),
        )
        for number, text in enumerate(texts, start=1)
    ]


def mail_parts(
    digest: Digest,
    recipients: Sequence[str],
    *,
    sender: str,
    page_url: str,
    moment: datetime,
    identify: Identifier,
) -> list[Part]:
    """One mail for each recipient, each a delivery of its own: one wrong address stops nobody else's."""
    chart = picture(digest) if recipients else None
    parts = []
    for recipient in recipients:
        publication_id = identify.text(f"mail/{digest.debate}/{stamp(moment)}/{recipient.lower()}")
        # The recipient's address stands in no name: deliveries are shown and logged.
        delivery = f"mail/{digest.debate}/{stamp(moment)}/{publication_id.hex[:8]}"
        message = render_mail(
            digest,
            sender=sender,
            recipient=recipient,
            message_id=f"{publication_id.hex}@{sender.rpartition('@')[2]}",
            chart=chart,
            page_url=page_url,
        )
        parts.append(Part(publication_id, delivery, MAIL, 1, MailDraft(recipient, message)))
    return parts


def subscriber_parts(
    digest: Digest,
    subscriptions: Sequence[Subscription],
    *,
    limits: PostLimits,
    language: str,
    moment: datetime,
    identify: Identifier,
    corrections: Sequence[str] = (),
) -> list[Part]:
    """An answer in each subscriber's thread. `corrections` tell of digests that were corrected, as in a mail."""
    parts: list[Part] = []
    first, *rest = tell_digest(digest)
    sentences = [without_mentions(text) for text in (first, *corrections, *rest)]
    for one in subscriptions:
        who = identify.account(one.acct).hex[:8]
        room = PostLimits(limits.characters - len(one.acct) - 2, limits.url_characters)
        texts = packed(sentences, limits=room, most=MOST_POSTS)
        parts += reply_drafts(
            f"{one.period}/{digest.debate}/{stamp(moment)}/{who}",
            reply_parts(one.acct, texts),
            in_reply_to_id=one.remote_id,
            visibility=one.visibility,
            language=language,
            identify=identify,
        )
    return parts


def write_files(digest: Digest, folder: PublicFolder, *, page_url: str, check: Check) -> None:
    """The page, the archive and the feed; the index last, so that a broken writing is done again.

    Nothing is written of what `check` refuses.
    """
    check([render_page(digest), render_feed(digest, page_url=page_url)])
    folder.write(archive_files(digest, index=folder.read(INDEX), page_url=page_url))


def thread_delivery(debate: str, moment: datetime) -> str:
    """The name of the thread of the digest that ends at `moment`."""
    return f"thread/{debate}/{stamp(moment)}"


def stamp(moment: datetime) -> str:
    """A moment in a delivery's name."""
    return moment.strftime("%Y-%m-%dT%H:%MZ")
