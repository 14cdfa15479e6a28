"""The bot's own account: posts, pictures, what it posted lately, and who mentions it."""

import io
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from fedilens.errors import (
    DoubtfulError,
    NotSentError,
    PublishError,
    RateLimitedError,
    ServerError,
    TokenWantedError,
    UnreachableError,
)
from fedilens.mastodon_api.connection import Connection
from fedilens.mastodon_api.entities import account_from_api, mention_from_api, own_status_from_api, status_id
from fedilens.mastodon_api.facts import server_facts
from fedilens.mastodon_api.login import BOT_SCOPES
from fedilens.protocols import Clock
from fedilens.types import Account, Mention, MentionPage, OwnStatus, Picture, PostDraft, PostLimits

RECENT = 80
"""How many of its own posts are looked at after a doubtful try: more than a thread and a day's replies."""
PAGE_MENTIONS = 40
MOST_PAGES = 25


class MastodonAccount:
    """Acts as the account that `token` belongs to; satisfies `protocols.StatusPoster` and `MentionSource`."""

    def __init__(
        self,
        instance: str,
        *,
        token: str,
        clock: Clock,
        timeout: timedelta,
        contact: str = "",
        base_url: str | None = None,
    ) -> None:
        self._connection = Connection(
            instance, clock=clock, timeout=timeout, contact=contact, base_url=base_url, token=token
        )
        self._api = self._connection.api
        self._own_id: str | None = None
        self.host = self._connection.host

    def account(self) -> Account:
        """Who posts. Raises TokenWantedError for a token that does not open the account."""
        raw, _ = self._connection.ask(self._api.account_verify_credentials)
        self._own_id = status_id(raw)
        return account_from_api(raw, host=self.host)

    def check_scopes(self) -> str:
        """That the account may be spoken to and may post, in words. Raises ServerError where it may not.

        Only reading is tried: nobody can ask a server whether posting is allowed without posting, but for the
        scopes that newer ones tell of a token's program.
        """
        self._connection.ask(partial(self._api.notifications, types=["mention"], limit=1))
        raw, _ = self._connection.ask(self._api.app_verify_credentials)
        told = raw.get("scopes") if isinstance(raw, dict) else None
        granted = {str(scope) for scope in told} if isinstance(told, list) else set()
        missing = [one for one in BOT_SCOPES if not {one, one.partition(":")[0]} & granted] if granted else []
        if missing:
            raise TokenWantedError(f"the token does not allow {', '.join(missing)}", host=self.host)
        return "mentions can be read" + (", posts made" if granted else "; this server does not tell about posting")

    def limits(self) -> PostLimits:
        """What the server says that a post may hold; Mastodon's usual limits where it is silent."""
        return server_facts(self._connection).limits

    def post(self, draft: PostDraft, *, in_reply_to_id: str | None, key: str) -> str:
        """Makes a post and gives its id.

        Raises NotSentError (try later), DoubtfulError (look first), PublishError (trying again would not help).
        """
        pictures = [self._upload(draft.picture)] if draft.picture else None
        raw = self._tell(
            lambda: self._api.status_post(
                draft.text,
                in_reply_to_id=in_reply_to_id or draft.in_reply_to_id,
                media_ids=pictures,
                sensitive=bool(draft.spoiler_text),
                visibility=draft.visibility,
                spoiler_text=draft.spoiler_text or None,
                language=draft.language,
                idempotency_key=key,
            )
        )
        made = status_id(raw)
        if made is None:
            raise DoubtfulError(f"{self.host} answered something that is no status")
        return made

    def edit(self, remote_id: str, text: str) -> bool:
        """See `protocols.StatusEditor`. Pictures and the content warning stay: servers drop what is not sent again."""
        try:
            raw, _ = self._connection.ask(partial(self._api.status, remote_id))
        except (UnreachableError, RateLimitedError) as error:
            raise NotSentError(str(error)) from error
        except ServerError:
            return False
        known = raw if isinstance(raw, dict) else {}
        pictures = [str(one["id"]) for one in known.get("media_attachments") or () if "id" in one]
        warning = str(known.get("spoiler_text") or "")
        try:
            changed = self._tell(
                lambda: self._api.status_update(
                    remote_id,
                    text,
                    spoiler_text=warning or None,
                    sensitive=bool(warning),
                    media_ids=pictures or None,
                )
            )
        except (NotSentError, DoubtfulError):
            raise
        except PublishError:
            return False
        return status_id(changed) == remote_id

    def recent(self) -> list[OwnStatus]:
        """The account's latest posts, of every visibility, newest first."""
        if self._own_id is None:
            self.account()
        found: list[OwnStatus] = []
        older = None
        while len(found) < RECENT:
            raw, _ = self._connection.ask(
                partial(self._api.account_statuses, self._own_id, max_id=older, limit=PAGE_MENTIONS)
            )
            page = [one for item in (raw if isinstance(raw, list) else []) if (one := own_status_from_api(item))]
            if not page:
                break
            found += page
            older = page[-1].remote_id
        return found

    def mentions(self, after: str | None, *, since: datetime) -> MentionPage:
        """The mentions after a notification's id, oldest first; without an id those that are younger than `since`."""
        return self._after(after) if after is not None else self._younger(since)

    def _after(self, after: str) -> MentionPage:
        """Forward, page by page, until there is none."""
        found: list[Mention] = []
        newest = after
        for _ in range(MOST_PAGES):
            page = self._notifications(min_id=newest)
            ids = [remote_id for item in page if (remote_id := status_id(item))]
            if not ids:
                break
            found += [mention for item in page if (mention := mention_from_api(item, host=self.host))]
            newest = ids[-1]
        return MentionPage(tuple(found), newest)

    def _younger(self, since: datetime) -> MentionPage:
        """Backward, page by page, as far as `since`."""
        found: list[Mention] = []
        ids: list[str] = []
        for _ in range(MOST_PAGES):
            page = self._notifications(max_id=ids[0] if ids else None)
            older = [remote_id for item in page if (remote_id := status_id(item)) and remote_id not in ids]
            if not older:
                break
            ids = older + ids
            read = [mention for item in page if (mention := mention_from_api(item, host=self.host))]
            found = [mention for mention in read if mention.created_at >= since] + found
            if any(mention.created_at < since for mention in read):
                break
        return MentionPage(tuple(found), ids[-1] if ids else None)

    def _notifications(self, **where: str | None) -> list[Any]:
        """A page, oldest first: servers send the newest first, whatever the direction, and may ignore `types`."""
        raw, _ = self._connection.ask(partial(self._api.notifications, types=["mention"], limit=PAGE_MENTIONS, **where))
        return raw[::-1] if isinstance(raw, list) else []

    def _upload(self, picture: Picture) -> str:
        """A picture that waits for its post. One that is uploaded twice is seen by nobody."""
        raw = self._tell(
            lambda: self._api.media_post(
                io.BytesIO(picture.png), mime_type="image/png", file_name="chart.png", description=picture.alt_text
            ),
            doubtful=False,
        )
        made = status_id(raw)
        if made is None:
            raise NotSentError(f"{self.host} answered something that is no picture")
        return made

    def _tell(self, call: Any, *, doubtful: bool = True) -> Any:
        try:
            return self._connection.tell(call)
        except RateLimitedError as error:
            raise NotSentError(str(error), retry_at=error.retry_at) from error
        except UnreachableError as error:
            raise (DoubtfulError if doubtful else NotSentError)(str(error)) from error
        except ServerError as error:
            raise PublishError(str(error)) from error
