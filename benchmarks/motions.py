"""How often the side of an argument is told for motions that nothing was learnt of; and makes the weights that ship.

.venv/bin/python benchmarks/motions.py TRAIN_CSV [--write]

TRAIN_CSV has the columns Tweet (an argument), Target 1 (a motion) and Stance 1 (FAVOR or AGAINST): the arguments of
IBM-ArgQ-Rank-30kArgs (Gretz et al. 2020, CC BY 3.0). 25 motions teach, the other 24 are measured. With --write a model
that learnt from all 49 is written to fedilens/stance/polarity.npz. Takes about a quarter of an hour.
"""

import argparse
import csv
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fedilens.annotate import SentenceEncoder
from fedilens.annotate.embeddings import PACKAGED
from fedilens.stance import Detector, Reading, Target, target_vectors
from fedilens.stance.attention import weights_of
from fedilens.stance.blending import shown_classes
from fedilens.stance.detector import POLARITY_THRESHOLDS
from fedilens.stance.features import Floats
from fedilens.stance.measures import calibration_error, f_avg, shown_quality
from fedilens.stance.polarity import SHIPPED, Polarity, save_polarity, text_tokens
from fedilens.stance.training_set import Labels
from fedilens.stance.words import softmax
from fedilens.stance.zero_shot import judge
from fedilens.stance.zero_shot_training import Pair, fit_pairs
from fedilens.types import Tokens, Vectors

TAUGHT = 25
ROUNDS = 4
NONE_SHARE = 0.25
"""So many arguments for each one are read with a motion that they say nothing of."""
NEAR = 0.5
"""Cosine of two motions from which on an argument about one may say something of the other."""
AS_IT_STANDS, TURNED, BARE = 0.4, 0.2, 0.15
"""So often a motion is read as it stands, with its negation, and as the thing alone; else in other words."""
ENCODED_AT_ONCE = 1024
TEMPERATURE = 1.0
VERBS_FOR = "adopt|subsidize|legalize|introduce"
VERBS_AGAINST = (
    "fight for the abolition of|stop the development of|ban|abolish|abandon|end|prohibit|cancel|close|oppose|fight|"
    "limit"
)
"""What motions begin with, by the side that they are on of the thing that follows."""
FORWARD = (
    "adopt adopted, introduce introduced, support supported, allow allowed, legalize legalized, subsidize subsidized, "
    "fund funded, build built, expand expanded, promote promoted, protect protected, encourage encouraged, keep kept, "
    "defend defended, welcome welcomed, accept accepted, demand demanded, choose chosen, require required, use used"
)
BACK = (
    "ban banned, abolish abolished, end ended, stop stopped, prohibit prohibited, limit limited, restrict restricted, "
    "reject rejected, abandon abandoned, cancel cancelled, close closed, oppose opposed, fight fought, cut cut, "
    "reduce reduced, refuse refused, scrap scrapped, outlaw outlawed, avoid avoided, dismantle dismantled"
)
"""Verbs, and what is done with a thing; any that speak for or against it, not those of these motions alone."""
GOOD = "good, useful, necessary, fair, safe, a blessing, a good idea, worth it"
BAD = "bad, harmful, dangerous, unfair, unacceptable, a threat, a bad idea, a waste"


@dataclass(frozen=True, slots=True)
class Arguments:
    """Texts, the number of each one's motion, its side (0 favor, 1 against), its vector and its tokens."""

    motions: tuple[str, ...]
    texts: tuple[str, ...]
    of: Labels
    sides: Labels
    vectors: Vectors
    tokens: tuple[Tokens, ...]


