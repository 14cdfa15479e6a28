"""Stances outside the store: training a head from examples, scoring lines, and measuring against labels."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np

from fedilens.clean import clean_status, clean_text
from fedilens.errors import InputError, ModelError
from fedilens.pipeline.analyzing import embed_documents, reading
from fedilens.protocols import Encoder, Linguist
from fedilens.stance import (
    Debate,
    Detector,
    Example,
    Head,
    Reading,
    Target,
    TrainingSet,
    evidence_matrix,
    label_matrix,
    make_detector,
    measured,
    stated,
    target_vectors,
    train,
    zero_shot_detector,
)
from fedilens.stance.blending import shown_classes
from fedilens.stance.debate import CLASSES
from fedilens.stance.measures import accuracy, calibration_error, f_avg, intervals, macro_f1, shown_quality
from fedilens.stance.training_set import UNKNOWN
from fedilens.types import Document, Label, Stance

BATCH = 64
ENOUGH_HELD = 200
"""Examples of the split `calibrate` from which on probabilities are fitted on them alone."""


@dataclass(frozen=True, slots=True)
class Judge:
    """The models that texts are read with."""

    linguist: Linguist
    encoder: Encoder


@dataclass(frozen=True, slots=True)
class Judged:
    """A line's text, sentences and stances."""

    id: Any
    sentences: tuple[str, ...]
    stances: tuple[Stance, ...]


def train_head(judge: Judge, debate: Debate, examples: Sequence[Example], *, tune: bool = False) -> Head:
    """A head from the examples in languages that the model reads, measured on those of the split `test`.

    With `tune` the embedding model's upper layers are fitted along, in a copy that the head keeps. Raises ModelError
    where the model is not built for that.
    """
    upper = judge.encoder.upper_layers() if tune else None
    if tune and upper is None:
        raise ModelError(f"the layers of {judge.encoder.name!r} cannot be fitted to examples; train without --tune")
    parts = {
        split: training_set(
            judge,
            debate,
            [one for one in examples if one.split == split and _reads(judge.encoder, one.language)],
        )
        for split in ("train", "calibrate", "test")
    }
    texts = target_vectors(debate.targets, judge.encoder)
    told, labels = stated(debate.targets)
    held = parts["calibrate"] if len(parts["calibrate"].readings) >= ENOUGH_HELD else None
    head = train(
        parts["train"] if held else parts["train"].joined(parts["calibrate"]),
        held,
        targets=[target.name for target in debate.targets],
        texts=texts,
        model=judge.encoder.name,
        statements=TrainingSet(tuple(read_texts(judge, told)), labels, ("",) * len(told)),
        upper=upper,
    )
    return measured(head, parts["test"], texts) if parts["test"].readings else head


def training_set(judge: Judge, debate: Debate, examples: Sequence[Example]) -> TrainingSet:
    """Examples read, with their labels, voices and evidence."""
    readings = tuple(read_texts(judge, [plain_text({"text": one.text}) for one in examples]))
    return TrainingSet(
        readings,
        label_matrix(examples, debate.targets),
        tuple(one.voice for one in examples),
        evidence_matrix(examples, readings, debate.targets),
    )


def score_lines(judge: Judge, detector: Detector, lines: Iterable[Mapping[str, Any]]) -> Iterator[Judged]:
    """The stances of each line (`id`, and `content` as HTML or `text`), in order.

    A line in a language that the model does not read is `unclear` throughout.
    """
    batch: list[Mapping[str, Any]] = []
    for line in lines:
        batch.append(line)
        if len(batch) == BATCH:
            yield from _score_batch(judge, detector, batch)
            batch = []
    yield from _score_batch(judge, detector, batch)


