"""What a status says, as text: without markup, names and noise, each article's link and each text once."""

from fedilens.clean.documents import canonical_link, embedding_text
from fedilens.clean.duplicates import near_duplicates, same_words
from fedilens.clean.html_to_text import clean_status
from fedilens.clean.plain_text import clean_text
from fedilens.clean.privacy import is_personal, without_names

__all__ = [
    "canonical_link",
    "clean_status",
    "clean_text",
    "embedding_text",
    "is_personal",
    "near_duplicates",
    "same_words",
    "without_names",
]
