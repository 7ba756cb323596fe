"""The second layer by itself: the table of system calls, Landlock, limits."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from chatbot.programs import landlock, system_calls
from chatbot.programs.confinement import confine

linux = pytest.mark.skipif(sys.platform != "linux", reason="the second layer is Linux's")
ROOT = Path(__file__).resolve().parents[3]

_TRY = """
import ctypes, json, os, resource, socket, sys
sys.path.insert(0, {root!r})
from chatbot.programs.confinement import confine
libc = ctypes.CDLL(None, use_errno=True)
layers = confine(64 << 20)
found = {{layer.name: layer.active for layer in layers}}
def refused(function):
    try:
        function()
    except (OSError, ValueError):
        return True
    return False
def call(number, *arguments):
    ctypes.set_errno(0)
    done = libc.syscall(number, *arguments)
    return done < 0 and ctypes.get_errno() != 0
found["reading"] = refused(lambda: open("/etc/hostname").read())
found["writing"] = refused(lambda: open("/tmp/seodang-canary", "w"))
found["socket"] = refused(lambda: socket.socket())
found["signal"] = refused(lambda: os.kill(os.getppid(), 0))
found["fork"] = refused(lambda: os.fork() or os._exit(0))
found["exec"] = refused(lambda: os.execv("/bin/true", ["true"]))
found["setrlimit"] = refused(lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (10, 10)))
for name, number in {calls}.items():
    found[name] = call(number, 0, 0, 0, 0, 0, 0)
print(json.dumps(found))
"""
# x86-64
_CALLS = {
    "ptrace": 101, "mount": 165, "bpf": 321, "io_uring_setup": 425, "keyctl": 250, "add_key": 248, "unshare": 272,
    "setns": 308, "kill": 62, "tkill": 200, "tgkill": 234, "memfd_create": 319, "execveat": 322, "userfaultfd": 323,
    "perf_event_open": 298, "init_module": 175, "kexec_load": 246, "reboot": 169, "setuid": 105, "chroot": 161,
    "process_vm_readv": 310, "pidfd_send_signal": 424, "pidfd_getfd": 438, "open_by_handle_at": 304, "setsid": 112,
    "setpgid": 109, "connect": 42, "bind": 49, "sendto": 44, "unlink": 87, "rename": 82, "mkdir": 83, "chmod": 90,
    "symlink": 88, "truncate": 76, "openat2": 437, "clone3": 435, "fork": 57, "personality": 135, "msgget": 68,
    "shmget": 29, "semget": 64, "mq_open": 240, "inotify_init": 253, "fanotify_init": 300, "quotactl": 179,
}  # fmt: skip


@linux
@pytest.mark.integration
def test_the_kernel_refuses() -> None:
    import platform

    calls = _CALLS if platform.machine() == "x86_64" else {}
    source = _TRY.format(root=str(ROOT), calls=calls)
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True, timeout=60)
    found = json.loads(done.stdout)
    assert [name for name, refused in found.items() if not refused] == []
    assert len(found) >= 9 + len(calls)


def test_numbers_of_system_calls_are_libseccomps() -> None:
    try:
        import pyseccomp
    except (ImportError, RuntimeError):
        pytest.skip("libseccomp is not installed")
    table = system_calls.ALLOWED | system_calls.CONDITIONAL
    assert len(table) > 80
    for name, numbers in table.items():
        for machine, number in zip((pyseccomp.Arch.X86_64, pyseccomp.Arch.AARCH64), numbers, strict=True):
            known = pyseccomp.resolve_syscall(machine, name)
            assert number == (known if known >= 0 else None), name


def test_no_call_is_in_both_lists() -> None:
    assert not set(system_calls.ALLOWED) & set(system_calls.CONDITIONAL)


def test_the_filter_is_short_enough_and_every_jump_lands_inside() -> None:
    for column, architecture in system_calls._ARCHITECTURES.values():
        code = system_calls._filter(column, architecture)
        assert len(code) <= 4096  # the kernel's limit
        for at, (operation, yes, no, _) in enumerate(code):
            assert max(yes, no) <= 255
            if operation in (system_calls._EQUAL, system_calls._AT_LEAST, system_calls._ANY_BIT):
                assert at + 1 + max(yes, no) < len(code)


@linux
def test_landlock_is_known_or_absent() -> None:
    assert landlock.landlock_version() >= 0


def test_missing_measures_are_said_and_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert [(layer.active, layer.says) for layer in confine(1)] == [(False, "only on Linux")] * 3
