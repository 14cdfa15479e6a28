"""What a server says of itself; see the Mastodon documentation, entities/Instance."""

from typing import Any

from fedilens.sample.addresses import Software
from fedilens.sample.views import View

_VERSIONS = {
    Software.MASTODON: "4.5.2",
    Software.GOTOSOCIAL: "0.20.0",
    Software.SNAC: "4.0.0 (not true; really snac/2.94)",
}
CHARACTERS = {Software.MASTODON: 500, Software.GOTOSOCIAL: 5_000, Software.SNAC: 100_000}
RESERVED = {Software.MASTODON: 23, Software.GOTOSOCIAL: 25, Software.SNAC: 32}


def instance_v1(view: View) -> dict[str, Any]:
    """`/api/v1/instance`."""
    return {
        "uri": view.host,
        "title": f"{view.host} (sample)",
        "short_description": "",
        "description": "An invented server of the sample.",
        "email": "",
        "version": _VERSIONS[view.software],
        "languages": ["en"],
        "registrations": False,
        "approval_required": True,
        "invites_enabled": False,
        "urls": {},
        "stats": {"user_count": 0, "status_count": 0, "domain_count": 0},
        "configuration": _configuration(view),
        "rules": rules(view),
    }


def instance_v2(view: View) -> dict[str, Any]:
    """`/api/v2/instance`. Mastodon says there who may read tag timelines."""
    access = dict.fromkeys(("local", "remote"), "authenticated" if view.wants_token else "public")
    shown = {"timelines_access": {"hashtag_feeds": access}} if view.software is Software.MASTODON else {}
    return {
        "domain": view.host,
        "title": f"{view.host} (sample)",
        "version": _VERSIONS[view.software],
        "source_url": "",
        "description": "An invented server of the sample.",
        "usage": {"users": {"active_month": 0}},
        "thumbnail": {"url": ""},
        "languages": ["en"],
        "configuration": {**_configuration(view), **shown},
        "registrations": {"enabled": False, "approval_required": True, "message": None},
        "contact": {"email": ""},
        "rules": rules(view),
    }


def rules(view: View) -> list[dict[str, str]]:
    """`/api/v1/instance/rules`."""
    if view.software is not Software.MASTODON:
        return []
    return [{"id": "1", "text": "Be kind.", "hint": ""}, {"id": "2", "text": "Describe your pictures.", "hint": ""}]


def _configuration(view: View) -> dict[str, Any]:
    return {
        "statuses": {
            "max_characters": CHARACTERS[view.software],
            "max_media_attachments": 4,
            "characters_reserved_per_url": RESERVED[view.software],
        }
    }
