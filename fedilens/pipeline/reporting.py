"""A digest out: estimate, ask the questions in `queries/`, put the answers together, keep what was said."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from fedilens.digest import DigestRules, Facts, build_digest
from fedilens.opinion import METHOD, Prevalence, Shown, difference, estimate
from fedilens.protocols import Clock, Identifier
from fedilens.stance import Debate, Head
from fedilens.store.questions import Answer, Question, ask
from fedilens.store.reports import Estimate, ReportStore
from fedilens.types import Audience, Digest, Window

_ASKED = (
    "overview",
    "exclusions",
    "languages",
    "shares",
    "stances",
    "reasons",
    "topics",
    "exemplars",
    "articles",
    "daily",
)
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


def report(reporter: Reporter, window: Window, audience: Audience) -> Digest:
    """Builds and keeps the digest of a window. Topics of the window are expected to have been found."""
    estimate_shares(reporter, window)
    before = Window(window.start - (window.end - window.start), window.start)
    now_answers = {name: answer(reporter, name, window).dicts() for name in _ASKED}
    created_at = reporter.clock.now()
    digest = build_digest(
        Facts(
            now=now_answers,
            before={"overview": answer(reporter, "overview", before).dicts()},
            statements={target.name: target.statement for target in reporter.debate.targets},
            certainty=certainty(reporter.head),
        ),
        digest_id=reporter.identify.text(
            f"{reporter.debate.name} {audience.value} {window.start} {window.end} {created_at}"
        ),
        debate=reporter.debate.name,
        title=reporter.debate.title,
        audience=audience,
        window=window,
        rules=reporter.rules,
        created_at=created_at,
    )
    reporter.store.save_digest(digest)
    return digest


def report_tag(reporter: Reporter, window: Window, tag: str) -> Digest:
    """A small digest for the public of the posts under one hashtag alone: counts and shares. It is not kept."""
    shares = [
        {"target": target, "kind": kind, "value": share.value, "low": share.low, "high": share.high, "n": people}
        for target, (found, people) in prevalences(reporter, window, seed=1, tag=tag).items()
        for kind, share in (("favor", found.favor), ("against", found.against))
    ]
    before = Window(window.start - (window.end - window.start), window.start)
    nothing: dict[str, list[dict[str, Any]]] = {name: [] for name in _ASKED}
    return build_digest(
        Facts(
            now=nothing | {"overview": answer(reporter, "overview", window, tag=tag).dicts(), "shares": shares},
            before={"overview": answer(reporter, "overview", before, tag=tag).dicts()},
            statements={target.name: target.statement for target in reporter.debate.targets},
            certainty=certainty(reporter.head),
        ),
        digest_id=reporter.identify.text(f"{tag} {window.start} {window.end}"),
        debate=reporter.debate.name,
        title=f"#{tag}",
        audience=Audience.PUBLIC,
        window=window,
        rules=reporter.rules,
        created_at=reporter.clock.now(),
    )


def estimate_shares(reporter: Reporter, window: Window) -> list[Estimate]:
    """The shares for and against each target, and how they moved, in the place of earlier estimates.

    None at all without measured errors (a debate without examples) or under the minimum of people.
    """
    before = Window(window.start - (window.end - window.start), window.start)
    now, then = prevalences(reporter, window, seed=1), prevalences(reporter, before, seed=2)
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
    question = reporter.questions[name]
    seconds = int((window.end - window.start) / timedelta(seconds=1))
    values = {"until": window.end.isoformat(), "window": f"{seconds}s", "debate": reporter.debate.name} | more
    wanted = {key: value for key, value in values.items() if key in question.parameters}
    return ask(reporter.store.database, question, wanted, now=reporter.clock.now())


def certainty(head: Head | None) -> tuple[str, ...]:
    """How good the detector is, in sentences."""
    if head is None:
        return ("No share is given: this debate has no labelled examples, so the detector's errors are not known.",)
    quality = head.quality
    return (
        (
            f"Stances are found by a program that was trained on {quality.examples} written examples. On examples "
            f"it had not seen, {100 * quality.precision:.0f} of 100 stances it showed were right, and it showed "
            f"{100 * quality.recall:.0f} of 100 that were there; the shares are corrected for that, and their "
            "intervals (95 %) include it."
        ),
        (
            "The examples were written for this purpose, not collected: on real posts it errs more often, by an "
            "amount that has not been measured yet. Irony is often missed."
        ),
    )
