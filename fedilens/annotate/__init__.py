"""What a text is made of: its language, sentences, lemmas, entities and vectors."""

from fedilens.annotate.embeddings import SentenceEncoder
from fedilens.annotate.language import UNKNOWN, decide_language
from fedilens.annotate.linguistics import SpacyLinguist
from fedilens.annotate.vocabulary import is_english

__all__ = ["UNKNOWN", "SentenceEncoder", "SpacyLinguist", "decide_language", "is_english"]
