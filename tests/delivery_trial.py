"""One trial of a delivery: a thread of four posts with a picture, sent by a process that is killed and loses answers.

Run as a program it is that process: `python delivery_trial.py DATABASE ADDRESS TOKEN NOW` does one round.
"""

import random
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from losing_proxy import Fate, LosingProxy

from fedilens.mastodon_api.account import MastodonAccount
from fedilens.pipeline.delivering import deliver
from fedilens.publish import AccountChannel
from fedilens.store import Database
from fedilens.store.publications import Outbox
from fedilens.types import Part, Picture, PostDraft

START = datetime(2025, 2, 1, 8, tzinfo=UTC)
PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
MOST_ROUNDS = 60


class Standing:
    """A clock that stands, but for sleeping; satisfies `protocols.Clock`."""

    def __init__(self, now: datetime) -> None:
        self.time = now

    def now(self) -> datetime:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


def thread(texts: list[str]) -> list[Part]:
    """A thread whose first post has a picture."""
    return [
        Part(
            UUID(int=number),
            "thread/ai/now",
            "account",
            number,
            PostDraft(text, "unlisted", picture=Picture(PNG, "Two bars.") if number == 1 else None),
        )
        for number, text in enumerate(texts, start=1)
    ]


def round_of(database: Path, address: str, token: str, now: datetime) -> int:
    """Sends what can be sent at a moment; how many deliveries are left."""
    clock, outbox = Standing(now), Outbox(Database(database))
    account = MastodonAccount("bot.example", token=token, clock=clock, timeout=timedelta(seconds=5), base_url=address)
    deliver(outbox, {"account": AccountChannel(account)}, clock)
    return len(outbox.open_deliveries())


def fates(seed: int, *, losing: float, killing: Callable[[], None] | None = None) -> Callable[[int, str, str], Fate]:
    """Requests get lost, or not, by chance; and now and then whoever asks is killed before or behind one."""
    dice = random.Random(seed)

    def fate(_number: int, _method: str, _path: str) -> Fate:
        if killing is not None and dice.random() < losing / 2:
            killing()
            return dice.choice([Fate.LOSE_REQUEST, Fate.LOSE_ANSWER])
        if dice.random() < losing:
            return dice.choice([Fate.LOSE_REQUEST, Fate.LOSE_ANSWER, Fate.TOO_MANY, Fate.TROUBLE])
        return Fate.PASS

    return fate


def trial(seed: int, *, target: str, token: str, database: Path, kill: bool, losing: float = 0.25) -> int:
    """Sends a thread to the end, whatever happens; how many times the process was killed."""
    texts = [f"Part {number} of {seed}: see https://d.example/{number} #AI" for number in range(1, 5)]
    Outbox(Database(database)).plan(thread(texts), now=START)
    child: list[subprocess.Popen[bytes]] = []
    kills = []

    def killing() -> None:
        if child:
            child[-1].send_signal(signal.SIGKILL)
            child[-1].wait()
            kills.append(seed)

    with LosingProxy(target, fates(seed, losing=losing, killing=killing if kill else None)) as proxy:
        for number in range(MOST_ROUNDS):
            now = START + timedelta(hours=2 * number)
            if not kill:
                left = round_of(database, proxy.url, token, now)
            else:
                command = [sys.executable, __file__, str(database), proxy.url, token, now.isoformat()]
                child.append(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
                child[-1].wait()
                left = len(Outbox(Database(database)).open_deliveries())
            if not left:
                return len(kills)
    raise AssertionError(f"the thread of trial {seed} was not sent in {MOST_ROUNDS} rounds")


if __name__ == "__main__":
    round_of(Path(sys.argv[1]), sys.argv[2], sys.argv[3], datetime.fromisoformat(sys.argv[4]))
