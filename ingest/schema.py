"""The SQLite file of a library: its tables, its format number, and how a connection is made."""

from __future__ import annotations

import os
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ingest.errors import LibraryError, LibraryReadOnly

FORMAT = 1

SCHEMA = r"""
CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE documents (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  sha256 TEXT NOT NULL UNIQUE,
  title TEXT NOT NULL,
  format TEXT NOT NULL,
  text TEXT NOT NULL,
  pages TEXT NOT NULL,          -- JSON [[number, start, end], ...]
  blocks TEXT NOT NULL,         -- JSON [[kind, start, end, level, header], ...]
  warnings TEXT NOT NULL,       -- JSON [sentence, ...]
  bytes INTEGER NOT NULL,
  prepared_with TEXT NOT NULL,  -- analyzer, splitter and embedder its chunks were made with
  added_at TEXT NOT NULL        -- ISO 8601, UTC
);
CREATE TABLE files (
  path BLOB PRIMARY KEY,        -- absolute, as the file system spells it
  given TEXT NOT NULL,          -- as the user gave it
  bytes INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, ctime_ns INTEGER NOT NULL,
  document_id INTEGER NOT NULL REFERENCES documents (id)
) WITHOUT ROWID;
CREATE INDEX files_of_document ON files (document_id);
CREATE TABLE failures (
  path BLOB PRIMARY KEY, given TEXT NOT NULL,
  bytes INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, ctime_ns INTEGER NOT NULL,
  reason TEXT NOT NULL,
  readers TEXT NOT NULL         -- what could be read when it failed: tried again when this changes
) WITHOUT ROWID;
CREATE TABLE chunks (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  document_id INTEGER NOT NULL REFERENCES documents (id),
  ordinal INTEGER NOT NULL,
  start INTEGER NOT NULL, "end" INTEGER NOT NULL,
  page INTEGER,
  heading TEXT NOT NULL,
  text TEXT NOT NULL,
  gap TEXT NOT NULL,            -- white space between this chunk and the next
  sentences TEXT NOT NULL,      -- JSON [[start, end, heading], ...] in the chunk
  body TEXT NOT NULL,           -- lexical tokens, one line a sentence
  context TEXT NOT NULL         -- lexical tokens of title and heading path
);
CREATE INDEX chunks_of_document ON chunks (document_id, ordinal);
CREATE TABLE vectors (chunk_id INTEGER PRIMARY KEY, vector BLOB NOT NULL);  -- float16, unit length
CREATE VIRTUAL TABLE chunks_fts USING fts5 (
  -- Our tokens are parted by white space, so every other ASCII character belongs to one.
  body, context, content='chunks', content_rowid='id',
  tokenize="ascii tokenchars '!""#$%&''()*+,-./:;<=>?@[\]^_`{|}~'"
);
"""


def connect(file: Path, read_only: bool = False) -> sqlite3.Connection:
    """A connection with the library's pragmas; for one thread at a time.

    Raises LibraryError when SQLite cannot open the file.
    """
    with translated(file.parent):
        if read_only:
            # Without its -wal file there is nothing to recover, and SQLite needs no -shm file that it could not write.
            immutable = "&immutable=1" if not _sibling(file, "-wal").exists() else ""
            uri = f"file:{_quote(file)}?mode=ro{immutable}"
            connection = sqlite3.connect(uri, uri=True, timeout=30, check_same_thread=False)
        else:
            connection = sqlite3.connect(file, timeout=30, check_same_thread=False)
            # FULL: an acknowledged document survives a power cut too, not only a kill.
            connection.execute("PRAGMA synchronous = FULL")
        connection.isolation_level = None
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA cache_size = -16384")
        connection.execute("PRAGMA temp_store = MEMORY")
        # fts5vocab gives document frequencies; a virtual table of the temp schema costs the library nothing.
        connection.execute("CREATE VIRTUAL TABLE temp.frequencies USING fts5vocab ('main', 'chunks_fts', 'row')")
    return connection


def create(file: Path, settings: dict[str, str]) -> None:
    """Writes a new, empty library file, complete or not at all.

    Raises LibraryReadOnly where nothing can be written.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    temporary = _sibling(file, f".{secrets.token_hex(8)}.new")
    try:
        with translated(file.parent):
            connection = sqlite3.connect(temporary)
            try:
                # The mode stays with the file; set here alone, opening never writes to a library.
                connection.execute("PRAGMA journal_mode = WAL")
                connection.executescript(SCHEMA)
                rows = {"format": str(FORMAT), "generation": "0", **settings}
                connection.executemany("INSERT INTO settings VALUES (?, ?)", rows.items())
                connection.commit()
            finally:
                connection.close()
            _claim(temporary, file)
    except FileExistsError:
        pass
    finally:
        temporary.unlink(missing_ok=True)


def _claim(temporary: Path, file: Path) -> None:
    """Gives the finished file its name; of two processes that create one library at the same time, the first wins.

    Raises FileExistsError for the second.
    """
    try:
        os.link(temporary, file)
    except FileExistsError:
        raise
    except OSError:
        # File systems without hard links (exFAT): claim the name, then take its place.
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
        os.replace(temporary, file)


@contextmanager
def transaction(connection: sqlite3.Connection, folder: Path) -> Iterator[None]:
    """One write transaction, taken at once so that a busy library waits here and not half way."""
    with translated(folder):
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            connection.execute("UPDATE settings SET value = value + 1 WHERE key = 'generation'")
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


@contextmanager
def translated(folder: Path) -> Iterator[None]:
    """SQLite's and the file system's errors as one sentence for the user."""
    try:
        yield
    except sqlite3.Error as error:
        raise _sentence(error, folder) from error
    except PermissionError as error:
        raise LibraryReadOnly(
            f"The library {folder} cannot be written; make its folder writable or choose another with --library."
        ) from error
    except FileExistsError:
        raise
    except OSError as error:
        raise LibraryError(
            f"The library {folder} cannot be used ({error.strerror}); check the disk or choose another with --library."
        ) from error


def _sentence(error: sqlite3.Error, folder: Path) -> LibraryError:
    text = str(error).lower()
    if "full" in text:
        return LibraryReadOnly(f"The disk of the library {folder} is full; free some space and run the command again.")
    if "readonly" in text or "unable to open" in text:
        return LibraryReadOnly(
            f"The library {folder} cannot be written; make its folder writable or choose another with --library."
        )
    if "locked" in text or "busy" in text:
        return LibraryError(f"The library {folder} is being written by another program; try again in a moment.")
    if "not a database" in text or "malformed" in text or "no such table" in text:
        return LibraryError(f"The file library.sqlite in {folder} is damaged; restore it or ingest into a new library.")
    return LibraryError(f"The library {folder} cannot be used ({error}); run `seodang doctor` for details.")


def _sibling(file: Path, suffix: str) -> Path:
    return file.with_name(file.name + suffix)


def _quote(file: Path) -> str:
    from urllib.parse import quote

    return quote(os.fsencode(file.absolute()))
