"""What people are told before the first collecting says what is configured."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from conftest import Run

from fedilens.digest import Practice, announcement, profile, render_about

PRACTICE = Practice(
    title="The debate about AI",
    instances=("one.example", "two.example"),
    tags=("ai", "llm"),
    statements=("AI needs strict laws.",),
    retention_days=45,
    minimum_people=20,
    minimum_group=7,
    bot="fedilens@one.example",
    contact="me@one.example",
    page_url="https://digests.example/ai/",
)


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path) -> Iterator[None]:
    """Every test works in a folder of its own."""
    before = Path.cwd()
    os.chdir(tmp_path)
    yield
    os.chdir(before)


def test_the_page_tells_what_is_read_kept_shown_and_how_to_get_out() -> None:
    """With the configured figures and addresses."""
    page = BeautifulSoup(render_about(PRACTICE), "lxml")
    text = " ".join(page.text.split())
    for told in ("#ai and #llm", "one.example, two.example", "45 days", "fewer than 7", "20 people", "forget me"):
        assert told in text
    assert "AI needs strict laws." in text
    assert "Only accounts that switched on" in text
    assert not page.find_all(["script", "link", "img", "iframe"])


def test_who_counts_silence_has_to_say_so() -> None:
    """On the page and in the announcement."""
    loud = Practice("AI", (), ("ai",), (), 90, 20, 5, silence_counts=True)
    assert "who says nothing is counted" in " ".join(BeautifulSoup(render_about(loud), "lxml").text.split())
    assert "accounts that did not object" in announcement(loud)


def test_the_announcement_and_the_profile_fit_in_their_places() -> None:
    """A post of 500 characters (an address counts 23), and a profile of 500."""
    told = announcement(PRACTICE)
    assert "https://digests.example/ai/about.html" in told
    assert "opt out" in told
    assert len(told) <= 500
    assert len(profile(PRACTICE)) <= 500
    assert "@" not in announcement(Practice("AI", (), (), (), 90, 20, 5))


def test_the_command_writes_both(run: Run) -> None:
    """The page to standard output, for a file."""
    run("init")
    assert "A post to publish first:" in run("about").out
    assert run("about", "--page").out.startswith("<!DOCTYPE html>")
