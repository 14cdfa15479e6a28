"""A debate of two targets whose sides hang on words, and examples of it."""

from pathlib import Path

from fedilens.stance import Debate, Example, Target
from fedilens.types import Label


def toy_debate(folder: Path) -> Debate:
    """Two targets whose sides hang on words."""
    targets = (Target("power", "The power is too much."), Target("joy", "It is a joy."))
    return Debate("toy", "A toy debate", folder, ("ai",), targets, {})


def examples(count: int = 60) -> list[Example]:
    """Posts that say their side in a word."""
    sides = {
        "power": {Label.FAVOR: "awful wasted megawatts", Label.AGAINST: "negligible tiny kilowatts"},
        "joy": {Label.FAVOR: "delightful happy hours", Label.AGAINST: "dreadful gloomy hours"},
    }
    found = []
    for number in range(count):
        target = ("power", "joy")[number % 2]
        side = (Label.FAVOR, Label.AGAINST, Label.NONE)[number // 2 % 3]
        words = sides[target].get(side, "tea and biscuits at four")
        labels = {"power": Label.NONE, "joy": Label.NONE, target: side}
        found.append(Example(str(number), f"Well {number} {words} indeed.", labels, voice=f"v{number % 10}"))
    return found
