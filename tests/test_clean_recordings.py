"""What three real servers sent, and the golden post, through the cleaning."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fedilens.clean import clean_status, clean_text
from fedilens.types import CleanText

DATA = Path(__file__).parent / "data"
SERVERS = ("gotosocial", "snac", "takahe")
LONG = "https://example.org/a/very/long/path/that/goes/on/and/on?with=query&and=more#fragment"
TELLING = [
    ("code", "`code` and *stars* and _under_", ("ai",)),
    ("RT-like", 'RT-like: "AI will replace teachers" — no it will not, and stop saying it.', ("ai", "education")),
    ("Line one", "Line one\nline two\n\nparagraph two", ("ai", "bigtech")),
    ("Hash in word", "Hash in word C# and number #2024 and #AI_ethics and #ai and #Ai", ("2024", "ai", "ai_ethics")),
    ("Long link", f"Long link {LONG} and #AI", ("ai",)),
    ("Emoji only", "Emoji only: 🤖🔥👩\u200d💻", ("ai",)),
    ("五年後", "五年後には誰も覚えていないバブルだと思う。", ("ai", "生成ai")),
    ("مرحبا", "مرحبا بالعالم", ("ai",)),
    ("IA ouverte", "L'IA ouverte, publique, coopérative : c'est possible.", ("ai", "ia", "logiciellibre")),
    ("Filler number 49", "Filler number 49: an opinion about automation, take 5.", ("ai", "filler")),
    ("Training on our", "Training on our drawings without asking is taking, whatever the lawyers call it.",
     ("generativeai", "noai")),
    ("Digest 1/2", "Digest 1/2", ("aidebate",)),
]  # fmt: skip


def statuses(value: Any) -> Iterator[dict[str, Any]]:
    """Every status in a recorded body, however it is wrapped."""
    if isinstance(value, dict):
        if isinstance(value.get("content"), str) and "spoiler_text" in value:
            yield value
        for inner in value.values():
            yield from statuses(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from statuses(inner)


def cleaned(status: dict[str, Any]) -> CleanText:
    return clean_status(status["content"], status["spoiler_text"], [tag["name"] for tag in status.get("tags") or []])


def recorded(server: str) -> list[dict[str, Any]]:
    bodies = [
        json.loads(path.read_text(encoding="utf-8"))["body"] for path in sorted((DATA / "servers" / server).iterdir())
    ]
    return [status for body in bodies for status in statuses(body)]


@pytest.mark.parametrize("server", SERVERS)
def test_every_recorded_status_loses_its_markup_and_keeps_its_words(server: str) -> None:
    """No element, entity or trailing hashtag is left, and cleaning again changes nothing."""
    found = recorded(server)
    assert len(found) > 100
    for status in found:
        clean = cleaned(status)
        assert "<a" not in clean.text
        assert "&quot;" not in clean.text
        assert "# " not in clean.text.replace("C# ", "")
        assert not clean.text.endswith((" ", "#AI")) or clean.text.endswith("and #AI")
        assert clean_text(clean.text).text == clean.text
        assert {tag["name"].lower() for tag in status.get("tags") or []} <= set(clean.tags)


@pytest.mark.parametrize("server", SERVERS)
@pytest.mark.parametrize(("part", "text", "tags"), TELLING)
def test_the_telling_posts_read_the_same_on_every_server(
    server: str, part: str, text: str, tags: tuple[str, ...]
) -> None:
    """Three dialects of HTML, one text."""
    found = [
        cleaned(status)
        for status in recorded(server)
        if part in status["content"] and "Western" not in status["content"]
    ]
    assert found
    expected = text.replace("`", "").replace("*", "") if server == "snac" and part == "code" else text
    wanted = set(tags) - {"2024"} if server == "gotosocial" else set(tags)  # it takes no number for a hashtag
    for clean in found:
        assert clean.text == expected
        assert set(clean.tags) == wanted
        assert len(clean.tags) == len(wanted)
        assert clean.links == ((LONG,) if "https" in text else ())


@pytest.mark.parametrize("server", SERVERS)
def test_a_content_warning_stands_in_its_own_field(server: str) -> None:
    """The recorded post with a warning has it beside its text."""
    warned = [cleaned(status) for status in recorded(server) if status["spoiler_text"]]
    assert {(clean.text, clean.content_warning) for clean in warned} == {("content warning inside", "AI, again")}


def test_mentions_and_inline_tags_of_a_command_stay_in_order() -> None:
    """What people wrote to the bot reads without its name."""
    texts = {cleaned(status).text for status in recorded("gotosocial")}
    assert {"@someone subscribe #AI weekly", "@someone digest #AI week", "@someone 🙂"} <= texts


def test_unescaped_signs_of_snac_are_read_as_a_browser_reads_them() -> None:
    """What snac does not escape is markup, so that a script in a post is one; the others escape it, and it is text."""
    texts = {server: {cleaned(status).text for status in recorded(server)} for server in SERVERS}
    assert "a < b && c > d & \"quotes\" 'single'" in texts["snac"]
    assert "a < b && c > d & \"quotes\" 'single' <script>alert(1)</script>" in texts["gotosocial"]
    assert "a < b && c > d &amp; \"quotes\" 'single' <script>alert(1)</script>" in texts["takahe"]


def test_an_empty_post_of_snac_is_an_empty_text() -> None:
    """A post that is only a line break has no text."""
    assert any(cleaned(status).text == "" for status in recorded("snac"))


GOLDEN_TAGS = ("ai", "generativeai", "llms", "bigtech", "capitalism", "environment", "deepseek")
GOLDEN_PARAGRAPHS = [
    ("I don't know why Western leftists", "(where's the IndyMedia for AI, for instance?)"),
    ("Simply saying that AI wastes energy", "improve the productivity of its users."),
    ("AI's negative externalities are", "end up biasing the final result."),
    ("What we can't do is refrain from", "are being sucked dry by big tech companies."),
]


def golden() -> CleanText:
    return cleaned(json.loads((DATA / "seed-status.json").read_text(encoding="utf-8")))


def test_the_golden_post_has_four_paragraphs_and_seven_tags() -> None:
    """The fifth paragraph, of hashtags only, goes to the tags, and nothing else does."""
    clean = golden()
    paragraphs = clean.text.split("\n\n")
    assert len(paragraphs) == len(GOLDEN_PARAGRAPHS)
    for paragraph, (start, end) in zip(paragraphs, GOLDEN_PARAGRAPHS, strict=True):
        assert paragraph.startswith(start)
        assert paragraph.endswith(end)
    assert clean.tags == GOLDEN_TAGS
    assert clean.links == ()
    assert not set("<>#\\") & set(clean.text)


@pytest.mark.parametrize("server", ["gotosocial", "snac"])
def test_the_golden_post_reads_the_same_through_other_servers(server: str) -> None:
    """Line breaks instead of paragraphs, query links instead of tag pages: the same text and tags."""
    found = [cleaned(status) for status in recorded(server) if "Western" in status["content"]]
    assert found
    assert {(clean.text, clean.tags) for clean in found} == {(golden().text, GOLDEN_TAGS)}
