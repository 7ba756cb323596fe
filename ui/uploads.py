"""Uploaded files on their way into the library.

They are worked off by one thread of the server and not by the page that sent them: a refreshed page, another page or a
closed browser loses nothing, and every page shows the same progress.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, Protocol

from ingest.errors import IngestError

_LOG = logging.getLogger(__name__)

# Seconds for which the pages tell of files that were added; failures stay until they are dismissed.
_TOLD: Final = 120.0
# Megabytes of one uploaded file; the server refuses more before reading it.
LARGEST_MB: Final = 200

State = Literal["waiting", "working", "added", "unchanged", "failed"]


class Progress(Protocol):
    """What ingestion reports while it works (ingest.synchronization.Progress)."""

    @property
    def stage(self) -> str: ...
    @property
    def done(self) -> int: ...
    @property
    def total(self) -> int: ...


class Failure(Protocol):
    """A file that could not be read, and why in plain words (ingest.synchronization.Failure)."""

    @property
    def path(self) -> str: ...
    @property
    def reason(self) -> str: ...


class Report(Protocol):
    """What came of one upload (ingest.synchronization.SyncReport)."""

    @property
    def unchanged(self) -> int: ...
    @property
    def failed(self) -> Sequence[Failure]: ...


Add = Callable[[str, bytes, Callable[[Progress], None]], Report]


@dataclass(frozen=True)
class Upload:
    """One file: ``size`` in bytes, ``part`` how much of its ``stage`` is done (0 to 1), ``reason`` why it failed."""

    name: str
    size: int
    state: State = "waiting"
    stage: str = "scan"
    part: float = 0.0
    reason: str = ""


@dataclass(frozen=True)
class Overview:
    """All uploads since the last clearing. ``rate`` is finished files a second; both are None before the first one."""

    uploads: tuple[Upload, ...]
    rate: float | None
    seconds_left: float | None

    def count(self, *states: State) -> int:
        """How many uploads are in one of ``states``."""
        return sum(upload.state in states for upload in self.uploads)

    @property
    def active(self) -> bool:
        """Whether anything is still to be done."""
        return self.count("waiting", "working") > 0

    @property
    def current(self) -> Upload | None:
        """The upload that is being worked on."""
        return next((upload for upload in self.uploads if upload.state == "working"), None)


class Uploads:
    """The queue and its thread. ``add`` puts one file into the library; ``unexpected`` words an error of ours."""

    def __init__(self, add: Add, unexpected: Callable[[Exception], str]) -> None:
        self._add = add
        self._unexpected = unexpected
        self._lock = threading.Lock()
        self._uploads: list[Upload] = []
        self._contents: deque[tuple[int, bytes]] = deque()
        self._worker: threading.Thread | None = None
        self._started = 0.0
        self._ended = 0.0

    def submit(self, files: Sequence[tuple[str, bytes]]) -> None:
        """Queues ``(name, content)`` pairs and returns at once."""
        with self._lock:
            if self._worker is None:
                self._started = time.monotonic()
                self._uploads = [upload for upload in self._uploads if upload.state == "failed"]
            for name, content in files:
                self._contents.append((len(self._uploads), content))
                self._uploads.append(Upload(name, len(content)))
            if self._worker is None and self._contents:
                self._worker = threading.Thread(target=self._work, name="seodang-uploads", daemon=True)
                self._worker.start()

    def overview(self) -> Overview:
        """A picture of the moment; time left goes by bytes, since files differ more in size than in speed."""
        with self._lock:
            if self._worker is None and time.monotonic() - self._ended > _TOLD:
                self._uploads = [upload for upload in self._uploads if upload.state == "failed"]
            uploads, seconds = tuple(self._uploads), time.monotonic() - self._started
        finished = [upload for upload in uploads if upload.state not in ("waiting", "working")]
        size = sum(upload.size for upload in finished)
        rest = sum(upload.size for upload in uploads) - size
        if not finished or not size or seconds <= 0:
            return Overview(uploads, None, None)
        return Overview(uploads, len(finished) / seconds, seconds * rest / size)

    def clear(self) -> None:
        """Forgets the finished uploads, unless some are still being worked off."""
        with self._lock:
            if self._worker is None:
                self._uploads = []

    def _work(self) -> None:
        while True:
            with self._lock:
                if not self._contents:
                    self._worker = None
                    self._ended = time.monotonic()
                    return
                index, content = self._contents.popleft()
                name = self._uploads[index].name
            self._set(index, state="working")
            state, reason = self._outcome(index, name, content)
            self._set(index, state=state, reason=reason, part=1.0)

    def _outcome(self, index: int, name: str, content: bytes) -> tuple[State, str]:
        try:
            report = self._add(name, content, lambda progress: self._advance(index, progress))
        except IngestError as error:
            return "failed", str(error)
        except Exception as error:  # one bad file must not end the thread and strand the others
            _LOG.exception("upload failed")
            return "failed", self._unexpected(error)
        if report.failed:
            return "failed", report.failed[0].reason
        return ("unchanged" if report.unchanged else "added"), ""

    def _advance(self, index: int, progress: Progress) -> None:
        self._set(index, stage=progress.stage, part=min(1.0, progress.done / progress.total) if progress.total else 0.0)

    def _set(self, index: int, **changes: object) -> None:
        with self._lock:
            self._uploads[index] = replace(self._uploads[index], **changes)  # type: ignore[arg-type]
