"""Light markup as HTML in three servers' dialects."""

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedilens.sample import Software
from fedilens.sample.html import as_fetched_by_mastodon, emojis_of, mentions_of, render, tags_of

HOST = "hackmesh.example"
LONG = "https://www.lantern.example/a/very/long/path/that/goes/on?from=x&and=more#part"


def mastodon(text: str) -> str:
    return render(text, software=Software.MASTODON, host=HOST)


def gotosocial(text: str) -> str:
    return render(text, software=Software.GOTOSOCIAL, host=HOST)


def snac(text: str) -> str:
    return render(text, software=Software.SNAC, host=HOST)


def test_mastodon_writes_paragraphs_and_breaks() -> None:
    """A blank line parts paragraphs, a line end is a break."""
    assert mastodon("one\ntwo\n\nthree\n") == "<p>one<br />two</p><p>three</p>"


def test_gotosocial_writes_one_paragraph_of_breaks() -> None:
    """As recorded for plain text."""
    assert gotosocial("one\ntwo\n\nthree") == "<p>one<br>two<br><br>three</p>"


def test_snac_writes_breaks_alone() -> None:
    """As recorded: no paragraphs, a break after each line."""
    assert snac("one\ntwo\n\nthree") == "one<br>two<br><br>three<br>"


def test_a_hashtag_is_a_link_in_each_dialect() -> None:
    """As recorded: a span at Mastodon and GoToSocial, a query at snac."""
    assert (
        mastodon("#AI")
        == f'<p><a href="https://{HOST}/tags/AI" class="mention hashtag" rel="tag">#<span>AI</span></a></p>'
    )
    assert gotosocial("#AI") == (
        f'<p><a href="https://{HOST}/tags/ai" class="mention hashtag" rel="tag nofollow noreferrer noopener" '
        'target="_blank">#<span>AI</span></a></p>'
    )
    assert snac("#AI") == f'<a href="https://{HOST}?t=ai" class="mention hashtag" rel="tag">#AI</a><br>'


def test_letters_of_every_script_make_a_hashtag() -> None:
    """Its address is percent-encoded where the server does so."""
    assert f'href="https://{HOST}/tags/%E7%94%9F%E6%88%90AI"' in mastodon("#生成AI")
    assert f'href="https://{HOST}?t=生成ai"' in snac("#生成AI")


def test_a_mention_is_a_link_to_the_profile() -> None:
    """The profile's address is that of the mentioned account's own server."""
    assert mastodon("@bob@kunst.example.") == (
        '<p><span class="h-card" translate="no"><a href="https://kunst.example/@bob" class="u-url mention">'
        "@<span>bob</span></a></span>.</p>"
    )
    assert gotosocial("@bob@snacbar.example") == (
        '<p><span class="h-card"><a href="https://snacbar.example/bob" class="u-url mention" '
        'rel="nofollow noreferrer noopener" target="_blank">@<span>bob</span></a></span></p>'
    )
    assert snac("@bob@gts.example") == (
        '<a href="https://gts.example/@bob" class="u-url mention">@bob@gts.example</a><br>'
    )


def test_mastodon_hides_the_ends_of_a_long_link() -> None:
    """Thirty characters are shown, and the whole is in the address."""
    assert mastodon(f"({LONG}).") == (
        '<p>(<a href="https://www.lantern.example/a/very/long/path/that/goes/on?from=x&amp;and=more#part" '
        'target="_blank" rel="nofollow noopener" translate="no"><span class="invisible">https://www.</span>'
        '<span class="ellipsis">lantern.example/a/very/long/pa</span>'
        '<span class="invisible">th/that/goes/on?from=x&amp;and=more#part</span></a>).</p>'
    )
    assert '<span class="">a.example/b</span><span class="invisible"></span>' in mastodon("http://a.example/b")


def test_the_other_servers_show_a_link_as_it_is() -> None:
    """As recorded: GoToSocial escapes the &, snac the #."""
    shown = LONG.replace("&", "&amp;")
    assert (
        gotosocial(LONG) == f'<p><a href="{shown}" rel="nofollow noreferrer noopener" target="_blank">{shown}</a></p>'
    )
    shown = LONG.replace("#", "&#35;")
    assert snac(LONG) == f'<a href="{shown}" target="_blank">{shown}</a><br>'


def test_code_and_quotes_are_markup_at_snac_alone() -> None:
    """The others show what was typed."""
    assert mastodon("> so `a < #b`") == "<p>&gt; so `a &lt; #b`</p>"
    assert gotosocial("> so `a < #b`") == "<p>> so `a &lt; #b`</p>"
    assert snac("> so\n> it\nno `a < #b`") == "<blockquote>so<br>it<br></blockquote>no <code>a &lt; #b</code><br>"
    assert snac("no\n> so") == "no<br><blockquote>so<br></blockquote>"


def test_special_characters_are_escaped_as_far_as_each_server_does() -> None:
    """Nothing that is typed becomes markup or another character."""
    assert mastodon("<b> & \"it\" 'is'") == "<p>&lt;b&gt; &amp; &quot;it&quot; &#39;is&#39;</p>"
    assert gotosocial('<b> & "it"') == '<p>&lt;b> & "it"</p>'
    assert snac("&amp; <b>") == "&amp;amp; &lt;b&gt;<br>"


def test_tags_mentions_and_emoji_are_found_once_and_in_order() -> None:
    """A number, a part of a word, of an address or of code is no hashtag."""
    text = (
        "#AI and #ki, C# #2024 x#no &#39; https://a.example/#part `#code` #Ai_2 #ai "
        "@a@b.example @c@d.example @a@b.example"
    )
    assert tags_of(text) == ("ai", "ki", "ai_2")
    assert mentions_of(text) == ("a@b.example", "c@d.example")
    assert emojis_of(":blobcat: a:b:c 10:30:20 :blobcat::ok: :yes_no:") == ("blobcat", "yes_no")


def test_mastodon_marks_links_of_other_servers_posts() -> None:
    """What leads away says so once, whatever the author's server said."""
    assert as_fetched_by_mastodon('<a href="x" class="mention hashtag" rel="tag">#<span>AI</span></a>') == (
        '<a href="x" class="mention hashtag" rel="nofollow noopener" target="_blank">#<span>AI</span></a>'
    )
    assert as_fetched_by_mastodon('<a href="x" target="_blank" rel="tag" translate="no">y</a>') == (
        '<a href="x" translate="no" rel="nofollow noopener" target="_blank">y</a>'
    )


@pytest.mark.parametrize("software", list(Software))
@given(text=st.text(alphabet="ab<>&;\"' #@:/.`\n\u0633\u00e9", max_size=60))
def test_no_text_is_lost_in_any_dialect(software: Software, text: str) -> None:
    """Without its markup and white space the HTML reads as what was typed, quotation signs and backticks aside."""
    html = render(text, software=software, host=HOST)
    read = unescape(re.sub(r"<[^>]*>", "", html))
    strip = str.maketrans("", "", " \n`>")
    assert read.translate(strip) == text.translate(strip)
