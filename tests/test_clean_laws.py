"""Laws of the cleaning: what was cleaned stays as it is."""

import html
import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st

from fedilens.clean import canonical_link, clean_status, clean_text, embedding_text
from fedilens.clean.characters import legible

PIECES = st.sampled_from(
    [
        "a",
        "AI",
        "é",
        "e",
        "\u0301",
        "=",
        "\u0338",
        " ",
        "\n",
        "\n\n",
        "#",
        "#AI",
        "#2024",
        "@",
        "@bob",
        "@bob@x.org",
        "@someone",
        ":",
        ":blob:",
        ":aa",
        "\u200d",
        "\u200c",
        "\u200b",
        "👩",
        "💻",
        "ب",
        "ا",
        "हि",
        "\u2067",
        "\u2069",
        "\u202b",
        "\u202c",
        "\u200f",
        "> ",
        "- ",
        "-",
        "·",
        "|",
        "of ",
        "'",
        "(",
        ")",
        "https://x.org/a",
        "https://x.org/#AI",
        "/",
        "&",
        "&amp;",
        "<",
        "中",
        "\uff03",
        "K",
        "\u2028",
        "\r",
        "\x00",
        "\x1c",
        "\ud800",
        "C++",
        "!",
        "_",
        "9",
        "\u0344",
        "\U000e0041",
        ".",
        ",",
    ]
)
MARKUP = st.sampled_from(
    [
        "<p>",
        "</p>",
        "<br>",
        "<a href='https://x.org/@b#AI'>",
        "</a>",
        "<a class='mention hashtag' href='https://s.org/ai'>",
        "<a class='u-url mention' href='https://s.org/@b'>",
        "<span>",
        "</span>",
        "<blockquote>",
        "</blockquote>",
        "<li>",
        "<pre>",
        "<span class=invisible>",
        "https://",
        "…",
        "<img alt='🔥'>",
        "<img alt=':b:'>",
        "&nbsp;",
        "&#x2067;",
        "&#35;",
        "&#64;",
    ]
)
TEXTS = st.lists(PIECES, max_size=14).map("".join) | st.text(max_size=40)
URL_PIECES = [
    "https://",
    "HTTP://",
    "a.example",
    ":443",
    ":80",
    "/",
    "x",
    "?",
    "&",
    "utm_a=1",
    "b=2",
    "#",
    "@",
    "%75tm_x",
    "[",
]
URLS = st.lists(st.sampled_from(URL_PIECES)).map("".join)
PAGES = st.lists(PIECES | MARKUP, max_size=14).map("".join)


@settings(max_examples=400, deadline=None)
@given(TEXTS)
def test_cleaning_a_cleaned_text_changes_nothing(text: str) -> None:
    """A cleaned plain text is a fixed point."""
    clean = clean_text(text)
    assert clean_text(clean.text).text == clean.text


@settings(max_examples=400, deadline=None)
@given(PAGES)
def test_the_text_of_a_status_is_a_cleaned_text(content: str) -> None:
    """What HTML becomes is a fixed point too, and every writer can encode it."""
    clean = clean_status(content, content, ("2024",))
    assert clean_text(clean.text).text == clean.text
    assert unicodedata.is_normalized("NFC", clean.text)
    "".join((clean.text, clean.content_warning, *clean.tags, *clean.links)).encode()
    assert not {*"\x00\r\t\u200b"} & {*clean.text}


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_a_cleaned_text_written_as_html_comes_back(text: str) -> None:
    """Escaped, with breaks for its line ends, a cleaned text reads as itself."""
    clean = clean_text(text).text
    assert clean_status(html.escape(clean).replace("\n", "<br>"), "", ()).text == clean


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_legible_text_is_left_as_it_is(text: str) -> None:
    """Each step takes out only what no later step brings back."""
    assert legible(legible(text)) == legible(text)


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_what_a_model_reads_is_read_once(text: str) -> None:
    """The form for a model is one line that has no URL."""
    read = embedding_text(clean_text(text).text)
    assert read == " ".join(read.split())
    assert "https://x" not in read


@settings(max_examples=300, deadline=None)
@given(URLS)
def test_a_canonical_link_is_its_own_canonical_link(url: str) -> None:
    """One form for one article does not change when it is asked for again."""
    assert canonical_link(canonical_link(url)) == canonical_link(url)
