"""Answers what a program asks in the name of the server's owner: OAuth, posting, pictures, notifications."""

import json
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.parser import BytesParser
from email.policy import HTTP
from html import escape
from urllib.parse import parse_qs, urlencode

from fedilens.sample.addresses import Software
from fedilens.sample.entities import account_json
from fedilens.sample.instance import CHARACTERS, RESERVED
from fedilens.sample.messages import Reply, Request, error_reply, json_reply
from fedilens.sample.writing import Grant, Writing, visible_length

OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"
MOST_NOTIFICATIONS = 80
Form = dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class _Call:
    request: Request
    form: Form
    writing: Writing
    grant: Grant
    now: datetime
    name: str

    def one(self, field: str) -> str:
        return next(iter(self.form.get(field, ())), "")

    def flat(self) -> dict[str, str]:
        return {field: values[0] for field, values in self.form.items() if values}


_Endpoint = Callable[[_Call], Reply]


def answer_writer(request: Request, writing: Writing, *, now: datetime) -> Reply | None:
    """The reply, or None for a request that is not about writing."""
    path = request.path.rstrip("/")
    for (method, pattern), (endpoint, scope) in _ENDPOINTS.items():
        match = re.fullmatch(pattern, path)
        if match is None or request.method != method:
            continue
        grant = writing.tokens.get(_bearer(request))
        if scope and grant is None:
            return error_reply(401, "The access token is invalid")
        if scope and grant and not _allows(grant.scopes, scope):
            return error_reply(403, "This action is outside the authorized scopes")
        name = match[1] if match.re.groups else ""
        return endpoint(_Call(request, form_of(request), writing, grant or Grant("", ""), now, name))
    return None


def form_of(request: Request) -> Form:
    """The parameters of a request: in its address, and in its body as a form, in parts, or as JSON."""
    kind = request.headers.get("content-type", "")
    found: Form = dict(request.params)
    if kind.startswith("application/x-www-form-urlencoded"):
        parsed = parse_qs(request.body.decode(), keep_blank_values=True)
        found |= {name: tuple(values) for name, values in parsed.items()}
    elif kind.startswith("application/json"):
        for name, value in json.loads(request.body or b"{}").items():
            found |= {f"{name}[]": tuple(map(str, value))} if isinstance(value, list) else {name: (str(value),)}
    elif kind.startswith("multipart/form-data"):
        message = BytesParser(policy=HTTP).parsebytes(f"Content-Type: {kind}\r\n\r\n".encode() + request.body)
        for part in message.iter_parts():
            name = str(part.get_param("name", header="content-disposition"))
            content = bytes(part.get_content() if part.get_filename() else part.get_payload(decode=True))
            found[name] = (part.get_filename() or content.decode(),)
            found[f"{name}.size"] = (str(len(content)),)
    return found


def _bearer(request: Request) -> str:
    return request.headers.get("authorization", "").removeprefix("Bearer ")


def _allows(scopes: str, wanted: str) -> bool:
    """A broad scope holds the narrow ones: read holds read:accounts."""
    granted = scopes.split()
    return wanted in granted or wanted.partition(":")[0] in granted


def _register(call: _Call) -> Reply:
    return json_reply(call.writing.register(call.flat()))


def _authorize(call: _Call) -> Reply:
    """The owner is taken to agree at once: the code on a page, or handed on to the program's own address."""
    client_id, address = call.one("client_id"), call.one("redirect_uri")
    if client_id not in call.writing.programs:
        return error_reply(401, "Client authentication failed due to unknown client")
    code = call.writing.authorize(client_id, call.one("scope"))
    if address == OUT_OF_BAND:
        page = f"<!DOCTYPE html><title>Authorized</title><code>{escape(code)}</code>"
        return Reply(200, page.encode(), {"Content-Type": "text/html"})
    state = {"state": call.one("state")} if call.one("state") else {}
    return Reply(302, b"", {"Location": f"{address}?{urlencode({'code': code, **state})}"})


