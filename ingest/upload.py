"""A file that came through the app: kept under the library's originals by content, then read like any other."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from ingest import schema
from ingest.document import shown
from ingest.isolation import ReadLimits
from ingest.library import Library
from ingest.opening import ORIGINALS
from ingest.records import FileStamp
from ingest.scan import FoundFile, Scan
from ingest.synchronization import Progress, SyncReport, sync_scan

# What may follow the hash in a stored name: enough for a reader to tell .md from .csv, nothing that leads elsewhere.
_SUFFIX = re.compile(r"\.[a-z0-9]{1,10}$")


def add_upload(
    library: Library,
    name: str,
    content: bytes,
    progress: Callable[[Progress], None] | None = None,
    limits: ReadLimits | None = None,
) -> SyncReport:
    """Adds one uploaded file; its document's path is the file's own name. A newer upload of the same name takes the
    place of the older one, once it was read.

    Raises LibraryError when the library cannot be written.
    """
    given = shown(PurePosixPath(name.replace("\\", "/")).name)[:255]
    path = _keep(library, given, content)
    found = FoundFile(os.fsencode(path), given, FileStamp.of(path.stat()))
    report = sync_scan(library, Scan({found.path: found}, ()), progress, limits)
    if report.failed:
        library.forget_failure(found.path)
        library.fail(os.fsencode(given), given, FileStamp(0, 0, 0), report.failed[0].reason, "")
        path.unlink(missing_ok=True)
    else:
        library.forget_failure(os.fsencode(given))
        _remove_older(library, given, found.path)
    return report


def _keep(library: Library, given: str, content: bytes) -> Path:
    """Writes the bytes under their hash, complete or not at all."""
    library.check_writable()
    suffix = _SUFFIX.search(given.lower())
    folder = library.folder / ORIGINALS
    # The name has a part in it, so that one content under two names is two files with a life of their own.
    stem = f"{hashlib.sha256(content).hexdigest()}-{hashlib.sha256(given.encode()).hexdigest()[:8]}"
    path = folder / (stem + (suffix.group() if suffix else ""))
    if path.exists():
        return path
    temporary = path.with_name(f"{path.name}.{secrets.token_hex(8)}.new")
    try:
        with schema.translated(library.folder):
            folder.mkdir(exist_ok=True)
            with temporary.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    return path


def _remove_older(library: Library, given: str, path: bytes) -> None:
    inside = os.fsencode(library.folder / ORIGINALS) + b"/"
    rows = library.rows("SELECT path FROM files WHERE given = ? AND path != ?", (given, path))
    older = [row[0] for row in rows if row[0].startswith(inside)]
    if older:
        library.forget(older)
        for old in older:
            Path(os.fsdecode(old)).unlink(missing_ok=True)
