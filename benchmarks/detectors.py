"""The parts of the AI debate's detector beside the whole, and how each gets better with more examples.

.venv/bin/python benchmarks/detectors.py [--head FILE ...] [--curve 100 300 1000 3000 [--tune]]

Each part's probabilities are calibrated on the split `calibrate` and measured on `test`; nothing here was learnt
from either. Below a head's rows stands how many posts of `elsewhere.txt` it shows with a side: these speak of dogs,
trains and bakeries, some of them as one speaks of AI, and take none. Heads are taken apart, the one that ships or those
in files; with --curve heads are trained on so many examples, which takes minutes each, and with --tune half an hour for
all of them.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fedilens.annotate import SentenceEncoder, SpacyLinguist
from fedilens.pipeline import Judge
from fedilens.pipeline.judging import read_texts, training_set
from fedilens.stance import TrainingSet, load_debate, load_examples, load_head, stated, target_vectors, train
from fedilens.stance.blending import find_thresholds, fit_blend, judged_by_others, shown_classes
from fedilens.stance.debate import NONE
from fedilens.stance.features import Floats
from fedilens.stance.head import Head, opinions_on
from fedilens.stance.measures import calibration_error, f_avg, macro_f1, shown_quality

ELSEWHERE = Path(__file__).with_name("elsewhere.txt")
PLAIN = ("TM-", "PB-")
"""Begins the ids of the test's plain posts; the others are hard on purpose."""


def table_row(
    name: str,
    opinions: Sequence[Floats],
    held: TrainingSet,
    tried: Sequence[Floats],
    test: TrainingSet,
    *,
    plain: NDArray[np.bool_],
) -> str:
    """Figures of one way to judge: `opinions` on the held examples, `tried` on those of the test."""
    thresholds = find_thresholds(judged_by_others(opinions, held.labels, held.voices), held.labels)
    probabilities = fit_blend(opinions, held.labels).probabilities(tried)
    shown, best = shown_classes(probabilities, thresholds), probabilities.argmax(axis=2)
    precision, recall = shown_quality(test.labels, shown)
    parts = [f_avg(test.labels[some].ravel(), best[some].ravel()) for some in (~plain, plain)]
    error = calibration_error(test.labels, probabilities, shown)
    figures = (f_avg(test.labels, best), *parts, macro_f1(test.labels, best), precision, recall, error)
    return f"| {name} | {' | '.join(f'{one:.3f}' for one in figures)} |"


def main() -> None:
    """Prints a table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--curve", type=int, nargs="*", default=[])
    parser.add_argument("--head", type=Path, nargs="*", default=[])
    parser.add_argument("--tune", action="store_true")
    options = parser.parse_args()
    debate = load_debate("ai")
    encoder = SentenceEncoder("all-MiniLM-L6-v2", languages=("en",))
    judge = Judge(SpacyLinguist(debate.entities), encoder)
    texts = target_vectors(debate.targets, encoder)
    examples = load_examples(debate)
    held, test = (
        training_set(judge, debate, [one for one in examples if one.split == split]) for split in ("calibrate", "test")
    )
    plain = np.asarray([one.id.startswith(PLAIN) for one in examples if one.split == "test"])
    elsewhere = read_texts(judge, ELSEWHERE.read_text(encoding="utf-8").splitlines())
    columns = ("detector", "F_avg", "hard posts", "plain posts", "macro-F1", "right, of shown", "shown, of true", "ECE")
    print(f"| {' | '.join(columns)} |\n|{' --- |' * len(columns)}")

    def parts(head: Head, name: str) -> None:
        opinions, _ = opinions_on(held.readings, texts, head.words, head.token_readers)
        tried, _ = opinions_on(test.readings, texts, head.words, head.token_readers)
        print(table_row(f"{name}: words and vectors", opinions[:1], held, tried[:1], test, plain=plain))
        if head.readers:
            print(table_row(f"{name}: tokens", opinions[1:], held, tried[1:], test, plain=plain))
            print(table_row(f"{name}: both", opinions, held, tried, test, plain=plain))
        sided = shown_classes(head.read(elsewhere, texts)[0], head.thresholds) < NONE
        print(
            f"{name}: {sided.any(axis=1).sum()} of {len(elsewhere)} posts about something else have a side",
            flush=True,
        )

    for path in options.head:
        parts(load_head(path).on(encoder), path.stem)
    if not options.head and not options.curve:
        parts(load_head(debate.folder / "head.npz").on(encoder), "the head that ships")
    if not options.curve:
        return
    told, labels = stated(debate.targets)
    statements = TrainingSet(tuple(read_texts(judge, told)), labels, ("",) * len(told))
    data = training_set(judge, debate, [one for one in examples if one.split == "train"])
    order = np.random.default_rng(0).permutation(len(data.readings))
    names = [target.name for target in debate.targets]
    upper = encoder.upper_layers() if options.tune else None
    for size in options.curve:
        taught = data.subset(np.sort(order[:size]))
        parts(
            train(taught, held, targets=names, texts=texts, model=encoder.name, statements=statements, upper=upper),
            f"{size} examples",
        )


if __name__ == "__main__":
    main()
