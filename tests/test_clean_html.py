"""HTML of statuses as text."""

import pytest

from fedilens.clean import clean_status, clean_text
from fedilens.clean.html_to_text import MAX_HTML


def text_of(content: str) -> str:
    return clean_status(content, "", ()).text


def hashtag(name: str) -> str:
    """A hashtag as Mastodon writes it."""
    return f'<a href="https://a.example/tags/{name}" class="mention hashtag" rel="tag">#<span>{name}</span></a>'


def mention(name: str) -> str:
    """A mention as Mastodon writes it."""
    return (
        f'<span class="h-card" translate="no"><a href="https://a.example/@{name}" class="u-url mention">'
        f"@<span>{name}</span></a></span>"
    )


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("<p>One.</p><p>Two.</p>", "One.\n\nTwo."),
        ("<p>One.</p>\n\n  <p>Two.</p>", "One.\n\nTwo."),
        ("<p>One<br>two<br/>three</p>", "One\ntwo\nthree"),
        ("One<br><br>two<br><br><br><br>three", "One\n\ntwo\n\nthree"),
        ("<p>One</p><br><p>two</p>", "One\n\ntwo"),
        ("<div>One</div><div>two</div>", "One\ntwo"),
        ("<h1>Head</h1>text<hr>tail", "Head\n\ntext\n\ntail"),
        ("<p>in<b>s</b>ide</p>", "inside"),
        ("<p>a line\nthat goes   on&nbsp;here</p>", "a line that goes on here"),
        ("<p>Buy:</p><ul><li>milk</li><li><p>tea</p></li><li></li></ul><p>Go.</p>", "Buy:\n\n- milk\n\n- tea\n\nGo."),
        ("<ol><li>one</li><li>two</li></ol>", "- one\n- two"),
        ("<p>x</p><blockquote><p>a<br>b</p><p>c</p></blockquote><p>y</p>", "x\n\n> a\n> b\n\n> c\n\ny"),
        ("<blockquote>a<blockquote>b</blockquote>c</blockquote>", "> a\n\n> > b\n\n> c"),
        ("<blockquote><ul><li>a</li></ul></blockquote>", "> - a"),
        ("<pre><code>one:\n    two\n\nthree</code></pre><p>a\nb</p>", "one:\ntwo\n\nthree\n\na b"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><th>c</th></tr></table>", "a b\nc"),
        ("<p>&lt;b&gt; &amp;amp; &quot;x&quot; &#39;y&#x27; &eacute;&hellip;</p>", "<b> &amp; \"x\" 'y' é…"),
        ("<p>a<script>alert(1)</script>b<style>p{}</style>c<!-- no -->d</p>", "abcd"),
        ("<p>漢<ruby>字<rp>(</rp><rt>じ</rt><rp>)</rp></ruby></p>", "漢字"),
    ],
)
def test_structure_becomes_lines_and_paragraphs(content: str, expected: str) -> None:
    """Paragraphs are parted by a blank line, lines by a newline, whatever the markup."""
    assert text_of(content) == expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (f"<p>{mention('bob')} no.</p>", "@someone no."),
        (f"<p>{mention('bob')} {mention('eve')} no.</p>", "@someone @someone no."),
        (f"<p>{mention('bob')}{mention('eve')} no.</p>", "@someone @someone no."),
        (f"<p>Ask {mention('bob')}'s cat, {mention('eve')}.</p>", "Ask @someone's cat, @someone."),
        (f"<p>Ask {mention('bob')}and {mention('eve')}.org go</p>", "Ask @someone and @someone .org go"),
        ('<a class="u-url mention" href="https://b.example/@x">@x@b.example</a> hi', "@someone hi"),
        ('@<a class="u-url mention" href="https://b.example/x">Xaver</a> hi', "@someone hi"),
        ('<a class="u-url" href="https://b.example/@x">Xaver</a> hi', "@someone hi"),
        ('<a href="https://b.example/@x">@x</a> hi', "@someone hi"),
        ("<p>Ask @bob@b.example, or @eve.</p>", "Ask @someone, or @someone."),
        ("<p>Mail bob@b.example or 5 @ 3</p>", "Mail bob@b.example or 5 @ 3"),
    ],
)
def test_every_mention_reads_the_same(content: str, expected: str) -> None:
    """No name is left, nothing around it is lost, and the link of a mention is no link."""
    clean = clean_status(content, "", ())
    assert clean.text == expected
    assert clean.links == ()
    assert clean.tags == ()


