"""The file that is being read, as every reader gets it."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from ingest.document import DocumentBuilder
from ingest.errors import UnreadableDocument
from ingest.readers.limits import ReadLimits, size_text

HEAD_BYTES = 64 << 10


def _ignore() -> None:
    return None


@dataclass(frozen=True)
class Source:
    """One file: where it lies, what it is called, how it begins, and what it may cost.

    ``name`` decides only between plain-text kinds. ``on_ocr_page`` is called before a page goes to OCR, so that whoever
    watches the clock can grant it more time.
    """

    path: Path
    name: str
    size: int
    head: bytes
    limits: ReadLimits = field(default_factory=ReadLimits)
    on_ocr_page: Callable[[], None] = _ignore

    @property
    def suffix(self) -> str:
        """The lower-case ending of the name, with its dot."""
        return Path(self.name).suffix.lower()

    def builder(self, format: str, title: str = "") -> DocumentBuilder:
        """A builder that refuses more text than the limits allow."""
        return DocumentBuilder(format, title, text_bytes=self.limits.text_bytes)

    def content(self) -> bytes:
        """The whole file. Raises UnreadableDocument when it is written to at this moment."""
        with self.path.open("rb") as file:
            data = file.read(self.size + 1)
        if len(data) != self.size:
            raise UnreadableDocument(
                "The file changed while it was read; add it again when it is complete.", lasting=False
            )
        return data


def open_source(path: Path, name: str | None, limits: ReadLimits, on_ocr_page: Callable[[], None]) -> Source:
    """Looks at the file and reads its first bytes. Raises UnreadableDocument when there is nothing to read."""
    try:
        # Not blocking: a FIFO that nobody writes to must not hold the reader until its time is up.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with open(descriptor, "rb", buffering=0) as file:
            if not path.is_file():
                raise UnreadableDocument("It is not a regular file; only regular files can be read.")
            size = os.fstat(file.fileno()).st_size
            head = file.read(HEAD_BYTES)
    except FileNotFoundError:
        raise UnreadableDocument("The file no longer exists.") from None
    except PermissionError:
        raise UnreadableDocument("The file may not be opened; give this user permission to read it.") from None
    except IsADirectoryError:
        raise UnreadableDocument("It is a folder, not a file.") from None
    except OSError as error:
        raise UnreadableDocument(f"The file cannot be opened ({error.strerror or error}).") from None
    if not head:
        raise UnreadableDocument("The file is empty.")
    if size > limits.file_bytes:
        raise too_large(size, limits.file_bytes)
    return Source(path, name or path.name, size, head, limits, on_ocr_page)


def too_large(size: int, limit: int) -> UnreadableDocument:
    return UnreadableDocument(
        f"The file is {size_text(size)} large, more than the limit of {size_text(limit)}; split it."
    )
