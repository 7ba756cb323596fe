"""Waiting for work and for the client at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import TypeVar

from starlette.types import Receive

T = TypeVar("T")


class ClientLeft(Exception):
    """The client closed the connection before it had its answer."""


async def while_connected(
    items: AsyncGenerator[T, None], receive: Receive, silence: float
) -> AsyncGenerator[T | None, None]:
    """The items as they come, and None after each ``silence`` seconds without one. The request's body must be read.

    Raises ClientLeft as soon as the client is gone. However it ends, ``items`` is closed.
    """
    gone = asyncio.ensure_future(_disconnected(receive))
    coming: asyncio.Task[T] | None = None
    try:
        while True:
            coming = coming or asyncio.ensure_future(_next(items))
            done, _ = await asyncio.wait({gone, coming}, timeout=silence, return_when=asyncio.FIRST_COMPLETED)
            if gone in done:
                raise ClientLeft
            if coming not in done:
                yield None
                continue
            try:
                item = coming.result()
            except StopAsyncIteration:
                return
            coming = None
            yield item
    finally:
        open_tasks = [task for task in (gone, coming) if task is not None]
        for task in open_tasks:
            task.cancel()
        await asyncio.wait(open_tasks)
        for task in open_tasks:
            if not task.cancelled():
                task.exception()  # seen, so that asyncio does not report it
        await items.aclose()


async def _next(items: AsyncGenerator[T, None]) -> T:
    return await anext(items)


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
