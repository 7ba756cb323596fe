"""Files on disk -> the library: what is new is read, what changed replaced, what is gone removed."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from ingest.document import Document
from ingest.errors import UnreadableDocument
from ingest.isolation import IsolatedReader, ReadLimits
from ingest.library import Library
from ingest.preparing import Preparer
from ingest.records import Failure, FileStamp
from ingest.scan import FoundFile, Scan, scan

# Raise the number when a reader learns something: files that failed before are then tried again.
READERS = "seodang-readers-2"
# Documents are embedded together up to this many characters: sorting by length inside a big batch doubles the speed of
# the embedder, while a stop loses at most this much work.
_BATCH_CHARACTERS = 400_000
_BATCH_DOCUMENTS = 256


@dataclass(frozen=True)
class Progress:
    """Where a run stands: ``done`` of ``total`` files; ``rate`` in files a second; ``seconds_left`` None at first."""

    stage: Literal["scan", "read", "embed", "store", "done"]
    path: str
    done: int
    total: int
    rate: float = 0.0
    seconds_left: float | None = None


@dataclass(frozen=True)
class SyncReport:
    """What one run did, in files; ``documents`` and ``chunks`` are what the library holds now.

    A file that moved counts as updated; a second file of the same content counts as added.
    """

    added: int
    updated: int
    unchanged: int
    removed: int
    failed: tuple[Failure, ...]
    documents: int
    chunks: int
    seconds: float


@dataclass(frozen=True)
class _ReadFile:
    """A file whose content was read between two equal stamps."""

    file: FoundFile
    sha256: str
    document: Document


@dataclass
class _Tally:
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    failed: list[Failure] = field(default_factory=list)


def sync(
    library: Library,
    paths: Sequence[Path],
    progress: Callable[[Progress], None] | None = None,
    limits: ReadLimits | None = None,
) -> SyncReport:
    """Brings the library up to date with files and folders; one transaction a document, each final when it is made.

    Raises PathError for a path that cannot be read, LibraryError when the library cannot be written. A file that cannot
    be read is in ``failed`` and the run goes on.
    """
    return sync_scan(library, scan(paths), progress, limits)


def sync_scan(
    library: Library,
    found: Scan,
    progress: Callable[[Progress], None] | None = None,
    limits: ReadLimits | None = None,
) -> SyncReport:
    """As sync, with the files already found."""
    return _Run(library, progress, limits or ReadLimits()).run(found)


class _Run:
    """One call of sync: what was known, what is done so far."""

    def __init__(self, library: Library, progress: Callable[[Progress], None] | None, limits: ReadLimits) -> None:
        self._library = library
        self._progress = progress
        self._limits = limits
        self._started = time.perf_counter()
        self._tally = _Tally()
        self._readers = readers_identity()
        self._known = _known_files(library)
        self._failed_before = _failed_files(library)
        self._gone: set[bytes] = set()
        self._moved: set[bytes] = set()
        self._done = self._total = 0

    def run(self, found: Scan) -> SyncReport:
        self._gone = _gone(found, [*self._known, *self._failed_before])
        changed = self._changed(found)
        self._total = len(changed)
        if changed:
            self._ingest(changed)
        removed = sum(path in self._known for path in self._gone - self._moved)
        if self._gone:
            self._library.forget(self._gone)
        self._prepare_again()
        if not self._library.read_only and self._library.has_vectors():
            self._library.vectors.save()
        self._report("done", "")
        counts, tally = self._library.counts(), self._tally
        return SyncReport(
            *(tally.added, tally.updated, tally.unchanged, removed, tuple(tally.failed)),
            *(counts.documents, counts.chunks, round(time.perf_counter() - self._started, 3)),
        )

    def _changed(self, found: Scan) -> list[FoundFile]:
        """Files to be read; counts the unchanged ones, and those that failed before and would fail again."""
        for file in found.unreadable:
            self._fail(file, UnreadableDocument(_FORBIDDEN, lasting=False))
        changed = []
        for file in found.files.values():
            failure = self._failed_before.get(file.path)
            if failure and failure[:2] == (file.stamp, self._readers):
                self._tally.failed.append(Failure(file.given, failure[2]))
            elif not failure and self._known.get(file.path) == file.stamp:
                self._tally.unchanged += 1
            else:
                changed.append(file)
        return changed

    def _ingest(self, changed: list[FoundFile]) -> None:
        preparer = Preparer(self._library)
        twins: list[tuple[FoundFile, str]] = []
        reasons: dict[str, UnreadableDocument] = {}
        with IsolatedReader(self._limits) as reader:
            for batch in _batches(self._read(changed, reader, twins, reasons)):
                self._report("embed", batch[0].file.given)
                prepared = preparer.prepare(
                    [read.document for read in batch],
                    [read.sha256 for read in batch],
                    [read.file.stamp.bytes for read in batch],
                    [read.file.given for read in batch],
                )
                for read, ready in zip(batch, prepared, strict=True):
                    self._library.store(read.file.path, read.file.given, read.file.stamp, ready)
                    self._count(read.file)
        for file, sha256 in twins:
            if sha256 in reasons:
                self._fail(file, reasons[sha256])
            elif self._link(file, sha256):
                self._count(file)

    def _read(
        self,
        changed: Iterable[FoundFile],
        reader: IsolatedReader,
        twins: list[tuple[FoundFile, str]],
        reasons: dict[str, UnreadableDocument],
    ) -> Iterator[_ReadFile]:
        """Reads each content that the library does not hold yet, once. Files of the same content go to ``twins``, and
        why a content could not be read to ``reasons``.
        """
        seen: set[str] = set()
        for file in changed:
            self._report("read", file.given)
            sha256 = ""
            try:
                file, sha256 = hash_file(file)
                if sha256 in seen:
                    twins.append((file, sha256))
                elif self._link(file, sha256):
                    self._count(file)
                else:
                    seen.add(sha256)
                    yield _read_stable(file, sha256, reader)
            except UnreadableDocument as error:
                reasons[sha256] = error
                self._fail(file, error)

    def _link(self, file: FoundFile, sha256: str) -> bool:
        """Points a path at content that the library holds; remembers a path that the file moved away from."""
        before = self._library.paths_of(sha256)
        if not before or not self._library.link(file.path, file.given, file.stamp, sha256):
            return False
        moved_from = (before & self._gone) - self._moved
        if moved_from and file.path not in self._known:
            self._moved.add(min(moved_from))
            self._tally.added -= 1
            self._tally.updated += 1
        return True

    def _prepare_again(self) -> None:
        """Splits and embeds again what was made with another embedder, analyzer or splitter; any stop is resumed."""
        stale = self._library.prepared_otherwise()
        if not stale:
            return
        preparer = Preparer(self._library)
        self._done, self._total, self._started = 0, len(stale), time.perf_counter()
        for document_id, path in stale:
            self._report("embed", path)
            [ready] = preparer.prepare([self._library.load(document_id)], [""], [0], [path])
            self._library.replace_chunks(document_id, ready)
            self._done += 1

    def _count(self, file: FoundFile) -> None:
        if file.path in self._known:
            self._tally.updated += 1
        else:
            self._tally.added += 1
        self._done += 1
        self._report("store", file.given)

    def _fail(self, file: FoundFile, error: UnreadableDocument) -> None:
        # Readers that never exist: the file is tried again by the next run.
        readers = self._readers if error.lasting else ""
        self._library.fail(file.path, file.given, file.stamp, error.reason, readers)
        self._tally.failed.append(Failure(file.given, error.reason))
        self._done += 1

    def _report(self, stage: Literal["scan", "read", "embed", "store", "done"], path: str) -> None:
        if self._progress is None:
            return
        elapsed = time.perf_counter() - self._started
        rate = self._done / elapsed if elapsed > 0 else 0.0
        left = (self._total - self._done) / rate if rate > 0 else None
        self._progress(Progress(stage, path, self._done, self._total, rate, left))


def readers_identity() -> str:
    """What the readers of this machine can do; a file that failed is tried again when this changes."""
    return f"{READERS}{'+ocr' if shutil.which('tesseract') else ''}"


def hash_file(file: FoundFile) -> tuple[FoundFile, str]:
    """The file with the stamp its content had while it was hashed, and the hex SHA-256 of the content.

    Raises UnreadableDocument when it is gone, forbidden, or being written.
    """
    for _ in range(3):
        try:
            # Without O_NONBLOCK a file that became a pipe since it was found would be waited for without end.
            with open(os.open(file.path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)), "rb") as content:
                status = os.fstat(content.fileno())
                if not stat.S_ISREG(status.st_mode):
                    raise UnreadableDocument("It is no longer a regular file.", lasting=False)
                before = FileStamp.of(status)
                digest = hashlib.file_digest(content, "sha256").hexdigest()
                after = FileStamp.of(os.fstat(content.fileno()))
        except FileNotFoundError as error:
            raise UnreadableDocument("The file was removed before it could be read.", lasting=False) from error
        except PermissionError as error:
            raise UnreadableDocument(_FORBIDDEN, lasting=False) from error
        except OSError as error:
            reason = f"The file cannot be read ({error.strerror}); check the disk."
            raise UnreadableDocument(reason, lasting=False) from error
        if before == after:
            return FoundFile(file.path, file.given, after), digest
    raise UnreadableDocument(_BEING_WRITTEN, lasting=False)


_FORBIDDEN = "The file may not be read; give yourself permission to read it."
_BEING_WRITTEN = "The file changed while it was read; ingest it again when nothing writes to it."


def _read_stable(file: FoundFile, sha256: str, reader: IsolatedReader) -> _ReadFile:
    """Reads a file and makes sure that what was read is what was hashed."""
    document = reader.read(Path(os.fsdecode(file.path)))
    again, now = hash_file(file)
    if now != sha256:
        raise UnreadableDocument(_BEING_WRITTEN, lasting=False)
    return _ReadFile(again, sha256, document)


def _batches(files: Iterable[_ReadFile]) -> Iterator[list[_ReadFile]]:
    batch: list[_ReadFile] = []
    characters = 0
    for read in files:
        batch.append(read)
        characters += len(read.document.text)
        if characters >= _BATCH_CHARACTERS or len(batch) >= _BATCH_DOCUMENTS:
            yield batch
            batch, characters = [], 0
    if batch:
        yield batch


def _known_files(library: Library) -> dict[bytes, FileStamp]:
    rows = library.rows("SELECT path, bytes, mtime_ns, ctime_ns FROM files")
    return {row[0]: FileStamp(*row[1:]) for row in rows}


def _failed_files(library: Library) -> dict[bytes, tuple[FileStamp, str, str]]:
    rows = library.rows("SELECT path, bytes, mtime_ns, ctime_ns, readers, reason FROM failures")
    return {row[0]: (FileStamp(*row[1:4]), row[4], row[5]) for row in rows}


def _gone(found: Scan, known: Iterable[bytes]) -> set[bytes]:
    """Known files of the scanned folders that the scan did not see."""
    seen = found.files.keys() | {file.path for file in found.unreadable}
    prefixes = tuple(folder.rstrip(b"/") + b"/" for folder in found.folders)
    # What could not be looked into is not gone.
    hidden = tuple(folder + b"/" for folder in found.unseen)
    return {path for path in known if path not in seen and path.startswith(prefixes) and not path.startswith(hidden)}
