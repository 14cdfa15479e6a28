"""Digests as mails, as pictures, and as a folder for a web server."""

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from digest_rows import digest_of
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from stored import KEYS

from fedilens.digest import INDEX, archive_files, picture, render_mail, render_text
from fedilens.digest.charts import LONGEST_DESCRIPTION
from fedilens.errors import PublishError
from fedilens.pipeline import subscriber_parts, write_files
from fedilens.publish import PublicFolder
from fedilens.store.conversations import Subscription
from fedilens.types import Audience, Digest, PostDraft, PostLimits

ATOM = {"a": "http://www.w3.org/2005/Atom"}


def mail_of(digest: Digest, *, chart: bool = True) -> EmailMessage:
    raw = render_mail(
        digest,
        sender="bot@x.example",
        recipient="me@y.example",
        message_id="1@x.example",
        chart=picture(digest) if chart else None,
        page_url="https://d.example/ai",
    )
    message = message_from_bytes(raw, policy=default)
    assert isinstance(message, EmailMessage)
    return message


def test_a_mail_has_a_text_and_a_page_with_the_chart_in_it() -> None:
    """The chart is shown inside, with its description; nothing is fetched from anywhere."""
    digest = digest_of()
    message = mail_of(digest)
    assert (message["From"], message["To"]) == ("bot@x.example", "me@y.example")
    assert message["Subject"] == "AI: 25 to 31 January 2025"
    assert message["Message-ID"] == "<1@x.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    assert html is not None
    assert text.get_content().replace("\r\n", "\n") == render_text(digest)
    page = BeautifulSoup(html.get_content(), "lxml")
    (image,) = page.find_all("img")
    (attached,) = [part for part in message.walk() if part.get_content_type() == "image/png"]
    assert image["src"] == "cid:" + str(attached["Content-ID"]).strip("<>")
    assert attached.get_content().startswith(b"\x89PNG")
    assert attached.get_content_disposition() == "inline"
    shown = picture(digest)
    assert shown is not None
    assert image["alt"] == shown.alt_text
    assert not page.find_all(["link", "script"])
    assert [tag["href"] for tag in page.find_all("a")][-1] == "https://d.example/ai"


def test_a_mail_reads_well_without_a_style_sheet() -> None:
    """Styles stand in the elements; a narrow window is never too narrow for a picture or a link."""
    html = mail_of(digest_of()).get_body(("html",))
    assert html is not None
    page = BeautifulSoup(html.get_content(), "lxml")
    for tag in page.find_all(["p", "h1", "h2"]):
        assert tag.get("style"), tag
    assert "max-width:600px" in page.find("img")["style"]  # type: ignore[operator,index]
    assert page.find("meta", {"name": "viewport"})
    assert page.find("meta", {"name": "color-scheme"})["content"] == "light dark"  # type: ignore[index]


def test_the_operators_mail_has_links_and_says_that_it_is_theirs() -> None:
    """And the public's has none."""
    operator, public = digest_of(audience=Audience.OPERATOR), digest_of()
    links = [link for topic in operator.topics for link in topic.links]
    assert links
    for digest, there in ((operator, True), (public, False)):
        html = mail_of(digest, chart=False).get_body(("html",))
        assert html is not None
        assert all((link in html.get_content()) is there for link in links)
        assert ("for the operator, not for publication" in html.get_content()) is there


@given(st.text(max_size=80), st.text(max_size=80))
def test_nothing_in_a_digest_breaks_out_of_a_mail(title: str, lead: str) -> None:
    """Not out of the headers, and not out of the HTML; neither part of a mail has lines that are too long."""
    digest = digest_of(title=f"AI\r\nBcc: a@b.example\n{title}")
    raw = render_mail(
        replace(digest, lead=f"<script>{lead}"), sender="a@x.example", recipient="b@y.example", message_id="1@x.example"
    )
    message = message_from_bytes(raw, policy=default)
    assert message["Bcc"] is None
    assert set(message.keys()) <= {
        "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type",
    }  # fmt: skip
    assert isinstance(message, EmailMessage)
    html = message.get_body(("html",))
    assert html is not None
    assert "<script" not in html.get_content()
    assert max(len(line) for line in raw.splitlines()) <= 998


def test_a_picture_is_described_in_full_for_those_who_cannot_see_it() -> None:
    """Every share with its interval, as long as servers take it."""
    digest = digest_of()
    shown = picture(digest)
    assert shown is not None
    assert shown.png.startswith(b"\x89PNG")
    for share in digest.shares:
        assert f"{share.target}: for " in shown.alt_text
    many = tuple(replace(digest.shares[0], target=f"target-{number}") for number in range(60))
    long = picture(replace(digest, shares=many))
    assert long is not None
    assert len(long.alt_text) <= LONGEST_DESCRIPTION
    assert long.alt_text.endswith("…")


