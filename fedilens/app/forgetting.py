"""Forgetting somebody: in the database, and in the exports, archives and copies that stand beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog

from fedilens.app.core import App
from fedilens.consent import Cleaned, Traces, clean_exports
from fedilens.errors import StoreError
from fedilens.store import Database
from fedilens.store.care import CareStore

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How many posts went, the files beside the database that changed, and those that could not be changed."""

    posts: int
    changed: tuple[Path, ...]
    left: tuple[Path, ...]


def forget(app: App, accts: Sequence[str]) -> Forgotten:
    """Removes all that stands of accounts, and their bytes from the file.

    The files beside it come first: what is looked for in them stands in the database.
    """
    cleaned = forget_beside(app, accts)
    posts = app.care.forget(accts, now=app.clock.now())
    app.care.rewrite_if_wanted()
    return Forgotten(posts, cleaned.changed, cleaned.left)


def forget_beside(app: App, accts: Sequence[str]) -> Cleaned:
    """Takes accounts out of the files in the database's folder."""
    store, held = app.config.store, app.care.held(accts)
    spared = (store.path, store.key_path, store.tokens_path, *app.config.consent.blocklists)
    cleaned = clean_exports(store.path.parent, Traces(tuple(accts), held.links, held.texts, held.shared), spared=spared)
    changed, left = list(cleaned.changed), list(cleaned.left)
    for path in cleaned.databases:
        try:
            if _forget_in_copy(app, path, accts):
                changed.append(path)
        except StoreError:
            left.append(path)
    if left:
        _log.warning("not taken out of every file", files=[path.name for path in left])
    return Cleaned(tuple(changed), tuple(left))


def _forget_in_copy(app: App, path: Path, accts: Sequence[str]) -> bool:
    """A snapshot forgets as the database does; another program's file is left alone.

    Raises StoreError where it cannot be used, or has another key: who stands in it cannot be told then.
    """
    copy = Database(path)
    key = copy.fact("key")
    if key is None:
        return False
    if key != app.pseudonyms.fingerprint():
        raise StoreError(f"the key file does not belong to {path}")
    care = CareStore(copy, app.pseudonyms)
    care.forget(accts, now=app.clock.now())
    care.rewrite_if_wanted()
    path.with_name(f"{path.name}.lock").unlink(missing_ok=True)
    return True
