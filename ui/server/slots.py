"""Places for requests: how many are worked on, how many wait, and how they end early."""

from __future__ import annotations

import asyncio
import math
import threading
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from ui.server.limits import ServerLimits
from ui.server.problem import full, stopping

T = TypeVar("T")
# Work that may block; it looks at the event and ends soon after it is set.
Work = Callable[[threading.Event], Iterator[T]]

_END = object()
# How much the last request's time counts in the average that Retry-After is made of.
_NEWEST = 0.2
_LONGEST_RETRY = 60


class Slots:
    """Bounded work of one server; used from its event loop alone. Whoever came first is worked on first."""

    def __init__(self, limits: ServerLimits) -> None:
        self._limits = limits
        self._turns = asyncio.Semaphore(limits.running)
        self._threads = ThreadPoolExecutor(limits.running, "seodang-server")
        self._cancels: set[threading.Event] = set()
        self._seconds = 1.0
        self.in_flight = 0
        self.stopping = False

    @property
    def running(self) -> int:
        """Requests that a thread works on now."""
        return len(self._cancels)

    @contextmanager
    def place(self) -> Iterator[None]:
        """A place among the running and the waiting. Raises ApiProblem when all are taken or the server stops."""
        if self.stopping:
            raise stopping()
        if self.in_flight >= self._limits.running + self._limits.waiting:
            rounds = self._limits.waiting / self._limits.running
            raise full(min(_LONGEST_RETRY, max(1, math.ceil(self._seconds * rounds))))
        self.in_flight += 1
        try:
            yield
        finally:
            self.in_flight -= 1

    async def items(self, work: Work[T]) -> AsyncGenerator[T, None]:
        """What ``work`` yields in a thread, in order, as soon as its turn comes; its error is raised here.

        Closing the iterator sets the work's event and waits until its thread has let go: then the turn is free again.
        Raises ApiProblem when the server stops meanwhile.
        """
        async with self._turns:
            if self.stopping:
                raise stopping()
            cancel, started = threading.Event(), time.monotonic()
            self._cancels.add(cancel)
            arrived: asyncio.Queue[object] = asyncio.Queue()
            done = asyncio.get_running_loop().run_in_executor(self._threads, self._worked(work, cancel, arrived))
            try:
                while (item := await arrived.get()) is not _END and not cancel.is_set():
                    yield item  # type: ignore[misc]
                if cancel.is_set():  # by the server: what comes now is cut off
                    raise stopping()
                await done
            finally:
                cancel.set()
                await asyncio.wait([done])
                if not done.cancelled():
                    done.exception()  # seen, so that asyncio does not report it once more
                self._cancels.discard(cancel)
                self._seconds += _NEWEST * (time.monotonic() - started - self._seconds)

    def _worked(self, work: Work[T], cancel: threading.Event, arrived: asyncio.Queue[object]) -> Callable[[], None]:
        loop = asyncio.get_running_loop()

        def run() -> None:
            try:
                if not cancel.is_set():
                    for item in work(cancel):
                        loop.call_soon_threadsafe(arrived.put_nowait, item)
                        if cancel.is_set():
                            break
            finally:
                loop.call_soon_threadsafe(arrived.put_nowait, _END)

        return run

    def refuse(self) -> None:
        """From now on nobody gets a place or a turn; what runs goes on."""
        self.stopping = True

    def cancel(self) -> None:
        """Ends what runs."""
        self.stopping = True
        for cancel in self._cancels:
            cancel.set()

    def close(self, timeout: float) -> bool:
        """Whether every thread let go within ``timeout`` seconds; called when the event loop has ended."""
        self.cancel()
        self._threads.shutdown(wait=False, cancel_futures=True)
        end = time.monotonic() + timeout
        threads = list(self._threads._threads)
        for thread in threads:
            thread.join(max(0.0, end - time.monotonic()))
        return not any(thread.is_alive() for thread in threads)