def read(path: Path, encoder: SentenceEncoder) -> Arguments:
    """All arguments, encoded."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = [(row["Tweet"], row["Target 1"], row["Stance 1"]) for row in csv.DictReader(file)]
    motions = sorted({motion for _, motion, _ in rows})
    vectors: list[Vectors] = []
    tokens: list[Tokens] = []
    for start in range(0, len(rows), ENCODED_AT_ONCE):
        part = [text for text, _, _ in rows[start : start + ENCODED_AT_ONCE]]
        found, inside = text_tokens(part, encoder)
        vectors.append(found)
        tokens += inside or []
    return Arguments(
        tuple(motions),
        tuple(text for text, _, _ in rows),
        np.asarray([motions.index(motion) for _, motion, _ in rows]),
        np.asarray([("FAVOR", "AGAINST").index(side) for _, _, side in rows]),
        np.concatenate(vectors),
        tuple(tokens),
    )


def subject_of(motion: str) -> tuple[str, bool]:
    """What a motion is about, and whether the motion is for it."""
    for pattern, favors in (
        (f"We should (?:{VERBS_AGAINST}) (.+)", False),
        (f"We should (?:{VERBS_FOR}) (.+)", True),
        ("(.+) should be legalized", True),
        ("(.+) should be (?:banned|abandoned|a criminal offence)", False),
        ("(.+) brings more harm than good", False),
    ):
        if found := re.fullmatch(pattern, motion):
            return found[1], favors
    raise SystemExit(f"what is the motion {motion!r} about?")


def turned(motion: str) -> str:
    """Its negation."""
    if "brings" in motion:
        return motion.replace("brings", "does not bring")
    return motion.replace(" should ", " should not ", 1)


def other_words(motion: str) -> list[tuple[str, bool]]:
    """Other statements about the same thing, first its bare name, and whether they are on the motion's side."""
    subject, favors = subject_of(motion)
    found = [(subject, True), (f"Yes to {subject}", True), (f"No to {subject}", False)]
    found += [
        (f"{subject} brings more {'good than harm' if good else 'harm than good'}", good) for good in (True, False)
    ]
    for verbs, adjectives, good in ((FORWARD, GOOD, True), (BACK, BAD, False)):
        for active, passive in (verb.split() for verb in verbs.split(", ")):
            found += [(f"We should {active} {subject}", good), (f"We should not {active} {subject}", not good)]
            found += [(f"{subject} should be {passive}", good), (f"{subject} should not be {passive}", not good)]
        for adjective in adjectives.split(", "):
            found += [(f"{subject} is {adjective}", good), (f"{subject} is not {adjective}", not good)]
    return [(text[0].upper() + text[1:], good == favors) for text, good in found]


def rounds(
    arguments: Arguments, motions: Sequence[int], statements: dict[str, Tokens], near: Vectors
) -> list[list[Pair]]:
    """What a reader learns from: each argument once a round, with its motion in some words, and some with another's."""
    dice = random.Random(1)  # noqa: S311  # no secret
    rows = [row for row in range(len(arguments.of)) if arguments.of[row] in set(motions)]
    far = {one: [other for other in motions if near[one, other] < NEAR] for one in motions}
    found = []
    for _ in range(ROUNDS):
        pairs = []
        for row in rows:
            text, side, motion = arguments.tokens[row], int(arguments.sides[row]), int(arguments.of[row])
            statement, same = _worded(arguments.motions[motion], dice)
            pairs.append(Pair(statements[statement], text, side if same else 1 - side))
            if dice.random() < NONE_SHARE and far[motion]:
                statement, _ = _worded(arguments.motions[dice.choice(far[motion])], dice)
                pairs.append(Pair(statements[statement], text, 2))
        found.append(pairs)
    return found


def _worded(motion: str, dice: random.Random) -> tuple[str, bool]:
    chance = dice.random()
    if chance < AS_IT_STANDS:
        return motion, True
    if chance < AS_IT_STANDS + TURNED:
        return turned(motion), False
    if chance < AS_IT_STANDS + TURNED + BARE:
        return other_words(motion)[0]
    return dice.choice(other_words(motion))


def measure(polarity: Polarity, arguments: Arguments, unseen: Sequence[int], statements: dict[str, Tokens]) -> None:
    """Prints, for each unseen motion and over all, how often the side is told; and beside it the baselines."""
    rows = np.flatnonzero(np.isin(arguments.of, unseen))
    sides, of = arguments.sides[rows], arguments.of[rows]
    given = logits(polarity, arguments, rows, [arguments.motions[number] for number in of], statements)
    cosine = by_cosine(arguments, rows)
    told = {
        "this model": given[:, :2].argmax(axis=1),
        "nearer side (cosine)": cosine[:, :2].argmax(axis=1),
        "always the commonest": np.full(len(rows), np.bincount(sides).argmax()),
    }
    print(f"{'motion':52} {'accuracy':>8} {'macro-F1':>8} {'cosine':>8} {'arguments':>9}")
    for number in unseen:
        here = of == number
        values = [_accuracy(sides[here], told[name][here]) for name in list(told)[:2]]
        both = f_avg(sides[here], told["this model"][here])
        print(f"{arguments.motions[number]:52} {values[0]:8.2f} {both:8.2f} {values[1]:8.2f} {here.sum():9}")
    for name, found in told.items():
        each = np.asarray([_accuracy(sides[of == number], found[of == number]) for number in unseen])
        low, high = over_motions(each)
        print(
            f"{name:24} accuracy {_accuracy(sides, found):.3f}, macro-F1 {f_avg(sides, found):.3f}, "
            f"mean over motions {each.mean():.3f} [{low:.3f}, {high:.3f}], worst {each.min():.2f}"
        )
    _tell_probabilities(softmax(given / polarity.temperature), sides)
    other_statements(polarity, arguments, rows, statements)


