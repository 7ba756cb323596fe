"""Reading a request's body: bounded in size and time while it comes."""

from __future__ import annotations

import asyncio
from typing import TypeVar

from fastapi import Request
from pydantic import BaseModel, ValidationError

from ui.server.limits import ServerLimits
from ui.server.problem import ApiProblem

Body = TypeVar("Body", bound=BaseModel)
# How much more than the limit is taken off the line, so that a client reads the refusal instead of a broken connection.
_DISCARDED = 8


async def read_body(request: Request, kind: type[Body], limits: ServerLimits) -> Body:
    """The body as a ``kind``. Raises ApiProblem for what is too large, too slow, not JSON or of another shape."""
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type != "application/json":  # what a web page's form may send without asking is none of the three
        raise ApiProblem(415, "The body must be JSON; send it with: Content-Type: application/json", "not_json")
    try:
        async with asyncio.timeout(limits.body_time):
            content = await _content(request, limits.body)
    except TimeoutError:
        problem = ApiProblem(
            408, f"The body did not arrive within {limits.body_time:g} seconds.", "too_slow", close=True
        )
        raise problem from None
    try:
        return kind.model_validate_json(content)
    except ValidationError as error:
        raise _shape_problem(error) from None


async def _content(request: Request, limit: int) -> bytes:
    content, size = bytearray(), 0
    async for piece in request.stream():
        size += len(piece)
        if size <= limit:
            content += piece
        elif size > limit * _DISCARDED:
            break
    if size > limit:
        raise ApiProblem(413, f"The body is larger than {limit:,} bytes.", "body_too_large", close=True)
    return bytes(content)


def _shape_problem(error: ValidationError) -> ApiProblem:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    if first["type"] == "json_invalid":
        return ApiProblem(400, "The body is not valid JSON.", "not_json")
    param = _param(first["loc"])
    return ApiProblem(400, f"{param or 'The body'}: {first['msg']}.", "invalid_value", param)


def _param(place: tuple[int | str, ...]) -> str | None:
    """messages[0].content; pydantic's names for the members of a union are left out."""
    path = ""
    for step in place:
        if isinstance(step, int):
            path += f"[{step}]"
        elif step.isidentifier() and step not in ("str", "bool", "int", "float"):
            path += f".{step}" if path else step
    return path or None
