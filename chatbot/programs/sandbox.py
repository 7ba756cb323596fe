"""Runs programs that nobody has read: in a few worker processes, each confined, shared by all users.

A program is interpreted by pydantic-monty, which has no files, environment or network to give away, inside a process
that the operating system has confined as well (chatbot/programs/confinement.py). There is no other way to run one.
"""

from __future__ import annotations

import atexit
import json
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from typing import Any

from chatbot.errors import Overloaded
from chatbot.programs.confinement import Layer
from chatbot.programs.limits import ProgramLimits
from chatbot.programs.result import ProgramResult, checked, failed
from chatbot.programs.worker import CannotStart, Functions, Worker

__all__ = ["ProgramLimits", "ProgramResult", "Sandbox", "layers", "shared"]

_WAITING = 64  # programs that may wait for a worker before new ones are turned away
# What is tried when the interpreter does not start in all of the second layer, which nobody but the system can bring about.
_LEFT_OUT: tuple[tuple[str, ...], ...] = ((), ("system calls",), ("system calls", "files"))
_AHEAD = 256  # results that wait for a slow one before them, so that no worker does


class Sandbox:
    """A pool of workers. May be used by any number of threads; use as a context manager, or ``close`` it.

    ``workers``: processes, by default one a core and at most four; each starts when it is first needed.
    """

    # Only the tests of the interpreter without its second layer change this.
    _confined = True

    def __init__(self, limits: ProgramLimits | None = None, workers: int | None = None) -> None:
        self.limits = limits or ProgramLimits()
        self.workers = workers or min(4, os.cpu_count() or 1)
        self._free: list[Worker] = []
        self._busy: set[Worker] = set()
        self._waiting = 0
        self._started = 0
        self._closed = False
        self._without: tuple[str, ...] = ()
        self._turn = threading.Condition()

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def run(
        self,
        source: str,
        inputs: Mapping[str, Any] | None = None,
        functions: Mapping[str, Callable[..., Any]] | None = None,
        *,
        now: datetime | None = None,
    ) -> ProgramResult:
        """Runs one program in a session of its own; what is wrong with it stands in the result.

        ``inputs``: variables that it finds set, JSON values. ``functions``: what it may call here, with JSON values
        both ways. ``now``: its clock, which stands still; default the present, local time. Raises ProgramsUnavailable
        where there is no sandbox, Overloaded when too many programs wait, ValueError for inputs that are not JSON or
        names that are not Python's.
        """
        inputs, functions = dict(inputs or {}), dict(functions or {})
        _check_names([*inputs, *functions])
        size = len(json.dumps(checked(inputs)))
        if size > self.limits.value_bytes:
            raise ValueError(f"The inputs are {size:,} bytes as JSON; at most {self.limits.value_bytes:,} are allowed.")
        # Surrogates have no UTF-8, and no program needs them.
        source = source.encode("utf-8", "replace").decode()
        if len(source.encode()) > self.limits.source_bytes:
            return failed(f"SyntaxError: the program is longer than {self.limits.source_bytes:,} bytes", 0.0)
        clock = (now or datetime.now()).astimezone() if now is None or now.tzinfo is None else now
        request = {
            "source": source,
            "inputs": inputs,
            "functions": sorted(functions),
            "now": clock.isoformat(),
            "zone": clock.tzname() or "",
        }
        return self._with_worker(request, functions)

    def run_many(self, programs: Iterable[str], *, now: datetime | None = None) -> Iterator[ProgramResult]:
        """The results of many programs, in their order, all workers at work; programs are read as they are needed."""
        now = now or datetime.now().astimezone()
        ahead: list[Future[ProgramResult]] = []
        with ThreadPoolExecutor(self.workers, thread_name_prefix="seodang-programs") as threads:
            try:
                for program in programs:
                    ahead.append(threads.submit(self.run, program, now=now))
                    if len(ahead) > _AHEAD:
                        yield ahead.pop(0).result()
                while ahead:
                    yield ahead.pop(0).result()
            finally:
                for future in ahead:
                    future.cancel()

    def layers(self) -> list[Layer]:
        """What stands between a program and this machine, as a worker found it. Raises ProgramsUnavailable."""
        worker = self._taken()
        found = list(worker.layers)
        self._given_back(worker)
        return found

    def close(self) -> None:
        """Ends every worker; programs that run are ended with an error. Nothing happens the second time."""
        with self._turn:
            self._closed = True
            workers, self._free = self._free, []
            self._started -= len(workers)
            self._turn.notify_all()
            for worker in self._busy:
                worker.end()
        for worker in workers:
            worker.kill()

    @property
    def pids(self) -> list[int]:
        """The process ids of the workers that are running."""
        with self._turn:
            return [worker.pid for worker in [*self._free, *self._busy]]

    def _with_worker(self, request: dict[str, Any], functions: Functions) -> ProgramResult:
        worker = self._taken()
        try:
            return worker.run(request, functions)
        finally:
            # Also on Ctrl-C, which leaves the worker unusable: its answer must not be taken for the next one's.
            self._given_back(worker)

    def _taken(self) -> Worker:
        with self._turn:
            if self._waiting >= _WAITING:
                raise Overloaded("Too many programs wait for the sandbox; try again in a moment.", retry_after=2)
            self._waiting += 1
            try:
                while not self._closed and not self._free and self._started >= self.workers:
                    self._turn.wait()
            finally:
                self._waiting -= 1
            if self._closed:
                raise ValueError("The sandbox is closed.")
            worker = self._free.pop() if self._free else None
            if worker is None:
                self._started += 1
            elif worker.is_usable:
                self._busy.add(worker)
                return worker
        if worker is not None:  # it died while it waited
            worker.kill()
        try:
            worker = self._started_worker()
        except BaseException:
            self._one_less()
            raise
        with self._turn:
            self._busy.add(worker)
        return worker

    def _started_worker(self) -> Worker:
        """A worker with as much of the second layer as the interpreter can start in; `layers` tells what was left out."""
        for without in _LEFT_OUT:
            if len(without) >= len(self._without):
                try:
                    worker = Worker(self.limits, self._confined, without)
                    self._without = without
                    return worker
                except CannotStart:
                    if without == _LEFT_OUT[-1]:
                        raise
        raise AssertionError

    def _given_back(self, worker: Worker) -> None:
        with self._turn:
            self._busy.discard(worker)
            if worker.is_usable and not self._closed:
                self._free.append(worker)
                self._turn.notify()
                return
        worker.kill()
        self._one_less()

    def _one_less(self) -> None:
        with self._turn:
            self._started -= 1
            self._turn.notify()


def _check_names(names: list[str]) -> None:
    for name in names:
        if not name.isidentifier() or name.startswith("_") or names.count(name) > 1:
            raise ValueError(f"{name!r} cannot be the name of an input or a function.")


_shared: Sandbox | None = None
_shared_lock = threading.Lock()


def shared() -> Sandbox:
    """The one sandbox of this process, for all users; its workers end with the process."""
    global _shared
    with _shared_lock:
        if _shared is None:
            _shared = Sandbox()
            atexit.register(_shared.close)
        return _shared


def layers() -> list[Layer]:
    """The layers of the shared sandbox, for `seodang doctor`. Raises ProgramsUnavailable."""
    return shared().layers()
