"""What a process that runs programs may ask of the kernel: an allow-list, enforced by seccomp. Linux, x86-64 and ARM64.

The numbers are those of the kernel's arch/x86/entry/syscalls/syscall_64.tbl and include/uapi/asm-generic/unistd.h; a
test compares them with libseccomp's. The filter language is classic BPF over ``struct seccomp_data`` (seccomp(2)).
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct

# name: (x86-64, ARM64); None where the architecture has no such call.
ALLOWED: dict[str, tuple[int | None, int | None]] = {
    # reading and pipes
    "read": (0, 63), "write": (1, 64), "readv": (19, 65), "writev": (20, 66), "pread64": (17, 67),
    "close": (3, 57), "close_range": (436, 436), "fstat": (5, 80), "newfstatat": (262, 79), "stat": (4, None),
    "lstat": (6, None), "statx": (332, 291), "access": (21, None), "faccessat": (269, 48), "faccessat2": (439, 439),
    "readlink": (89, None), "readlinkat": (267, 78), "getdents64": (217, 61), "lseek": (8, 62), "fcntl": (72, 25),
    "dup": (32, 23), "dup2": (33, None), "dup3": (292, 24), "pipe": (22, None), "pipe2": (293, 59), "poll": (7, None),
    "ppoll": (271, 73), "select": (23, None), "pselect6": (270, 72), "epoll_create1": (291, 20), "epoll_ctl": (233, 21),
    "epoll_wait": (232, None), "epoll_pwait": (281, 22), "epoll_pwait2": (441, 441), "eventfd2": (290, 19),
    "getcwd": (79, 17),
    # memory
    "mmap": (9, 222), "munmap": (11, 215), "mremap": (25, 216), "mprotect": (10, 226), "madvise": (28, 233),
    "brk": (12, 214), "membarrier": (324, 283),
    # threads and time
    "futex": (202, 98), "set_robust_list": (273, 99), "rseq": (334, 293), "sched_yield": (24, 124),
    "sched_getaffinity": (204, 123), "nanosleep": (35, 101), "clock_nanosleep": (230, 115),
    "clock_gettime": (228, 113), "clock_getres": (229, 114), "gettimeofday": (96, 169), "time": (201, None),
    "times": (100, 153), "getrusage": (98, 165), "sysinfo": (99, 179), "uname": (63, 160), "getcpu": (309, 168),
    # its own signals, its own identity
    "rt_sigaction": (13, 134), "rt_sigprocmask": (14, 135), "rt_sigreturn": (15, 139), "sigaltstack": (131, 132),
    "restart_syscall": (219, 128), "getpid": (39, 172), "getppid": (110, 173), "gettid": (186, 178),
    "getuid": (102, 174), "geteuid": (107, 175), "getgid": (104, 176), "getegid": (108, 177),
    # starting the one program that may be started (Landlock names it), and ending
    "execve": (59, 221), "vfork": (58, None), "exit": (60, 93), "exit_group": (231, 94), "wait4": (61, 260),
    "waitid": (247, 95), "pidfd_open": (434, 434), "set_tid_address": (218, 96), "arch_prctl": (158, None),
    "getrlimit": (97, 163), "getrandom": (318, 278),
}  # fmt: skip
# Calls that are allowed with some arguments only; see _conditions.
CONDITIONAL: dict[str, tuple[int | None, int | None]] = {
    "open": (2, None), "openat": (257, 56), "clone": (56, 220), "ioctl": (16, 29), "socketpair": (53, 199),
    "prctl": (157, 167), "prlimit64": (302, 261),
}  # fmt: skip
_ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
_X32 = 0x40000000

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _AND, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x54, 0x06
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16  # offsets in struct seccomp_data; both machines are little endian

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
_CLONE_VM, _CLONE_VFORK, _CLONE_THREAD = 0x100, 0x4000, 0x10000
_CLONE_NEW = 0x7E020000  # every namespace
_IOCTLS = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)  # TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO, FIONCLEX, FIOCLEX
_PRCTLS = (15, 16, 0x53564D41)  # PR_SET_NAME, PR_GET_NAME, PR_SET_VMA
_AF_UNIX = 1
_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER = 22, 2

_Instruction = tuple[int, int, int, int]


def restrict_system_calls() -> None:
    """Applies the filter to this thread and all it starts, for good; no_new_privs must be set. Raises OSError."""
    column, architecture = _ARCHITECTURES.get(platform.machine(), (-1, 0))
    if column < 0 or struct.calcsize("P") != 8:
        raise OSError(errno.ENOSYS, f"no list of system calls for {platform.machine()}")
    code = b"".join(struct.pack("<HBBI", *instruction) for instruction in _filter(column, architecture))
    buffer = ctypes.create_string_buffer(code, len(code))

    class Program(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))

    program = Program(len(code) // 8, ctypes.addressof(buffer))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "the kernel takes no seccomp filter")


def _filter(column: int, architecture: int) -> list[_Instruction]:
    code: list[_Instruction] = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
        (_AT_LEAST, 0, 1, _X32),
        _refused(errno.ENOSYS),
    ]
    for number in (numbers[column] for numbers in ALLOWED.values()):
        if number is not None:
            code += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, _ALLOW)]
    for name, numbers in CONDITIONAL.items():
        number = numbers[column]
        if number is not None:
            block = _conditions(name)
            code += [(_EQUAL, 0, len(block), number), *block]
    # Not EPERM: the C library takes an older call where a newer one is not there.
    return [*code, _refused(errno.ENOSYS)]


def _refused(number: int) -> _Instruction:
    return (_RETURN, 0, 0, _ERRNO | number)


def _argument(index: int, high: bool = False) -> _Instruction:
    return (_LOAD, 0, 0, _ARGUMENTS + 8 * index + (4 if high else 0))


def _conditions(name: str) -> list[_Instruction]:
    """The end of the filter for one call: allows or refuses, never falls through."""
    allow: _Instruction = (_RETURN, 0, 0, _ALLOW)
    if name in ("open", "openat"):
        return [_argument(1 if name == "open" else 2), (_ANY_BIT, 0, 1, _WRITING), _refused(errno.EACCES), allow]
    if name == "clone":
        # Threads, and the half-process between vfork and exec; never a copy of this process, never a namespace.
        block = [_argument(0), (_ANY_BIT, 0, 1, _CLONE_NEW), _refused(errno.EPERM)]
        for flags in (_CLONE_VM | _CLONE_THREAD, _CLONE_VM | _CLONE_VFORK):
            block += [_argument(0), (_AND, 0, 0, flags), (_EQUAL, 0, 1, flags), allow]
        return [*block, _refused(errno.EPERM)]
    if name == "ioctl":
        return _one_of(1, _IOCTLS, errno.ENOTTY)
    if name == "socketpair":
        return _one_of(0, (_AF_UNIX,), errno.EAFNOSUPPORT)
    if name == "prctl":
        return _one_of(0, _PRCTLS, errno.EINVAL)
    assert name == "prlimit64"  # asking is allowed, setting is not: the pointer to the new limit must be null
    refused = _refused(errno.EPERM)
    return [_argument(2), (_EQUAL, 1, 0, 0), refused, _argument(2, high=True), (_EQUAL, 1, 0, 0), refused, allow]


def _one_of(index: int, values: tuple[int, ...], otherwise: int) -> list[_Instruction]:
    block = [_argument(index)]
    for value in values:
        block += [(_EQUAL, 0, 1, value), (_RETURN, 0, 0, _ALLOW)]
    return [*block, _refused(otherwise)]
