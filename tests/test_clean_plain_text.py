"""Characters, and the trailing block of hashtags."""

import pytest

from fedilens.clean import clean_text
from fedilens.clean.characters import legible
from fedilens.clean.plain_text import MAX_CHARACTERS


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\r\nb\rc\x0bd\x0ce\x85f\u2028g", "a\nb\nc\nd\ne\nf\ng"),
        ("a\u2029b", "a\n\nb"),
        ("a\x00b\x08c\x0ed\x1fe\x7ff\x9fg", "abcdefg"),
        ("a\u00adb\u034fc\u180ed\u200be\u2060f\u2064g\u206ah\ufeffi", "abcdefghi"),
        ("a\ud800b\udfffc\U000e0041d\ufff9e", "abcde"),
        ("a\tb", "a\tb"),
        ("e\u0301 A\u030a", "\u00e9 \u00c5"),
        ("e\u200b\u0301", "\u00e9"),
        ("👩\u200d💻 ❤\ufe0f\u200d🔥", "👩\u200d💻 ❤\ufe0f\u200d🔥"),
        ("می\u200cخواهم क्\u200dष", "می\u200cخواهم क्\u200dष"),
        ("A\u200dI A\u200cI 👩\u200d a\u200d👩", "AI AI 👩 a👩"),
        ("\u200ea\u200fb\u061cc", "\u200ea\u200fb\u061cc"),
        (
            "\u202aa\u202c \u202eb\u202c \u2066c\u2069 \u2068d\u2069",
            "\u202aa\u202c \u202eb\u202c \u2066c\u2069 \u2068d\u2069",
        ),
        ("\u2067a\u202ab\u202c\u2069", "\u2067a\u202ab\u202c\u2069"),
        ("\u2067a\nb\u2069", "a\nb"),
        ("\u2067a\u202c \u202b", "a "),
    ],
)
def test_only_what_a_reader_can_see_is_kept(text: str, expected: str) -> None:
    """Line ends are newlines, hiding characters go, those that shape letters, emoji and direction stay."""
    assert legible(text) == expected


def test_a_heap_of_marks_is_levelled() -> None:
    """A letter keeps its first marks, as many as any language needs."""
    assert legible("x" + "\u0338" * 30) == "x" + "\u0338" * 30
    assert legible("x" + "\u0338" * 31 + "y") == "x" + "\u0338" * 30 + "y"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Tired of #AI", "Tired of #AI"),
        ("Tired of #AI #ML", "Tired of #AI"),
        ("Tired of #AI, #ML | #X", "Tired of #AI"),
        ("I say no to\n#AI", "I say no to"),
        ("Contre l'#IA", "Contre l'#IA"),
        ("anti-#AI", "anti-#AI"),
        ("I like C++ #AI", "I like C++"),
        ("Read this - #AI", "Read this"),
        ("Read this, #AI", "Read this,"),
        ("Done. #AI, #ML; #X | #Y · #Z", "Done."),
        ("Done.\n\n#AI\n#ML\n\n#X", "Done."),
        ("Done.\n- #AI\n- #ML", "Done."),
        ("Done.\n> #AI", "Done."),
        ("Love #AI!", "Love #AI!"),
        ("#AI is #ML now", "#AI is #ML now"),
        ("#AI #ML", ""),
        ("| #AI", ""),
        ("Done. #1 #2", "Done. #1 #2"),
        ("Done. #1 #AI", "Done. #1"),
        ("See C#", "See C#"),
        ("See /#AI and x#AI", "See /#AI and x#AI"),
        ("See /#AI", "See /#AI"),
        ("See https://a.example/,#AI", "See https://a.example/,#AI"),
        ("バブルだ。#AI", "バブルだ。"),
        ("ठीक है। #हिन्दी", "ठीक है।"),
        ("Done. #" + "x" * 200, "Done."),
        ("Done. #" + "x" * 201, "Done. #" + "x" * 201),
    ],
)
def test_hashtags_behind_the_last_word_leave(text: str, expected: str) -> None:
    """Only hashtags and what parts them leave; one that a sentence needs stays."""
    assert clean_text(text).text == expected


@pytest.mark.parametrize("word", ["of", "The", "and", "gegen", "avec", "sin"])
def test_a_hashtag_that_completes_a_sentence_stays(word: str) -> None:
    """After an article, preposition or conjunction the hashtag is the word that is missing."""
    assert clean_text(f"x {word} #AI").text == f"x {word} #AI"


def test_all_tags_of_a_plain_text_are_found_in_order() -> None:
    """Inline and trailing ones, lower case, once, none within an address, numbers left out."""
    assert clean_text("#b in https://a.example/#no, #A and #B #1. Done #C #a").tags == ("b", "a", "c")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("@bob @bob@b.example:3000 @@bob x", "@someone @someone @someone x"),
        ("(@bob), @bob-x_y.z: .@bob", "(@someone), @someone: .@someone"),
        ("a@b.example a/@bob @ 5 @école", "a@b.example a/@bob @ 5 @école"),
        ("@bob@b.example.", "@someone."),
        ("@bob@eve@b.example x", "@someone x"),
    ],
)
def test_names_become_someone(text: str, expected: str) -> None:
    """With or without a host; addresses of mail and pages are no mentions."""
    assert clean_text(text).text == expected


def test_spaces_and_lines_are_folded() -> None:
    """Any run of spaces is one, lines are stripped, blank lines do not add up."""
    assert clean_text("  a\u00a0 \t\u3000b  \n \n\n\n  c\u2003\n").text == "a b\n\nc"


def test_a_text_never_grows_beyond_the_bound() -> None:
    """Names that become longer do not, and the cut falls between words."""
    text = clean_text("@a " * (MAX_CHARACTERS // 3)).text
    assert len(text) <= MAX_CHARACTERS
    assert set(text.split()) == {"@someone"}
    assert clean_text(text).text == text
    assert len(clean_text("x" * MAX_CHARACTERS).text) == MAX_CHARACTERS
    assert len(clean_text("x" * (MAX_CHARACTERS + 1)).text) == MAX_CHARACTERS
    assert len(clean_text("@a," * (MAX_CHARACTERS // 3)).text) == MAX_CHARACTERS
