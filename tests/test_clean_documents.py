"""What a model reads, and one form for one article."""

import pytest

from fedilens.clean import canonical_link, embedding_text
from fedilens.clean.documents import TRACKING_PARAMETERS, TRACKING_PREFIXES


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("HTTPS://Example.ORG/Path/", "https://example.org/Path"),
        ("https://example.org/", "https://example.org"),
        ("https://example.org", "https://example.org"),
        ("https://example.org:443/a", "https://example.org/a"),
        ("http://example.org:80/a", "http://example.org/a"),
        ("http://example.org:443/a", "http://example.org:443/a"),
        ("https://example.org:8443/a", "https://example.org:8443/a"),
        ("https://example.org:/a", "https://example.org/a"),
        ("https://[2001:DB8::1]:443/a", "https://[2001:db8::1]/a"),
        ("https://bob:secret@example.org/a", "https://example.org/a"),
        ("https://example.org/a?utm_source=x&utm_medium=y", "https://example.org/a"),
        ("https://example.org/a?b=2&UTM_Source=x&a=1&", "https://example.org/a?b=2&a=1"),
        ("https://example.org/a?%75tm_source=x&id=%2F", "https://example.org/a?id=%2F"),
        ("https://example.org/a?mc_cid=1&fbclid=2&gclid=3&ref=home&id=4#top", "https://example.org/a?id=4"),
        ("https://example.org/a?preference=1&href=2&mcq=3", "https://example.org/a?preference=1&href=2&mcq=3"),
        ("https://example.org/a/#/route", "https://example.org/a"),
        ("https://example.org/é?q=ü", "https://example.org/é?q=ü"),
        ("mailto:a@example.org", "mailto:a@example.org"),
        ("http://[broken", "http://[broken"),
        ("no address", "no address"),
    ],
)
def test_links_to_one_article_have_one_form(url: str, expected: str) -> None:
    """What tells readers apart goes, what tells articles apart stays."""
    assert canonical_link(url) == expected


@pytest.mark.parametrize("name", sorted(TRACKING_PARAMETERS | {f"{prefix}x" for prefix in TRACKING_PREFIXES}))
def test_each_tracking_parameter_is_dropped(name: str) -> None:
    """Alone or among others."""
    assert canonical_link(f"https://a.example/x?{name}=1") == "https://a.example/x"
    assert canonical_link(f"https://a.example/x?a=1&{name}&b=2") == "https://a.example/x?a=1&b=2"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("@someone @someone, I think #AI\n\nis  here https://a.example/#x now", "I think AI is here now"),
        ("@someone: yes, @someone said so", "yes, @someone said so"),
        ("https://a.example/@bob @someone hi", "hi"),
        ("@someoneelse hi", "@someoneelse hi"),
        ("C# and #1 and a#b", "C# and 1 and a#b"),
        ("#GenerativeAI #ML", "GenerativeAI ML"),
        ("@someone", ""),
        ("", ""),
    ],
)
def test_a_model_reads_words_in_one_line(text: str, expected: str) -> None:
    """No URL, no mention in front, hashtags as their words."""
    assert embedding_text(text) == expected
