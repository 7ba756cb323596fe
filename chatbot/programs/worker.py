"""One process that runs programs, seen from outside: requests and answers over two pipes, killed when it misbehaves."""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

from chatbot.programs.confinement import Layer
from chatbot.programs.errors import ProgramsUnavailable
from chatbot.programs.limits import ProgramLimits
from chatbot.programs.result import ProgramResult, checked, failed, result_of
from ingest.frames import HEADER, packed, unpacked

_START_SECONDS = 60.0  # only so that a broken installation does not hang
_GRACE_SECONDS = 0.8  # the interpreter stops by itself at the limit; past this the process is killed
_PROGRAMS = 5_000  # then a fresh process, because heaps fragment
_FRAME_BYTES = 64_000  # what an answer has besides its value and its output
_KEPT_NOISE = 4096
_START = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from chatbot.programs.running_child import main; main()"
)

Functions = Mapping[str, Callable[..., Any]]


class Misbehaved(Exception):
    """The process broke a limit or the protocol, or died. The message is the program's error."""


class CannotStart(ProgramsUnavailable):
    """The interpreter does not start in this much confinement."""


class Worker:
    """A child process. One program at a time, from one thread at a time."""

    def __init__(self, limits: ProgramLimits, confined: bool = True, without: Collection[str] = ()) -> None:
        if os.name != "posix":
            raise ProgramsUnavailable("Programs are off: the sandbox needs Linux or macOS.")
        self._limits = limits
        self._programs = 0
        self._sound = True
        self._buffer = bytearray()
        self._largest = limits.value_bytes + 6 * limits.output_bytes + limits.call_bytes + _FRAME_BYTES
        # The kernel kills the child when the *thread* that started it ends, so that thread must live as long as we do.
        self._process = _starter().submit(_started).result()
        assert self._process.stdin and self._process.stdout
        os.set_blocking(self._process.stdout.fileno(), False)
        os.set_blocking(self._process.stdin.fileno(), False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._process.stdout, selectors.EVENT_READ)
        self.layers = self._greeted(confined, without)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_usable(self) -> bool:
        """Whether it may have another program."""
        return self._sound and self._programs < _PROGRAMS and self._process.poll() is None

    def run(self, request: dict[str, Any], functions: Functions) -> ProgramResult:
        """One program, as ``Sandbox.run`` describes. Leaves the worker unusable when anything was odd."""
        started = time.monotonic()
        self._programs += 1
        self._sound = False  # until the answer is there
        try:
            message = self._answer(request, functions)
            result = result_of(message, (time.monotonic() - started) * 1000)
        except Misbehaved as broken:
            return failed(str(broken), (time.monotonic() - started) * 1000)
        except ValueError:
            return failed(
                "RuntimeError: the sandbox gave no sensible answer; it was replaced",
                (time.monotonic() - started) * 1000,
            )
        self._sound = message["leave"] is False
        return result

    def kill(self) -> None:
        """Ends the process with all it started, and closes the pipes."""
        with contextlib.suppress(OSError, AttributeError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.kill()
        self._process.wait()
        self._selector.close()
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            with contextlib.suppress(OSError):
                if pipe is not None:
                    pipe.close()

    def end(self) -> None:
        """Ends the process while another thread waits for it, which then hears that it died."""
        with contextlib.suppress(OSError, AttributeError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def _answer(self, request: dict[str, Any], functions: Functions) -> dict[str, Any]:
        number = self._programs
        deadline = time.monotonic() + self._limits.seconds + _GRACE_SECONDS
        self._send({**request, "run": number}, deadline)
        calls, left = _Calls(functions, self._limits), self._limits.call_seconds
        while True:
            message = self._received(deadline)
            if "call" not in message:
                break
            before = time.monotonic()
            answer = calls.answer(message)
            # The program's clock stands still while the host works for it, but not for ever.
            spent = min(time.monotonic() - before, left)
            left -= spent
            deadline += spent
            self._send(answer, deadline)
        if message.get("done") != number:
            raise ValueError("the answer to another request")
        return message

    def _greeted(self, confined: bool, without: Collection[str]) -> tuple[Layer, ...]:
        deadline = time.monotonic() + _START_SECONDS
        try:
            greeting = {"parent": os.getpid(), "confined": confined, "without": list(without)}
            self._send({"limits": asdict(self._limits), **greeting}, deadline)
            message = self._received(deadline)
            if "unable" in message:
                self.kill()
                raise CannotStart(f"Programs are off: the interpreter does not start here ({message['unable']}).")
            if "missing" not in message:
                return tuple(Layer(str(n), a is True, str(s)) for n, a, s in message["layers"])
            reason = str(message["missing"])
        except (Misbehaved, ValueError, KeyError, TypeError):
            reason = self._noise()
        self.kill()
        raise ProgramsUnavailable(f"Programs are off: {reason}.")

    def _noise(self) -> str:
        assert self._process.stderr
        os.set_blocking(self._process.stderr.fileno(), False)
        with contextlib.suppress(OSError):
            noise = (self._process.stderr.read() or b"")[-_KEPT_NOISE:].decode("utf-8", "replace").strip()
            if noise:
                return f"the sandbox does not start here ({noise.splitlines()[-1][:300]}); run seodang doctor"
        return "the sandbox does not start here; run seodang doctor"

    def _send(self, message: dict[str, Any], deadline: float) -> None:
        """Writes without blocking for good: a child that does not read must not hold its parent."""
        assert self._process.stdin
        left, pipe = memoryview(packed(message)), self._process.stdin.fileno()
        with selectors.DefaultSelector() as selector:
            selector.register(pipe, selectors.EVENT_WRITE)
            while left:
                if not selector.select(max(0.0, deadline - time.monotonic())):
                    raise Misbehaved(self._late())
                try:
                    left = left[os.write(pipe, left) :]
                except BlockingIOError:
                    continue
                except OSError:
                    raise self._died() from None

    def _received(self, deadline: float) -> dict[str, Any]:
        size = HEADER.unpack(self._taken(HEADER.size, deadline))[0]
        if size > self._largest:
            raise ValueError("a frame that is too large")
        try:
            return unpacked(self._taken(size, deadline))
        except RecursionError:
            raise ValueError("a frame that is too deep") from None

    def _taken(self, size: int, deadline: float) -> bytes:
        assert self._process.stdout
        while len(self._buffer) < size:
            if not self._selector.select(max(0.0, deadline - time.monotonic())):
                raise Misbehaved(self._late())
            try:
                piece = os.read(self._process.stdout.fileno(), 1 << 20)
            except BlockingIOError:
                continue
            if not piece:
                raise self._died()
            self._buffer += piece
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        return taken

    def _late(self) -> str:
        return f"TimeoutError: the program ran longer than {self._limits.seconds:g} s"

    def _died(self) -> Misbehaved:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(1.0)
        megabytes = self._limits.memory_bytes >> 20
        return Misbehaved(
            f"MemoryError: the program broke its sandbox, or needs more than {megabytes} MB; it was ended"
        )


class _Calls:
    """Calls of the host's functions by one program, counted and measured."""

    def __init__(self, functions: Functions, limits: ProgramLimits) -> None:
        self._functions, self._limits, self._made, self._spent = functions, limits, 0, 0.0

    def answer(self, message: dict[str, Any]) -> dict[str, Any]:
        """What goes back to the program: a value, or the sentence that its call raises."""
        self._made += 1
        if set(message) != {"call", "arguments", "named"}:
            raise ValueError("other keys than those of a call")
        name, arguments, named = message["call"], message["arguments"], message["named"]
        if not isinstance(name, str) or not isinstance(arguments, list) or not isinstance(named, dict):
            raise ValueError("not a call")
        if name not in self._functions:
            raise ValueError("a function that was not given")
        if self._made > self._limits.calls or self._spent > self._limits.call_seconds:
            return {"raises": f"only {self._limits.calls} calls of functions such as {name}() are allowed"}
        if len(json.dumps([arguments, named])) > self._limits.call_bytes:
            return {"raises": f"the arguments of {name}() are too large"}
        before = time.monotonic()
        try:
            # A copy: the function may keep what it gives, the program gets plain JSON.
            text = json.dumps(checked(self._functions[name](*checked(arguments), **checked(named))), ensure_ascii=True)
        except Exception as error:
            # Whatever went wrong is the program's to hear, as one line; the caller's own log is not ours to fill.
            return {"raises": f"{name}() failed: {' '.join(str(error).split())[:300]}"}
        finally:
            self._spent += time.monotonic() - before
        if len(text) > self._limits.value_bytes:
            return {"raises": f"the answer of {name}() is too large"}
        return {"value": json.loads(text)}


@cache
def _starter() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="seodang-program-worker")


def _started() -> subprocess.Popen[bytes]:
    environment = {name: os.environ[name] for name in ("LD_LIBRARY_PATH", "SYSTEMROOT") if name in os.environ}
    environment |= {"LANG": "C.UTF-8", "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1", "MALLOC_ARENA_MAX": "2"}
    # The child imports from where we import, never from the working directory.
    path = json.dumps([*(entry for entry in sys.path if entry), str(Path(__file__).resolve().parents[2])])
    return subprocess.Popen(
        [sys.executable, "-P", "-S", "-c", _START, path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,
        env=environment,
        cwd="/" if os.name == "posix" else None,
        start_new_session=True,
        close_fds=True,
    )
