"""What the reading process takes from itself before it sees a file: memory, network, writing, outliving its parent.

Every measure that the system refuses is left out; the limits that the parent keeps (time, killing) do not depend on any.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from typing import Any

_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38
_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
# Libraries map this much address space that they never fill: shared objects, thread stacks, allocator arenas.
_UNFILLED_BYTES = 2 << 30
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_PROGRAMS = frozenset(("tesseract", "ldd"))  # ldd: unhwp asks it which C library is there
_REFUSED_EVENTS = frozenset(
    ("os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.forkpty", "os.remove", "os.rename", "os.rmdir",
     "os.mkdir", "os.link", "os.symlink", "os.truncate", "os.chmod", "os.chown", "shutil.rmtree", "pty.spawn",
     "webbrowser.open", "urllib.Request", "ftplib.connect", "smtplib.connect")
)  # fmt: skip


def confine(memory_bytes: int, parent: int) -> None:
    """Limits this process for good. ``parent`` is the process id without which it has no reason to live."""
    _die_with(parent)
    _limit(memory_bytes)
    _leave_network()
    sys.addaudithook(_refuse)


def _die_with(parent: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before the line above
        os._exit(0)


def _limit(memory_bytes: int) -> None:
    try:
        import resource
    except ImportError:  # not a POSIX system: the parent's limits remain
        return
    # RLIMIT_DATA counts private writable memory, which is what a file can make a reader fill; RLIMIT_AS would count the
    # libraries too, and is only the second wall.
    limits = [
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_DATA, memory_bytes),
        (resource.RLIMIT_AS, memory_bytes + _UNFILLED_BYTES),
    ]
    for name, value in limits:
        try:
            hard = resource.getrlimit(name)[1]
            value = value if hard == resource.RLIM_INFINITY else min(value, hard)
            resource.setrlimit(name, (value, value))
        except (OSError, ValueError):
            continue


def _leave_network() -> None:
    """A network namespace of its own, with nothing in it; through a user namespace where that needs rights."""
    if sys.platform != "linux":
        return
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if libc.unshare(_CLONE_NEWNET) != 0:
        libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET)


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    """The audit hook: no sockets, no writing, no programs but Tesseract."""
    if event.startswith("socket.") or event in _REFUSED_EVENTS:
        raise PermissionError(f"{event} is not allowed while a file is read")
    if event == "open":
        flags = arguments[2]
        if (
            isinstance(flags, int)
            and flags & _WRITING
            and arguments[0] != os.devnull
            and not isinstance(arguments[0], int)
        ):
            raise PermissionError("writing is not allowed while a file is read")
    elif event == "subprocess.Popen":
        command = arguments[1]
        program = command if isinstance(command, (str, bytes)) else command[0]
        if os.path.basename(os.fsdecode(program)) not in _PROGRAMS:
            raise PermissionError("starting programs is not allowed while a file is read")
