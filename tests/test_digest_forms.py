"""A digest's renderings tell the same figures."""

import json
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from bs4 import BeautifulSoup
from digest_rows import digest_of, now_rows, overview, share, topic
from lxml import etree

from fedilens.digest import render_feed, render_json, render_page, render_text
from fedilens.digest.data import _plain
from fedilens.digest.text import since_before
from fedilens.types import Audience, Digest, Figure

ATOM = {"a": "http://www.w3.org/2005/Atom"}
MOVED = [*now_rows()["shares"], share("labour", "favor_change", 0.09, 0.02, 0.17)]


def page_of(digest: Digest) -> BeautifulSoup:
    return BeautifulSoup(render_page(digest), "lxml")


def cells(page: BeautifulSoup, heading: str) -> list[list[str]]:
    """The texts of the first table behind a heading."""
    title = next(tag for tag in page.find_all(["h2", "details"]) if heading in tag.get_text())
    table = title.find("table") if title.name == "details" else title.find_next("table")
    assert table is not None
    return [[cell.get_text() for cell in row.find_all("td")] for row in table.select("tbody tr")]


def test_the_page_tells_shares_reasons_and_who_was_counted() -> None:
    """In tables, with the digest's own figures and sides."""
    page = page_of(digest_of(shares=MOVED))
    assert cells(page, "Where people stand") == [
        ["AI takes work away from people.", "26 % (13–39)+9 points (+2 to +17)", "22 % (11–33)"],
        [
            "The data centres of AI use too much energy.",
            "31 % (18–45)+5 points (-4 to +14)",
            "12 % (2–24)-1 points (-9 to +7)",
        ],
    ]
    assert cells(page, "Reasons given most") == [
        ["7", "for energy", "It drinks rivers dry."],
        ["3", "against labour", "New trades arise."],
    ]
    assert cells(page, "Who was counted") == [
        ["60", "people counted, of about 100 seen"],
        ["2", "bots, set apart"],
        ["≈ 30", "left out: has not switched indexing on"],
        ["≈ 10", "left out: asked to be left out"],
        ["12", "wrote in a language that is not read: de"],
        ["3", "wrote in a language that is not read: other"],
    ]
    numbers = [item.get_text() for item in page.select(".numbers li")]
    assert numbers == ["120 posts, 10 more than before", "60 people, 2 more than before", "9 instances"]
    assert page.find("p", class_="lead").get_text() == digest_of(shares=MOVED).lead  # type: ignore[union-attr]


def test_the_page_lists_every_figure_with_its_query() -> None:
    """Value, interval and query of each, in the digest's order."""
    digest = digest_of()
    listed = cells(page_of(digest), "Every figure")
    assert [(row[0], row[3]) for row in listed] == [(figure.name, figure.query) for figure in digest.figures]
    for row, figure in zip(listed, digest.figures, strict=True):
        assert float(row[1]) == pytest.approx(figure.value, rel=0.005)
        assert row[2] == ("" if figure.low is None else f"{figure.low:.3g} to {figure.high:.3g}")


def test_nothing_on_the_page_comes_from_elsewhere() -> None:
    """Charts are drawn into it; only articles, and for the operator posts, are linked."""
    for audience, posts in ((Audience.PUBLIC, []), (Audience.OPERATOR, ["https://a.example/@x/1"])):
        page = page_of(digest_of(audience=audience))
        assert not page.find_all(["script", "link", "img", "iframe", "object", "embed"])
        assert not page.find_all(src=True)
        assert "url(" not in page.find("style").get_text()  # type: ignore[union-attr]
        assert "@import" not in page.find("style").get_text()  # type: ignore[union-attr]
        hrefs = [link["href"] for link in page.find_all(href=True)]
        assert [href for href in hrefs if "news" in str(href)] == [one.url for one in digest_of().articles]
        assert [href for href in hrefs if "@x" in str(href)] == posts
        assert ("not for publication" in page.get_text()) is bool(posts)
        assert len(page.select("figure > svg")) == 2


def test_the_charts_show_sides_days_and_values() -> None:
    """Each target and day is named, and the bars stand for the figures."""
    daily, shares = page_of(digest_of()).select("figure > svg")
    assert {"2025-01-25", "2025-01-26"} <= {text.get_text() for text in daily.find_all("text")}
    assert {"labour", "energy", "for", "against"} <= {text.get_text() for text in shares.find_all("text")}
    bars = [str(bar.get("aria-label", "")) for bar in shares.find_all("path")]
    favor = next(label for label in bars if "target: energy" in label and "side: for" in label)
    against = next(label for label in bars if "target: energy" in label and "side: against" in label)
    assert "31" in favor
    assert "12" in against


def test_what_people_wrote_is_text_and_never_markup() -> None:
    """Labels, keywords, statements, reasons and titles are escaped."""
    hostile = "<script>alert(1)</script>"
    digest = digest_of(
        title=hostile,
        topics=[topic(1, hostile, people=5, instances=3)],
        reasons=[{"target": hostile, "side": "favor", "reason": hostile, "people": 5, "instances": 3}],
        shares=[{**row, "target": hostile} for row in now_rows()["shares"][:2]],
        daily=[{"day": hostile, "posts": 3, "people": 1}],
    )
    page = page_of(digest)
    assert not page.find_all("script")
    assert page.find("h1").get_text() == hostile  # type: ignore[union-attr]
    assert "<script" not in render_page(digest)
    entry = etree.fromstring(render_feed(digest).encode()).findtext("a:entry/a:content", namespaces=ATOM)
    assert entry
    assert not BeautifulSoup(entry, "lxml").find_all("script")


