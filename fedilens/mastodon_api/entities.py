"""JSON as servers send it into our own values, once, at the border. See the Mastodon documentation, Entities.

Servers differ: fields are missing, null or of another type. What identifies or decides is required; what
only enriches is left out where it makes no sense.
"""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from fedilens.types import Account, Mention, OwnStatus, Status

_NOT_TEXT = str.maketrans({"\x00": None})


class BrokenStatusError(ValueError):
    """A status without a field that is needed, or with one of a wrong type."""


def status_from_api(raw: Any, *, host: str) -> Status:
    """A status as `host` sent it. Raises BrokenStatusError, which names the field."""
    if not isinstance(raw, dict):
        raise BrokenStatusError("not an object")
    created_at = _time(raw.get("created_at"))
    if created_at is None:
        raise BrokenStatusError("created_at")
    return Status(
        uri=_required(raw, "uri"),
        remote_id=status_id(raw) or _broken("id"),
        account=account_from_api(raw.get("account"), host=host),
        created_at=created_at,
        content=_text(raw.get("content"), name="content"),
        url=_optional(raw, "url"),
        edited_at=_time(raw.get("edited_at")),
        spoiler_text=_optional(raw, "spoiler_text") or "",
        language=(_optional(raw, "language") or "").lower().partition("-")[0] or None,
        visibility=_optional(raw, "visibility") or "public",
        in_reply_to_id=_id(raw.get("in_reply_to_id")),
        tags=_tags(raw.get("tags")),
        card_url=_optional(raw.get("card"), "url"),
    )


def status_id(raw: Any) -> str | None:
    """The id of a status, even of one that cannot be read otherwise."""
    return _id(raw.get("id")) if isinstance(raw, dict) else None


def own_status_from_api(raw: Any) -> OwnStatus | None:
    """A post of one's own, with what tells it apart; None for something else."""
    remote_id = status_id(raw)
    if remote_id is None or raw.get("reblog"):
        return None
    return OwnStatus(remote_id, _optional(raw, "content") or "", _id(raw.get("in_reply_to_id")))


def mention_from_api(raw: Any, *, host: str) -> Mention | None:
    """A notification of a mention; None for any other, and for one that cannot be read."""
    if not isinstance(raw, dict) or raw.get("type") != "mention" or status_id(raw) is None:
        return None
    try:
        status = status_from_api(raw.get("status"), host=host)
    except BrokenStatusError:
        return None
    named = raw["status"].get("mentions")
    accts = [_optional(one, "acct") or "" for one in named] if isinstance(named, list) else []
    return Mention(
        notification_id=str(status_id(raw)),
        remote_id=status.remote_id,
        uri=status.uri,
        account=status.account,
        content=status.content,
        visibility=status.visibility,
        created_at=status.created_at,
        mentioned=tuple(acct if "@" in acct else f"{acct}@{host}" for acct in accts),
    )


def account_from_api(raw: Any, *, host: str) -> Account:
    """An account as `host` sent it. Raises BrokenStatusError, which names the field."""
    if not isinstance(raw, dict):
        raise BrokenStatusError("account")
    acct = _required(raw, "acct").lstrip("@")
    address = _optional(raw, "uri") or _optional(raw, "url") or ""
    if "@" not in acct:
        acct = f"{acct}@{_host(address) or host}"
    if not isinstance(raw.get("locked"), bool):
        raise BrokenStatusError("account.locked")
    return Account(
        uri=address or acct,
        acct=acct,
        display_name=_optional(raw, "display_name") or "",
        note=_optional(raw, "note") or "",
        fields=_fields(raw.get("fields")),
        locked=raw["locked"],
        bot=raw.get("bot") is True,
        discoverable=_flag(raw.get("discoverable")),
        indexable=_flag(raw.get("indexable")),
        noindex=_flag(raw.get("noindex")),
    )


def _host(address: str) -> str:
    try:
        return urlsplit(address).netloc
    except ValueError:
        return ""


def _fields(raw: Any) -> tuple[str, ...]:
    """Names and values of the profile's table: an opt-out word may stand in either."""
    if not isinstance(raw, list):
        return ()
    rows = [row for row in raw if isinstance(row, dict)]
    return tuple(_optional(row, key) or "" for row in rows for key in ("name", "value"))


def _tags(raw: Any) -> tuple[str, ...]:
    if not isinstance(raw, list):
        return ()
    names = [_optional(tag, "name") for tag in raw if isinstance(tag, dict)]
    return tuple(dict.fromkeys(name.lstrip("#").lower() for name in names if name))


def _flag(value: Any) -> bool | None:
    """Three states: yes, no, not said. Anything else was not said."""
    return value if isinstance(value, bool) else None


def _id(value: Any) -> str | None:
    """Ids are opaque strings; some servers send numbers."""
    if isinstance(value, str):
        return _text(value, name="id") or None
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None


def _time(value: Any) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _required(raw: dict[str, Any], name: str) -> str:
    return _optional(raw, name) or _broken(name)


def _optional(raw: Any, name: str) -> str | None:
    """The text in a field of an object; None where there is no object, no field or no text."""
    value = raw.get(name) if isinstance(raw, dict) else None
    return _text(value, name=name) if isinstance(value, str) else None


def _text(value: Any, *, name: str) -> str:
    """Text that every later stage can encode: lone surrogates are replaced, NULs dropped."""
    if not isinstance(value, str):
        raise BrokenStatusError(name)
    return value.translate(_NOT_TEXT).encode("utf-8", "replace").decode("utf-8")


def _broken(name: str) -> str:
    raise BrokenStatusError(name)