def evaluate(judge: Judge, debate: Debate, head: Head | None, lines: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Measures over lines of `text`, `target` (a name of the debate, or any statement) and `label`.

    Accuracy, macro-F1 and F_avg are of the most probable class; `shown` is of what is labelled favor or
    against at the thresholds; `coverage` is the share of lines that are not `unclear`; `intervals` hold 95 %.
    """
    named = {target.name: target for target in debate.targets}
    strange = list(dict.fromkeys(str(line["target"]) for line in lines if line["target"] not in named))
    true = np.asarray([CLASSES.index(Label(line["label"])) for line in lines], dtype=np.int64)
    posts = [plain_text(line) for line in lines]
    readings = read_texts(judge, posts)
    probabilities = np.zeros((len(lines), len(CLASSES)))
    shown = np.full(len(lines), 2, dtype=np.int64)
    clear = np.zeros(len(lines), dtype=bool)
    places: dict[str, tuple[Detector, int]] = {}
    known = make_detector(debate, judge.encoder, head)
    places.update({name: (known, number) for number, name in enumerate(named)})
    # One detector a target: each line is about one of them, and the others need not be read for it.
    places.update({name: (zero_shot_detector([Target(name, name)], judge.encoder), 0) for name in strange})
    for detector in {id(one): one for one, _ in places.values()}.values():
        rows = [row for row, line in enumerate(lines) if places[str(line["target"])][0] is detector]
        columns = [places[str(lines[row]["target"])][1] for row in rows]
        found = detector.probabilities([readings[row] for row in rows])[np.arange(len(rows)), columns]
        probabilities[rows] = found
        shown[rows] = shown_classes(found, detector.thresholds)
        clear[rows] = found.max(axis=1) >= np.asarray(detector.thresholds)[found.argmax(axis=1)] if rows else False
    names = [str(line["target"]) for line in lines]
    return _figures(true, probabilities, shown, clear) | {
        "posts": len(set(posts)),
        "intervals": _intervals(true, probabilities, shown, posts),
        "experimental": head is None or bool(strange),
        "targets": {
            name: _figures(true[rows], probabilities[rows], shown[rows], clear[rows])
            for name in dict.fromkeys(names)
            for rows in [np.flatnonzero(np.asarray(names) == name)]
        },
    }


def example_lines(examples: Sequence[Example], targets: Sequence[Target]) -> list[dict[str, Any]]:
    """Labelled examples as lines for `evaluate`, one for each known label."""
    labels = label_matrix(examples, targets)
    return [
        {"id": example.id, "text": example.text, "target": target.name, "label": CLASSES[labels[row, number]].value}
        for row, example in enumerate(examples)
        for number, target in enumerate(targets)
        if labels[row, number] != UNKNOWN
    ]


def read_texts(judge: Judge, texts: Sequence[str]) -> list[Reading]:
    """Texts as a detector reads them; equal ones are read once."""
    different = list(dict.fromkeys(texts))
    found: dict[str, Reading] = {}
    for start in range(0, len(different), BATCH):
        part = different[start : start + BATCH]
        documents = [Document(UUID(int=number), text, "en") for number, text in enumerate(part)]
        embedded = embed_documents(documents, linguist=judge.linguist, encoder=judge.encoder)
        found.update({one.document.text: reading(one) for one in embedded})
    return [found[text] for text in texts]


def plain_text(line: Mapping[str, Any]) -> str:
    """The cleaned text of a line with `content` (HTML) or `text`. Raises InputError where it has neither."""
    if isinstance(line.get("content"), str):
        return clean_status(line["content"], "", ()).text
    if isinstance(line.get("text"), str):
        return clean_text(line["text"]).text
    raise InputError(f"line {line.get('id')!r} has neither text nor content")


def _intervals(true: Any, probabilities: Any, shown: Any, texts: Sequence[str]) -> dict[str, tuple[float, float]]:
    numbers = {text: number for number, text in enumerate(dict.fromkeys(texts))}
    posts = np.asarray([numbers[text] for text in texts], dtype=np.int64)
    return intervals(true, probabilities, shown, posts) if len(posts) else {}


def _score_batch(judge: Judge, detector: Detector, lines: Sequence[Mapping[str, Any]]) -> Iterator[Judged]:
    readable = [_reads(judge.encoder, str(line.get("language") or "en")) for line in lines]
    readings = read_texts(judge, [plain_text(line) for line in lines])
    for line, one, stances, can in zip(lines, readings, detector.score(readings), readable, strict=True):
        yield Judged(line.get("id"), one.sentences, stances if can else tuple(_unclear(stance) for stance in stances))


def _unclear(stance: Stance) -> Stance:
    return Stance(stance.target, Label.UNCLEAR, stance.favor, stance.against, stance.none)


def _reads(encoder: Encoder, language: str) -> bool:
    return "*" in encoder.languages or language.partition("-")[0] in encoder.languages


def _figures(true: Any, probabilities: Any, shown: Any, clear: Any) -> dict[str, Any]:
    found = probabilities.argmax(axis=-1) if len(true) else true
    precision, recall = shown_quality(true, shown)
    return {
        "pairs": len(true),
        "accuracy": round(accuracy(true, found), 4),
        "macro_f1": round(macro_f1(true, found), 4),
        "f_avg": round(f_avg(true, found), 4),
        "shown": {
            "precision": round(precision, 4),
            "recall": round(recall, 4),
            "ece": round(calibration_error(true, probabilities, shown), 4),
        },
        "coverage": {
            "share": round(float(clear.mean()), 4) if len(true) else 0.0,
            "accuracy": round(accuracy(true[clear], found[clear]), 4) if len(true) else 0.0,
        },
    }
