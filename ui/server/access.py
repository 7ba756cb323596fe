"""Who may ask: the API key, and what a web page in the user's browser may not do."""

from __future__ import annotations

import hmac
import ipaddress
from hashlib import sha256

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from ui.server.problem import ApiProblem

# Every other path, also one that no route answers, is refused without the key.
PUBLIC = frozenset({"/health"})


class Gate:
    """Lets a request through to ``app``, or refuses it before its body is read.

    With a ``key``, everything but PUBLIC needs it as a bearer token. Without one, the server is for programs on this
    machine: the request must name this machine as its host (against DNS rebinding), and must not come from a web page of
    another origin (against cross-site requests).
    """

    def __init__(self, app: ASGIApp, key: str | None) -> None:
        self.app = app
        self._key = _digest(key.encode()) if key is not None else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        elif scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
        else:
            problem = self._refusal(scope["path"], Headers(scope=scope))
            await (problem.response() if problem else self.app)(scope, receive, send)

    def _refusal(self, path: str, headers: Headers) -> ApiProblem | None:
        if self._key is None:
            return _foreign(headers)
        if path in PUBLIC or _bears(headers, self._key):
            return None
        return ApiProblem(
            401, "The API key is missing or wrong; send it as: Authorization: Bearer KEY", "invalid_api_key", close=True
        )


def is_loopback(host: str) -> bool:
    """Whether a host name or address, with or without brackets, is this machine's own."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.removeprefix("[").removesuffix("]")).is_loopback
    except ValueError:
        return False


def _bears(headers: Headers, key: bytes) -> bool:
    scheme, _, given = headers.get("authorization", "").partition(" ")
    # Digests of one length, so that the time tells nothing about the key, not even its length.
    equal = hmac.compare_digest(_digest(given.strip().encode("latin-1")), key)
    return equal and scheme.lower() == "bearer"


def _digest(secret: bytes) -> bytes:
    return sha256(secret).digest()


def _foreign(headers: Headers) -> ApiProblem | None:
    host = headers.get("host", "")
    name, separator, port = host.rpartition(":")
    if not is_loopback(name if separator and port.isdecimal() else host):
        return ApiProblem(
            403, "Without an API key the server answers only to names of its own machine.", "host_refused", close=True
        )
    same_origin = headers.get("origin") in (None, f"http://{host}")
    if not same_origin or headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
        return ApiProblem(
            403, "Without an API key the server does not answer web pages.", "origin_refused", close=True
        )  # fmt: skip
    return None
