"""What scoring all targets of the AI debate adds to the time of embedding the same posts.

.venv/bin/python benchmarks/scoring.py [--posts 400]
"""

import argparse
import time

from fedilens.annotate import SentenceEncoder, SpacyLinguist
from fedilens.pipeline import Judge
from fedilens.pipeline.judging import read_texts
from fedilens.stance import load_debate, load_examples, load_head, make_detector


def main() -> None:
    """Prints both times and the share."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--posts", type=int, default=400)
    debate = load_debate("ai")
    texts = [example.text for example in load_examples(debate)][: parser.parse_args().posts]
    encoder = SentenceEncoder("all-MiniLM-L6-v2", languages=("en",))
    detector = make_detector(debate, encoder, load_head(debate.folder / "head.npz"))
    judge = Judge(SpacyLinguist(debate.entities), encoder)
    detector.score(read_texts(judge, texts[:8]))  # loads the models
    began = time.monotonic()
    readings = read_texts(judge, texts)
    embedded = time.monotonic()
    detector.score(readings)
    scored = time.monotonic()
    share = (scored - embedded) / (embedded - began)
    print(
        f"{len(texts)} posts: embedding {embedded - began:.1f} s, scoring {scored - embedded:.2f} s, {share:.1%} more"
    )


if __name__ == "__main__":
    main()
