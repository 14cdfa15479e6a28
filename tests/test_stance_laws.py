"""What must hold for the detector that ships, whatever its examples: tried with the real embedding model."""

from collections.abc import Sequence

import numpy as np
import pytest

from fedilens.annotate import SentenceEncoder, SpacyLinguist
from fedilens.pipeline import Judge
from fedilens.pipeline.judging import plain_text, read_texts
from fedilens.stance import Detector, load_debate, load_head, make_detector
from fedilens.stance.blending import shown_classes
from fedilens.stance.debate import NONE
from fedilens.stance.features import Floats

OPPOSITES = {
    "energy": (
        "The water and power these AI data centres burn is a climate crime.",
        "The energy use of AI is tiny next to flying or beef, the fuss about it is overblown.",
    ),
    "labour": (
        "They laid off our whole team and put an AI in our place.",
        "Nobody at our place lost a job to AI, it took the drudgery and we hired more people.",
    ),
    "creators": (
        "Training your model on my drawings without asking me is theft.",
        "Training on public pictures is fair use, a model learns as a student does and nobody is robbed.",
    ),
    "big-tech": (
        "The real problem is that three giant corporations own all of AI.",
        "I am glad that big companies run AI, they are careful stewards and size is no problem.",
    ),
    "usefulness": (
        "AI saves me two hours every single day, I love working with it.",
        "AI is useless, it wastes my time and makes my work worse.",
    ),
    "refusal": (
        "Please do not use AI at all, keep it out of your projects.",
        "Boycotting AI is pointless, refusing to use it helps nobody.",
    ),
    "public-ai": (
        "AI should be public infrastructure, open and owned by all of us like a library.",
        "Open models are dangerous, giving the weights away to everybody is reckless.",
    ),
    "regulation": (
        "We need strict laws for AI now, with teeth and fines.",
        "Regulating AI now is a mistake that will only strangle small firms.",
    ),
    "reliability": (
        "You cannot trust a word that a chatbot says, it makes things up.",
        "Its answers are accurate, it was right more often than our own experts.",
    ),
    "danger": (
        "A superhuman AI could end humanity and we should be terrified.",
        "The robot apocalypse is a silly fairy tale, AI will not kill us all.",
    ),
    "education": (
        "Pupils who use AI stop learning to think, it is ruining school.",
        "AI is a wonderful tutor, my pupils learn more with it than ever.",
    ),
    "warfare": (
        "Using AI to pick bombing targets and watch crowds is wrong, and it must stop.",
        "I am glad our army has AI drones, they defend us and that is right.",
    ),
    "hype": (
        "AI is a bubble that is about to burst, all of it is hype.",
        "AI is not a bubble, it is real and it will last.",
    ),
}


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge(SpacyLinguist({}), SentenceEncoder("all-MiniLM-L6-v2", languages=("en",)))


@pytest.fixture(scope="module")
def detector(judge: Judge) -> Detector:
    debate = load_debate("ai")
    return make_detector(debate, judge.encoder, load_head(debate.folder / "head.npz"))


def judged(judge: Judge, detector: Detector, texts: Sequence[str]) -> Floats:
    """Favor, against, none of each text and target."""
    return detector.probabilities(read_texts(judge, [plain_text({"content": text}) for text in texts]))


def place(detector: Detector, name: str) -> int:
    return [target.name for target in detector.targets].index(name)


def test_opposite_statements_get_opposite_sides(judge: Judge, detector: Detector) -> None:
    """On nearly every target, when they are said bluntly; today creators and warfare are read wrong."""
    flat = [text for pair in OPPOSITES.values() for text in pair]
    found = judged(judge, detector, flat)
    wrong = []
    for number, name in enumerate(OPPOSITES):
        target = place(detector, name)
        pro, con = found[2 * number, target], found[2 * number + 1, target]
        if not (pro[0] > pro[1] and con[1] > con[0]):
            wrong.append(name)
    assert len(wrong) <= 2, wrong


def test_quoting_a_view_to_reject_it_is_not_holding_it(judge: Judge, detector: Detector) -> None:
    """The side moves away from the one that is quoted, on most targets."""
    said = [pair[0] for pair in OPPOSITES.values()]
    rejected = [f"“{text}” Oh come on. That is simply not true, and I am tired of hearing it." for text in said]
    plain, quoted = judged(judge, detector, said), judged(judge, detector, rejected)
    moved = 0
    for number, name in enumerate(OPPOSITES):
        target = place(detector, name)
        before, after = (one[number, target, 0] - one[number, target, 1] for one in (plain, quoted))
        moved += after < before
    assert moved >= 10


def test_unrelated_tags_links_and_markup_change_nothing(judge: Judge, detector: Detector) -> None:
    """Nothing that could be seen: none of it is in what is read, but other HTML may part the lines elsewhere."""
    text = "AI saves me two hours every single day. The big firms that own it are the problem, though."
    first, second = text.split(". ", 1)
    variants = [
        f"<p>{text}</p>",
        f"<p>{first}. <strong>{second}</strong></p>",
        f'<p>{text}</p><p><a href="https://h.example/tags/cats" class="mention hashtag">#<span>cats</span></a></p>',
        f'<p>{text}</p><p><a href="https://news.example/a/b">news.example/a/b</a></p>',
        f"<div><p><em>{first}.</em> {second}</p></div>",
    ]
    found = judged(judge, detector, variants)
    assert np.abs(found - found[0]).max() < 0.02


def test_a_post_about_something_else_takes_no_side(judge: Judge, detector: Detector) -> None:
    """Whatever its tags."""
    texts = ["Eleven courgettes today, who wants some? #AI", "The 8:14 is late again and it rains. #AI #LLM"]
    assert (judged(judge, detector, texts).argmax(axis=2) == 2).all()


def test_who_speaks_of_something_else_as_one_speaks_of_ai_takes_no_side(judge: Judge, detector: Detector) -> None:
    """A word for a side is not enough: the subject has to be there."""
    texts = [
        "Nobody should be allowed to keep a parrot in a third-floor flat.",
        "I gave up coffee for Lent and I won't go back to it.",
        "One family owns the bread, the mill and the mayor of this village.",
        "Snow tyres are overrated, there is no snow.",
        "My new bread knife is a joy to work with.",
        "They copied my hat and sell it by the hundred. Nobody asked me.",
        "The bus timetable cannot be trusted on Sundays.",
        "Cartoons before breakfast do children no good.",
        "The old dam will burst one day and take the valley with it.",
        "The orchard should belong to everyone who picks in it.",
        "Another forty laid off at the biscuit factory.",
        "Tanks in the parade again, and my tax money in the tanks.",
    ]
    found = judged(judge, detector, texts)
    sided = (shown_classes(found, detector.thresholds) < NONE).any(axis=1)
    assert sided.sum() <= 1, [text for text, one in zip(texts, sided, strict=True) if one]
