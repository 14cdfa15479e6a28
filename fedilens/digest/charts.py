"""The digest's charts, as Vega-Lite specifications made with Altair and drawn to SVG without a browser."""

from typing import TYPE_CHECKING, Any

from fedilens.types import Digest

if TYPE_CHECKING:
    import altair  # noqa: ICN001  # `alt` is what it is called where it is loaded

FAVOR = "#1b7f79"
AGAINST = "#b8500f"
"""Told apart by people with every kind of colour vision; on white and on black at 4.5 to 1."""
WIDTH = 560


def shares_chart(digest: Digest) -> str:
    """Shares for and against each target with their intervals, as SVG."""
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
    axis = alt.Axis(labelExpr="format(abs(datum.value), '.0%')", title="share of people: against ◂ ▸ for")
    bars = base.mark_bar(opacity=0.75).encode(x=alt.X("share:Q", axis=axis))
    whiskers = base.mark_rule(strokeWidth=2).encode(x="low:Q", x2="high:Q")
    return _svg(alt.layer(bars, whiskers).properties(width=WIDTH, height={"step": 26}))


def daily_chart(digest: Digest) -> str:
    """Posts a day, as SVG."""
    import altair as alt  # noqa: PLC0415

    rows = [{"day": day, "posts": posts} for day, posts in digest.daily_posts]
    chart = (
        alt.Chart(_data(rows))
        .mark_bar(color=FAVOR)
        .encode(x=alt.X("day:O", title=None, axis=alt.Axis(labelAngle=-45)), y=alt.Y("posts:Q", title="posts"))
    )
    return _svg(chart.properties(width=WIDTH, height=140))


def _data(rows: list[dict[str, Any]]) -> "altair.InlineData":
    import altair as alt  # noqa: PLC0415

    return alt.InlineData(values=rows)


def _svg(chart: Any) -> str:
    import vl_convert  # noqa: PLC0415

    specification: dict[str, Any] = chart.configure(background="transparent", font="sans-serif").to_dict()
    return str(vl_convert.vegalite_to_svg(specification))
