"""A connection to a server through Mastodon.py: the only contact with it, and the only border for its errors.

Mastodon.py's typed results raise AttributeError or RecursionError on what some servers answer, and lose a
whole page for one post. So each answer is kept as it came (a hook of requests) and read by `entities`.
"""

import warnings
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import requests
import tenacity
from mastodon import Mastodon, MastodonError, MastodonNetworkError

from fedilens import __version__
from fedilens.errors import (
    NotFoundError,
    RateLimitedError,
    RefusedError,
    ServerError,
    TokenWantedError,
    UnreachableError,
)
from fedilens.mastodon_api.budget import Budget, Pace, retry_at
from fedilens.protocols import Clock

ATTEMPTS = 5
_WANTS_TOKEN = frozenset({401, 403, 422})
_REFUSED = frozenset({400, 413, 422})
_MISSING = frozenset({404, 410})
_TOO_MANY = 429
_SERVER_TROUBLE = 500
_LONGEST_REASON = 200


class _Client(Mastodon):
    """Mastodon.py without its own look at `/api/v2/instance` before each page.

    That look would double the requests, and its answer would stand in for that of a page that got none.
    """

    def timeline_is_available(self, *_: object, **__: object) -> bool:
        """The page itself will tell."""
        return True


class Connection:
    """One server, asked with patience. `instance` is a host name, or a base URL on loopback."""

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
        self.host = urlsplit(instance).netloc or instance
        self._clock = clock
        self._attempts = attempts
        self._budget = Budget()
        self._pace = Pace()
        self._answer: requests.Response | None = None
        session = requests.Session()
        session.hooks["response"].append(self._keep)
        address = base_url or (instance if "://" in instance else f"https://{instance}")
        self.api = _Client(
            api_base_url=address,
            access_token=token,
            session=session,
            # Asking for the version first turns a server that is down into a RecursionError.
            version_check_mode="none",
            ratelimit_method="throw",
            request_timeout=timeout.total_seconds(),
            user_agent=user_agent(contact),
        )

    def ask(self, call: Callable[[], object]) -> tuple[Any, dict[str, str]]:
        """The body (JSON) and Link addresses of what `call` asks for, after waiting and trying again."""
        retrying = tenacity.Retrying(
            sleep=self._clock.sleep,
            stop=tenacity.stop_after_attempt(self._attempts),
            wait=self._pause,
            retry=tenacity.retry_if_exception_type((UnreachableError, RateLimitedError)),
            reraise=True,
        )
        return retrying(self._ask_once, call, _WANTS_TOKEN)

    def tell(self, call: Callable[[], object]) -> Any:
        """The answer to a request that changes something. It is made once: whether it may be repeated, others know.

        Raises RefusedError where the server says what is wrong with the request.
        """
        return self._ask_once(call, _WANTS_TOKEN - _REFUSED)[0]

    def _ask_once(self, call: Callable[[], object], wants_token: frozenset[int]) -> tuple[Any, dict[str, str]]:
        now = self._clock.now()
        pause = self._pace.pause(now=now) if self._budget.is_untold else self._budget.pause(now=now)
        if pause:
            self._clock.sleep(pause)
        self._pace = self._pace.after(self._clock.now())
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
        self._check(answer, failure, wants_token)
        try:
            body = answer.json()
        except (ValueError, RecursionError) as error:
            raise UnreachableError(f"{self.host} answered something that is not JSON", host=self.host) from error
        return body, {name: link["url"] for name, link in answer.links.items() if "url" in link}

    def _check(self, answer: requests.Response, failure: Exception | None, wants_token: frozenset[int]) -> None:
        """Raises the error that a status code stands for."""
        code = answer.status_code
        if code in wants_token:
            raise TokenWantedError(f"{self.host} wants a token for this ({code})", host=self.host) from failure
        if code in _MISSING:
            raise NotFoundError(f"{self.host} has no such thing ({code})", host=self.host) from failure
        if code == _TOO_MANY:
            moment = retry_at(answer.headers, now=self._clock.now())
            raise RateLimitedError(f"{self.host} asks for fewer requests (429)", host=self.host, retry_at=moment)
        if code >= _SERVER_TROUBLE:
            raise UnreachableError(f"{self.host} is in trouble ({code}); try again later", host=self.host) from failure
        if code in _REFUSED:
            raise RefusedError(f"{self.host} refused this: {_said(answer)}", host=self.host) from failure
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


def _said(answer: requests.Response) -> str:
    """Why a server refused, in its own words."""
    try:
        reason = answer.json()["error"]
    except (ValueError, KeyError, TypeError):
        reason = f"status {answer.status_code}"
    return " ".join(str(reason).split())[:_LONGEST_REASON]
