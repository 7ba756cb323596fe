"""What the library hands out and takes in."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.document import Document
from ingest.splitter import Chunk


@dataclass(frozen=True)
class FileStamp:
    """What tells a changed file without reading it; times in nanoseconds."""

    bytes: int
    mtime_ns: int
    ctime_ns: int

    @classmethod
    def of(cls, status: os.stat_result) -> FileStamp:
        return cls(status.st_size, status.st_mtime_ns, status.st_ctime_ns)


@dataclass(frozen=True)
class DocumentRecord:
    """A row of the list of documents; ``path`` is what the user gave, ``others`` further paths of the same content."""

    id: int
    path: str
    title: str
    format: str
    pages: int | None
    chars: int
    chunks: int
    bytes: int
    added_at: str
    warnings: tuple[str, ...] = ()
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class Failure:
    """A file that is not in the library (or only in an older version), and why."""

    path: str
    reason: str


@dataclass(frozen=True)
class Counts:
    documents: int
    chunks: int


@dataclass(frozen=True)
class Prepared:
    """A document ready to be stored: read, split and embedded.

    ``vectors`` holds one float16 row for each chunk, or None for a chunk in a language the embedder cannot read.
    """

    sha256: str
    document: Document
    chunks: Sequence[Chunk]
    contexts: Sequence[str]
    vectors: Sequence[bytes | None]
    bytes: int
