"""One server through Mastodon.py: the project's only contact with it, and the only border for its errors.

Mastodon.py's typed results raise AttributeError or RecursionError on what some servers answer, and lose a
whole page for one post. So each answer is kept as it came (a hook of requests) and read by `entities`.
"""

import warnings
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
import tenacity
from mastodon import Mastodon, MastodonError, MastodonNetworkError

from fedilens import __version__
from fedilens.errors import NotFoundError, RateLimitedError, ServerError, TokenWantedError, UnreachableError
from fedilens.mastodon_api.budget import Budget, retry_at
from fedilens.mastodon_api.entities import BrokenStatusError, status_from_api, status_id
from fedilens.protocols import Clock
from fedilens.types import Page, Status

PAGE_POSTS = 40
"""The most that a server gives at once, whatever is asked for."""
ATTEMPTS = 5
_WANTS_TOKEN = frozenset({401, 403, 422})
_MISSING = frozenset({404, 410})
_TOO_MANY = 429
_SERVER_TROUBLE = 500


class _Client(Mastodon):
    """Mastodon.py without its own look at `/api/v2/instance` before each page.

    That look would double the requests, and its answer would stand in for that of a page that got none.
    """

    def timeline_is_available(self, *_: object, **__: object) -> bool:
        """The page itself will tell."""
        return True


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
    ) -> None:
        self.host = urlsplit(instance).netloc or instance
        self._clock = clock
        self._budget = Budget()
        self._answer: requests.Response | None = None
        session = requests.Session()
        session.hooks["response"].append(self._keep)
        address = base_url or (instance if "://" in instance else f"https://{instance}")
        self._api = _Client(
            api_base_url=address,
            access_token=token,
            session=session,
            # Asking for the version first turns a server that is down into a RecursionError.
            version_check_mode="none",
            ratelimit_method="throw",
            request_timeout=timeout.total_seconds(),
            user_agent=user_agent(contact),
        )

    def tag_page(self, tag: str, *, max_id: str | None = None, min_id: str | None = None) -> Page:
        """See `protocols.TimelineSource`."""
        try:
            raw, links = self._ask(
                lambda: self._api.timeline_hashtag(tag, max_id=max_id, min_id=min_id, limit=PAGE_POSTS)
            )
        except NotFoundError:
            return Page(())
        if not isinstance(raw, list):
            raise UnreachableError(f"{self.host} answered something that is not a timeline", host=self.host)
        return self._page(raw, links)

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

    def _ask(self, call: Callable[[], object]) -> tuple[Any, dict[str, str]]:
        """The body (JSON) and Link addresses of what `call` asks for, after waiting and trying again."""
        retrying = tenacity.Retrying(
            sleep=self._clock.sleep,
            stop=tenacity.stop_after_attempt(ATTEMPTS),
            wait=self._pause,
            retry=tenacity.retry_if_exception_type((UnreachableError, RateLimitedError)),
            reraise=True,
        )
        return retrying(self._ask_once, call)

    def _ask_once(self, call: Callable[[], object]) -> tuple[Any, dict[str, str]]:
        pause = self._budget.pause(now=self._clock.now())
        if pause:
            self._clock.sleep(pause)
        self._answer = None
        failure: Exception | None = None
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # Mastodon.py tells of deprecations by warnings.
                call()
        except (
            MastodonError,
            requests.RequestException,
            RecursionError,
            AttributeError,
            TypeError,
            ValueError,
        ) as error:
            failure = error
        answer: requests.Response | None = self._answer
        if answer is None or isinstance(failure, MastodonNetworkError):  # or its body broke off
            raise UnreachableError(f"{self.host} cannot be reached: {_reason(failure)}", host=self.host) from failure
        self._budget = self._budget.after(answer.headers, now=self._clock.now())
        self._check(answer, failure)
        try:
            body = answer.json()
        except (ValueError, RecursionError) as error:
            raise UnreachableError(f"{self.host} answered something that is not JSON", host=self.host) from error
        return body, {name: link["url"] for name, link in answer.links.items() if "url" in link}

    def _check(self, answer: requests.Response, failure: Exception | None) -> None:
        """Raises the error that a status code stands for."""
        code = answer.status_code
        if code in _WANTS_TOKEN:
            raise TokenWantedError(f"{self.host} wants a token for this ({code})", host=self.host) from failure
        if code in _MISSING:
            raise NotFoundError(f"{self.host} has no such thing ({code})", host=self.host) from failure
        if code == _TOO_MANY:
            moment = retry_at(answer.headers, now=self._clock.now())
            raise RateLimitedError(f"{self.host} asks for fewer requests (429)", host=self.host, retry_at=moment)
        if code >= _SERVER_TROUBLE:
            raise UnreachableError(f"{self.host} is in trouble ({code}); try again later", host=self.host) from failure
        if not answer.ok:
            raise ServerError(f"{self.host} refused the request ({code})", host=self.host) from failure

    def _pause(self, state: tenacity.RetryCallState) -> float:
        """Until the moment that a 429 named, else ever longer with jitter: 1, 2, 4, 8 seconds and up to one more."""
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, RateLimitedError) and error.retry_at is not None:
            return max((error.retry_at - self._clock.now()).total_seconds(), 0.0) + 1.0
        return tenacity.wait_exponential_jitter(initial=1, max=60, jitter=1)(state)

    def _keep(self, response: requests.Response, *_: Any, **__: Any) -> None:
        self._answer = response


def user_agent(contact: str) -> str:
    """How requests introduce themselves: name, version and where to complain."""
    return f"fedilens/{__version__} ({contact or 'hashtag discourse analyzer'})"


def _parameter(address: str | None, name: str) -> str | None:
    """A parameter in an address; None where there is no such thing."""
    try:
        query = urlsplit(address or "").query
    except ValueError:
        return None
    return next(iter(parse_qs(query).get(name, ())), None)


def _reason(error: Exception | None) -> str:
    """The root cause in a few words, without addresses."""
    text = str(error or "no answer")
    for sign, reason in (
        ("timed out", "it did not answer in time"),
        ("NameResolution", "its name is not known"),
        ("resolve", "its name is not known"),
        ("refused", "it refused the connection"),
        ("reset", "it reset the connection"),
        ("aborted", "it broke off the connection"),
        ("SSL", "its certificate is not valid"),
    ):
        if sign in text:
            return reason
    return "the connection failed"