@pytest.mark.parametrize(
    ("content", "text", "tags"),
    [
        (f"<p>Why {hashtag('AI')} fails.</p>", "Why #AI fails.", ("ai",)),
        (f"<p>Why{hashtag('AI')}fails.</p>", "Why #AI fails.", ("ai",)),
        (f"<p>{hashtag('AI')}-based, {hashtag('ML')}'s.</p>", "#AI-based, #ML's.", ("ai", "ml")),
        (f"<p>Done. {hashtag('AI')} {hashtag('BigTech')}</p>", "Done.", ("ai", "bigtech")),
        (f"<p>Done.</p><p>{hashtag('AI')}<br>{hashtag('ML')}</p><p>{hashtag('X')}</p>", "Done.", ("ai", "ml", "x")),
        (f"<p>{hashtag('AI')} is here. {hashtag('AI')}</p>", "#AI is here.", ("ai",)),
        (f"<p>{hashtag('AI')} {hashtag('ML')}</p>", "", ("ai", "ml")),
        (f"<ul><li>Done.</li><li>{hashtag('AI')}</li></ul>", "- Done.", ("ai",)),
        (f"<p>A.</p><blockquote>{hashtag('AI')}</blockquote>", "A.", ("ai",)),
        ('Done. <a href="https://s.example?t=ai" class="mention hashtag" rel="tag">#AI</a><br>', "Done.", ("ai",)),
        ('Done. #<a href="https://f.example/search?tag=AI" class="hashtag">AI</a>', "Done.", ("ai",)),
        ('Done. <a href="https://p.example/tag/ai">#AI</a>', "Done.", ("ai",)),
        ('Go. <a class="hashtag" href="https://s.example/t">#2024</a>', "Go.", ("2024",)),
        ('Go. <a class="hashtag" href="https://s.example/t">#a-b</a>', "Go.", ("a-b",)),
        ("Done. #AI #Künstliche_Intelligenz", "Done.", ("ai", "künstliche_intelligenz")),
        ("<p>Done. \uff03生成AI</p>", "Done.", ("生成ai",)),
        ("<p>Done. #<b>AI</b></p>", "Done.", ("ai",)),
        ("<p>We are #1</p>", "We are #1", ()),
        ("<p>C# and a&#35;b</p>", "C# and a#b", ()),
    ],
)
def test_hashtags_stay_in_the_sentence_and_leave_the_end(content: str, text: str, tags: tuple[str, ...]) -> None:
    """A hashtag is one word in its own case; behind the last word it is only a tag; it is never a link."""
    clean = clean_status(content, "", ())
    assert (clean.text, clean.tags, clean.links) == (text, tags, ())


def test_the_servers_tags_come_first_and_once() -> None:
    """The server's order leads, then what the text adds; no sign, lower case, no repeats, nothing empty."""
    clean = clean_status(
        f"<p>{hashtag('ML')} is in {hashtag('AI')} too. {hashtag('New')}</p>", "", ("#Zeta", "AI", "ai", "")
    )
    assert clean.tags == ("zeta", "ai", "ml", "new")


def test_a_number_is_a_trailing_tag_where_the_server_says_so() -> None:
    """`#2024` in plain text counts as a hashtag only if it is among the server's tags."""
    assert clean_status("<p>Done. #2024</p>", "", ("2024",)).text == "Done."
    assert clean_status("<p>Done. #2024</p>", "", ()).text == "Done. #2024"


LONG = "https://example.org/a/very/long/path?with=query&and=more#fragment"
LONG_HTML = LONG.replace("&", "&amp;")
SPANS = (
    f'<span class="invisible">https://</span><span class="ellipsis">{LONG_HTML[8:40]}</span>'
    f'<span class="invisible">{LONG_HTML[40:]}</span>'
)


