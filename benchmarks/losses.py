"""Exactly once: threads of four posts with a picture, while answers get lost and the sender is killed.

    python benchmarks/losses.py [TRIALS]

Half of the trials lose requests and answers and get 429 and 503; in the other half the sending process is also killed
with SIGKILL, before or behind the moment at which the server acted. The server ignores idempotency keys. Prints how
many threads came out whole: each post once, in order, each answering the one before.
"""

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from delivery_trial import START, trial
from test_delivering import check_thread, posted, token_of

from fedilens.sample import SampleServer, demo_views, load_corpus


def main(trials: int) -> int:
    """Runs the trials; 1 if any thread is not whole."""
    whole = kills = 0
    corpus = load_corpus()
    for seed in range(trials):
        with (
            SampleServer(demo_views()[0], corpus=corpus, now=START) as server,
            tempfile.TemporaryDirectory() as folder,
        ):
            server.writing.keeps_keys = False
            killed = trial(
                seed,
                target=server.base_url,
                token=token_of(server),
                database=Path(folder) / "a.duckdb",
                kill=seed % 2 == 1,
                losing=0.3,
            )
            kills += killed
            try:
                check_thread(posted(server), seed, [post["text"] for post in posted(server)])
                whole += 1
            except AssertionError as error:
                print(f"trial {seed}: {error}")
    print(f"{whole} of {trials} threads whole, with {kills} kills")
    return int(whole != trials)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100))
