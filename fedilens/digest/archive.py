"""What a web server gets to serve: the latest page, a page for each digest, an index of them, and the feed."""

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime

from fedilens.digest.feed import Entry, entry_of, feed_of
from fedilens.digest.page import render_index, render_page
from fedilens.types import Digest

INDEX = "archive/index.json"
"""What is in the archive, for the next time."""
MOST_IN_FEED = 20


def archive_files(digest: Digest, *, index: str | None, page_url: str = "") -> Mapping[str, bytes]:
    """The files to write, by path, for a digest that comes to those in `index` (the content of INDEX).

    The digest of a window that is there already takes its place. Of an earlier window than the latest, such as one
    that is corrected, the latest page stays as it is.
    """
    entry = entry_of(digest, file=f"{digest.debate}-{digest.window.end:%Y-%m-%dT%H%M}.html")
    others = [one for one in _read(index) if one.id != entry.id]
    entries = sorted([entry, *others], key=lambda one: (one.updated, one.id), reverse=True)
    feed = feed_of(
        entries[:MOST_IN_FEED], feed_id=f"urn:fedilens:{digest.debate}", title=digest.title, page_url=page_url
    )
    texts = {
        f"archive/{entry.file}": render_page(digest, home="../"),
        "archive/index.html": render_index(digest.title, entries),
        "feed.xml": feed,
        INDEX: json.dumps([asdict(replace(one, content="")) for one in entries], default=str, indent=1) + "\n",
    }
    if all(one.file <= entry.file for one in others):  # a file's name ends with the moment that its window does
        texts["index.html"] = render_page(digest, home="./")
    return {name: text.encode("utf-8") for name, text in texts.items()}


def _read(index: str | None) -> list[Entry]:
    """An index that cannot be read begins anew: the pages themselves stay."""
    try:
        rows = json.loads(index or "[]")
        return [Entry(**{**row, "updated": datetime.fromisoformat(row["updated"])}) for row in rows]
    except (ValueError, TypeError, KeyError):
        return []