def _tell_probabilities(probabilities: Floats, sides: Labels) -> None:
    """How far the probabilities can be trusted."""
    shown = shown_classes(probabilities, POLARITY_THRESHOLDS)
    precision, recall = shown_quality(sides, shown)
    none = (probabilities.argmax(axis=1) == 2).mean()
    error = calibration_error(sides, probabilities, shown)
    print(f"of three classes {_accuracy(sides, probabilities.argmax(axis=1)):.3f} right, {none:.1%} are called none")
    print(f"shown: {precision:.1%} right, {recall:.1%} of all, calibration error {error:.3f}")


def other_statements(polarity: Polarity, arguments: Arguments, rows: Labels, statements: dict[str, Tokens]) -> None:
    """The same arguments with negated motions, bare noun phrases, and with motions that they say nothing of."""
    sides = arguments.sides[rows]
    motions = [arguments.motions[number] for number in arguments.of[rows]]
    negated = logits(polarity, arguments, rows, [turned(motion) for motion in motions], statements)
    print(f"negated motions {_accuracy(1 - sides, negated[:, :2].argmax(axis=1)):.3f}")
    bare = logits(polarity, arguments, rows, [other_words(motion)[0][0] for motion in motions], statements)
    favors = np.asarray([subject_of(motion)[1] for motion in motions])
    print(f"bare noun phrases {_accuracy(np.where(favors, sides, 1 - sides), bare[:, :2].argmax(axis=1)):.3f}")
    strange = random.Random(2).sample(motions, len(motions))  # noqa: S311
    apart = np.asarray([one != other for one, other in zip(motions, strange, strict=True)])
    other = logits(polarity, arguments, rows, strange, statements)[apart]
    print(f"other motions: {(other.argmax(axis=1) == 2).mean():.3f} are called none")


def logits(
    polarity: Polarity, arguments: Arguments, rows: Labels, said: Sequence[str], statements: dict[str, Tokens]
) -> Floats:
    """Of each argument with a statement."""
    pairs = [(statements[text], arguments.tokens[row]) for row, text in zip(rows, said, strict=True)]
    return judge(polarity.reader, pairs)


def by_cosine(arguments: Arguments, rows: Labels) -> Floats:
    """What a detector without weights says: the statement or its negation, whichever is nearer."""
    encoder = SentenceEncoder(PACKAGED, languages=["en"])
    targets = tuple(Target(motion, motion) for motion in arguments.motions)
    detector = Detector(targets, target_vectors(targets, encoder), encoder.name)
    readings = [
        Reading((arguments.texts[row],), arguments.vectors[row], arguments.vectors[row : row + 1]) for row in rows
    ]
    return detector.probabilities(readings)[np.arange(len(rows)), arguments.of[rows]]


def over_motions(values: Floats) -> tuple[float, float]:
    """The middle 95 % of means of motions drawn anew (bootstrap)."""
    drawn = np.random.default_rng(0).choice(values, (2_000, len(values))).mean(axis=1)
    low, high = np.quantile(drawn, [0.025, 0.975])
    return float(low), float(high)


def _accuracy(true: Labels, found: Labels) -> float:
    return float((true == found).mean())


def main() -> None:
    """Measures, and writes if asked to."""
    parser = argparse.ArgumentParser()
    parser.add_argument("arguments", type=Path)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    encoder = SentenceEncoder(PACKAGED, languages=["en"])
    run(read(options.arguments, encoder), encoder, write=options.write)


def run(arguments: Arguments, encoder: SentenceEncoder, *, write: bool) -> None:
    """Learns from some motions and measures on the others; then, if asked to, learns from all and writes."""
    said = [[motion, turned(motion), *(text for text, _ in other_words(motion))] for motion in arguments.motions]
    different = list(dict.fromkeys(text for texts in said for text in texts))
    vectors, tokens = text_tokens(different, encoder)
    statements = dict(zip(different, tokens or (), strict=True))
    own = vectors[[different.index(motion) for motion in arguments.motions]]
    numbers = list(range(len(arguments.motions)))
    random.Random(0).shuffle(numbers)  # noqa: S311
    for taught, known in ((numbers[:TAUGHT], False), (numbers, True)):
        if known and not write:
            return
        reader = fit_pairs(rounds(arguments, taught, statements, own @ own.T), seed=0)
        polarity = Polarity(encoder.name, TEMPERATURE, weights_of(reader))
        if known:
            save_polarity(polarity, SHIPPED)
            print(f"{SHIPPED.name}: {SHIPPED.stat().st_size / 1e6:.2f} MB")
        else:
            measure(polarity, arguments, numbers[TAUGHT:], statements)


if __name__ == "__main__":
    main()
