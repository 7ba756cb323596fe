"""One at a time, first come first served, and only so many in the queue."""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from chatbot.errors import Overloaded

# Callers that may wait behind the one inside.
WAITING = 16
# Seconds between two looks at a waiting caller's cancel event.
_POLL = 0.05
_LONGEST_RETRY = 600


class Turnstile:
    """Lets callers in one by one, in the order in which they came; ``name`` is what they wait for, in messages."""

    def __init__(self, name: str, waiting: int = WAITING) -> None:
        self._name = name
        self._limit = waiting
        self._lock = threading.Lock()
        self._queue: deque[threading.Event] = deque()
        self._inside = False
        self._entered = 0.0
        self._mean = 1.0  # seconds inside, of late

    @property
    def waiting(self) -> int:
        """Callers in the queue now."""
        return len(self._queue)

    @property
    def busy(self) -> bool:
        """Whether a caller is inside."""
        return self._inside

    def enter(self, cancel: threading.Event | None = None, bounded: bool = True) -> bool:
        """Waits for the turn; True once inside (``leave`` must follow, from any thread), False when ``cancel`` was set
        while waiting. Raises Overloaded when the queue is full, unless not ``bounded``."""
        called = threading.Event()
        with self._lock:
            if not self._inside:
                self._go_in()
                return True
            if bounded and len(self._queue) >= self._limit:
                raise Overloaded(
                    f"{self._name} is busy and {len(self._queue)} already wait for it; try again in "
                    f"{self._retry_after()} seconds.",
                    self._retry_after(),
                )
            self._queue.append(called)
        try:
            while not called.wait(None if cancel is None else _POLL):
                if cancel is not None and cancel.is_set() and self._left_queue(called):
                    return False
        except BaseException:
            if not self._left_queue(called):
                self.leave()
            raise
        return True

    def leave(self) -> None:
        """Lets the next caller in."""
        with self._lock:
            self._mean = 0.7 * self._mean + 0.3 * (time.monotonic() - self._entered)
            self._inside = False
            if self._queue:
                called = self._queue.popleft()
                self._go_in()
                called.set()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Inside for the length of a ``with`` block, however many wait."""
        self.enter(bounded=False)
        try:
            yield
        finally:
            self.leave()

    def _go_in(self) -> None:
        self._inside = True
        self._entered = time.monotonic()

    def _left_queue(self, called: threading.Event) -> bool:
        """False when the caller was let in at the last moment."""
        with self._lock:
            if called.is_set():
                return False
            self._queue.remove(called)
            return True

    def _retry_after(self) -> int:
        return max(1, min(_LONGEST_RETRY, math.ceil(self._mean * (len(self._queue) + 1))))
