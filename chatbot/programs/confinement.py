"""What the process that runs programs takes from itself before the first one: files, network, processes, memory.

A second layer that does not depend on the interpreter: whoever broke out of it would find this. Each measure that the
system does not know is reported as missing and left out. Linux only; elsewhere the interpreter stands alone.
"""

from __future__ import annotations

import ctypes
import os
import re
import signal
import socket
import sys
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

from chatbot.programs.landlock import landlock_version, restrict_files
from chatbot.programs.system_calls import restrict_system_calls

_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38
# Above the program's own heap: the interpreter, its result on the way out.
HEADROOM_BYTES = 64 << 20
# Libraries map this much address space that they never fill.
_UNFILLED_BYTES = 2 << 30
_CPU_SECONDS = 3600  # only for what outlives the process that watches the clock
_FILES = 64
_PROCESSES = 64


@dataclass(frozen=True)
class Layer:
    """One measure. ``active``: it was applied and, where it can be tried, found to refuse."""

    name: str
    active: bool
    says: str


def die_with(parent: int) -> None:
    """This process ends when ``parent`` does."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before the line above
        os._exit(0)


def confine(memory_bytes: int, executable: Path | None = None, without: Collection[str] = ()) -> list[Layer]:
    """Applies every measure to this process, for good, but those named in ``without``.

    ``executable`` is the one program that it may still start.
    """
    if sys.platform != "linux":
        return [Layer(name, False, "only on Linux") for name in ("limits", "files", "system calls")]
    ctypes.CDLL(None).prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    reading, starting = _libraries(), [executable, *_loaders()] if executable else []
    version = landlock_version()
    measures: list[tuple[str, Callable[[], object], Callable[[], bool], str]] = [
        ("limits", lambda: _limit(memory_bytes), _no_writing, "rlimit"),
        ("files", lambda: restrict_files(reading, starting), _no_reading, f"Landlock, version {version}"),
        ("system calls", restrict_system_calls, _no_network, "seccomp"),
    ]
    left_out = "left out: the interpreter does not start with it"
    return [Layer(one[0], False, left_out) if one[0] in without else _tried(*one) for one in measures]


def _tried(name: str, measure: Callable[[], object], refuses: Callable[[], bool], says: str) -> Layer:
    try:
        measure()
    except (OSError, ValueError, ImportError) as error:
        return Layer(name, False, f"{says}: {error}")
    return Layer(name, refuses(), says)


def _limit(memory_bytes: int) -> None:
    import resource

    filled = memory_bytes + HEADROOM_BYTES
    limits = [
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, _FILES),
        (resource.RLIMIT_CPU, _CPU_SECONDS),
        (resource.RLIMIT_MEMLOCK, 0),
        (resource.RLIMIT_MSGQUEUE, 0),
        # Private writable memory; RLIMIT_AS would count libraries and thread stacks too, and is only the second wall.
        (resource.RLIMIT_DATA, filled),
        (resource.RLIMIT_AS, filled + _UNFILLED_BYTES),
    ]
    if os.getuid() != 0:  # the kernel does not count root's processes
        limits.append((resource.RLIMIT_NPROC, _running() + _PROCESSES))
    for name, value in limits:
        hard = resource.getrlimit(name)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(name, (value, value))


def _running() -> int:
    """Threads on this machine, which are at least those of this user."""
    return int(Path("/proc/loadavg").read_text().split()[3].split("/")[1])


def _libraries() -> list[Path]:
    """The folders of the shared libraries that are loaded here, and the loader's index."""
    maps = Path("/proc/self/maps").read_text()
    folders = {Path(name).parent for name in re.findall(r"(/\S+\.so(?:\.[\d.]+)?)$", maps, re.MULTILINE)}
    return [*sorted(folders), Path("/etc/ld.so.cache")]


def _loaders() -> list[Path]:
    maps = Path("/proc/self/maps").read_text()
    return [Path(name) for name in sorted(set(re.findall(r"(/\S+/ld-[^/\s]*\.so[.\d]*)$", maps, re.MULTILINE)))]


def _no_writing() -> bool:
    import resource

    return resource.getrlimit(resource.RLIMIT_FSIZE) == (0, 0)


def _no_reading() -> bool:
    try:
        os.listdir("/")
    except PermissionError:
        return True
    return False


def _no_network() -> bool:
    try:
        socket.socket(socket.AF_INET, socket.SOCK_STREAM).close()
    except OSError:
        return True
    return False
