"""Landlock: which files a process may still reach. Three system calls, as landlock(7) documents them.

The numbers are the same on every architecture. Network and signals are covered where the kernel's version of Landlock
does (TCP from 4, signals and abstract sockets to outside from 6).
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
from collections.abc import Iterable
from pathlib import Path

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_VERSION_FLAG = 1
_RULE_PATH_BENEATH = 1
_EXECUTE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 2, 1 << 3
# version of Landlock: how many kinds of file access it knows
_FILE_ACCESSES = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
_TCP, _SCOPES = 0b11, 0b11


def landlock_version() -> int:
    """The kernel's version of Landlock, 0 where there is none."""
    try:
        return _call(_CREATE_RULESET, None, 0, _VERSION_FLAG)
    except (OSError, AttributeError):
        return 0


def restrict_files(readable: Iterable[Path], executable: Iterable[Path]) -> int:
    """Leaves this thread, and all it starts, reading below ``readable`` and starting ``executable``, and nothing else.

    no_new_privs must be set. Paths that do not exist are passed over. Returns the version; raises OSError.
    """
    version = landlock_version()
    if version < 1:
        raise OSError(errno.ENOSYS, "the kernel has no Landlock")
    accesses = (1 << _FILE_ACCESSES.get(version, 16)) - 1
    attributes = struct.pack("<QQQ", accesses, _TCP, _SCOPES)[: 24 if version >= 6 else 16 if version >= 4 else 8]
    ruleset = _call(_CREATE_RULESET, attributes, len(attributes), 0)
    try:
        for path in readable:
            _allow(ruleset, path, _READ_FILE | (_READ_DIR if path.is_dir() else 0))
        for path in executable:
            _allow(ruleset, path, _READ_FILE | _EXECUTE)
        _call(_RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)
    return version


def _allow(ruleset: int, path: Path, access: int) -> None:
    try:
        opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        _call(_ADD_RULE, ruleset, _RULE_PATH_BENEATH, struct.pack("<Qi", access, opened), 0)
    finally:
        os.close(opened)


def _call(number: int, *arguments: int | bytes | None) -> int:
    libc = ctypes.CDLL(None, use_errno=True)
    values = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    done = libc.syscall(ctypes.c_long(number), *values)
    if done < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return int(done)