def test_without_shares_the_picture_shows_days_and_without_days_there_is_none() -> None:
    """No empty picture."""
    days = picture(replace(digest_of(), shares=()))
    assert days is not None
    assert days.alt_text.startswith("Bar chart: posts a day, 120 posts in all")
    assert picture(replace(digest_of(), shares=(), daily_posts=())) is None


def files_after(*digests: Digest) -> dict[str, str]:
    """What a folder holds after these digests, one after the other."""
    held: dict[str, str] = {}
    for digest in digests:
        made = archive_files(digest, index=held.get(INDEX), page_url="https://d.example/ai/")
        held |= {name: content.decode() for name, content in made.items()}
    return held


def test_a_feed_without_an_address_holds_the_first_sentences_themselves() -> None:
    """RFC 4287 wants a link or a content of every entry, also of those that only the index remembers."""
    held = archive_files(digest_of(), index=None)
    files = archive_files(later(digest_of(), 1), index=held[INDEX].decode())
    feed = etree.fromstring(files["feed.xml"])
    contents = [one.text for one in feed.findall("a:entry/a:content", namespaces=ATOM)]
    assert len(contents) == 2
    assert contents[1] == digest_of().lead


def later(digest: Digest, weeks: int) -> Digest:
    week = timedelta(days=7 * weeks)
    window = replace(digest.window, start=digest.window.start + week, end=digest.window.end + week)
    return replace(digest, window=window, created_at=digest.created_at + week)


def test_the_archive_grows_and_the_feed_has_the_latest_first() -> None:
    """Each digest has its page; links between them work from where they stand."""
    first = digest_of()
    files = files_after(first, later(first, 1), later(first, 2))
    pages = [name for name in files if name.startswith("archive/ai-")]
    assert len(pages) == 3
    index = BeautifulSoup(files["archive/index.html"], "lxml")
    listed = [a["href"] for a in index.find_all("a")]
    assert listed[:3] == sorted((page.removeprefix("archive/") for page in pages), reverse=True)
    feed = etree.fromstring(files["feed.xml"].encode())
    links = [link.get("href") for link in feed.findall("a:entry/a:link", namespaces=ATOM)]
    assert links == [f"https://d.example/ai/archive/{name}" for name in listed[:3]]
    ids = [one.text for one in feed.findall("a:entry/a:id", namespaces=ATOM)]
    assert len(set(ids)) == 3
    assert BeautifulSoup(files["index.html"], "lxml").find("a", href="./archive/")
    assert BeautifulSoup(files[pages[0]], "lxml").find("a", href="../feed.xml")


def test_an_earlier_digest_that_is_corrected_does_not_become_the_latest_page() -> None:
    """Its own page, its entry in the feed and the index tell of it."""
    first, second = digest_of(), later(digest_of(), 1)
    corrected = replace(first, created_at=second.created_at + timedelta(days=1), lead="Said better.")
    files = files_after(first, second, corrected)
    assert files["index.html"] == files_after(first, second)["index.html"]
    assert "Said better." in files["feed.xml"]
    assert sum("Said better." in files[name] for name in files if name.startswith("archive/ai-")) == 1
    assert "Said better." in files_after(first, replace(first, lead="Said better."))["index.html"]


def test_nothing_is_written_that_the_last_look_refuses(tmp_path: Path) -> None:
    """It sees the page and the feed as they would stand."""
    seen: list[str] = []

    def check(renderings: Iterable[str]) -> None:
        seen.extend(renderings)
        raise PublishError("nothing is published")

    with pytest.raises(PublishError):
        write_files(digest_of(), PublicFolder(tmp_path / "public"), page_url="", check=check)
    assert not (tmp_path / "public").exists()
    assert [text.lstrip()[:5] for text in seen] == ["<!DOC", "<?xml"]


def test_subscribers_hear_of_corrections_as_mails_do() -> None:
    """Right behind the first sentence, so that there is room for it."""
    told = "The digest of 18 to 24 January 2025 was corrected on 27 January 2025; its page says how it reads now."
    (first, *_) = subscriber_parts(
        digest_of(),
        [Subscription("asker@x.example", "1", "unlisted", "weekly")],
        limits=PostLimits(),
        language="en",
        moment=digest_of().window.end,
        identify=KEYS,
        corrections=[told],
    )
    assert isinstance(first.draft, PostDraft)
    assert told in first.draft.text


def test_the_digest_of_the_same_window_takes_its_own_place() -> None:
    """A digest that is made again after a crash is no second entry."""
    again = replace(digest_of(), created_at=digest_of().created_at + timedelta(minutes=5), lead="Said better.")
    entries = json.loads(files_after(digest_of(), again)[INDEX])
    assert [entry["lead"] for entry in entries] == ["Said better."]


def test_an_index_that_somebody_broke_begins_anew() -> None:
    """The pages are still there; nobody's run stops."""
    files = archive_files(digest_of(), index="{broken", page_url="")
    assert len(json.loads(files[INDEX])) == 1
