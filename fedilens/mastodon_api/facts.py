"""What a server says of itself: `/api/v2/instance`, or where that is missing `/api/v1/instance`."""

from typing import Any

from fedilens.errors import NotFoundError, ServerError, UnreachableError
from fedilens.mastodon_api.connection import Connection
from fedilens.types import PostLimits, ServerFacts


def server_facts(connection: Connection) -> ServerFacts:
    """Rules, limits and what may be read. Raises ServerError when the server says nothing at all."""
    raw = _instance(connection)
    configuration = _object(raw, "configuration")
    urls = _object(configuration, "urls")
    feeds = _object(_object(configuration, "timelines_access"), "hashtag_feeds")
    return ServerFacts(
        host=connection.host,
        version=str(raw.get("version") or "unknown"),
        rules=_rules(raw, connection),
        terms=str(urls["terms_of_service"]) if urls.get("terms_of_service") else None,
        hashtag_feeds=str(feeds["local"]) if feeds.get("local") else None,
        limits=_limits(raw, _object(configuration, "statuses")),
    )


def _limits(raw: dict[str, Any], statuses: dict[str, Any]) -> PostLimits:
    """Mastodon's usual limits where the server is silent."""
    usual = PostLimits()
    characters = statuses.get("max_characters") or raw.get("max_toot_chars") or usual.characters
    return PostLimits(int(characters), int(statuses.get("characters_reserved_per_url") or usual.url_characters))


def _rules(raw: dict[str, Any], connection: Connection) -> tuple[str, ...]:
    """Most servers send them along; some only when asked."""
    rules = raw.get("rules")
    if not rules:
        try:
            rules, _ = connection.ask(connection.api.instance_rules)
        except ServerError:
            return ()
    listed = rules if isinstance(rules, list) else []
    return tuple(" ".join(str(rule.get("text", "")).split()) for rule in listed if isinstance(rule, dict))


def _instance(connection: Connection) -> dict[str, Any]:
    try:
        raw, _ = connection.ask(connection.api.instance_v2)
    except (NotFoundError, UnreachableError):
        raw, _ = connection.ask(connection.api.instance_v1)
    return raw if isinstance(raw, dict) else {}


def _object(raw: dict[str, Any], name: str) -> dict[str, Any]:
    value = raw.get(name)
    return value if isinstance(value, dict) else {}
