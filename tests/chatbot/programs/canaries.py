"""Things that a hostile program would touch, and whether it did: judged by what happened, never by what was said."""

from __future__ import annotations

import contextlib
import json
import os
import re
import resource
import secrets
import socket
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chatbot.programs.confinement import HEADROOM_BYTES
from chatbot.programs.sandbox import Sandbox
from tests.chatbot.programs.hostile import Hostile

FOLDER = Path(__file__).parent
ROOT = FOLDER.parents[2]
SECONDS = 0.5
MEMORY = 64 << 20
_VARIABLE = "SEODANG_CANARY"


class Canaries:
    """One set for many programs; use as a context manager."""

    def __init__(self) -> None:
        self.token = f"canary{secrets.token_hex(12)}"
        self._calls = 0
        self._folder = tempfile.TemporaryDirectory(prefix="canaries")
        self._root = Path(self._folder.name)
        self._victim: subprocess.Popen[bytes] | None = None
        self._doors: list[socket.socket] = []

    def __enter__(self) -> Canaries:
        os.environ[_VARIABLE] = self.token
        listing = self._root / "folder"
        listing.mkdir()
        (listing / self.token).write_text("x")
        self._secret = self._root / "secret"
        self._secret.write_text(self.token + "\n")
        self._open_doors()
        return self

    def __exit__(self, *_: object) -> None:
        os.environ.pop(_VARIABLE, None)
        for door in self._doors:
            door.close()
        if self._victim is not None:
            self._victim.kill()
            self._victim.wait()
        self._folder.cleanup()

    def filled(self, source: str) -> str:
        """The program with this set's things, all of them whole."""
        self._write = self._root / f"write{secrets.token_hex(4)}"
        self._mine = self._root / "mine"
        self._mine.unlink(missing_ok=True)
        self._mine.write_text("mine")
        self._mine.chmod(0o644)
        os.utime(self._mine, (1_000_000_000, 1_000_000_000))
        if self._victim is None or self._victim.poll() is not None or self._is_altered():
            if self._victim is not None:
                self._victim.kill()
                self._victim.wait()
            self._victim = subprocess.Popen(["sleep", "600"], start_new_session=True)
            self._limits = resource.prlimit(self._victim.pid, resource.RLIMIT_CPU)
            self._nice = os.getpriority(os.PRIO_PROCESS, self._victim.pid)
        self._before = self._calls
        names = {
            "SECRET": str(self._secret), "WRITE": str(self._write), "FOLDER": str(self._root / "folder"),
            "MINE": str(self._mine), "PORT": str(self._port), "VICTIM": str(self._victim.pid), "NAME": _VARIABLE,
        }  # fmt: skip
        for name, value in names.items():
            source = source.replace(name, value)
        return source

    def effects(self, said: str) -> list[str]:
        """What the program did; ``said`` is all that came out of it."""
        found = []
        if self.token in said:
            found.append("told the token")
        if os.path.lexists(self._write):
            found.append("wrote a file")
        if not self._mine_is_whole():
            found.append("changed a file")
        assert self._victim is not None
        if self._victim.poll() is not None:
            found.append("ended a process")
        elif self._is_altered():
            found.append("altered a process")
        if self._calls > self._before:
            found.append("reached the network")
        return found

    def _mine_is_whole(self) -> bool:
        try:
            state = self._mine.lstat()
            return state.st_mtime == 1_000_000_000 and state.st_mode & 0o777 == 0o644 and state.st_size == 4
        except OSError:
            return False

    def _is_altered(self) -> bool:
        assert self._victim is not None
        with contextlib.suppress(OSError):
            pid = self._victim.pid
            return (resource.prlimit(pid, resource.RLIMIT_CPU), os.getpriority(os.PRIO_PROCESS, pid)) != (
                self._limits,
                self._nice,
            )
        return True

    def _open_doors(self) -> None:
        stream, datagrams = socket.socket(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        stream.bind(("127.0.0.1", 0))
        self._port = stream.getsockname()[1]
        datagrams.bind(("127.0.0.1", self._port))
        stream.listen(64)
        self._doors = [stream, datagrams]
        for door, answer in ((stream, self._accept), (datagrams, self._receive)):
            door.settimeout(0.2)
            threading.Thread(target=answer, args=(door,), daemon=True).start()

    def _accept(self, door: socket.socket) -> None:
        while door.fileno() >= 0:
            with contextlib.suppress(OSError):
                caller = door.accept()[0]
                self._calls += 1
                caller.close()

    def _receive(self, door: socket.socket) -> None:
        while door.fileno() >= 0:
            with contextlib.suppress(OSError):
                door.recvfrom(1)
                self._calls += 1


@dataclass
class Ending:
    """How a run in bare CPython ended. ``value``: of the first line that looks like a result."""

    value: Any
    error: str
    said: str
    seconds: float
    peak_bytes: int
    was_ended: bool


class Bare:
    """Throw-away CPython processes: in the second layer alone, or without any layer (512 MB of addresses)."""

    def __init__(self, canaries: Canaries, *, confined: bool) -> None:
        self._canaries, self._confined = canaries, confined
        environment = {"PATH": os.environ["PATH"]} | ({} if confined else {_VARIABLE: canaries.token})
        self._process = subprocess.Popen(
            [sys.executable, str(FOLDER / "bare.py"), "confined" if confined else "open", str(ROOT)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, cwd="/", text=True,
        )  # fmt: skip

    def __enter__(self) -> Bare:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def run(self, program: Hostile, seconds: float = SECONDS) -> Ending:
        """Runs a program to its end or the end of its time; at most 8 MB of what it writes are read."""
        request = {
            "source": self._canaries.filled(program.source),
            "after": program.after,
            "memory": MEMORY if self._confined else 512 << 20,
            "seconds": seconds,
            "cap": 8 << 20,
        }
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        ending = json.loads(self._process.stdout.readline())
        result: dict[str, Any] = {}
        for line in re.findall(r"^\{.*$", ending["said"], re.MULTILINE):
            with contextlib.suppress(ValueError):
                parsed = json.loads(line)
                if isinstance(parsed, dict) and "ok" in parsed:
                    result = parsed
                    break
        return Ending(result.get("value"), str(result.get("error", "")), **ending)


class Peak:
    """The most memory that a sandbox's processes had together while this was open, in bytes."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox, self.bytes, self._stop = sandbox, 0, threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Peak:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(0.004):
            self.bytes = max(self.bytes, sum(map(_with_children, self._sandbox.pids)))


def _with_children(pid: int) -> int:
    total = _resident(pid)
    with contextlib.suppress(OSError):
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            total += _resident(int(child))
    return total


def _resident(pid: int) -> int:
    with contextlib.suppress(OSError, IndexError):
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return 0


HEADROOM = HEADROOM_BYTES
