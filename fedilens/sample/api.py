"""Answers requests to the Mastodon API from a snapshot: values in, a reply out, no network."""

import re
from collections.abc import Callable, Collection
from urllib.parse import quote, urlencode

from fedilens.sample.addresses import SNAC_TIME_DIGITS, Software
from fedilens.sample.entities import account_json, history_json, status_json
from fedilens.sample.instance import instance_v1, instance_v2, rules
from fedilens.sample.messages import Reply, Request, error_reply, json_reply
from fedilens.sample.timelines import USUAL_PAGE, PageQuery, page, tagged
from fedilens.sample.views import Shown, Snapshot

TOKEN = "sample-token"  # noqa: S105  # opens nothing but the sample
_SNAC_MISSING = b"<h1>404 Not Found (snac/2.94)</h1>"

_Endpoint = Callable[[str, Request, Snapshot], Reply]
"""Takes the part of the path that names something, if the path has one."""


def answer(request: Request, snapshot: Snapshot, *, tokens: Collection[str] = ()) -> Reply:
    """The reply to `request`. `tokens` open the server besides the usual one."""
    for pattern, endpoint in _ENDPOINTS.items():
        match = re.fullmatch(pattern, request.path.rstrip("/"))
        if match is not None and request.method == "GET":
            refusal = None if endpoint in _OPEN_TO_ALL else _refusal(request, snapshot, {TOKEN, *tokens})
            return refusal or endpoint(match[1] if match.re.groups else "", request, snapshot)
    return _missing(snapshot)


def _refusal(request: Request, snapshot: Snapshot, tokens: Collection[str]) -> Reply | None:
    """A wrong token is refused everywhere; none at all only where one is wanted."""
    said = request.headers.get("authorization")
    if said is not None:
        return None if said.removeprefix("Bearer ") in tokens else error_reply(401, "The access token is invalid")
    if not snapshot.view.wants_token:
        return None
    if snapshot.view.software is Software.MASTODON:
        return error_reply(422, "This method requires an authenticated user")
    return error_reply(401, "Unauthorized: token not supplied")


def _missing(snapshot: Snapshot) -> Reply:
    if snapshot.view.software is Software.SNAC:
        return Reply(404, _SNAC_MISSING, {"Content-Type": "text/html; charset=utf-8"})
    return error_reply(404, "Record not found")


def _tag_timeline(tag: str, request: Request, snapshot: Snapshot) -> Reply:
    software = snapshot.view.software
    timeline = tagged(snapshot, tag)
    if not timeline and software is Software.GOTOSOCIAL:
        return error_reply(404, "Not Found: tag was not found, or not useable/listable on this instance")
    limit = request.param("limit") or ""
    query = PageQuery(
        limit=max(int(limit), 1) if limit.isdecimal() else USUAL_PAGE,
        max_id=request.param("max_id"),
        min_id=request.param("min_id"),
        since_id=request.param("since_id"),
    )
    rows = page(timeline, query, software=software)
    headers = {"Link": _link(request, rows[0], rows[-1])} if rows and software is not Software.SNAC else {}
    return json_reply([status_json(shown, snapshot) for shown in rows], headers=headers)


def _link(request: Request, newest: Shown, oldest: Shown) -> str:
    """The addresses of the pages behind and before this one."""
    address = f"{request.base_url}{quote(request.path)}"
    limit = {"limit": asked} if (asked := request.param("limit")) else {}
    behind = urlencode({**limit, "max_id": oldest.remote_id})
    before = urlencode({**limit, "min_id": newest.remote_id})
    return f'<{address}?{behind}>; rel="next", <{address}?{before}>; rel="prev"'


def _status(remote_id: str, _: Request, snapshot: Snapshot) -> Reply:
    shown = _by_id(remote_id, snapshot)
    return json_reply(status_json(shown, snapshot)) if shown else _missing(snapshot)


def _statuses(_: str, request: Request, snapshot: Snapshot) -> Reply:
    """Mastodon leaves out what is not there; the others do not know how to be asked for several."""
    if snapshot.view.software is Software.GOTOSOCIAL:
        return Reply(405, b"405 method not allowed", {"Content-Type": "text/plain"})
    if snapshot.view.software is Software.SNAC:
        return _missing(snapshot)
    found = [_by_id(remote_id, snapshot) for remote_id in request.params.get("id[]", ())]
    return json_reply([status_json(shown, snapshot) for shown in found if shown])


def _history(remote_id: str, _: Request, snapshot: Snapshot) -> Reply:
    shown = _by_id(remote_id, snapshot)
    if shown is None or snapshot.view.software is Software.SNAC:
        return _missing(snapshot)
    return json_reply(history_json(shown, snapshot))


def _lookup(_: str, request: Request, snapshot: Snapshot) -> Reply:
    name = (request.param("acct") or "").lstrip("@")
    acct = name if "@" in name else f"{name}@{snapshot.view.host}"
    account = snapshot.corpus.accounts.get(acct)
    return json_reply(account_json(account, snapshot.view)) if account else _missing(snapshot)


def _instance_v1(_: str, _request: Request, snapshot: Snapshot) -> Reply:
    return json_reply(instance_v1(snapshot.view))


def _instance_v2(_: str, _request: Request, snapshot: Snapshot) -> Reply:
    return _missing(snapshot) if snapshot.view.software is Software.SNAC else json_reply(instance_v2(snapshot.view))


def _rules(_: str, _request: Request, snapshot: Snapshot) -> Reply:
    return _missing(snapshot) if snapshot.view.software is Software.SNAC else json_reply(rules(snapshot.view))


def _by_id(remote_id: str, snapshot: Snapshot) -> Shown | None:
    """A post by its id; snac looks at the hash in it alone."""
    start = SNAC_TIME_DIGITS if snapshot.view.software is Software.SNAC else 0
    return next((shown for shown in snapshot.shown if shown.remote_id[start:] == remote_id[start:]), None)


_ENDPOINTS: dict[str, _Endpoint] = {
    r"/api/v1/timelines/tag/([^/]+)": _tag_timeline,
    r"/api/v1/statuses": _statuses,
    r"/api/v1/statuses/([^/]+)": _status,
    r"/api/v1/statuses/([^/]+)/history": _history,
    r"/api/v1/accounts/lookup": _lookup,
    r"/api/v1/instance": _instance_v1,
    r"/api/v2/instance": _instance_v2,
    r"/api/v1/instance/rules": _rules,
}
_OPEN_TO_ALL = frozenset({_instance_v1, _instance_v2, _rules, _lookup})
