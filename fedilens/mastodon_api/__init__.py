"""Fediverse servers that speak the Mastodon API, through Mastodon.py."""

from fedilens.mastodon_api.client import MastodonServer
from fedilens.mastodon_api.entities import BrokenStatusError, status_from_api

__all__ = ["BrokenStatusError", "MastodonServer", "status_from_api"]
