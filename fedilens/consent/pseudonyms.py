"""Keyed hashes in the place of addresses: equal inputs give equal ids, and nobody without the key can guess.

The key stands in a file of its own, outside the database, readable by its owner alone.
"""

import os
import secrets
import stat
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from uuid import UUID

from fedilens.errors import ConfigError

KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class Pseudonyms:
    """Turns addresses into 128-bit ids (BLAKE2b, keyed, RFC 7693). One kind never collides with another."""

    key: bytes

    def __repr__(self) -> str:
        """Without the key: a log must never hold it."""
        return f"Pseudonyms({self.fingerprint()})"

    def account(self, acct: str) -> UUID:
        """The id of an account: its address `user@host`, whatever the case."""
        return self._id(b"account", acct.strip().lstrip("@").lower())

    def status(self, uri: str) -> UUID:
        """The id of a status: its `uri`."""
        return self._id(b"status", uri)

    def text(self, text: str) -> UUID:
        """The id of a text, so that a hash does not let anybody confirm a guess at a deleted one."""
        return self._id(b"text", text)

    def fingerprint(self) -> str:
        """Tells whether a database was written with this key, without giving the key away."""
        return self._id(b"fingerprint", "").hex

    def sketch(self, value: str, *, buckets: int) -> tuple[int, int]:
        """A bucket number and a rank for a HyperLogLog sketch (Flajolet et al. 2007).

        The rank is the place of the first 1 bit (1 for the highest) in what the bucket number leaves of
        the hash. Hundreds of accounts share a bucket: it counts people and names none.
        """
        number = self._id(b"sketch", value.lower()).int
        bucket, rest = number % buckets, number // buckets
        bits = 64
        rest %= 1 << bits
        return bucket, bits - rest.bit_length() + 1

    def _id(self, kind: bytes, value: str) -> UUID:
        data = value.encode("utf-8", "surrogatepass")
        return UUID(bytes=blake2b(data, digest_size=16, key=self.key, person=kind).digest())


def load_key(path: Path) -> Pseudonyms:
    """The key in `path`; a new one is made where there is none. Raises ConfigError if others can read it."""
    try:
        if not path.exists():
            _create(path)
        mode = stat.S_IMODE(path.stat().st_mode)
        if os.name == "posix" and mode & 0o077:
            raise ConfigError(f"{path} can be read by others; run: chmod 600 {path}")
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except OSError as error:
        raise ConfigError(f"cannot use the key file {path}: {error.strerror}") from error
    except ValueError as error:
        raise ConfigError(f"{path} is not a key that fedilens wrote; restore it from a backup") from error
    if len(key) != KEY_BYTES:
        raise ConfigError(f"{path} is not a key that fedilens wrote; restore it from a backup")
    return Pseudonyms(key)


def _create(path: Path) -> None:
    """Writes a new key so that two processes that start at once end up with the same one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(KEY_BYTES) + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass  # Another process was first: its key is the key.
    finally:
        draft.unlink()
