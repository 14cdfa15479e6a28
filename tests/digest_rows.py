"""Small hand-written answers to the questions in `queries/`, for the tests of the digest."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from fedilens.digest import DigestRules, Facts, build_digest
from fedilens.types import Audience, Digest, Window

Row = dict[str, Any]
WINDOW = Window(datetime(2025, 1, 25, tzinfo=UTC), datetime(2025, 2, 1, tzinfo=UTC))
MADE = datetime(2025, 2, 1, 6, 30, tzinfo=UTC)
RULES = DigestRules(minimum_people=30, minimum_group=3)
STATEMENTS = {
    "energy": "The data centres of AI use too much energy.",
    "labour": "AI takes work away from people.",
    "hype": "AI is overrated.",
}


def overview(**changed: int) -> list[Row]:
    row = {
        "posts": 120,
        "people": 60,
        "instances": 9,
        "replies": 4,
        "bots": 2,
        "people_excluded": 40,
        "people_seen": 100,
    }
    return [row | changed]


def share(target: str, kind: str, value: float, low: float, high: float) -> Row:
    return {"target": target, "kind": kind, "value": value, "low": low, "high": high, "n": 60, "method": "count"}


def topic(number: int, label: str, *, people: int, instances: int) -> Row:
    return {
        "cluster_id": number,
        "label": label,
        "keywords": label.split(", "),
        "people": people,
        "posts": people + 2,
        "instances": instances,
    }


def now_rows() -> dict[str, list[Row]]:
    """What was asked about the window itself."""
    return {
        "overview": overview(),
        "exclusions": [
            {"reason": "not-indexable", "people": 30, "posts": 70},
            {"reason": "opted-out", "people": 10, "posts": 12},
            {"reason": "locked", "people": 0, "posts": 1},
        ],
        "languages": [
            {"language": "en", "posts": 90, "people": 50, "read": True},
            {"language": "de", "posts": 20, "people": 12, "read": False},
            {"language": "fi", "posts": 2, "people": 2, "read": False},
            {"language": "eo", "posts": 1, "people": 1, "read": False},
        ],
        "shares": [
            share("energy", "against", 0.12, 0.02, 0.24),
            share("energy", "favor", 0.31, 0.18, 0.45),
            share("energy", "favor_change", 0.05, -0.04, 0.14),
            share("energy", "against_change", -0.01, -0.09, 0.07),
            share("labour", "against", 0.22, 0.11, 0.33),
            share("labour", "favor", 0.26, 0.13, 0.39),
        ],
        "stances": [
            {"target": "labour", "favor": 14, "against": 12, "unclear": 3, "people_read": 50},
            {"target": "energy", "favor": 12, "against": 6, "unclear": 3, "people_read": 50},
        ],
        "attention": [],
        "reasons": [
            {"target": "energy", "side": "favor", "reason": "It drinks rivers dry.", "people": 7, "instances": 4},
            {"target": "labour", "side": "against", "reason": "New trades arise.", "people": 3, "instances": 2},
            {"target": "labour", "side": "favor", "reason": "Firms dismiss writers.", "people": 2, "instances": 2},
        ],
        "topics": [
            topic(11, "grid, power", people=9, instances=4),
            topic(12, "one, server", people=8, instances=1),
            topic(13, "a, pair", people=2, instances=2),
        ],
        "exemplars": [
            {"cluster_id": 11, "label": "grid, power", "closeness": 0.9, "url": "https://a.example/@x/1", "text": "t"},
            {"cluster_id": 13, "label": "a, pair", "closeness": 0.9, "url": None, "text": "t"},
            {"cluster_id": 11, "label": "grid, power", "closeness": 0.8, "url": "https://b.example/@y/2", "text": "t"},
        ],
        "articles": [
            {"url": "https://news.example/a-long-story", "people": 6, "instances": 4},
            {"url": "https://news.example/three", "people": 3, "instances": 3},
            {"url": "https://news.example/two-servers", "people": 6, "instances": 2},
            {"url": "https://news.example/two-people", "people": 2, "instances": 3},
        ],
        "instances": [{"instance": "a.example", "people": 12, "posts": 30, "share_of_people": 0.2}],
        "repeats": [
            {"kind": "repeated", "posts": 0, "people": 0},
            {"kind": "stuffed", "posts": 0, "people": 0},
        ],
        "daily": [{"day": "2025-01-25", "posts": 50, "people": 30}, {"day": "2025-01-26", "posts": 70, "people": 40}],
    }


def digest_of(
    *, audience: Audience = Audience.PUBLIC, before: list[Row] | None = None, title: str = "AI", **rows: list[Row]
) -> Digest:
    """The digest of the rows above, with some of them changed."""
    facts = Facts(
        now=now_rows() | rows,
        before={"overview": before or overview(posts=110, people=58)},
        statements=STATEMENTS,
        certainty=("Of ten labels shown about six are right.",),
    )
    return build_digest(
        facts,
        digest_id=UUID(int=7),
        debate="ai",
        title=title,
        audience=audience,
        window=WINDOW,
        rules=RULES,
        created_at=MADE,
    )
