"""Answers to the questions in `queries/` into a digest. Every figure names the query that gives it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from fedilens.digest.distortions import distortions
from fedilens.digest.facts import Facts, Rows
from fedilens.digest.lead import lead_sentence
from fedilens.digest.small_groups import is_small, without_small_groups
from fedilens.types import (
    ArticleCount,
    Audience,
    Digest,
    Figure,
    ReasonCount,
    TargetShares,
    TopicSummary,
    Window,
)

ARTICLE_INSTANCES = 3
"""An article is shown when people on so many instances linked it: one loud server is not a debate."""
MOST_REASONS = 10
MOST_TOPICS = 8
MOST_ARTICLES = 8


@dataclass(frozen=True, slots=True)
class DigestRules:
    """Under `minimum_people` there are no shares; the public sees nothing of fewer than `minimum_group` people."""

    minimum_people: int
    minimum_group: int


def build_digest(
    facts: Facts,
    *,
    digest_id: UUID,
    debate: str,
    title: str,
    audience: Audience,
    window: Window,
    rules: DigestRules,
    created_at: datetime,
) -> Digest:
    """The digest of a window for an audience."""
    group = rules.minimum_group if audience is Audience.PUBLIC else 1
    too_few = is_small(facts.now["overview"][0]["people"], group)
    facts = without_small_groups(facts, group)
    overview = _overview(facts.now["overview"])
    people = int(overview["people"].value)
    enough = people >= rules.minimum_people
    distorted, distorting = distortions(facts.now["instances"], facts.now["repeats"], people=people)
    digest = Digest(
        digest_id=digest_id,
        debate=debate,
        title=title,
        audience=audience,
        window=window,
        created_at=created_at,
        lead="",
        enough=enough,
        posts=overview["posts"],
        people=overview["people"],
        instances=overview["instances"],
        people_seen=overview["people_seen"],
        bots=overview["bots"],
        before=_overview(facts.before["overview"], prefix="before."),
        excluded=_excluded(facts.now["exclusions"]),
        unread_languages=_unread(facts.now["languages"], group=group),
        shares=_shares(facts) if enough else (),
        reasons=_reasons(facts.now["reasons"], group=group) if enough else (),
        topics=_topics(facts.now, audience=audience, group=group) if enough else (),
        articles=_articles(facts.now["articles"], group=rules.minimum_group),
        news=facts.news if enough else (),
        camps=facts.camps if enough else (),
        coverage=facts.coverage,
        daily_posts=tuple((str(row["day"]), int(row["posts"])) for row in facts.now["daily"]),
        certainty=facts.certainty,
        notes=(*_notes(overview, rules=rules, untold=_untold(facts) if enough else None), *distorted),
    )
    if too_few:
        lead = f"Fewer than {group} people who allow to be counted wrote: of so few nothing is told."
        digest = replace(digest, too_few=True, notes=(), lead=lead)
    else:
        digest = replace(digest, lead=lead_sentence(digest))
    return replace(digest, figures=(*_figures(digest), *distorting, *facts.figures))


def _overview(rows: Rows, *, prefix: str = "") -> dict[str, Figure]:
    row = rows[0]
    return {
        name: Figure(prefix + name, float(row[name]), "overview", n=int(row["people"]))
        for name in ("posts", "people", "instances", "people_seen", "bots")
    }


def _excluded(rows: Rows) -> dict[str, Figure]:
    return {str(row["reason"]): Figure(f"excluded.{row['reason']}", float(row["people"]), "exclusions") for row in rows}


def _unread(rows: Rows, *, group: int) -> dict[str, Figure]:
    """How many people wrote in each language that the detector does not read; rare languages together."""
    unread = [row for row in rows if not row["read"]]
    common = {str(row["language"]): float(row["people"]) for row in unread if row["people"] >= group}
    rest = sum(float(row["people"]) for row in unread if row["people"] < group)
    counts = common | ({"other": rest} if rest else {})
    return {language: Figure(f"unread.{language}", people, "languages") for language, people in counts.items()}


def _shares(facts: Facts) -> tuple[TargetShares, ...]:
    """Targets that anybody takes a side on, the most discussed first."""
    found: dict[str, dict[str, Figure]] = {}
    for row in facts.now["shares"]:
        figure = Figure(
            f"share.{row['target']}.{row['kind']}", row["value"], "shares", low=row["low"], high=row["high"], n=row["n"]
        )
        found.setdefault(row["target"], {})[row["kind"]] = figure
    order = {row["target"]: place for place, row in enumerate(facts.now["stances"])}
    return tuple(
        TargetShares(
            target=target,
            statement=facts.statements.get(target, target),
            favor=kinds["favor"],
            against=kinds["against"],
            favor_change=kinds.get("favor_change"),
            against_change=kinds.get("against_change"),
        )
        for target, kinds in sorted(found.items(), key=lambda item: order.get(item[0], len(order)))
    )


def _reasons(rows: Rows, *, group: int) -> tuple[ReasonCount, ...]:
    counted = [row for row in rows if row["people"] >= group][:MOST_REASONS]
    return tuple(
        ReasonCount(
            row["target"],
            row["side"],
            row["reason"],
            Figure(f"reason.{number}", float(row["people"]), "reasons", n=int(row["people"])),
        )
        for number, row in enumerate(counted, start=1)
    )


def _topics(answers: Mapping[str, Rows], *, audience: Audience, group: int) -> tuple[TopicSummary, ...]:
    """For the public only topics that several people on several instances speak of, and no links to posts."""
    counted = [
        row
        for row in answers["topics"]
        if row["people"] >= group and (audience is Audience.OPERATOR or row["instances"] > 1)
    ]
    links: dict[Any, list[str]] = {}
    if audience is Audience.OPERATOR:
        for row in answers["exemplars"]:
            if row["url"]:
                links.setdefault(row["cluster_id"], []).append(row["url"])
    attention = {row["cluster_id"]: row for row in answers["attention"]}
    return tuple(
        TopicSummary(
            row["label"],
            tuple(row["keywords"]),
            Figure(f"topic.{row['label']}.people", float(row["people"]), "topics", n=int(row["people"])),
            Figure(f"topic.{row['label']}.posts", float(row["posts"]), "topics", n=int(row["people"])),
            *_attention(f"topic.{row['label']}", attention.get(row["cluster_id"])),
            links=tuple(links.get(row["cluster_id"], ())),
        )
        for row in counted[:MOST_TOPICS]
    )


def _attention(name: str, row: Mapping[str, Any] | None) -> tuple[Figure | None, Figure | None]:
    """The share of people who speak of a topic, and its change."""
    if row is None:
        return None, None
    people = int(row["people"])
    share = Figure(f"{name}.share", row["share"], "attention", row["low"], row["high"], people)
    if row["change"] is None:
        return share, None
    return share, Figure(f"{name}.change", row["change"], "attention", row["change_low"], row["change_high"], people)


def _articles(rows: Rows, *, group: int) -> tuple[ArticleCount, ...]:
    counted = [row for row in rows if row["people"] >= group and row["instances"] >= ARTICLE_INSTANCES]
    return tuple(
        ArticleCount(
            row["url"],
            Figure(f"article.{number}.people", float(row["people"]), "articles", n=int(row["people"])),
            Figure(f"article.{number}.instances", float(row["instances"]), "articles", n=int(row["people"])),
        )
        for number, row in enumerate(counted[:MOST_ARTICLES], start=1)
    )


def _untold(facts: Facts) -> list[str]:
    """The targets of which no share is told."""
    told = {row["target"] for row in facts.now["shares"]}
    return [target for target in facts.statements if target not in told]


def _notes(overview: Mapping[str, Figure], *, rules: DigestRules, untold: list[str] | None) -> tuple[str, ...]:
    """What a reader has to know about the figures; `untold` is None where there are too few people for any share."""
    people, seen = int(overview["people"].value), int(overview["people_seen"].value)
    notes = [
        (
            f"Counted are the {people} of about {seen} people seen whose accounts allow it. Who is sceptical of being "
            "indexed is missing more often, so sceptics are under-counted; this is not the whole Fediverse."
        ),
    ]
    if untold is None:
        notes.append(
            f"Shares, reasons and topics are given from {rules.minimum_people} people on; with fewer they would say "
            "more about single persons than about the debate."
        )
    elif untold:
        notes.append(f"Not told, because it cannot be told with any certainty yet: {', '.join(untold)}.")
    return tuple(notes)


def _figures(digest: Digest) -> tuple[Figure, ...]:
    """Every figure that a rendering may show."""
    figures = [digest.posts, digest.people, digest.instances, digest.people_seen, digest.bots]
    figures += [*digest.before.values(), *digest.excluded.values(), *digest.unread_languages.values()]
    for share in digest.shares:
        figures += [share.favor, share.against]
        figures += [change for change in (share.favor_change, share.against_change) if change]
    figures += [reason.people for reason in digest.reasons]
    figures += [
        figure
        for topic in digest.topics
        for figure in (topic.people, topic.posts, topic.share, topic.change)
        if figure is not None
    ]
    figures += [figure for article in digest.articles for figure in (article.people, article.instances)]
    figures += [Figure(f"daily.{day}", float(posts), "daily") for day, posts in digest.daily_posts]
    return tuple(figures)
