"""Opening a library directory: connections for each thread, settings, the embedder and the vectors."""

from __future__ import annotations

import json
import os
import sqlite3
import threading
import weakref
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from ingest import schema
from ingest.analyzer import Analyzer
from ingest.embedder import PACKAGED, Embedder, EmbedderIdentity, SentenceEmbedder
from ingest.errors import EmbedderMismatch, LibraryError, LibraryNotFound, LibraryTooNew
from ingest.splitter import IDENTITY as SPLITTER_IDENTITY
from ingest.splitter import SplitSizes

if TYPE_CHECKING:
    from ingest.vectors import VectorIndex

FILE_NAME = "library.sqlite"
# Copies of uploaded files.
ORIGINALS = "originals"


class _Held:
    """A thread's connection, closed when the thread ends: servers start a thread a request.

    ``state`` is the file's when a read-only connection was made, None for one that sees changes by itself.
    """

    def __init__(self, connection: sqlite3.Connection, state: tuple[int, int, bool] | None) -> None:
        self.connection = connection
        self.state = state

    def __del__(self) -> None:
        self.connection.close()


class OpenLibrary:
    """The opened directory: its connections, settings, embedder and vectors."""

    def __init__(self, folder: Path, read_only: bool, embedder: Embedder | None = None) -> None:
        self.folder = folder
        self.read_only = read_only
        self.analyzer = Analyzer()
        self.sizes = SplitSizes()
        self._embedder = embedder
        self._local = threading.local()
        self._held: weakref.WeakSet[_Held] = weakref.WeakSet()
        self._lock = threading.RLock()
        self._vectors: VectorIndex | None = None

    # -- opening ------------------------------------------------------------------------------------------------------

    @classmethod
    def open(
        cls, folder: Path | str, create: bool = False, embedder: Embedder | None = None, read_only: bool = False
    ) -> Self:
        """Opens the library in ``folder``; ``create`` makes an empty one where there is none.

        Raises LibraryNotFound, LibraryTooNew or another LibraryError, each with a sentence for the user.
        """
        folder = Path(folder).expanduser().absolute()
        file = folder / FILE_NAME
        with schema.translated(folder):
            exists = file.exists()
        if not exists:
            if not create:
                raise LibraryNotFound(
                    f"There is no library in {folder}; make one with: seodang ingest FOLDER --library {folder}"
                )
            _create(folder, embedder)
        library = cls(folder, read_only or not os.access(folder, os.W_OK), embedder)
        try:
            library._check_format()
        except BaseException:
            library.close()
            raise
        return library

    def _check_format(self) -> None:
        written = self.setting("format") or ""
        if not written.isdecimal() or int(written) > schema.FORMAT:
            raise LibraryTooNew(
                f"The library {self.folder} was written by a newer Seodang (format {written}, this one reads up to "
                f"{schema.FORMAT}); update with: pip install --upgrade seodang"
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes every connection; the object may not be used afterwards."""
        with self._lock:
            for held in list(self._held):
                held.connection.close()
            self._local = threading.local()
            self._vectors = None

    @property
    def connection(self) -> sqlite3.Connection:
        """This thread's connection."""
        held: _Held | None = getattr(self._local, "held", None)
        if held is not None and held.state and held.state != self._state():
            held = None
        if held is None:
            state = self._state() if self.read_only else None
            held = self._local.held = _Held(schema.connect(self.folder / FILE_NAME, self.read_only), state)
            with self._lock:
                self._held.add(held)
        return held.connection

    def _state(self) -> tuple[int, int, bool]:
        """What tells that the file changed: a connection to a library that cannot be written looks for no changes."""
        with schema.translated(self.folder):
            status = (self.folder / FILE_NAME).stat()
            return status.st_mtime_ns, status.st_size, (self.folder / f"{FILE_NAME}-wal").exists()

    def rows(self, sql: str, parameters: Iterable[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query, with SQLite's errors translated."""
        with schema.translated(self.folder):
            return self.connection.execute(sql, tuple(parameters)).fetchall()

    def setting(self, key: str) -> str | None:
        """A value of the settings table."""
        found = self.rows("SELECT value FROM settings WHERE key = ?", (key,))
        return str(found[0][0]) if found else None

    @property
    def generation(self) -> int:
        """Grows by one with every change anybody makes to the library."""
        return int(self.setting("generation") or 0)

    # -- embedder and vectors -----------------------------------------------------------------------------------------

    @property
    def embedder_identity(self) -> EmbedderIdentity:
        """The embedder that the library records."""
        return EmbedderIdentity(**json.loads(self.setting("embedder") or "{}"))

    @property
    def embedder(self) -> Embedder:
        """The library's own embedder, loaded when first needed.

        Raises EmbedderMismatch when another model is at hand under the recorded name.
        """
        if self._embedder is None:
            self._embedder = SentenceEmbedder(self.embedder_identity.name)
        recorded, found = self.embedder_identity, self._embedder.identity
        if recorded != found:
            raise EmbedderMismatch(
                f"The library {self.folder} was embedded by {recorded.name} ({recorded.version[:12]}), not by "
                f"{found.name} ({found.version[:12]}); embed it again with: "
                f"seodang ingest --library {self.folder} --embedder {found.name} --re-embed"
            )
        return self._embedder

    @property
    def preparation(self) -> str:
        """Identity of everything that turns a document into chunks and vectors."""
        sizes = f"{self.sizes.words}w{self.sizes.korean_characters}k{self.sizes.characters}c"
        embedder = self.embedder_identity
        return f"{self.analyzer.identity}/{SPLITTER_IDENTITY}-{sizes}/{embedder.name}@{embedder.version}"


def _create(folder: Path, embedder: Embedder | None) -> None:
    identity = (embedder or SentenceEmbedder(PACKAGED)).identity
    with schema.translated(folder):
        if folder.exists() and not folder.is_dir():
            raise LibraryError(f"{folder} is a file, not a folder; choose another library with --library.")
        if folder.exists() and any(not entry.name.startswith(FILE_NAME) for entry in folder.iterdir()):
            raise LibraryError(
                f"The folder {folder} has other files in it and no library; name an empty or new folder with --library."
            )
        schema.create(folder / FILE_NAME, {"embedder": json.dumps(identity.as_json())})
