"""Tokens of services that want OAuth2 client credentials: fetched once a run, again when the service refuses one."""

from __future__ import annotations

import base64
import json
import time
from urllib.parse import quote_plus, urlencode

import httpx

from etl.extract.web_auth import OAuth
from etl.extract.web_transport import Transport, Unpacking, body

EARLY = 30
"""Seconds before its end at which a token counts as over: a request takes time to arrive."""

USUAL_LIFE = 300
"""Seconds that a token lives whose server does not say."""

MAX_ANSWER = 100_000
"""Bytes; a token is at most some kilobytes."""

_known: dict[OAuth, tuple[str, float]] = {}
"""Token and the moment it ends, by client: datasets of one service share it for the run of this process."""


class TokenRefused(Exception):
    """The server of tokens gave none. said: what it answered instead."""

    def __init__(self, status: int, said: str) -> None:
        self.status, self.said = status, said
        super().__init__(f"token: HTTP {status}")


def token(oauth: OAuth, transport: Transport) -> str:
    """A token that is still good. Raises TokenRefused, httpx.HTTPError."""
    known = _known.get(oauth)
    if known and known[1] > time.monotonic():
        return known[0]
    form = {"grant_type": "client_credentials"} | ({"scope": oauth.scope} if oauth.scope else {})
    pair = base64.b64encode(f"{quote_plus(oauth.client)}:{quote_plus(oauth.secret)}".encode()).decode()
    request = httpx.Request(
        "POST",
        oauth.url,
        content=urlencode(form).encode(),
        headers={
            "Authorization": f"Basic {pair}",
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
        },
    )
    response = transport.send(request)
    try:
        said = _small(response)
    finally:
        response.close()
    try:
        answer = json.loads(said)
        value, life = str(answer["access_token"]), float(answer.get("expires_in") or USUAL_LIFE)
    except (ValueError, KeyError, TypeError, RecursionError):
        value = ""
    if response.status_code != 200 or not value or not (value.isascii() and value.isprintable()):
        raise TokenRefused(response.status_code, said)
    _known[oauth] = value, time.monotonic() + max(life - EARLY, 1)
    return value


def forget(oauth: OAuth) -> None:
    """The service no longer takes the token."""
    _known.pop(oauth, None)


def _small(response: httpx.Response) -> str:
    said = b""
    for piece in body(response):
        said += piece
        if len(said) > MAX_ANSWER:
            raise Unpacking("too long for a token")
    return said.decode("utf-8", "replace")
