"""Are a debate's examples what they should be? Counts against what is wanted, copies, and how two readers agree."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from fedilens.stance.debate import CLASSES, SIDES, Debate, Example
from fedilens.stance.measures import f_avg
from fedilens.types import Label, Vectors

RUN = 8
"""So many words in a row that two posts share are a copy, or a phrase that many use."""
NEAR = 0.90
"""Posts whose vectors are nearer (cosine) say the same."""
SUBJECT = 0.3
"""A post whose vector comes this near (cosine) to one of a target's texts speaks of its subject or of a near one."""
LENGTHS = {"short": (0, 150), "middle": (150, 500), "long": (500, 10**9), "very long": (1_500, 10**9)}
"""Characters: from, up to but not including."""
_WORD = re.compile(r"[\w']+")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something counted, and how many of it are wanted, if anybody said so."""

    name: str
    found: int
    wanted: int = 0

    @property
    def short(self) -> bool:
        """Is there too little?"""
        return self.found < self.wanted


@dataclass(frozen=True, slots=True)
class Copy:
    """Two examples that are too much alike, and what tells: a run of words, or a cosine."""

    one: str
    other: str
    sign: str


def count_examples(debate: Debate, examples: Sequence[Example]) -> list[Finding]:
    """Posts, voices, lengths, cues, splits, and labels of each target, each against `[wanted]` of the debate."""
    cues = Counter(example.cue for example in examples if example.cue)
    splits = Counter(example.split for example in examples)
    lengths = {
        name: sum(low <= len(example.text) < high for example in examples) for name, (low, high) in LENGTHS.items()
    }
    counts = {
        "posts": len(examples),
        "voices": len({example.voice for example in examples if example.voice}),
        "labelled twice": sum(example.second_labels is not None for example in examples),
        **{f"length {name}": number for name, number in lengths.items()},
        **{f"cue {name}": number for name, number in sorted(cues.items())},
        **{f"split {name}": number for name, number in sorted(splits.items())},
    }
    for target in debate.targets:
        labels = Counter(example.labels.get(target.name) for example in examples)
        counts |= {f"{target.name} {side}": labels[side] for side in SIDES}
    wanted = {name: number for name, number in debate.wanted.items() if name != "each near"}
    for side in SIDES:
        each = wanted.pop(f"each {side}", 0)
        wanted |= {f"{target.name} {side}": each for target in debate.targets if each}
    named = [*counts, *(name for name in wanted if name not in counts)]
    return [Finding(name, counts.get(name, 0), wanted.get(name, 0)) for name in named]


def count_near(
    debate: Debate, examples: Sequence[Example], vectors: Vectors, texts: Sequence[Vectors]
) -> list[Finding]:
    """Posts that come near a target or another one's side and take no stance on it: what detectors err on most.

    `vectors` has a row an example, `texts` a matrix a target: its statement, sides and reasons.
    """
    wanted = debate.wanted.get("each near", 0)
    found = []
    for number, target in enumerate(debate.targets):
        near = (vectors @ texts[number].T).max(axis=1) >= SUBJECT
        none = np.asarray([example.labels.get(target.name) is Label.NONE for example in examples], dtype=bool)
        found.append(Finding(f"{target.name} near", int((near & none).sum()), wanted))
    return found


def shared_voices(examples: Sequence[Example]) -> list[str]:
    """Voices that stand on both sides of a split."""
    splits: dict[str, set[str]] = {}
    for example in examples:
        if example.voice:
            splits.setdefault(example.voice, set()).add(example.split)
    return sorted(voice for voice, found in splits.items() if len(found) > 1)


def shared_runs(examples: Sequence[Example]) -> list[Copy]:
    """Pairs that share RUN words in a row; of each pair the first run."""
    seen: dict[tuple[str, ...], str] = {}
    found: dict[tuple[str, str], Copy] = {}
    for example in examples:
        for run in _runs(example.text):
            first = seen.setdefault(run, example.id)
            if first != example.id:
                found.setdefault((first, example.id), Copy(first, example.id, " ".join(run)))
    return list(found.values())


def near_copies(examples: Sequence[Example], vectors: Vectors) -> list[Copy]:
    """Pairs whose vectors (unit rows, one an example) are nearer than NEAR."""
    near = np.triu(vectors @ vectors.T, k=1)
    return [
        Copy(examples[row].id, examples[column].id, f"cosine {near[row, column]:.2f}")
        for row, column in np.argwhere(near > NEAR)
    ]


def agreement(debate: Debate, examples: Sequence[Example]) -> dict[str, float]:
    """F_avg of the second reading against the writer's, for all targets together ("") and for each.

    What a third reader decided afterwards does not count.
    """
    twice = [example for example in examples if example.second_labels is not None]
    if not twice:
        return {}
    columns = {
        target.name: [(_number(_first(one, target.name)), _number(_second(one, target.name))) for one in twice]
        for target in debate.targets
    }
    pairs = {"": [pair for column in columns.values() for pair in column], **columns}
    return {name: f_avg(*np.asarray(found, dtype=np.int64).T) for name, found in pairs.items()}


def _first(example: Example, target: str) -> Label | None:
    return (example.first_labels or example.labels).get(target)


def _second(example: Example, target: str) -> Label | None:
    return (example.second_labels or {}).get(target)


def _number(label: Label | None) -> int:
    return CLASSES.index(label if label is not None else Label.NONE)


def _runs(text: str) -> Iterator[tuple[str, ...]]:
    words = _WORD.findall(text.lower())
    for start in range(len(words) - RUN + 1):
        yield tuple(words[start : start + RUN])