@pytest.mark.parametrize(
    ("label", "shown"),
    [
        (SPANS, LONG),
        (LONG_HTML, LONG),
        ("example.org/a/very…", LONG),
        ("www.example.org/a...", LONG),
        ("Example.org", LONG),
        ("the report", "the report"),
        ("the <em>report</em>", "the report"),
        ("report", "report"),
        ("example", "example"),
        ("other.example", "other.example"),
        ("", ""),
        ("<br>".join("abc"), "a\nb\nc"),
    ],
)
def test_a_link_reads_its_address_or_its_own_words(label: str, shown: str) -> None:
    """A shown address reads in full from href, words stay words, and either way the link is known."""
    clean = clean_status(f'<p>See <a href="{LONG_HTML}">{label}</a> now</p>', "", ())
    assert clean.text == " ".join(["See", shown, "now"] if shown else ["See", "now"])
    assert clean.links == (LONG,)


@pytest.mark.parametrize(
    "href",
    ["javascript:alert(1)", "data:text/html,x", "/relative", "//host.example/x", "mailto:a@b.example", "http://[::1", "https://",
     "ftp://a.example/x", "", "https://a.example/" + "x" * 5000],
)  # fmt: skip
def test_only_absolute_web_addresses_are_links(href: str) -> None:
    """Anything else leaves the words of its anchor and no link."""
    clean = clean_status(f'<p>See <a href="{href}">this thing</a>.</p>', "", ())
    assert (clean.text, clean.links) == ("See this thing.", ())


def test_an_anchor_without_href_is_its_words() -> None:
    """An anchor may have no target at all."""
    assert clean_status("<a>word</a>", "", ()).links == ()


def test_links_are_in_order_and_once() -> None:
    """Anchors and plain addresses are found alike, without the punctuation behind them."""
    html = (
        '<p>https://b.example/(x). <a href="https://a.example">w</a> https://b.example/(x) (http://c.example/d), e</p>'
    )
    assert clean_status(html, "", ()).links == ("https://b.example/(x)", "https://a.example", "http://c.example/d")


def test_an_address_is_one_word_without_hidden_characters() -> None:
    """Spaces, quotes and angle brackets are encoded; line ends, zero-width and direction marks go."""
    html = '<p><a href=" https://a.example/\u200bb\u200f c&quot;&lt;d\n\te ">w</a></p>'
    assert clean_status(html, "", ()).links == ("https://a.example/b%20c%22%3Cde",)


def test_text_does_not_run_into_an_address() -> None:
    """A word next to a link keeps its distance, punctuation does not."""
    html = 'x<a href="https://a.example/b">https://a.example/b</a>y, (<a href="https://a.example/b">https://a.example/b</a>).'
    assert text_of(html) == "x https://a.example/b y, (https://a.example/b)."


def test_signs_in_an_address_are_no_hashtag_and_no_mention() -> None:
    """`/@name` and `#part` within a URL stay as they are, also at the end of a text."""
    html = '<p>By <a href="https://a.example/@bob/#AI">https://a.example/@bob/#AI</a></p>'
    clean = clean_status(html, "", ())
    assert clean.text == "By https://a.example/@bob/#AI"
    assert clean.tags == ()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("<p>Hi :blobcat: you</p>", "Hi you"),
        ("<p>:a1::b_2: Hi (:ok:)</p>", "Hi ( )"),
        ("<p>Hi\u200b:blobcat:\u200byou</p>", "Hi you"),
        ('<p>Hi <img class="emoji" alt=":blobcat:" src="x"> you</p>', "Hi you"),
        ('<p>Hi <img class="emoji" alt="🔥"> <img alt="a photo of tea"><img>you</p>', "Hi 🔥 you"),
        ('<p><img alt="été"><img alt="' + "🔥" * 17 + '">x</p>', "x"),
        ("<p>At 10:30:45, a:b:c and std::vec::new</p>", "At 10:30:45, a:b:c and std::vec::new"),
    ],
)
def test_custom_emoji_leave_and_real_ones_stay(content: str, expected: str) -> None:
    """Shortcodes and their pictures say nothing outside their server; times and code are none."""
    assert text_of(content) == expected


