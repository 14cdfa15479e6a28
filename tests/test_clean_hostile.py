"""Input that is made to hang, crash or fill the memory."""

import random
import time

import pytest

from fedilens.clean import clean_status, clean_text, embedding_text
from fedilens.clean.shallow_tree import MAX_DEPTH

SECONDS = 60.0
"""Each takes under a second; what grows quadratically takes minutes. The rest is for busy machines."""
MARKS = "".join(random.Random(1).choices("\u0301\u0327\u0338\u0344\u0f71", k=199_000))  # no secret
HOSTILE = {
    "10,000 nested elements": "<div>" * 10_000 + "deep" + "</div>" * 10_000 + "<p>after</p>",
    "deep and wide": "<b>" * 20_000 + "x<br>y" * 20_000,
    "nested quotes with lines": "<blockquote>" * 10_000 + "x<br>y" * 10_000,
    "nested anchors": "<p><a>" * 33_000,
    "unclosed anchors": "<a href='https://x.example/'>w " * 200_000,
    "an unclosed attribute": "<a href='x" * 50_000,
    "5 MB of elements": "<p>a<br>" * 625_000,
    "5 MB of one word": "x" * 5_000_000,
    "5 MB of words": "word " * 1_000_000,
    "100,000 entities": "&amp;" * 100_000,
    "100,000 hashtags": "#a " * 100_000,
    "hash signs": "#" * 200_000,
    "glued hashtags": "#a" * 100_000,
    "mentions": "@a@b " * 60_000,
    "at signs": "@" * 200_000,
    "glued mentions": "@a" * 100_000,
    "half a name": "@a" + ".a" * 90_000 + "\u0301",
    "brackets in an address": "https://x" + "()" * 90_000 + "(",
    "shortcodes": ":aa:" * 50_000 + "x",
    "combining marks": "e" + MARKS,
    "direction controls": "\u2067" * 199_000,
    "joiners": "\u200d" * 199_000,
    "separators": "a" + " -" * 90_000 + " #x",
    "comments": "<!--" * 50_000,
    "angle brackets": "<" * 199_999,
    "attributes": "<a " + " ".join(f"x{number}=1" for number in range(24_000)) + ">hi",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_input_takes_bounded_time(name: str) -> None:
    """Whatever comes is read in time that grows with its length, and the result is a cleaned text."""
    started = time.perf_counter()
    clean = clean_status(HOSTILE[name], HOSTILE[name], ())
    again = clean_text(clean.text)
    embedding_text(clean.text)
    assert time.perf_counter() - started < SECONDS
    assert again.text == clean.text
    assert len(clean.text) <= 200_000


def test_the_words_of_deep_markup_are_read() -> None:
    """Below the depth that is told apart, text is still text, scripts are still none, and the way up is found."""
    deep = "<div>" * (MAX_DEPTH * 3) + "deep<script>no</script> text" + "</div>" * (MAX_DEPTH * 3)
    assert clean_status(f"<p>before</p>{deep}<p>after</p>", "", ()).text == "before\n\ndeep text\n\nafter"


def test_deep_quotes_are_marked_up_to_a_bound() -> None:
    """The marks of a quote do not outgrow its text."""
    assert clean_status("<blockquote>" * 50 + "x", "", ()).text == "> > > x"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("<p>a\x00b\ud800c\x1bd</p>", "abcd"),
        ("<p>a&#0;&#xD800;&#x7;b", "a\ufffd\ufffdb"),
        ("<b><i>a</b>c</i> d</p></p><p", "ac d"),
        ('<?xml version="1.0"?><p>x</p>', "x"),
        ("<!DOCTYPE html><meta charset='utf-16'><title>t</title><p>é 日本</p>", "é 日本"),
        ("<p>I <3 AI</p>", "I <3 AI"),
        ("https://example.org/x", "https://example.org/x"),
        ("notes.txt", "notes.txt"),
        ("<script>never closed", ""),
        ("<", "<"),
        ("", ""),
    ],
)
def test_broken_input_is_read_as_far_as_it_goes(content: str, expected: str) -> None:
    """Nothing raises and nothing warns (warnings are errors here)."""
    assert clean_status(content, "", ()).text == expected
