"""A digest as one HTML page that needs nothing else: no script, no font, no picture from elsewhere."""

from collections.abc import Sequence
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from fedilens.digest.charts import daily_chart, shares_chart
from fedilens.digest.feed import Entry
from fedilens.digest.text import since_before
from fedilens.digest.words import REASON_WORDS, attention, count, percent, period, points
from fedilens.types import Digest


def render_page(digest: Digest, *, home: str = "") -> str:
    """The page. Charts are drawn into it as SVG, each beside a table with the same figures.

    `home` is the way to the folder of the archive and the feed, for a page that is published.
    """
    return (
        environment()
        .get_template("page.html")
        .render(
            digest=digest,
            home=home,
            shares_svg=Markup(shares_chart(digest)) if digest.shares else "",  # noqa: S704  # drawn by ourselves
            daily_svg=Markup(daily_chart(digest)) if digest.daily_posts else "",  # noqa: S704
        )
    )


def render_index(title: str, entries: Sequence[Entry]) -> str:
    """The archive's index: every digest with its first sentence, the newest first."""
    return environment().get_template("archive.html").render(title=title, entries=entries)


@cache
def environment() -> Environment:
    """The templates, which escape everything."""
    environment = Environment(
        loader=PackageLoader("fedilens.digest"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"percent": percent, "points": points, "period": period}
    environment.globals |= {
        "attention": attention,
        "count": count,
        "since_before": since_before,
        "reason_words": REASON_WORDS,
    }
    return environment
