"""Statuses and accounts as JSON, with the fields that each software sends (as recorded from each)."""

from datetime import datetime
from typing import Any

from fedilens.sample.addresses import (
    Software,
    account_id,
    account_uri,
    account_url,
    software_of,
    status_uri,
    status_url,
    tag_url,
)
from fedilens.sample.corpus import SampleAccount
from fedilens.sample.html import as_fetched_by_mastodon, emojis_of, mentions_of, render
from fedilens.sample.timelines import post_tags
from fedilens.sample.views import Shown, Snapshot, View

JOINED = "2022-11-05T00:00:00.000Z"
_COUNTS = ("followers_count", "following_count", "statuses_count")


def status_json(shown: Shown, snapshot: Snapshot) -> dict[str, Any]:
    """See the Mastodon documentation, entities/Status. A post that was not invented keeps all but its id."""
    post, view = shown.post, snapshot.view
    if post.raw:
        return {**post.raw, "id": shown.remote_id}
    parent = snapshot.find(post.reply_to)
    text = post.text_at(snapshot.now)
    return {
        "id": shown.remote_id,
        "uri": status_uri(post),
        "url": status_url(post),
        "created_at": timestamp(post.at),
        "edited_at": timestamp(edited) if (edited := post.edited_at(snapshot.now)) else None,
        "in_reply_to_id": parent.remote_id if parent else None,
        "in_reply_to_account_id": _account_id(parent.post.acct, view) if parent else None,
        "visibility": "public",
        "language": post.language,
        **_written(text, cw=post.cw, acct=post.acct, view=view),
        "account": account_json(snapshot.corpus.accounts[post.acct], view),
        "reblog": None,
        "mentions": [_mention(acct, view) for acct in mentions_of(text)],
        "tags": [{"name": tag, "url": _tag_url(tag, view)} for tag in post_tags(shown, snapshot)],
        "card": None,
        **dict.fromkeys(("replies_count", "reblogs_count", "favourites_count"), 0),
        **_extras(text, view),
    }


def history_json(shown: Shown, snapshot: Snapshot) -> list[dict[str, Any]]:
    """See the Mastodon documentation, entities/StatusEdit: what the post was at first, then what it became."""
    post = shown.post
    if post.raw:
        raw = post.raw
        return [{name: raw[name] for name in ("content", "spoiler_text", "sensitive", "created_at", "account")}]
    versions = [(post.at, post.text)]
    if post.edit and post.edit.at <= snapshot.now:
        versions.append((post.edit.at, post.edit.text))
    account = account_json(snapshot.corpus.accounts[post.acct], snapshot.view)
    return [
        {
            "created_at": timestamp(at),
            "account": account,
            **_written(text, cw=post.cw, acct=post.acct, view=snapshot.view),
        }
        for at, text in versions
    ]


def account_json(account: SampleAccount, view: View) -> dict[str, Any]:
    """See the Mastodon documentation, entities/Account. A flag that the account does not have is not sent."""
    if account.raw:
        return dict(account.raw)
    sent = {
        "id": _account_id(account.acct, view),
        "username": account.user,
        "acct": _acct(account.acct, view),
        "display_name": account.name,
        "locked": account.locked,
        "bot": account.bot,
        "group": False,
        "discoverable": account.discoverable,
        "indexable": account.indexable,
        "noindex": account.noindex,
        "created_at": JOINED,
        "note": _html(account.note, account.host) if account.note else "",
        "uri": account_uri(account.acct),
        "url": account_url(account.acct),
        **dict.fromkeys(("avatar", "avatar_static", "header", "header_static"), ""),
        **dict.fromkeys(_COUNTS, 0),
        "emojis": [],
        "fields": [
            {"name": name, "value": _html(value, account.host), "verified_at": None} for name, value in account.fields
        ],
    }
    unsaid = {flag for flag in ("indexable", "noindex") if sent[flag] is None}
    if view.software is Software.GOTOSOCIAL:
        unsaid |= {"indexable", "noindex", "uri"}
    return {name: value for name, value in sent.items() if name not in unsaid}


def timestamp(moment: datetime) -> str:
    """A time as the servers write it."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def _written(text: str, *, cw: str, acct: str, view: View) -> dict[str, Any]:
    """What a version of a post says. The HTML is that of the server it was written on."""
    host = acct.partition("@")[2]
    html = _html(text, host)
    if view.software is Software.MASTODON and host != view.host:
        html = as_fetched_by_mastodon(html)
    return {
        "content": html,
        "spoiler_text": cw,
        "sensitive": bool(cw),
        "media_attachments": [],
        "poll": None,
        "emojis": [_emoji(code, host) for code in emojis_of(text)],
    }


def _extras(text: str, view: View) -> dict[str, Any]:
    """Fields that are not Mastodon's."""
    if view.software is Software.MASTODON:
        return {}
    extras = {"text": text, "muted": False, "bookmarked": False, "pinned": False}
    if view.software is Software.GOTOSOCIAL:
        return {**extras, "content_type": "text/plain"}
    return {**extras, "reactions": [], "filtered": []}


def _html(text: str, host: str) -> str:
    return render(text, software=software_of(host), host=host)


def _mention(acct: str, view: View) -> dict[str, str]:
    return {
        "id": _account_id(acct, view),
        "username": acct.partition("@")[0],
        "acct": _acct(acct, view),
        "url": account_url(acct),
    }


def _acct(acct: str, view: View) -> str:
    """Mastodon and GoToSocial leave out their own host."""
    return acct if view.software is Software.SNAC else acct.removesuffix(f"@{view.host}")


def _account_id(acct: str, view: View) -> str:
    return account_id(acct, host=view.host, software=view.software)


def _tag_url(tag: str, view: View) -> str:
    return tag_url(tag, host=view.host, software=view.software)


def _emoji(shortcode: str, host: str) -> dict[str, Any]:
    address = f"https://{host}/emoji/{shortcode}.png"
    return {"shortcode": shortcode, "url": address, "static_url": address, "visible_in_picker": True}
