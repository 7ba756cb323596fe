"""One line a request: its id, route, status and time. Never what was asked, answered, or sent as a key."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
import traceback
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.server.problem import unexpected

log = logging.getLogger("seodang.server")
# Where a request's id stands in its ASGI scope.
REQUEST_ID = "seodang.request_id"
# As nginx writes it: the client left before the answer.
_CLIENT_LEFT = 499
_HEADERS = ((b"x-content-type-options", b"nosniff"), (b"cache-control", b"no-store"))


class Journal:
    """The outermost layer: gives every request an id, and ends what nobody foresaw with that id instead of a traceback."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        scope[REQUEST_ID] = request_id = f"req_{secrets.token_hex(8)}"
        started, status = time.perf_counter(), None

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                own = (b"x-request-id", request_id.encode())
                message = {**message, "headers": [*message.get("headers", ()), *_HEADERS, own]}
            await send(message)

        try:
            await self.app(scope, receive, sending)
        except asyncio.CancelledError:  # the server stops; uvicorn would write a traceback
            log.warning("%s cancelled", request_id)
        except Exception as error:
            report(request_id, error)
            if status is None:
                await unexpected(request_id).response()(scope, receive, sending)
        milliseconds = round((time.perf_counter() - started) * 1000)
        log.info("%s %s %d %d ms", request_id, _route(scope), status or _CLIENT_LEFT, milliseconds)


def report(request_id: str, error: BaseException) -> None:
    """Logs the kind and the place of an error; its message may hold what was asked or a document's text."""
    frames = traceback.extract_tb(error.__traceback__)[-4:]
    place = " < ".join(f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in reversed(frames))
    log.error("%s failed: %s at %s", request_id, type(error).__name__, place or "?")


def _route(scope: dict[str, Any] | Scope) -> str:
    """Method and path of the route; a path that no route answers may hold anything."""
    return f"{scope['method'][:10]} {getattr(scope.get('route'), 'path', '(no route)')}"