def test_json_holds_the_whole_digest() -> None:
    """Values come back as they were; times are ISO 8601 with their zone."""
    digest = digest_of()
    told = json.loads(render_json(digest))
    assert UUID(told["digest_id"]) == digest.digest_id
    assert told["created_at"] == "2025-02-01T06:30:00+00:00"
    assert told["audience"] == "public"
    assert [Figure(**figure) for figure in told["figures"]] == list(digest.figures)
    assert told["excluded"]["opted-out"]["value"] == 10
    assert [tuple(day) for day in told["daily_posts"]] == list(digest.daily_posts)
    assert told["enough"] is True
    with pytest.raises(TypeError, match="bytes has no place in JSON"):
        _plain(b"")


def test_the_feed_is_valid_atom_with_ids_that_stay() -> None:
    """What RFC 4287 wants: an id, a title, an author and a time of change; a later digest is another entry."""
    digest = digest_of()
    feed = etree.fromstring(render_feed(digest, page_url="https://d.example/ai").encode())
    assert feed.tag == "{http://www.w3.org/2005/Atom}feed"
    for parent in ("", "a:entry/"):
        assert feed.findtext(f"{parent}a:updated", namespaces=ATOM) == "2025-02-01T06:30:00+00:00"
        (link,) = feed.findall(f"{parent}a:link", namespaces=ATOM)
        assert link.get("href") == "https://d.example/ai"
        assert link.get("rel", "alternate") == "alternate"
    assert feed.findtext("a:author/a:name", namespaces=ATOM) == "fedilens"
    assert feed.findtext("a:id", namespaces=ATOM) == "urn:fedilens:ai:public"
    assert feed.findtext("a:title", namespaces=ATOM) == "AI"
    assert feed.findtext("a:entry/a:id", namespaces=ATOM) == "urn:fedilens:ai:public:20250125T000000Z-20250201T000000Z"
    assert feed.findtext("a:entry/a:title", namespaces=ATOM) == "AI: 25 to 31 January 2025"
    assert feed.findtext("a:entry/a:summary", namespaces=ATOM) == digest.lead
    content = BeautifulSoup(str(feed.findtext("a:entry/a:content", namespaces=ATOM)), "lxml")
    assert content.get_text() == render_text(digest)
    again = etree.fromstring(render_feed(replace(digest, digest_id=UUID(int=8))).encode())
    assert again.findtext("a:entry/a:id", namespaces=ATOM) == feed.findtext("a:entry/a:id", namespaces=ATOM)
    week = replace(digest.window, end=digest.window.end + timedelta(days=7))
    later = etree.fromstring(render_feed(replace(digest, window=week)).encode())
    assert later.findtext("a:id", namespaces=ATOM) == "urn:fedilens:ai:public"
    assert later.findtext("a:entry/a:id", namespaces=ATOM) != feed.findtext("a:entry/a:id", namespaces=ATOM)
    assert not later.findall(".//a:link", namespaces=ATOM)


def test_the_text_tells_everything_in_order() -> None:
    """Bars of twenty characters, moves beyond chance only, nothing of reasons that left nobody out."""
    lines = render_text(digest_of(shares=MOVED)).splitlines()
    assert lines[0] == "AI: 25 to 31 January 2025"
    assert lines[2] == digest_of(shares=MOVED).lead
    assert "    for     █████··············· 26 % (13–39)  +9 points (+2 to +17)" in lines
    assert "    for     ██████·············· 31 % (18–45)" in lines
    assert "    against ████················ 22 % (11–33)" in lines
    assert "  3 people against labour: New trades arise." in lines
    assert "  grid, power: 9 people, 11 posts (grid, power)" in lines
    assert "  3 people on 3 instances: https://news.example/three" in lines
    assert "  2 bots set apart, not counted as people" in lines
    assert not any("locked" in line for line in lines)
    headings = [line for line in lines if line and not line.startswith(" ")][2:]
    assert [heading.split(" ")[0] for heading in headings] == [
        "120",
        "Where",
        "Reasons",
        "Topics",
        "Linked",
        "Who",
        "How",
    ]
    assert lines[-1] == "  Of ten labels shown about six are right."


def test_the_operators_text_has_links_and_a_text_without_bots_names_none() -> None:
    """Each link on a line of its own."""
    lines = render_text(digest_of(audience=Audience.OPERATOR, overview=overview(bots=0))).splitlines()
    assert "    https://b.example/@y/2" in lines
    assert not any("bot" in line for line in lines)


def test_empty_parts_have_no_heading() -> None:
    """Neither in the text nor on the page."""
    digest = digest_of(overview=overview(people=3), articles=[], daily=[])
    assert [word for word in ("Where people", "Reasons given", "Topics", "Linked") if word in render_text(digest)] == []
    page = page_of(digest)
    assert [heading.get_text() for heading in page.find_all("h2")] == ["Who was counted", "How sure this is"]
    assert not page.find_all("svg")


@pytest.mark.parametrize(
    ("now", "before", "text"),
    [(12, 0, ""), (12, 12, ", as many as before"), (12, 10, ", 2 more than before"), (9, 10, ", 1 fewer than before")],
)
def test_a_count_is_set_against_the_window_before(now: float, before: float, text: str) -> None:
    """Nothing is said where there was nothing."""
    assert since_before(Figure("", now, ""), Figure("", before, "")) == text
