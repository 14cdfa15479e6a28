"""Languages, sentences, lemmas, entities and vectors, with the real libraries."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from fedilens.annotate import UNKNOWN, SentenceEncoder, SpacyLinguist, decide_language
from fedilens.annotate.language import detect
from fedilens.annotate.linguistics import LONGEST_SENTENCE
from fedilens.errors import ModelError
from fedilens.processor import cpu_has_bf16
from fedilens.types import Entity

GERMAN = "Die Rechenzentren verbrauchen viel zu viel Strom, und niemand fragt die Leute, die daneben wohnen."
ENGLISH = "The data centres use far too much power, and nobody asks the people who live beside them."
OPENAI = Entity("OpenAI", "ORG")
NAMES = {"OpenAI": OPENAI, "openai": OPENAI, "Open AI": OPENAI, "open ai": OPENAI}


@pytest.mark.parametrize(
    ("declared", "text", "language"),
    [
        ("en", GERMAN, "de"),
        ("de", GERMAN, "de"),
        ("en", "Guten Morgen", "en"),
        ("en", "Strom ist teuer und knapp geworden hier", "en"),
        (None, GERMAN, "de"),
        (None, ENGLISH, "en"),
        (None, "12 + 3 🙂", UNKNOWN),
        ("fi", "12 + 3 🙂", "fi"),
        (None, "", UNKNOWN),
    ],
)
def test_the_declared_language_stands_unless_a_long_text_is_surely_another(
    declared: str | None, text: str, language: str
) -> None:
    """Short texts are too often detected wrongly; without a declaration a likely language is taken."""
    assert decide_language(declared, text) == language


def test_forty_letters_are_enough_to_overrule_the_author() -> None:
    """One fewer is not; only letters count."""
    text = "Rechenzentren verbrauchen sehr viel Strom und Wasser"
    letters = [place for place, letter in enumerate(text, start=1) if letter.isalpha()]
    assert decide_language("en", text[: letters[38]] + " 1234567890") == "en"
    assert decide_language("en", text[: letters[39]]) == "de"


def test_a_guess_below_even_odds_is_undetermined() -> None:
    """Two letters may be anything."""
    language, probability = detect("xq")
    assert language != UNKNOWN
    assert probability < 0.5
    assert decide_language(None, "xq") == UNKNOWN
    assert detect("…")[1] == 0


def test_sentences_end_at_full_stops_and_at_line_breaks() -> None:
    """A heading or a list item without a full stop is a sentence; what has no word is none."""
    texts = ["One thing. Another thing!\nA heading\n\n* * *\nThe end.", "", "Alone"]
    first, second, third = SpacyLinguist({}).annotate(texts, language="en")
    assert [sentence.text for sentence in first] == ["One thing.", "Another thing!", "A heading", "The end."]
    assert second == ()
    assert [sentence.text for sentence in third] == ["Alone"]


def test_lemmas_are_of_content_words_in_lower_case() -> None:
    """Without stop words, numbers, marks and single letters."""
    ((sentence,),) = SpacyLinguist({}).annotate(["The models use 300 rivers, x and Y, as Paris does!"], language="en")
    assert sentence.lemmas == ("model", "use", "river", "paris")


def test_entities_carry_their_canonical_name_once() -> None:
    """Whatever the case in which they are written, and in the sentence that names them."""
    linguist = SpacyLinguist(NAMES)
    ((first, second),) = linguist.annotate(["OPENAI and open ai are openai. Nobody else is."], language="en")
    assert first.entities == (OPENAI,)
    assert second.entities == ()
    ((german,),) = linguist.annotate(["Das Modell kommt von OpenAI"], language="de")
    assert german.entities == (OPENAI,)


def test_a_line_without_full_stops_is_cut_at_spaces_and_loses_no_word() -> None:
    """Nothing is longer than the longest sentence, a word without any space included."""
    words = " ".join(f"word{number}" for number in range(400))
    spaceless = "x" * (2 * LONGEST_SENTENCE + 10)
    long, solid, after = SpacyLinguist({}).annotate([words, spaceless, "After."], language="en")
    assert len(long) > 1
    assert all(len(sentence.text) <= LONGEST_SENTENCE for sentence in (*long, *solid))
    assert " ".join(sentence.text for sentence in long) == words
    assert "".join(sentence.text for sentence in solid) == spaceless
    assert [sentence.text for sentence in after] == ["After."]


def test_a_line_of_just_the_longest_length_is_not_cut() -> None:
    """One character more is."""
    linguist = SpacyLinguist({})
    words = "ab " * 333 + "c"
    assert len(words) == LONGEST_SENTENCE
    assert len(linguist.annotate([words], language="en")[0]) == 1
    assert len(linguist.annotate([words + "d"], language="en")[0]) == 2


@pytest.mark.parametrize("language", ["und", "tlh", "de", "eo"])
def test_any_language_code_has_sentences(language: str) -> None:
    """Languages that spaCy does not know, or has no lemmas of, are read by what any language has."""
    ((first, second),) = SpacyLinguist(NAMES).annotate(["Eins zwei. OpenAI Haus."], language=language)
    assert (first.text, second.text) == ("Eins zwei.", "OpenAI Haus.")
    assert "haus" in second.lemmas
    assert second.entities == (OPENAI,)


@pytest.mark.parametrize(
    ("cpuinfo", "has"),
    [
        ("processor : 0\nflags : fpu avx512f avx512_bf16\nbugs : none\n", True),
        ("processor : 0\nflags : fpu amx_bf16\n", True),
        ("processor : 0\nflags : fpu avx512f avx512_bf16x\n", False),
        ("processor : 0\nbugs : avx512_bf16\n", False),
        ("", False),
    ],
)
def test_bfloat16_is_used_where_the_processor_has_it(tmp_path: Path, cpuinfo: str, has: bool) -> None:
    """Told by the line of flags alone."""
    (tmp_path / "cpuinfo").write_text(cpuinfo)
    assert cpu_has_bf16(tmp_path / "cpuinfo") is has


def test_a_system_that_does_not_tell_has_no_bfloat16(tmp_path: Path) -> None:
    """There is no such file on some systems."""
    assert cpu_has_bf16(tmp_path / "none") is False


@pytest.fixture(scope="session")
def packaged() -> SentenceEncoder:
    """The model that ships."""
    return SentenceEncoder("all-MiniLM-L6-v2", languages=["en"])


def test_the_packaged_model_knows_what_is_alike(packaged: SentenceEncoder) -> None:
    """Unit rows; a paraphrase is nearer than another matter, and the name and languages are told."""
    texts = ["AI data centres use too much power.", "The energy use of AI is far too high.", "My cat sleeps all day."]
    one, other, cat = packaged.encode(texts)
    assert one @ other > 0.5 > one @ cat
    assert np.linalg.norm([one, other, cat], axis=1) == pytest.approx([1, 1, 1], abs=1e-5)
    assert (packaged.name, packaged.languages) == ("all-MiniLM-L6-v2", frozenset({"en"}))


def test_a_text_has_the_same_vector_alone_and_among_many(packaged: SentenceEncoder) -> None:
    """The batch, longer than one of the model's, changes nothing, and the order is kept."""
    texts = [f"{'very ' * (number % 7)}long text number {number}" for number in range(20)]
    together = packaged.encode(texts)
    alone = np.concatenate([packaged.encode([text]) for text in texts])
    assert together.shape == (20, 384)
    assert together.dtype == np.float32
    # bfloat16 has eight bits: where it is used, vectors are the same but for its rounding.
    assert (together * alone).sum(axis=1) == pytest.approx(np.ones(20), abs=1e-3)


