"""People label the posts that help the detector most; their labels come back as examples."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

import numpy as np

from fedilens.protocols import Clock
from fedilens.stance import Choice, Debate, Example, Target, choose
from fedilens.stance.debate import CLASSES
from fedilens.store import Database
from fedilens.store.labels import Doubt, LabelGiven, LabelStore
from fedilens.types import Label, Vectors


class Answer(StrEnum):
    """What a person may say to a question. `skip` is kept as "could not tell", and is not asked again."""

    FAVOR = "favor"
    AGAINST = "against"
    NONE = "none"
    SKIP = "skip"
    UNDO = "undo"
    QUIT = "quit"


@dataclass(frozen=True, slots=True)
class Question:
    """Where does the author of this text stand on this target? `post` counts the texts of a sitting from 1."""

    content_hash: UUID
    text: str
    target: Target
    post: int


Ask = Callable[[Question, int, int], Answer]
"""Shows a question with its place (from 0) among how many, and gives the answer."""


@dataclass(frozen=True, slots=True)
class Labeller:
    """Who labels which debate, and where labels go."""

    store: LabelStore
    debate: Debate
    who: str
    clock: Clock


def questions(labeller: Labeller, *, model: str, most: int) -> list[Question]:
    """What to ask about the `most` posts that would help most; one post's questions follow each other."""
    targets = labeller.debate.targets
    named = {target.name for target in targets}
    doubts = [
        doubt
        for doubt in labeller.store.doubts(debate=labeller.debate.name, model=model, who=labeller.who)
        if named <= set(doubt.stances)  # targets that were added since are scored first
    ]
    if not doubts:
        return []
    return [
        Question(doubts[choice.row].content_hash, doubts[choice.row].text, targets[column], post)
        for post, choice in enumerate(_choose(labeller, doubts, model=model, most=most), start=1)
        for column in choice.columns
    ]


def label_posts(labeller: Labeller, asked: Sequence[Question], ask: Ask) -> Counter[Answer]:
    """Asks one question after the other, until all are answered or the person quits; counts the answers.

    Each is kept as soon as it is given, so that nothing is lost whenever it ends.
    """
    given: list[Answer] = []
    while len(given) < len(asked):
        answer = ask(asked[len(given)], len(given), len(asked))
        if answer is Answer.QUIT:
            break
        if answer is Answer.UNDO:
            if given:
                labeller.store.remove(_given(labeller, asked[len(given) - 1], given.pop()))
            continue
        labeller.store.save(_given(labeller, asked[len(given)], answer))
        given.append(answer)
    return Counter(given)


def load_labelled(database: Database, debate: Debate) -> list[Example]:
    """The texts that people labelled, as examples; a target that nobody labelled is unknown.

    Where people disagree most of them count, and a draw is unknown. `voice` is the author's pseudonym. Labels on
    targets that the debate has no more are left out.
    """
    named = {target.name for target in debate.targets}
    examples = []
    for text in LabelStore(database).labelled(debate=debate.name):
        agreed = {target: _most(labels) for target, labels in text.labels.items() if target in named}
        labels = {target: label for target, label in agreed.items() if label is not None}
        if labels:
            examples.append(Example(str(text.content_hash), text.text, labels, text.language, voice=str(text.author)))
    return examples


def _choose(labeller: Labeller, doubts: Sequence[Doubt], *, model: str, most: int) -> list[Choice]:
    store, debate = labeller.store, labeller.debate
    names = [target.name for target in debate.targets]
    counts = store.counts(debate=debate.name)
    inside = {doubt.content_hash for doubt in doubts}
    others = [
        vector
        for hashed, vector in store.labelled_vectors(debate=debate.name, model=model).items()
        if hashed not in inside
    ]
    vectors = np.stack([doubt.vector for doubt in doubts])
    nothing: Vectors = np.zeros((0, vectors.shape[1]), dtype=np.float32)
    return choose(
        np.asarray([[doubt.stances[name] for name in names] for doubt in doubts], dtype=np.float64),
        vectors,
        known=np.asarray([[name in doubt.known for name in names] for doubt in doubts]),
        labelled=np.stack(others) if others else nothing,
        counts=np.asarray([counts[name] for name in names], dtype=np.int64),
        most=most,
    )


def _given(labeller: Labeller, question: Question, answer: Answer) -> LabelGiven:
    label = Label.UNCLEAR if answer is Answer.SKIP else Label(answer.value)
    names = (labeller.debate.name, question.target.name)
    return LabelGiven(question.content_hash, *names, label, labeller.who, labeller.clock.now())


def _most(labels: Sequence[Label]) -> Label | None:
    """What most people said; None where two say different things equally often."""
    votes = [labels.count(label) for label in CLASSES]
    return CLASSES[int(np.argmax(votes))] if votes.count(max(votes)) == 1 else None
