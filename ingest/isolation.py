"""Reading files in a child process that is killed and replaced when a file breaks a limit.

A hostile file costs one child and one UnreadableDocument; the run goes on.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import selectors
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

from ingest.document import Block, BlockKind, Document, Page
from ingest.errors import IngestError, UnreadableDocument
from ingest.frames import HEADER, packed, unpacked
from ingest.readers.limits import ReadLimits, size_text

__all__ = ["IsolatedReader", "ReadLimits"]

# A fresh process now and then, because parsers leak and heaps fragment; a start costs about as much as 200 small files.
_FILES_PER_CHILD = 2_000
_START_SECONDS = 60.0  # only so that a broken installation does not hang
_GRACE_SECONDS = 2.0
_KEPT_NOISE = 4096  # bytes of the child's standard error that are looked at after a crash
# JSON escapes turn one character of two UTF-8 bytes into six; blocks and pages come on top.
_ANSWER_GROWTH = 8
_SAFE_BLOCK_BYTES = 64 << 20
_KINDS: dict[str, BlockKind] = {"h": "heading", "p": "paragraph", "r": "row"}
_START = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from ingest.reading_child import main; main()"
_KEPT_ENVIRONMENT = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "TESSDATA_PREFIX", "SYSTEMROOT", "TMPDIR", "TEMP")


class IsolatedReader:
    """Reads files in a child process of its own. May be used by several threads, one file at a time.

    Use as a context manager, or ``close`` it. Linux enforces every limit; elsewhere memory is not limited.
    """

    def __init__(self, limits: ReadLimits | None = None) -> None:
        self.limits = limits or ReadLimits()
        self._lock = threading.Lock()
        self._child: _Child | None = None
        self._closed = False

    def __enter__(self) -> IsolatedReader:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def child_pid(self) -> int | None:
        """The process id of the child that is running, None where none is."""
        return None if self._child is None else self._child.pid

    def read(self, path: Path, name: str | None = None) -> Document:
        """Reads one file; ``name`` is what it is called where ``path`` is a copy.

        Raises UnreadableDocument for everything that is wrong with the file, limits included.
        """
        with self._lock:
            if self._closed:
                raise ValueError("The reader is closed.")
            child = self._ready()
            try:
                return child.read(Path(os.path.abspath(path)), name or path.name)
            except BaseException as error:
                # Also on Ctrl-C: the answer to this file must not be taken for the next one's.
                if not isinstance(error, UnreadableDocument) or not child.is_sound:
                    self._drop()
                raise

    def close(self) -> None:
        """Ends the child. Nothing happens the second time."""
        with self._lock:
            self._closed = True
            self._drop()

    def _ready(self) -> _Child:
        if self._child is not None and (not self._child.is_alive() or self._child.files >= _FILES_PER_CHILD):
            self._drop()
        if self._child is None:
            self._child = _Child(self.limits)
        return self._child

    def _drop(self) -> None:
        if self._child is not None:
            self._child.kill()
            self._child = None


class _Child:
    """One child process and the two ends of its pipes."""

    def __init__(self, limits: ReadLimits) -> None:
        self._limits = limits
        self.files = 0
        self.is_sound = True
        self._noise = b""
        self._buffer = bytearray()
        # The kernel kills the child when the *thread* that started it ends, so that thread must live as long as we do.
        self._process = _starter().submit(_started).result()
        assert self._process.stdin and self._process.stdout and self._process.stderr
        self._requests = self._process.stdin
        self._selector = selectors.DefaultSelector()
        for pipe in (self._process.stdout, self._process.stderr):
            os.set_blocking(pipe.fileno(), False)
            self._selector.register(pipe, selectors.EVENT_READ)
        self._greet()

    @property
    def pid(self) -> int:
        return self._process.pid

    def is_alive(self) -> bool:
        return self.is_sound and self._process.poll() is None

    def read(self, path: Path, name: str) -> Document:
        """Sends one request and waits for its answer within the limits."""
        self.files += 1
        self.is_sound = False  # until the answer is there
        deadline = time.monotonic() + self._limits.seconds
        self._send({"path": str(path), "name": name})
        pages = 0
        while True:
            answer = self._received(deadline)
            if "ocr" not in answer:
                break
            pages += 1
            if pages <= self._limits.ocr_pages:
                deadline += self._limits.ocr_page_seconds
        self.is_sound = "leave" not in answer
        if "reason" in answer:
            raise UnreadableDocument(str(answer["reason"]), lasting=bool(answer.get("lasting", True)))
        return document_of(answer)

    def kill(self) -> None:
        """Ends the process and whatever it started, and closes the pipes."""
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except (OSError, AttributeError):
            self._process.kill()
        self._process.wait()
        self._selector.close()
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            try:
                if pipe is not None:
                    pipe.close()
            except OSError:
                continue

    def _greet(self) -> None:
        self._send({"limits": dataclasses.asdict(self._limits), "parent": os.getpid()})
        try:
            self._received(time.monotonic() + _START_SECONDS)
        except UnreadableDocument:
            noise = self._noise.decode("utf-8", "replace").strip().splitlines()
            self.kill()
            raise IngestError(
                f"The process that reads documents does not start ({noise[-1] if noise else 'no reason given'}); "
                "install Seodang anew."
            ) from None

    def _send(self, message: dict[str, Any]) -> None:
        try:
            self._requests.write(packed(message))
            self._requests.flush()
        except OSError:
            raise self._died() from None

    def _received(self, deadline: float) -> dict[str, Any]:
        body = self._taken(HEADER.unpack(self._taken(HEADER.size, deadline))[0], deadline)
        try:
            return unpacked(body)
        except (ValueError, RecursionError):
            raise UnreadableDocument(
                "The reader gave no sensible answer for this file; it may be made to do harm."
            ) from None

    def _taken(self, size: int, deadline: float) -> bytes:
        if size > _ANSWER_GROWTH * self._limits.text_bytes + _SAFE_BLOCK_BYTES:
            raise UnreadableDocument("The reader's answer for this file is too large; split the file.")
        while len(self._buffer) < size:
            self._wait(deadline)
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        return taken

    def _wait(self, deadline: float) -> None:
        """Takes what the child wrote; its standard error too, or a talkative library would fill the pipe and stop."""
        left = deadline - time.monotonic()
        ready = self._selector.select(left) if left > 0 else []
        if not ready:
            raise UnreadableDocument(
                f"Reading the file took longer than {self._limits.seconds:g} s; split it into smaller files.",
                lasting=False,  # a busy machine is no property of the file
            )
        for key, _ in ready:
            piece = os.read(key.fd, 1 << 20)
            if key.fileobj is self._process.stderr:
                self._noise = (self._noise + piece)[-_KEPT_NOISE:]
                if not piece:
                    self._selector.unregister(key.fileobj)
            elif piece:
                self._buffer += piece
            else:
                raise self._died()

    def _died(self) -> UnreadableDocument:
        """The reason for an end without an answer."""
        try:
            status = self._process.wait(_GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            status = 0
        assert self._process.stderr
        with contextlib.suppress(OSError):
            self._noise = (self._noise + os.read(self._process.stderr.fileno(), _KEPT_NOISE))[-_KEPT_NOISE:]
        memory = size_text(self._limits.memory_bytes)
        noise = self._noise.lower()
        if (
            b"memory allocation" in noise
            or b"memoryerror" in noise
            or b"bad_alloc" in noise
            or b"out of memory" in noise
        ):
            return UnreadableDocument(f"The file needs more than {memory} of memory to be read.")
        how = f"signal {_signal_name(-status)}" if status < 0 else f"status {status}"
        return UnreadableDocument(
            f"The reader broke down on this file ({how}): it is damaged, made to do harm, or needs more than {memory} "
            "of memory.",
            lasting=False,
        )


def document_of(message: dict[str, Any]) -> Document:
    """The document in a child's answer. Raises UnreadableDocument where the answer is not one."""
    try:
        text = str(message["text"])
        pages = tuple(Page(int(number), int(start), int(end)) for number, start, end in message["pages"])
        blocks = tuple(
            Block(_KINDS[kind], int(start), int(end), int(level), _span(header))
            for kind, start, end, level, header in message["blocks"]
        )
        _check_spans(len(text), blocks)
        warnings = tuple(str(warning) for warning in message["warnings"])
        return Document(str(message["title"]), str(message["format"]), text, pages, blocks, warnings)
    except (KeyError, TypeError, ValueError):
        raise UnreadableDocument(
            "The reader gave no sensible answer for this file; it may be made to do harm."
        ) from None


