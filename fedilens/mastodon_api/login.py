"""Getting and giving back a token: OAuth's code flow (RFC 6749), with no more scopes than a use needs."""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from mastodon import Mastodon, MastodonError
from requests import RequestException, Session

from fedilens.errors import ServerError, UnreachableError
from fedilens.mastodon_api.connection import user_agent

READ_SCOPES = ("read:statuses", "read:search")
BOT_SCOPES = ("read:statuses", "read:notifications", "read:accounts", "read:search", "write:statuses", "write:media")
OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"


@dataclass(frozen=True, slots=True)
class Registration:
    """A program as a server knows it. Nothing of this is ever logged."""

    client_id: str
    client_secret: str
    scopes: tuple[str, ...]
    redirect_uri: str


@dataclass(frozen=True, slots=True)
class LoginDesk:
    """Where a server hands out tokens. `host` is for messages, `address` where it is asked."""

    host: str
    address: str
    timeout: timedelta
    contact: str = ""

    def register(self, scopes: Sequence[str], *, redirect_uri: str) -> Registration:
        """Makes the program known to the server."""
        client_id, secret = self._asking(
            lambda: Mastodon.create_app(
                "fedilens",
                scopes=list(scopes),
                redirect_uris=redirect_uri,
                api_base_url=self.address,
                request_timeout=self.timeout.total_seconds(),
                session=self._session(),
                user_agent=user_agent(self.contact),
            )
        )
        return Registration(client_id, secret, tuple(scopes), redirect_uri)

    def address_to_open(self, program: Registration, *, state: str) -> str:
        """The page on which the account's owner agrees."""
        return str(
            self._asking(
                lambda: self._client(program).auth_request_url(
                    redirect_uris=program.redirect_uri,
                    scopes=list(program.scopes),
                    state=state,
                    skip_server_info=True,
                    allow_http=True,
                )
            )
        )

    def token(self, program: Registration, code: str) -> str:
        """The token that a code is good for."""
        return str(
            self._asking(
                lambda: self._client(program).log_in(
                    code=code, redirect_uri=program.redirect_uri, scopes=list(program.scopes), allow_http=True
                )
            )
        )

    def revoke(self, program: Registration, token: str) -> None:
        """The token opens nothing any more."""
        self._asking(lambda: self._client(program, token).revoke_access_token(allow_http=True))

    def _client(self, program: Registration, token: str | None = None) -> Mastodon:
        return Mastodon(
            client_id=program.client_id,
            client_secret=program.client_secret,
            access_token=token,
            api_base_url=self.address,
            session=self._session(),
            version_check_mode="none",
            request_timeout=self.timeout.total_seconds(),
            user_agent=user_agent(self.contact),
        )

    def _session(self) -> Session:
        return Session()

    def _asking(self, call: Callable[[], Any]) -> Any:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # Mastodon.py tells of unusual versions by warnings.
                return call()
        except MastodonError as error:
            raise ServerError(f"{self.host} did not agree: {_few_words(error)}", host=self.host) from error
        except (RequestException, RecursionError, AttributeError, TypeError, ValueError, KeyError) as error:
            raise UnreachableError(f"{self.host} cannot be reached to log in", host=self.host) from error


def _few_words(error: Exception) -> str:
    """The reason without addresses: the last argument of Mastodon.py's errors says it."""
    text = str(error.args[-1] if error.args else error)
    return " ".join(text.split())[:200] if "http" not in text else "it did not answer as expected"
