"""The tag timelines of one server."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from fedilens.errors import NotFoundError, RateLimitedError, ServerError, UnreachableError
from fedilens.mastodon_api.connection import ATTEMPTS, Connection
from fedilens.mastodon_api.entities import BrokenStatusError, status_from_api, status_id
from fedilens.mastodon_api.facts import server_facts
from fedilens.protocols import Clock
from fedilens.types import Page, ServerFacts, Status

PAGE_POSTS = 40
"""The most that a server gives at once, whatever is asked for."""
BULK_POSTS = 20
"""The most that Mastodon lets one ask for by their ids."""


class MastodonServer:
    """Reads the tag timelines of one server. `instance` is a host name, or a base URL on loopback."""

    def __init__(
        self,
        instance: str,
        *,
        clock: Clock,
        timeout: timedelta,
        contact: str = "",
        base_url: str | None = None,
        token: str | None = None,
        attempts: int = ATTEMPTS,
    ) -> None:
        self._connection = Connection(
            instance,
            clock=clock,
            timeout=timeout,
            contact=contact,
            base_url=base_url,
            token=token,
            attempts=attempts,
        )
        self.host = self._connection.host
        self._bulk = True

    def tag_page(self, tag: str, *, max_id: str | None = None, min_id: str | None = None) -> Page:
        """See `protocols.TimelineSource`."""
        try:
            raw, links = self._connection.ask(
                lambda: self._connection.api.timeline_hashtag(tag, max_id=max_id, min_id=min_id, limit=PAGE_POSTS)
            )
        except NotFoundError:
            return Page(())
        if not isinstance(raw, list):
            raise UnreachableError(f"{self.host} answered something that is not a timeline", host=self.host)
        return self._page(raw, links)

    def statuses(self, ids: Sequence[str]) -> dict[str, Status | None]:
        """See `protocols.StatusSource`."""
        found: dict[str, Status | None] = {}
        for start in range(0, len(ids), BULK_POSTS):
            some = ids[start : start + BULK_POSTS]
            found |= self._in_bulk(some) or {one: status for one in some for status in self._one_by_one(one)}
        return found

    def _in_bulk(self, ids: Sequence[str]) -> dict[str, Status | None]:
        """What is not in the answer is gone. Nothing at all where a server does not know how to be asked for many.

        An answer without any of them is not believed: it is asked for one by one.
        """
        if not self._bulk:
            return {}
        try:
            raw, _ = self._connection.ask(lambda: self._connection.api.statuses(list(ids)))
        except (UnreachableError, RateLimitedError):
            raise
        except ServerError:  # 404, 405, 422 …: each server says in its own way that it does not know this
            raw = None
        if not isinstance(raw, list):
            self._bulk = False
            return {}
        items = {str(item["id"]): item for item in raw if isinstance(item, dict) and "id" in item}
        if not items.keys() & set(ids):
            return {}
        found: dict[str, Status | None] = {}
        for one in ids:
            if one not in items:
                found[one] = None
            elif (status := self._read(items[one])) is not None:
                found[one] = status
        return found

    def _one_by_one(self, remote_id: str) -> list[Status | None]:
        """The status, None if it is gone; an empty list if the answer cannot be read."""
        try:
            raw, _ = self._connection.ask(lambda: self._connection.api.status(remote_id))
        except NotFoundError:
            return [None]
        status = self._read(raw)
        return [status] if status is not None else []

    def _read(self, raw: Any) -> Status | None:
        try:
            return status_from_api(raw, host=self.host)
        except BrokenStatusError:
            return None

    def facts(self) -> ServerFacts:
        """What the server says of itself."""
        return server_facts(self._connection)

    def _page(self, raw: list[Any], links: dict[str, str]) -> Page:
        statuses: list[Status] = []
        for item in raw:
            try:
                statuses.append(status_from_api(item, host=self.host))
            except BrokenStatusError:
                continue
        ids = [remote_id for item in raw if (remote_id := status_id(item))]
        return Page(
            tuple(statuses),
            older=_parameter(links.get("next"), "max_id") or (ids[-1] if ids else None),
            newer=_parameter(links.get("prev"), "min_id") or (ids[0] if ids else None),
            broken=len(raw) - len(statuses),
        )


def _parameter(address: str | None, name: str) -> str | None:
    """A parameter in an address; None where there is no such thing."""
    try:
        query = urlsplit(address or "").query
    except ValueError:
        return None
    return next(iter(parse_qs(query).get(name, ())), None)
