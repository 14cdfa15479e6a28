"""Every error that fedilens raises on purpose.

FedilensError                 a sentence that says what is wrong and what to do
├── ConfigError               the configuration, or a file it names, cannot be used
├── DebateError               a debate's folder cannot be read
├── InputError                a file or value handed in by the user cannot be used
├── ModelError                a language model cannot be loaded
├── QueryError                a SQL question cannot be answered
├── StoreError                the database cannot be used
│   ├── StoreBusyError        another program holds the file and did not let go
│   └── StoreTooNewError      a newer fedilens wrote it
├── PublishError              something could not be sent
│   ├── NotSentError          it was certainly not sent: try again later
│   └── DoubtfulError         nobody knows whether it was sent: look before trying again
└── ServerError               a Fediverse server did not give what was asked for
    ├── TokenWantedError      401, 403, 422: it answers only with a token (permanent)
    ├── NotFoundError         404 or 410
    ├── RefusedError          it says that something is wrong with the request (permanent)
    ├── RateLimitedError      429: ask again later
    └── UnreachableError      5xx, time-outs, resets, nonsense: worth another try
"""

from datetime import datetime


class FedilensError(Exception):
    """The root: its text is one line for the user, without a traceback."""


class ConfigError(FedilensError):
    """The configuration, or a file that it names, cannot be used."""


class DebateError(FedilensError):
    """A debate's folder cannot be read, or says something impossible."""


class InputError(FedilensError):
    """A file or a value that the user handed in cannot be used."""


class ModelError(FedilensError):
    """A language model or trained head cannot be loaded."""


class QueryError(FedilensError):
    """A SQL question cannot be answered."""


class StoreError(FedilensError):
    """The database cannot be used."""


class StoreBusyError(StoreError):
    """Another program holds the database file and did not let go in time."""


class StoreTooNewError(StoreError):
    """The database was written by a newer fedilens."""


class PublishError(FedilensError):
    """Something could not be sent, and trying again would not help."""


class NotSentError(PublishError):
    """It was certainly not sent: try again, not before `retry_at` where that is known."""

    def __init__(self, message: str, *, retry_at: datetime | None = None) -> None:
        super().__init__(message)
        self.retry_at = retry_at


class DoubtfulError(PublishError):
    """Nobody knows whether it was sent: look before trying again."""


class ServerError(FedilensError):
    """A Fediverse server did not give what was asked for."""

    def __init__(self, message: str, *, host: str) -> None:
        super().__init__(message)
        self.host = host


class TokenWantedError(ServerError):
    """401, 403 or 422: the server answers only with a token. Permanent."""


class NotFoundError(ServerError):
    """404 or 410."""


class RefusedError(ServerError):
    """400, 413 or 422 to something that was to be changed: the server says what is wrong with it. Permanent."""


class RateLimitedError(ServerError):
    """429: ask again at `retry_at`, where the server said so."""

    def __init__(self, message: str, *, host: str, retry_at: datetime | None) -> None:
        super().__init__(message, host=host)
        self.retry_at = retry_at


class UnreachableError(ServerError):
    """5xx, time-outs, resets and answers that are no answers: worth another try."""
