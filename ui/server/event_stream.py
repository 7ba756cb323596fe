"""A response of server-sent events that ends when the client leaves, stops reading, or the answer fails."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import AbstractContextManager, aclosing
from typing import Any

from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from chatbot.reply import Reply
from ui.server.completion import Completion
from ui.server.journal import REQUEST_ID, log, report
from ui.server.limits import ServerLimits
from ui.server.listening import ClientLeft, while_connected
from ui.server.problem import problem_of, unexpected

_DONE = b"data: [DONE]\n\n"
# A comment line, which clients skip: proxies close a connection that is silent for long.
_SILENCE = b": waiting\n\n"
# Line ends to some clients' decoders, though not to the standard; in JSON they can always be written so.
_LINE_ENDS = {0x85: "\\u0085", 0x2028: "\\u2028", 0x2029: "\\u2029"}


class EventStream(Response):
    """Streams one answer. ``held`` is left when the response has ended, however it ended.

    The status is sent with the first piece, so that what fails before it has its own status; or after
    ``limits.keep_alive`` seconds of silence.
    """

    media_type = "text/event-stream"

    def __init__(
        self,
        pieces: AsyncGenerator[str | Reply, None],
        completion: Completion,
        with_usage: bool,
        held: AbstractContextManager[Any],
        limits: ServerLimits,
    ) -> None:
        self.status_code = 200
        self.background = None
        self.init_headers({"X-Accel-Buffering": "no"})
        self._pieces = pieces
        self._completion = completion
        self._with_usage = with_usage
        self._held = held
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        writer = _Writer(send, self.status_code, self.raw_headers, self._limits.send_time)
        with self._held:
            try:
                await self._answer(scope, receive, writer)
            except ClientLeft:
                log.info("%s left by its client", scope.get(REQUEST_ID))

    async def _answer(self, scope: Scope, receive: Receive, writer: _Writer) -> None:
        try:
            async with aclosing(while_connected(self._pieces, receive, self._limits.keep_alive)) as items:
                async for item in items:
                    await writer.send(b"".join(self._events(item, first=not writer.started)))
        except ClientLeft:
            raise
        except Exception as error:
            if not writer.started:
                raise
            await writer.send(_event(_problem(scope, error)))
        await writer.end()

    def _events(self, item: str | Reply | None, first: bool) -> list[bytes]:
        opening = [_event(self._completion.first())] if first else []
        if item is None:
            return [*opening, _SILENCE]
        if isinstance(item, str):
            return [*opening, _event(self._completion.piece(item))] if item else opening
        return [*opening, *map(_event, self._completion.last(item, self._with_usage)), _DONE]


class _Writer:
    """Sends the status with the first piece; a client that does not take a piece for ``patience`` seconds is given up."""

    def __init__(self, send: Send, status: int, headers: list[tuple[bytes, bytes]], patience: float) -> None:
        self._send = send
        self._start: Message = {"type": "http.response.start", "status": status, "headers": headers}
        self._patience = patience
        self.started = False

    async def send(self, body: bytes) -> None:
        if not body:
            return
        if not self.started:
            self.started = True
            await self._taken(self._start)
        await self._taken({"type": "http.response.body", "body": body, "more_body": True})

    async def end(self) -> None:
        await self._taken({"type": "http.response.body", "body": b"", "more_body": False})

    async def _taken(self, message: Message) -> None:
        try:
            async with asyncio.timeout(self._patience):
                await self._send(message)
        except TimeoutError:
            raise ClientLeft from None


def _problem(scope: Scope, error: Exception) -> dict[str, Any]:
    """The error object that ends a stream; no [DONE] follows, so that nobody takes the answer for complete."""
    request_id = str(scope.get(REQUEST_ID))
    problem = problem_of(error)
    if problem is None:
        report(request_id, error)
        problem = unexpected(request_id)
    else:
        log.warning("%s ended in its stream: %s", request_id, problem.code)
    return problem.as_json()


def _event(value: dict[str, Any]) -> bytes:
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return b"data: " + text.translate(_LINE_ENDS).encode() + b"\n\n"
