"""The tag timelines of one server."""

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from fedilens.errors import NotFoundError, UnreachableError
from fedilens.mastodon_api.connection import ATTEMPTS, Connection
from fedilens.mastodon_api.entities import BrokenStatusError, status_from_api, status_id
from fedilens.mastodon_api.facts import server_facts
from fedilens.protocols import Clock
from fedilens.types import Page, ServerFacts, Status

PAGE_POSTS = 40
"""The most that a server gives at once, whatever is asked for."""


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
