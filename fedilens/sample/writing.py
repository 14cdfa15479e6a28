"""What a server remembers of those who write on it: programs and their tokens, posts, pictures, notifications.

Idempotency keys are honoured for an hour by a Mastodon and by no other (as recorded from each).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from secrets import token_urlsafe
from typing import Any

from fedilens.sample.addresses import Software, account_url
from fedilens.sample.corpus import SampleAccount
from fedilens.sample.entities import account_json, timestamp
from fedilens.sample.html import mentions_of, render, tags_of
from fedilens.sample.views import View

KEY_LASTS = timedelta(hours=1)
FIRST_ID = 113_900_000_000_000_000


@dataclass(frozen=True, slots=True)
class Grant:
    """A code or a token: what it allows, and for which program."""

    client_id: str
    scopes: str


@dataclass(slots=True)
class Writing:
    """The memory of one server. The bot's account is `owner`; it is made by the first token that may write."""

    view: View
    owner: SampleAccount
    keeps_keys: bool = True
    programs: dict[str, dict[str, str]] = field(default_factory=dict)
    codes: dict[str, Grant] = field(default_factory=dict)
    tokens: dict[str, Grant] = field(default_factory=dict)
    posts: list[dict[str, Any]] = field(default_factory=list)
    media: dict[str, dict[str, Any]] = field(default_factory=dict)
    notifications: list[dict[str, Any]] = field(default_factory=list)
    keys: dict[str, tuple[datetime, dict[str, Any]]] = field(default_factory=dict)
    strangers: dict[str, SampleAccount] = field(default_factory=dict)
    _last: int = FIRST_ID

    def next_id(self) -> str:
        """An id after all others."""
        self._last += 1
        return str(self._last)

    def register(self, form: Mapping[str, str]) -> dict[str, str]:
        """A program that asks to be known. See the Mastodon documentation, methods/apps."""
        program = {
            "id": self.next_id(),
            "name": form.get("client_name", ""),
            "redirect_uri": form.get("redirect_uris", ""),
            "scopes": form.get("scopes", "read"),
            "client_id": token_urlsafe(16),
            "client_secret": token_urlsafe(16),
        }
        self.programs[program["client_id"]] = program
        return program

    def authorize(self, client_id: str, scopes: str) -> str:
        """The owner says yes: a code."""
        code = token_urlsafe(16)
        self.codes[code] = Grant(client_id, scopes)
        return code

    def token(self, form: Mapping[str, str], *, now: datetime) -> dict[str, Any] | None:
        """The token that a code is good for, once; None for a wrong code or secret."""
        grant = self.codes.get(form.get("code", ""))
        program = self.programs.get(form.get("client_id", ""))
        if grant is None or program is None or program["client_secret"] != form.get("client_secret"):
            return None
        del self.codes[form["code"]]
        token = token_urlsafe(24)
        self.tokens[token] = grant
        created = int(now.timestamp())
        return {"access_token": token, "token_type": "Bearer", "scope": grant.scopes, "created_at": created}

    def revoke(self, token: str) -> None:
        """The token opens nothing any more."""
        self.tokens.pop(token, None)

    def upload(self, name: str, description: str, size: int) -> dict[str, Any]:
        """A picture, waiting for a post."""
        made: dict[str, Any] = {
            "id": self.next_id(),
            "type": "image",
            "url": f"https://{self.view.host}/media/{name}",
            "preview_url": f"https://{self.view.host}/media/small/{name}",
            "description": description,
            "meta": {"size": size},
        }
        self.media[made["id"]] = made
        return made

    def post(self, form: Mapping[str, Sequence[str]], *, key: str | None, now: datetime) -> dict[str, Any]:
        """A status by the owner. The same key again gives the same status, where keys are honoured."""
        if key and self.keeps_keys and self.view.software is Software.MASTODON and key in self.keys:
            made_at, earlier = self.keys[key]
            if now - made_at < KEY_LASTS:
                return earlier
        text = _first(form, "status")
        pictures = [self.media[one] for one in form.get("media_ids[]", ()) if one in self.media]
        made = self._status(self.owner, text, self.next_id(), now=now) | {
            "visibility": _first(form, "visibility") or "public",
            "spoiler_text": _first(form, "spoiler_text"),
            "sensitive": _first(form, "sensitive").lower() == "true",
            "language": _first(form, "language") or None,
            "in_reply_to_id": _first(form, "in_reply_to_id") or None,
            "media_attachments": pictures,
        }
        self.posts.append(made)
        if key:
            self.keys[key] = (now, made)
        return made

    def mention(self, acct: str, text: str, *, now: datetime, bot: bool = False, to_owner: bool = True) -> str:
        """Somebody writes to the owner; the id of that post."""
        account = self.strangers.setdefault(acct, SampleAccount(acct, acct.partition("@")[0], bot=bot, indexable=True))
        whole = f"@{self.owner.acct} {text}" if to_owner else text
        status = self._status(account, whole, self.next_id(), now=now) | {"visibility": "public"}
        self.notifications.append(
            {
                "id": self.next_id(),
                "type": "mention",
                "created_at": timestamp(now),
                "account": status["account"],
                "status": status,
            }
        )
        return str(status["id"])

    def own_posts(self) -> list[dict[str, Any]]:
        """Newest first."""
        return self.posts[::-1]

    def _status(self, account: SampleAccount, text: str, remote_id: str, *, now: datetime) -> dict[str, Any]:
        host = account.acct.partition("@")[2]
        address = f"https://{host}/users/{account.acct.partition('@')[0]}/statuses/{remote_id}"
        return {
            "id": remote_id,
            "uri": address,
            "url": address,
            "created_at": timestamp(now),
            "edited_at": None,
            "in_reply_to_id": None,
            "content": render(text, software=self.view.software, host=self.view.host),
            "spoiler_text": "",
            "language": "en",
            "account": account_json(account, self.view),
            "mentions": [{"acct": acct, "url": account_url(acct), "id": acct} for acct in mentions_of(text)],
            "tags": [{"name": tag, "url": ""} for tag in tags_of(text)],
            "media_attachments": [],
            "text": text,
        }


def visible_length(text: str, *, reserved: int) -> int:
    """Characters as Mastodon counts them: an address counts `reserved`, a mention without its host."""
    shorter = re.sub(r"https?://\S+", "x" * reserved, text)
    return len(re.sub(r"(?<![\w/@.])@([\w.-]+)@[\w.-]+\w", r"@\1", shorter))


def owner_of(view: View) -> SampleAccount:
    """The account of whoever gets a token on a server of the sample."""
    return SampleAccount(f"fedilens@{view.host}", "fedilens", "A bot that counts what hashtags argue about.", bot=True)


def _first(form: Mapping[str, Sequence[str]], name: str) -> str:
    return next(iter(form.get(name, ())), "")
