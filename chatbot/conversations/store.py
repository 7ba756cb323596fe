"""Conversations kept in one SQLite file of one user: whoever opens the file owns all that is in it."""

from __future__ import annotations

import json
import sqlite3
import threading
import unicodedata
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from chatbot.conversations import file as conversation_file
from chatbot.conversations.export import as_json, as_markdown
from chatbot.conversations.file import FORMAT
from chatbot.errors import ConversationError
from chatbot.reply import Reply

# Longest title, and longest title that is made from a first question, in characters.
LONGEST_TITLE = 200
_FROM_QUESTION = 60
_COLUMNS = (
    "id, title, created_at, changed_at, (SELECT count(*) FROM turns WHERE conversation_id = conversations.id) AS turns"
)
Replies = list[Reply]


@dataclass(frozen=True)
class Conversation:
    """``id`` is random; ``title`` is empty while nothing was asked; times are ISO 8601, UTC; ``turns`` counts them."""

    id: str
    title: str
    created_at: str
    changed_at: str
    turns: int


class Conversations:
    """The opened file; safe from several threads, and beside other processes that have the file open."""

    def __init__(self, file: Path, connection: sqlite3.Connection) -> None:
        self.file = file
        self._connection = connection
        self._lock = threading.RLock()

    @classmethod
    def open(cls, file: Path | str) -> Self:
        """Opens the user's file, or makes it, readable by its owner only.

        Raises ConversationError where that cannot be: no room, no permission, damaged, of a newer Seodang.
        """
        file = Path(file).expanduser().absolute()
        connection = conversation_file.connect(file)
        try:
            with conversation_file.translated(file):
                conversation_file.prepare(connection)
                conversations = cls(file, connection)
                conversations._check_format()
        except BaseException:
            connection.close()
            raise
        return conversations

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the file; the object may not be used afterwards. Closing twice does no harm."""
        with self._lock:
            self._connection.close()

    # -- changing -----------------------------------------------------------------------------------------------------

    def create(self, title: str | None = None) -> Conversation:
        """A new, empty conversation; without a title the first question becomes it."""
        identity, now = str(uuid.uuid4()), _now()
        title = _clean_title(title or "", LONGEST_TITLE)
        with self._writing() as execute:
            execute(
                "INSERT INTO conversations VALUES (?, ?, ?, ?, ?, (SELECT ifnull(max(changed), 0) + 1 FROM conversations))",
                (identity, title, _folded(title), now, now),
            )
        return Conversation(identity, title, now, now, 0)

    def rename(self, conversation: str, title: str) -> None:
        """Gives another title; it does not change the order. Raises ConversationError for an empty title."""
        title = _clean_title(title, LONGEST_TITLE)
        if not title:
            raise ConversationError("A conversation cannot have an empty title; give it at least one character.")
        with self._writing() as execute:
            found = execute(
                "UPDATE conversations SET title = ?, folded = ? WHERE id = ?", (title, _folded(title), conversation)
            )
            self._require(found.rowcount)

    def delete(self, conversation: str) -> None:
        """Removes a conversation with all its turns; its text does not stay behind in the file."""
        with self._writing() as execute:
            self._require(execute("DELETE FROM conversations WHERE id = ?", (conversation,)).rowcount)
        with self._lock, conversation_file.translated(self.file):
            # Else the deleted text stays in the -wal file until much later. A reader may hold it: then it stays until then.
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def add(self, conversation: str, reply: Reply) -> None:
        """Appends a turn. When this returns, the turn survives a kill and a power cut."""
        with self._writing() as execute:
            found = execute(
                "UPDATE conversations SET changed_at = ?, changed = (SELECT max(changed) + 1 FROM conversations)"
                " WHERE id = ?",
                (_now(), conversation),
            )
            self._require(found.rowcount)
            title = _clean_title(reply.question, _FROM_QUESTION)
            execute(
                "UPDATE conversations SET title = ?, folded = ? WHERE id = ? AND title = ''",
                (title, _folded(title), conversation),
            )
            execute(
                "INSERT INTO turns SELECT ?, ifnull(max(number), 0) + 1, ?, ? FROM turns WHERE conversation_id = ?",
                (conversation, _stored(reply), _folded(f"{reply.question}\n{reply.answer}"), conversation),
            )

    # -- reading ------------------------------------------------------------------------------------------------------

    def get(self, conversation: str) -> Conversation:
        """One conversation. Raises ConversationError when it is not there."""
        rows = self._rows(f"SELECT {_COLUMNS} FROM conversations WHERE id = ?", (conversation,))
        self._require(len(rows))
        return Conversation(*rows[0])

    def turns(self, conversation: str) -> Replies:
        """The replies, oldest first. Raises ConversationError when the conversation is not there."""
        self.get(conversation)
        rows = self._rows("SELECT reply FROM turns WHERE conversation_id = ? ORDER BY number", (conversation,))
        return [Reply.from_json(json.loads(row[0])) for row in rows]

    def export_markdown(self, conversation: str) -> str:
        """The conversation as Markdown, citations as footnotes; nothing of a document is markup, HTML or a link in it."""
        return as_markdown(self.get(conversation).title, self.get(conversation).created_at, self.turns(conversation))

    def export_json(self, conversation: str) -> str:
        """The conversation as one JSON object: its title, times and answer objects."""
        found = self.get(conversation)
        return as_json(found.id, found.title, found.created_at, found.changed_at, self.turns(conversation))

    def list(self, search: str = "") -> list[Conversation]:
        """Newest first; with ``search`` those in whose title or turns each of its words stands, whatever their case."""
        words = _folded(search).split()
        wanted = " AND ".join(
            "(instr(folded, ?) OR EXISTS (SELECT 1 FROM turns WHERE conversation_id = conversations.id"
            " AND instr(turns.folded, ?)))"
            for _ in words
        )
        rows = self._rows(
            f"SELECT {_COLUMNS} FROM conversations WHERE {wanted or '1'} ORDER BY changed DESC",
            tuple(word for word in words for _ in range(2)),
        )
        return [Conversation(*row) for row in rows]

    # -- the file -----------------------------------------------------------------------------------------------------

    def _check_format(self) -> None:
        written = self._rows("SELECT value FROM settings WHERE key = 'format'")[0][0]
        if not written.isdecimal() or int(written) > FORMAT:
            raise ConversationError(
                f"The conversations in {self.file} were written by a newer Seodang (format {written}, this one reads up to "
                f"{FORMAT}); update with: pip install --upgrade seodang"
            )

    def _rows(self, sql: str, parameters: tuple[Any, ...] = ()) -> Any:
        with self._lock, conversation_file.translated(self.file):
            return self._connection.execute(sql, parameters).fetchall()

    @contextmanager
    def _writing(self) -> Iterator[Any]:
        """One transaction: all of it or nothing, whenever the process ends."""
        with self._lock, conversation_file.translated(self.file), conversation_file.transaction(self._connection):
            yield self._connection.execute

    def _require(self, found: int) -> None:
        if not found:
            raise ConversationError(
                "There is no such conversation; it may have been deleted. Choose one from the list."
            )


def _stored(reply: Reply) -> str:
    text = json.dumps(reply.as_json(), ensure_ascii=False, separators=(",", ":"))
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        # Half a surrogate pair, as a model may give: escaped it comes back as it was.
        return json.dumps(reply.as_json(), separators=(",", ":"))
    return text


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text.encode("utf-8", "replace").decode()).casefold()


def _clean_title(text: str, longest: int) -> str:
    """One line without control characters, shortened at a word where it is too long."""
    text = unicodedata.normalize("NFC", text.encode("utf-8", "replace").decode())
    text = " ".join("".join(c if unicodedata.category(c)[0] != "C" else " " for c in text).split())
    if len(text) <= longest:
        return text
    cut = text[: longest - 1]
    word = cut.rfind(" ")
    return (cut[:word] if word > longest // 2 else cut).rstrip() + "…"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
