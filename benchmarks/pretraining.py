"""What readers of stances begin with: learns it from arguments about motions of debates, and measures it.

.venv/bin/python benchmarks/pretraining.py TRAIN_CSV [--write]

TRAIN_CSV as for `motions.py`. One argument of 25 is held back, and the share of sides is printed that are read right.
With --write what was learnt goes to fedilens/stance/pretrained.npz. Takes five minutes.
"""

import argparse
from pathlib import Path

import numpy as np
from motions import Arguments, read

from fedilens.annotate import SentenceEncoder
from fedilens.annotate.embeddings import PACKAGED
from fedilens.protocols import Encoder
from fedilens.stance import Reading, TrainingSet
from fedilens.stance.attention import read as read_tokens
from fedilens.stance.attention import reader_from, weights_of
from fedilens.stance.attention_training import fit_reader
from fedilens.stance.pretrained import SHIPPED, save_pretrained
from fedilens.stance.training_set import UNKNOWN, Labels

EPOCHS = 6
FAR = 0.3
"""Cosine of two motions under which an argument about one is taken to say nothing of the other;"""
NONE_SHARE = 0.25
"""so many of those pairs are learnt from."""
HELD_BACK = 0.04


def labels_of(arguments: Arguments, encoder: Encoder, random: np.random.Generator) -> Labels:
    """Each argument's side on its own motion, none on some motions that are far from it; else unknown."""
    motions = encoder.encode(arguments.motions)
    shape = (len(arguments.texts), len(arguments.motions))
    some = random.random(shape) < NONE_SHARE
    labels = np.where(((motions @ motions.T) < FAR)[arguments.of] & some, 2, UNKNOWN)
    labels[np.arange(len(labels)), arguments.of] = arguments.sides
    return labels


def main() -> None:
    """Learns, measures, and writes if asked to."""
    parser = argparse.ArgumentParser()
    parser.add_argument("arguments", type=Path)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    encoder = SentenceEncoder(PACKAGED, languages=["en"])
    arguments = read(options.arguments, encoder)
    random = np.random.default_rng(0)
    labels = labels_of(arguments, encoder, random)
    held = random.random(len(labels)) < HELD_BACK
    readings = tuple(
        Reading((text,), vector, vector[None], tokens)
        for text, vector, tokens in zip(arguments.texts, arguments.vectors, arguments.tokens, strict=True)
    )
    sided = (labels == 0) | (labels == 1)
    data = TrainingSet(readings, labels, ("",) * len(readings), np.where(sided, 0, UNKNOWN))
    learnt = weights_of(
        fit_reader(
            data.subset(np.flatnonzero(~held)),
            queries=encoder.encode(arguments.motions),
            seed=0,
            epochs=EPOCHS,
        )
    )
    rows = np.flatnonzero(held)
    logits, _ = read_tokens([reader_from(learnt)], [arguments.tokens[row] for row in rows])
    told = logits[np.arange(len(rows)), arguments.of[rows], :2].argmax(axis=1)
    print(f"{(told == arguments.sides[rows]).mean():.1%} of {len(rows)} arguments' sides are read right")
    if options.write:
        save_pretrained(learnt, SHIPPED, model=encoder.name)


if __name__ == "__main__":
    main()
