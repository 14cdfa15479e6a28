"""A digest out: estimate, ask the questions in `queries/`, put the answers together, keep what was said."""

from typing import Any

from fedilens.digest import Facts, build_digest
from fedilens.opinion import Camps
from fedilens.pipeline.estimating import Reporter, answer, answers, estimate_shares, prevalences
from fedilens.pipeline.grouping import (
    estimate_camps,
    find_alerts,
    tell_camps,
    tell_coverage,
    window_coverage,
)
from fedilens.stance import Head
from fedilens.types import Audience, Digest, Figure, Window

_ASKED = (
    "overview",
    "exclusions",
    "languages",
    "shares",
    "stances",
    "reasons",
    "topics",
    "exemplars",
    "attention",
    "articles",
    "daily",
    "instances",
    "repeats",
)


def report(reporter: Reporter, window: Window, audience: Audience, *, keep: bool = True) -> Digest:
    """Builds and keeps the digest of a window. Topics of the window are expected to have been found."""
    estimate_shares(reporter, window)
    now_answers = {name: found.dicts() for name, found in answers(reporter, _ASKED, window).items()}
    camps, coverage = estimate_camps(reporter, window), window_coverage(reporter, window)
    more = [Figure("camps.people", float(sum(camps.sizes)), "camps")] if isinstance(camps, Camps) else []
    if coverage is not None:
        more.append(Figure("coverage.least", coverage.least, "coverage"))
    created_at = reporter.clock.now()
    digest = build_digest(
        Facts(
            now=now_answers,
            before={"overview": answer(reporter, "overview", window.before).dicts()},
            statements={target.name: target.statement for target in reporter.debate.targets},
            certainty=certainty(reporter.head),
            news=tuple(alert.text for alert in find_alerts(reporter, window)),
            camps=tuple(tell_camps(camps, group=reporter.rules.minimum_group)),
            coverage=tuple(tell_coverage(coverage, servers=audience is Audience.OPERATOR)),
            figures=tuple(more),
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
    if keep:
        reporter.store.save_digest(digest)
    return digest


def report_tag(reporter: Reporter, window: Window, tag: str) -> Digest:
    """A small digest for the public of the posts under one hashtag alone: counts and shares. It is not kept."""
    shares = [
        {"target": target, "kind": kind, "value": share.value, "low": share.low, "high": share.high, "n": people}
        for target, (found, people) in prevalences(reporter, window, seed=1, tag=tag).items()
        for kind, share in (("favor", found.favor), ("against", found.against))
    ]
    nothing: dict[str, list[dict[str, Any]]] = {name: [] for name in _ASKED}
    return build_digest(
        Facts(
            now=nothing | {"overview": answer(reporter, "overview", window, tag=tag).dicts(), "shares": shares},
            before={"overview": answer(reporter, "overview", window.before, tag=tag).dicts()},
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