def _token(call: _Call) -> Reply:
    made = call.writing.token(call.flat(), now=call.now)
    return json_reply(made) if made else error_reply(400, "invalid_grant")


def _revoke(call: _Call) -> Reply:
    call.writing.revoke(call.one("token"))
    return json_reply({})


def _program(call: _Call) -> Reply:
    return json_reply({"name": "fedilens", "scopes": call.grant.scopes.split()})


def _owner(call: _Call) -> Reply:
    return json_reply(account_json(call.writing.owner, call.writing.view))


def _upload(call: _Call) -> Reply:
    size = int(call.one("file.size") or 0)
    return json_reply(call.writing.upload(call.one("file"), call.one("description"), size))


def _post(call: _Call) -> Reply:
    software = call.writing.view.software
    text = call.one("status")
    if software is not Software.SNAC:
        refusal = 422 if software is Software.MASTODON else 400
        if not text and not call.form.get("media_ids[]"):
            return error_reply(refusal, "Validation failed: Text can't be blank")
        if visible_length(text, reserved=RESERVED[software]) > CHARACTERS[software]:
            return error_reply(refusal, f"Validation failed: Text character limit of {CHARACTERS[software]} exceeded")
    made = call.writing.post(call.form, key=call.request.headers.get("idempotency-key"), now=call.now)
    return json_reply(made)


def _own_posts(call: _Call) -> Reply:
    if call.name != account_json(call.writing.owner, call.writing.view)["id"]:
        return error_reply(404, "Record not found")
    older = call.one("max_id")
    rows = [post for post in call.writing.own_posts() if not older or int(post["id"]) < int(older)]
    return json_reply(rows[: min(int(call.one("limit") or 20), 40)])


def _status(call: _Call) -> Reply:
    mentions = [one["status"] for one in call.writing.notifications]
    found = next((one for one in [*call.writing.posts, *mentions] if one["id"] == call.name), None)
    return json_reply(found) if found else error_reply(404, "Record not found")


def _delete(call: _Call) -> Reply:
    found = next((one for one in call.writing.posts if one["id"] == call.name), None)
    if found is None:
        return error_reply(404, "Record not found")
    call.writing.posts.remove(found)
    return json_reply(found)


def _notifications(call: _Call) -> Reply:
    """After `min_id` the oldest come first into a page, which then stands newest first."""
    limit = min(int(call.one("limit") or 40), MOST_NOTIFICATIONS)
    least, most = int(call.one("min_id") or 0), int(call.one("max_id") or sys.maxsize)
    rows = [one for one in call.writing.notifications if least < int(one["id"]) < most]
    page = rows[:limit] if call.one("min_id") else rows[-limit:]
    return json_reply(page[::-1])


_ENDPOINTS: dict[tuple[str, str], tuple[_Endpoint, str]] = {
    ("POST", "/api/v1/apps"): (_register, ""),
    ("GET", "/oauth/authorize"): (_authorize, ""),
    ("POST", "/oauth/token"): (_token, ""),
    ("POST", "/oauth/revoke"): (_revoke, ""),
    ("GET", "/api/v1/apps/verify_credentials"): (_program, "read:accounts"),
    ("GET", "/api/v1/accounts/verify_credentials"): (_owner, "read:accounts"),
    ("POST", "/api/v[12]/media"): (_upload, "write:media"),
    ("POST", "/api/v1/statuses"): (_post, "write:statuses"),
    ("DELETE", r"/api/v1/statuses/([^/]+)"): (_delete, "write:statuses"),
    ("GET", r"/api/v1/accounts/([^/]+)/statuses"): (_own_posts, "read:statuses"),
    ("GET", r"/api/v1/statuses/(1139\d+)"): (_status, "read:statuses"),
    ("GET", "/api/v1/notifications"): (_notifications, "read:notifications"),
}
