"""Fediverse servers that speak the Mastodon API, through Mastodon.py (`client`, which loads it)."""

from fedilens.mastodon_api.entities import BrokenStatusError, status_from_api

__all__ = ["BrokenStatusError", "status_from_api"]
