"""Which texts repeat others, found among those of about the same time."""

from collections.abc import Container, Iterator, Sequence
from datetime import timedelta
from uuid import UUID

from fedilens.clean import near_duplicates, same_words
from fedilens.store.analyses import AnalysisStore, ComparedText, Likeness

REPEATED_WITHIN = timedelta(days=30)
"""How far apart in time texts are compared with each other."""


def mark_duplicates(store: AnalysisStore) -> None:
    """Notes which texts nearly repeat another, so that topics count them once.

    New texts are compared with those posted up to REPEATED_WITHIN before or after, so that the cost does not grow
    with the history. What still repeats a text from before that time keeps it as its original.
    """
    texts = store.to_compare(reach=REPEATED_WITHIN)
    near = {one.content_hash for one in texts}
    groups: dict[int, list[ComparedText]] = {}
    for one, first in zip(texts, near_duplicates([one.text for one in texts]), strict=True):
        groups.setdefault(first, []).append(one)
    store.save_duplicates(
        {hashed: likeness for group in groups.values() for hashed, likeness in _likenesses(group, near)}
    )


def _likenesses(group: Sequence[ComparedText], near: Container[UUID]) -> Iterator[tuple[UUID, Likeness]]:
    """What each of a group of near-duplicates is: the first is the original, unless one from long before is known."""
    earlier = next((one for one in group if one.original is not None and one.original not in near), None)
    original, text = group[0].content_hash, group[0].text
    if earlier is not None and earlier.original is not None and earlier.original_text is not None:
        original, text = earlier.original, earlier.original_text
    for one in group:
        if one.content_hash == original:
            yield one.content_hash, Likeness("original")
        else:
            yield one.content_hash, Likeness("copy" if same_words(one.text, text) else "variation", original)
