"""The digest's charts, as Vega-Lite specifications made with Altair and drawn without a browser.

The same specification is drawn to SVG for a page, and to PNG for posts and mails.
"""

from typing import TYPE_CHECKING, Any

from fedilens.digest.words import count, percent, period
from fedilens.types import Digest, Picture

if TYPE_CHECKING:
    import altair  # noqa: ICN001  # `alt` is what it is called where it is loaded

FAVOR = "#1b7f79"
AGAINST = "#b8500f"
"""Told apart by people with every kind of colour vision; on white and on black at 4.5 to 1."""
WIDTH = 560
LONGEST_DESCRIPTION = 1_500
STYLE: dict[str, Any] = {
    "font": "sans-serif",
    "axis": {"labelFontSize": 14, "titleFontSize": 14, "titleFont": "sans-serif", "labelLimit": 200},
    "legend": {"orient": "top", "labelFontSize": 14},
    "title": {"fontSize": 16, "anchor": "start"},
}
SCALE = 2
"""Pixels of a PNG for each of the page's."""


def shares_chart(digest: Digest) -> str:
    """Shares for and against each target with their intervals, as SVG."""
    return _svg(_shares(digest))


def daily_chart(digest: Digest) -> str:
    """Posts a day, as SVG."""
    return _svg(_daily(digest))


def picture(digest: Digest) -> Picture | None:
    """The chart that goes with a digest's first post: where people stand, else posts a day; none without either."""
    if digest.shares:
        return Picture(_png(_shares(digest), _title(digest)), _described_shares(digest))
    if digest.daily_posts:
        return Picture(_png(_daily(digest), _title(digest)), _described_days(digest))
    return None


def _described_shares(digest: Digest) -> str:
    """Everything that the chart shows, for those who cannot see it."""
    shares = " ".join(
        f"{share.target}: for {percent(share.favor)}, against {percent(share.against)}." for share in digest.shares
    )
    return _short(
        f"Bar chart: share of people for and against each statement, {period(digest.window)}, "
        f"with 95 % intervals in brackets. {shares}"
    )


def _described_days(digest: Digest) -> str:
    days = " ".join(f"{day}: {posts}." for day, posts in digest.daily_posts)
    return _short(f"Bar chart: posts a day, {count(digest.posts, 'post')} in all, {period(digest.window)}. {days}")


def _short(text: str) -> str:
    """Servers take descriptions of 1,500 characters."""
    return text if len(text) <= LONGEST_DESCRIPTION else text[: LONGEST_DESCRIPTION - 1].rsplit(" ", 1)[0] + "…"


def _title(digest: Digest) -> str:
    return f"{digest.title}, {period(digest.window)}"


def _shares(digest: Digest) -> Any:
    import altair as alt  # noqa: PLC0415  # takes a second to load

    rows = [
        {
            "target": share.target,
            "side": side,
            "share": figure.value * sign,
            "low": (figure.low or 0.0) * sign,
            "high": (figure.high or 0.0) * sign,
        }
        for share in digest.shares
        for side, figure, sign in (("for", share.favor, 1), ("against", share.against, -1))
    ]
    base = alt.Chart(_data(rows)).encode(
        y=alt.Y("target:N", sort=[share.target for share in digest.shares], title=None),
        color=alt.Color(
            "side:N", scale=alt.Scale(domain=["for", "against"], range=[FAVOR, AGAINST]), legend=alt.Legend(title=None)
        ),
    )
    # Few ticks: on a telephone a chart of nine percentages is a grey line.
    label = "format(abs(datum.value), '.0%')"
    axis = alt.Axis(
        labelExpr=label, title="share of people against (left) and for (right)", tickCount=6, labelOverlap=True
    )
    bars = base.mark_bar(opacity=0.75).encode(x=alt.X("share:Q", axis=axis))
    whiskers = base.mark_rule(strokeWidth=2).encode(x="low:Q", x2="high:Q")
    return alt.layer(bars, whiskers).properties(width=WIDTH, height={"step": 26})


def _daily(digest: Digest) -> Any:
    import altair as alt  # noqa: PLC0415

    rows = [{"day": day, "posts": posts} for day, posts in digest.daily_posts]
    chart = (
        alt.Chart(_data(rows))
        .mark_bar(color=FAVOR)
        .encode(x=alt.X("day:O", title=None, axis=alt.Axis(labelAngle=-45)), y=alt.Y("posts:Q", title="posts"))
    )
    return chart.properties(width=WIDTH, height=140)


def _data(rows: list[dict[str, Any]]) -> "altair.InlineData":
    import altair as alt  # noqa: PLC0415

    return alt.InlineData(values=rows)


def _svg(chart: Any) -> str:
    import vl_convert  # noqa: PLC0415

    specification: dict[str, Any] = chart.configure(background="transparent", **STYLE).to_dict()
    return str(vl_convert.vegalite_to_svg(specification))


def _png(chart: Any, title: str) -> bytes:
    import vl_convert  # noqa: PLC0415

    drawn = chart.properties(title=title).configure(background="#ffffff", padding=16, **STYLE)
    return bytes(vl_convert.vegalite_to_png(drawn.to_dict(), scale=SCALE))
