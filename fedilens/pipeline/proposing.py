"""What the debate's reasons miss."""

import numpy as np

from fedilens.opinion import ReasonCandidate, Unmatched, find_candidates
from fedilens.store import Database
from fedilens.store.evidence import unmatched_evidence
from fedilens.types import Window


def propose_reasons(
    database: Database, *, debate: str, window: Window, model: str, target: str | None
) -> list[ReasonCandidate]:
    """What people argue in a window, on one target or all, that none of its reasons says. For the operator."""
    found = unmatched_evidence(database, debate=debate, window=window, model=model, target=target)
    if not found:
        return []
    sentences = [Unmatched(one.target, one.side, one.text, one.people, one.instances) for one in found]
    return find_candidates(sentences, np.stack([one.vector for one in found]))
