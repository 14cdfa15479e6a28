"""Answers of the questions in `queries/`, and shares of people estimated from them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from fedilens.digest import DigestRules
from fedilens.opinion import METHOD, Prevalence, Shown, difference, estimate
from fedilens.protocols import Clock, Identifier
from fedilens.stance import Debate, Head
from fedilens.store.questions import Answer, Question, ask_all
from fedilens.store.reports import Estimate, ReportStore
from fedilens.types import Window

WIDEST = 0.6
"""A share whose interval is wider than this is not told: the detector or the people are too few to say."""


@dataclass(frozen=True, slots=True)
class Reporter:
    """What reporting needs: the questions, the debate, how good its detector is, and where digests are kept."""

    store: ReportStore
    questions: Mapping[str, Question]
    debate: Debate
    head: Head | None
    rules: DigestRules
    identify: Identifier
    clock: Clock


def estimate_shares(reporter: Reporter, window: Window) -> list[Estimate]:
    """The shares for and against each target, and how they moved, in the place of earlier estimates.

    None at all without measured errors (a debate without examples) or under the minimum of people.
    """
    now, then = prevalences(reporter, window, seed=1), prevalences(reporter, window.before, seed=2)
    estimates = []
    for target, (found, people) in now.items():
        estimates += [
            Estimate(kind, target, share.value, share.low, share.high, people)
            for kind, share in (("favor", found.favor), ("against", found.against))
        ]
        if target in then:
            moved = zip(("favor_change", "against_change"), difference(found, then[target][0]), strict=True)
            estimates += [Estimate(kind, target, share.value, share.low, share.high, people) for kind, share in moved]
    reporter.store.save_estimates(
        estimates, debate=reporter.debate.name, window=window, method=METHOD, now=reporter.clock.now()
    )
    return estimates


def prevalences(reporter: Reporter, window: Window, *, seed: int, tag: str = "") -> dict[str, tuple[Prevalence, int]]:
    """For each target the corrected shares and how many people they rest on; of one hashtag's posts if asked."""
    if reporter.head is None:
        return {}
    confusions = dict(zip(reporter.head.targets, reporter.head.confusion, strict=True))
    found = {}
    for row in answer(reporter, "stances", window, tag=tag).dicts():
        shown = Shown(row["favor"], row["against"], row["people_read"] - row["favor"] - row["against"])
        if shown.people < reporter.rules.minimum_people or row["target"] not in confusions:
            continue
        prevalence = estimate(shown, confusions[row["target"]].tolist(), seed=seed)
        if prevalence is not None and _telling(prevalence):
            found[row["target"]] = (prevalence, shown.people)
    return found


def _telling(prevalence: Prevalence) -> bool:
    """Do the intervals leave something to be said?"""
    return all(share.high - share.low <= WIDEST for share in (prevalence.favor, prevalence.against))


def answer(reporter: Reporter, name: str, window: Window, **more: str) -> Answer:
    """A question's answer for a window."""
    return answers(reporter, [name], window, **more)[name]


def answers(reporter: Reporter, names: Sequence[str], window: Window, **more: str) -> dict[str, Answer]:
    """Several questions' answers for a window, from one and the same state of the database."""
    seconds = int((window.end - window.start) / timedelta(seconds=1))
    values = {"until": window.end.isoformat(), "window": f"{seconds}s", "debate": reporter.debate.name} | more
    questions = [reporter.questions[name] for name in names]
    asked = [(one, {key: value for key, value in values.items() if key in one.parameters}) for one in questions]
    found = ask_all(reporter.store.database, asked, now=reporter.clock.now())
    return dict(zip(names, found, strict=True))