def test_no_texts_have_no_rows_of_the_right_width(packaged: SentenceEncoder) -> None:
    """So that they can be stacked upon others."""
    assert packaged.encode([]).shape == (0, 384)


def test_a_text_is_read_to_its_tokens_in_the_same_pass(packaged: SentenceEncoder) -> None:
    """Its vector is that of `encode`; each token has the states of two layers and knows what it covers."""
    texts = ["Trams are splendid. Boats are not!", "Short.", "A much longer one about the weather on the coast."]
    vectors, tokens = packaged.read(texts)
    assert np.abs(vectors - packaged.encode(texts)).max() < 0.01
    assert tokens is not None
    for text, one in zip(texts, tokens, strict=True):
        assert one.states.shape == (len(one.spans), 2 * 384)
        covered = "".join(text[start:end] for start, end in one.spans)
        assert covered == text.replace(" ", "")
        assert (one.spans[0].tolist(), one.spans[-1].tolist()) == ([0, 0], [0, 0])


def test_no_texts_have_no_tokens(packaged: SentenceEncoder) -> None:
    """And no rows."""
    vectors, tokens = packaged.read([])
    assert vectors.shape == (0, 384)
    assert not tokens


def test_a_model_in_a_folder_is_named_after_the_folder(tmp_path: Path) -> None:
    """Paths differ between machines, so they are no part of the name; any such model is read."""
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415  # takes seconds to load
    from sentence_transformers.models import BoW  # noqa: PLC0415

    SentenceTransformer(modules=[BoW(["power", "water", "school"])], device="cpu").save(str(tmp_path / "tiny"))
    encoder = SentenceEncoder(str(tmp_path / "tiny"), languages=["*"])
    found = encoder.encode(["power power", "power water", "school", "unknown"])
    assert encoder.read(["power"])[1] is None  # it has no layers
    assert encoder.name == "tiny"
    assert encoder.languages == frozenset({"*"})
    assert found[0] == pytest.approx([1, 0, 0], abs=1e-2)
    assert found[1] @ found[0] == pytest.approx(np.sqrt(0.5), abs=1e-2)
    assert found[2] @ found[0] == pytest.approx(0, abs=1e-2)
    assert found[3] == pytest.approx([0, 0, 0])


def test_a_folder_without_a_model_is_told_in_one_line(tmp_path: Path) -> None:
    """With the setting in which the name stands."""
    (tmp_path / "modules.json").write_text("{")
    with pytest.raises(ModelError) as caught:
        SentenceEncoder(str(tmp_path), languages=["en"]).encode(["text"])
    assert "model.embedding" in str(caught.value)
    assert repr(str(tmp_path)) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_light_commands_load_no_heavy_library() -> None:
    """The command line answers at once: models and their libraries are loaded when they are used."""
    program = "import sys, json, fedilens.cli; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = set(json.loads(done.stdout))
    assert "fedilens.cli" in loaded
    assert not loaded & {"torch", "spacy", "sklearn", "sentence_transformers", "transformers", "altair", "py3langid"}