def test_the_reference_of_a_quote_post_leaves() -> None:
    """Mastodon and others repeat the quoted post's link in an element of its own, for software that knows no quotes."""
    html = '<p class="quote-inline">RE: <a href="https://a.example/1">https://a.example/1</a></p><p>I agree.</p>'
    clean = clean_status(html, "", ())
    assert (clean.text, clean.links) == ("I agree.", ())
    assert text_of('Yes.<span class="quote-inline"><br><br>RE: https://a.example/1</span>') == "Yes."


def test_an_anchor_around_a_whole_post_is_no_mention() -> None:
    """An anchor that nobody closed does not swallow what follows, and a person's page is no link."""
    html = '<a class="u-url mention" href="https://a.example/@b"><p>One.</p><p>Two.</p>'
    clean = clean_status(html, "", ())
    assert (clean.text, clean.links) == ("One.\n\nTwo.", ())
    many = '<a class="hashtag" href="https://a.example/t">' + "<b>x</b>" * 100 + "</a>"
    assert clean_status(many, "", ()).text == "x" * 100


def test_a_hashtag_anchor_with_a_sentence_is_words() -> None:
    """A class alone does not make several words, or a very long one, a hashtag."""
    assert clean_status('<a class="hashtag" href="https://a.example/t">two words</a>', "", ()).tags == ()
    assert (
        clean_status(f'<a class="hashtag" href="https://a.example/t">#{"x" * 201}</a> y', "", ()).text
        == f"#{'x' * 201} y"
    )


def test_the_content_warning_is_one_line_of_its_own() -> None:
    """It is plain text, keeps its hashtags, and names nobody."""
    clean = clean_status("<p>x</p>", " AI,\nagain :blob: by @bob@b.example \x00#AI ", ())
    assert clean.content_warning == "AI, again by @someone #AI"
    assert clean.text == "x"


def test_content_without_markup_keeps_its_lines() -> None:
    """A text in which there is no element is plain text, with entities decoded."""
    assert text_of("one &amp; two\nthree\n\n\nfour") == "one & two\nthree\n\nfour"


def test_right_to_left_text_keeps_its_marks() -> None:
    """Direction marks stay, isolates stay where they are closed; a lone one goes."""
    assert text_of("<p>\u200fمرحبا \u2067abc\u2069 \u2067x</p>") == "\u200fمرحبا \u2067abc\u2069 x"


def test_a_long_post_is_cut_between_tags() -> None:
    """Beyond MAX_HTML nothing is read, and no half tag or half entity shows."""
    filler = "<p>" + "word " * 10
    head = filler + "x" * (MAX_HTML - len(filler) - 10)
    assert text_of(f"{head}{'y' * 10}ZZZ").endswith("xyyyyyyyyyy")
    assert text_of(f"{head}yyyy<b class='x'>ZZZ</b>").endswith("xyyyy")
    assert text_of(f"{head}yyyyyy&hellip;ZZZ").endswith("xyyyyyy")
    assert text_of(f"{head}y < yyyyyyZZZ").endswith("xy < yyyyyy")
    exact = f"{head}{'y' * 10}"
    assert len(exact) == MAX_HTML
    assert text_of(exact).endswith("xyyyyyyyyyy")


def test_plain_text_follows_the_same_rules() -> None:
    """`clean_text` gives an archive's plain text the same form, and leaves markup as the words it is."""
    clean = clean_text("@bob@b.example see https://a.example/x, <b> #AI\n\n\n#ML #ai")
    assert clean.text == "@someone see https://a.example/x, <b>"
    assert clean.tags == ("ai", "ml")
    assert clean.links == ("https://a.example/x",)


def test_an_address_shown_in_letters_is_an_address() -> None:
    """A server may show `é` where the target says `%C3%A9`."""
    clean = clean_status('<a href="https://a.example/%C3%A9t%C3%A9/1">a.example/été…</a>', "", ())
    assert clean.text == "https://a.example/%C3%A9t%C3%A9/1"
