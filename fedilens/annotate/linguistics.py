"""Sentences, lemmas and named entities with spaCy.

The pipelines are blank ones: rules find the sentences, a lookup table the lemmas, the debate's list the
entities. A blank pipeline has no tagger and no learned entities, and none are pretended.
spaCy takes seconds to load, so it is imported when first used.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from fedilens.types import Entity, Sentence

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Span, Token

LONGEST_SENTENCE = 1_000
"""Characters. What has no full stop for longer is a list or a paste, and is cut at a space."""

_NOT_SAID = frozenset({"datum", "medium"})
"""Singulars in the table that nobody means who writes data or media."""


class SpacyLinguist:
    """Satisfies `protocols.Linguist`. `names` maps a surface form to the entity that it names."""

    def __init__(self, names: Mapping[str, Entity]) -> None:
        self._names = names
        self._pipelines: dict[str, Language] = {}

    def annotate(self, texts: Sequence[str], *, language: str) -> list[tuple[Sentence, ...]]:
        """The sentences of each text, in order; a line break ends a sentence."""
        pipeline = self._pipelines.get(language) or self._build(language)
        lines = [[line for line in text.split("\n") if line.strip()] for text in texts]
        documents = iter(pipeline.pipe([piece for group in lines for line in group for piece in _pieces(line)]))
        result = []
        for group in lines:
            pieces = sum(len(_pieces(line)) for line in group)
            spans = [span for _ in range(pieces) for span in next(documents).sents]
            result.append(tuple(_sentence(span, self._names) for span in spans if _has_word(span)))
        return result

    def _build(self, language: str) -> "Language":
        import spacy  # noqa: PLC0415

        try:
            pipeline = spacy.blank(language)
        except ImportError:
            pipeline = spacy.blank("xx")  # spaCy's pipeline for any language
        pipeline.add_pipe("sentencizer")
        _add_lemmas(pipeline)
        if self._names:
            ruler: Any = pipeline.add_pipe("entity_ruler", config={"phrase_matcher_attr": "LOWER"})
            ruler.add_patterns([{"label": entity.label, "pattern": name} for name, entity in self._names.items()])
        self._pipelines[language] = pipeline
        return pipeline


def _add_lemmas(pipeline: "Language") -> None:
    """A lookup lemmatizer where spacy-lookups-data has a table for the language."""
    pipeline.add_pipe("lemmatizer", config={"mode": "lookup"})
    try:
        pipeline.get_pipe("lemmatizer").initialize()  # type: ignore[attr-defined]
    except ValueError:
        pipeline.remove_pipe("lemmatizer")


def _pieces(line: str) -> list[str]:
    """The line, cut at spaces where it is longer than any sentence."""
    pieces = []
    while len(line) > LONGEST_SENTENCE:
        cut = line.rfind(" ", 1, LONGEST_SENTENCE)
        cut = cut if cut > 0 else LONGEST_SENTENCE
        pieces.append(line[:cut])
        line = line[cut:]
    return [*pieces, line]


def _lemma(token: "Token") -> str:
    """The lemma of a word, or the word itself where the table has none that is a word of today."""
    word, lemma = token.lower_, token.lemma_.lower()
    return lemma if lemma.isalpha() and lemma not in _NOT_SAID else word


def _has_word(span: "Span") -> bool:
    return any(character.isalnum() for character in span.text)


def _sentence(span: "Span", names: Mapping[str, Entity]) -> Sentence:
    lemmas = [_lemma(token) for token in span if token.is_alpha and not token.is_stop and len(token.text) > 1]
    found = [names.get(ent.text) or names.get(ent.text.lower()) for ent in span.ents]
    entities = tuple(dict.fromkeys(entity for entity in found if entity is not None))
    return Sentence(span.text.strip(), tuple(lemmas), entities)
