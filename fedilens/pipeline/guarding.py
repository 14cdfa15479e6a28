"""What goes out to the public is looked at a last time."""

from collections.abc import Iterable

import structlog

from fedilens.annotate import is_english
from fedilens.consent import PublicCheck
from fedilens.errors import PublishError
from fedilens.store.care import Protected

_log = structlog.get_logger()


def refuse_leaks(
    protected: Protected, renderings: Iterable[str], *, allowed: Iterable[str], own_texts: Iterable[str]
) -> None:
    """Raises PublishError if a rendering names, links or quotes somebody who did not opt in.

    The error says which kind of thing was found, and not what: it is shown and logged.
    """
    check = PublicCheck(
        protected.accts,
        protected.names,
        protected.links,
        protected.texts,
        allowed=tuple(allowed),
        own_texts=tuple(own_texts),
        is_word=is_english,
    )
    found = check.findings(renderings)
    if found:
        _log.error("not published", found=found)
        raise PublishError(
            f"nothing is published: it holds {' and '.join(found)} of somebody who did not opt in; "
            "see `fedilens digest --audience operator`, and report this as a fault"
        )