def _check_spans(length: int, blocks: tuple[Block, ...]) -> None:
    end = 0
    for block in blocks:
        if not end <= block.start <= block.end <= length:
            raise ValueError("blocks out of order")
        if block.header and not 0 <= block.header[0] <= block.header[1] <= block.start:
            raise ValueError("a header that does not stand above its row")
        end = block.end


def _span(header: Any) -> tuple[int, int] | None:
    if header is None:
        return None
    start, end = header
    return int(start), int(end)


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return str(number)


@cache
def _starter() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="seodang-reading-child")


def _started() -> subprocess.Popen[bytes]:
    environment = {name: os.environ[name] for name in _KEPT_ENVIRONMENT if name in os.environ}
    environment |= {
        "LANG": "C.UTF-8",
        "OMP_NUM_THREADS": "1",
        "OMP_THREAD_LIMIT": "1",
        "RAYON_NUM_THREADS": "1",
        "TOKIO_WORKER_THREADS": "1",
        "MALLOC_ARENA_MAX": "2",  # each further arena reserves 64 MiB
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUTF8": "1",
    }
    # The child imports from where we import, never from the working directory; an editable installation is found
    # through a hook and not through the path, so our own root is added.
    path = json.dumps([*(entry for entry in sys.path if entry), str(Path(__file__).resolve().parent.parent)])
    return subprocess.Popen(
        [sys.executable, "-P", "-S", "-c", _START, path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        cwd="/" if os.name == "posix" else None,
        start_new_session=True,
        close_fds=True,
    )
