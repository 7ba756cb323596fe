"""The SQLite file of a user's conversations: its tables, its format number, and how a connection is made."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chatbot.errors import ConversationError

FORMAT = 1
# Seconds to wait for another process that writes.
_PATIENCE = 30.0

_SCHEMA = (
    "CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    """CREATE TABLE conversations (
      id TEXT PRIMARY KEY,
      title TEXT NOT NULL,        -- empty until the first question
      folded TEXT NOT NULL,       -- the title as it is searched
      created_at TEXT NOT NULL,   -- ISO 8601, UTC
      changed_at TEXT NOT NULL,
      changed INTEGER NOT NULL    -- grows with every change of any conversation: newest first even within a second
    ) WITHOUT ROWID""",
    """CREATE TABLE turns (
      conversation_id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
      number INTEGER NOT NULL,
      reply TEXT NOT NULL,        -- the answer object, JSON
      folded TEXT NOT NULL,       -- question and answer as they are searched
      PRIMARY KEY (conversation_id, number)
    )""",
)


def connect(file: Path) -> sqlite3.Connection:
    """A connection to the file, which is made where there is none; only its owner may read it.

    Raises ConversationError where nothing can be written.
    """
    with translated(file):
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # SQLite gives its -wal and -shm files the mode of the file itself.
        os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
        if file.stat().st_mode & 0o077:
            file.chmod(0o600)
        return sqlite3.connect(file, timeout=_PATIENCE, isolation_level=None, check_same_thread=False)


def prepare(connection: sqlite3.Connection) -> None:
    """Pragmas of every connection, and the tables of a new file."""
    _use_wal(connection)
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA secure_delete = ON")
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
    if "settings" in tables:
        return
    with transaction(connection):
        tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if "settings" in tables:
            return
        if tables:
            raise sqlite3.DatabaseError("file is not a database of conversations")
        for statement in _SCHEMA:
            connection.execute(statement)
        connection.execute("INSERT INTO settings VALUES ('format', ?)", (str(FORMAT),))


def _use_wal(connection: sqlite3.Connection) -> None:
    """SQLite does not wait for others when it changes the journal, so we do."""
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL").fetchall()
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


@contextmanager
def translated(file: Path) -> Iterator[None]:
    """SQLite's and the file system's errors as one sentence for the user."""
    try:
        yield
    except sqlite3.Error as error:
        raise ConversationError(_sentence(str(error), file)) from error
    except PermissionError as error:
        raise ConversationError(_sentence("readonly", file)) from error
    except OSError as error:
        raise ConversationError(
            f"The conversations in {file} cannot be used ({error.strerror}); check the disk or name another file."
        ) from error


def _sentence(said: str, file: Path) -> str:
    words = said.lower()
    if "full" in words:
        return f"The disk with the conversations in {file} is full; free some space and try again."
    if "readonly" in words or "unable to open" in words:
        return f"The conversations in {file} cannot be written; make the file and its folder writable."
    if "locked" in words or "busy" in words:
        return f"The conversations in {file} are being written by another program; try again in a moment."
    if "closed database" in words:
        return f"The conversations in {file} were closed; open them again."
    if "not a database" in words or "malformed" in words or "no such" in words:
        return f"The file {file} is damaged or holds no conversations; restore it from a copy or move it away."
    return f"The conversations in {file} cannot be used ({said}); check the disk."
