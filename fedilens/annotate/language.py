"""Which language is a text in? The post's own field, checked against detection (py3langid)."""

from functools import cache
from typing import Any

UNKNOWN = "und"
"""ISO 639-2's code for "undetermined"."""
ENOUGH_LETTERS = 40
"""Detection of shorter texts is wrong too often to overrule the author."""
SURE = 0.9
LIKELY = 0.5


def decide_language(declared: str | None, text: str) -> str:
    """The ISO 639-1 code of `text`: as declared, unless a long text is surely in another language."""
    detected, probability = detect(text)
    if declared is None:
        return detected if probability >= LIKELY else UNKNOWN
    letters = sum(character.isalpha() for character in text)
    if detected != declared and probability >= SURE and letters >= ENOUGH_LETTERS:
        return detected
    return declared


def detect(text: str) -> tuple[str, float]:
    """The most probable language and its probability; (UNKNOWN, 0) for a text without letters."""
    if not any(character.isalpha() for character in text):
        return UNKNOWN, 0.0
    language, probability = _identifier().classify(text)
    return str(language), float(probability)


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415  # loads a model

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
