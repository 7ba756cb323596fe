"""A library: what is in it, and replacing one document in one transaction."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest import schema
from ingest.document import Block, BlockKind, Document, Page, normalize, shown
from ingest.embedder import Embedder
from ingest.errors import LibraryReadOnly, PathError
from ingest.opening import FILE_NAME as FILE_NAME
from ingest.opening import ORIGINALS, OpenLibrary
from ingest.records import Counts, DocumentRecord, Failure, FileStamp, Prepared

if TYPE_CHECKING:
    from ingest.vectors import VectorIndex


class Library(OpenLibrary):
    """One library directory. Reading is safe from several threads and beside other processes that write.

    Open it with ``Library.open``; ``close`` or a ``with`` block frees it.
    """

    @property
    def vectors(self) -> VectorIndex:
        """The FAISS index over the library's vectors, brought up to date."""
        with self._lock:
            if self._vectors is None:
                from ingest.vectors import VectorIndex

                self._vectors = VectorIndex(self)
            index = self._vectors
        index.refresh()
        return index

    # -- what is in it ------------------------------------------------------------------------------------------------

    def counts(self) -> Counts:
        """Documents (of distinct content) and chunks."""
        documents = self.rows("SELECT count(*) FROM documents")[0][0]
        return Counts(documents, self.rows("SELECT count(*) FROM chunks")[0][0])

    def documents(self) -> list[DocumentRecord]:
        """Every document, by path."""
        paths: dict[int, list[str]] = {}
        for document_id, given in self.rows("SELECT document_id, given FROM files ORDER BY given"):
            paths.setdefault(document_id, []).append(given)
        records = [
            _record(row, paths.get(row[0], [row[1]]))
            for row in self.rows(
                "SELECT id, title, format, pages, length(text), bytes, added_at, warnings,"
                " (SELECT count(*) FROM chunks WHERE document_id = documents.id) FROM documents"
            )
        ]
        return sorted(records, key=lambda record: record.path)

    def failures(self) -> list[Failure]:
        """Files that could not be read when they were last tried."""
        return [Failure(*row) for row in self.rows("SELECT given, reason FROM failures ORDER BY given")]

    def has_vectors(self) -> bool:
        """Whether any chunk is in a language that the embedder reads."""
        return bool(self.rows("SELECT 1 FROM vectors LIMIT 1"))

    def paths_of(self, sha256: str) -> set[bytes]:
        """Absolute paths of the files with that content."""
        sql = "SELECT path FROM files JOIN documents ON documents.id = document_id WHERE sha256 = ?"
        return {row[0] for row in self.rows(sql, (sha256,))}

    def prepared_otherwise(self) -> list[tuple[int, str]]:
        """Ids and titles of documents whose chunks another embedder, analyzer or splitter made."""
        return self.rows("SELECT id, title FROM documents WHERE prepared_with != ?", (self.preparation,))

    def find(self, document: str | int) -> int:
        """The id of a document named by its path (as given or absolute), id, file name or title; an int is an id only.

        Raises PathError when none or several fit.
        """
        if isinstance(document, int):
            if self.rows("SELECT 1 FROM documents WHERE id = ?", (document,)):
                return document
            raise PathError(f"There is no document {document} in the library {self.folder}; see: seodang docs list")
        wanted = normalize(document)
        absolute = os.fsencode(os.path.abspath(document))
        exact = self.rows("SELECT DISTINCT document_id FROM files WHERE given = ?", (wanted,)) or self.rows(
            "SELECT document_id FROM files WHERE path = ?", (absolute,)
        )
        if len(exact) == 1:
            return int(exact[0][0])
        if (
            wanted.isdecimal()
            and len(wanted) < 19
            and self.rows("SELECT 1 FROM documents WHERE id = ?", (int(wanted),))
        ):
            return int(wanted)
        loose = {
            record.id
            for record in self.documents()
            if wanted
            and (record.title == wanted or any(os.path.basename(p) == wanted for p in (record.path, *record.others)))
        }
        if len(loose) == 1:
            return loose.pop()
        problem = "Several documents are" if loose or exact else "There is no document"
        raise PathError(
            f"{problem} named {document!r} in the library {self.folder}; see their paths with: seodang docs list"
        )

    def document_text(self, document: str | int) -> str:
        """The normalized text of a document, which all offsets index."""
        return str(self.rows("SELECT text FROM documents WHERE id = ?", (self.find(document),))[0][0])

    def load(self, document_id: int) -> Document:
        """A stored document as its reader understood it."""
        row = self.rows(
            "SELECT title, format, text, pages, blocks, warnings FROM documents WHERE id = ?", (document_id,)
        )
        title, format, text, pages, blocks, warnings = row[0]
        return Document(
            title,
            format,
            text,
            tuple(Page(*page) for page in json.loads(pages)),
            tuple(_block(*block) for block in json.loads(blocks)),
            tuple(json.loads(warnings)),
        )

    # -- changing it --------------------------------------------------------------------------------------------------

    def check_writable(self) -> None:
        """Raises LibraryReadOnly when nothing can be written."""
        if self.read_only:
            raise LibraryReadOnly(
                f"The library {self.folder} cannot be written; make its folder writable or choose another with --library."
            )

    def write(self) -> AbstractContextManager[None]:
        """A write transaction; raises LibraryError before anything changed when the library cannot be written."""
        self.check_writable()
        return schema.transaction(self.connection, self.folder)

    def store(self, path: bytes, given: str, stamp: FileStamp, prepared: Prepared) -> None:
        """Puts a document in, or in the place of the version that stood under ``path``; one transaction."""
        with self.write():
            document_id = self._document_with(prepared.sha256)
            if document_id is None:
                document_id = self._insert(prepared)
            self._point(path, given, stamp, document_id)

    def link(self, path: bytes, given: str, stamp: FileStamp, sha256: str) -> bool:
        """Points a path at a document of that content, if there is one; True when it was done."""
        with self.write():
            document_id = self._document_with(sha256)
            if document_id is None:
                return False
            self._point(path, given, stamp, document_id)
            return True

    def replace_chunks(self, document_id: int, prepared: Prepared) -> None:
        """Gives a stored document new chunks and vectors; its text stays; one transaction."""
        with self.write():
            self._delete_chunks(document_id)
            self._insert_chunks(document_id, prepared)
            self.connection.execute(
                "UPDATE documents SET prepared_with = ? WHERE id = ?", (self.preparation, document_id)
            )

    def fail(self, path: bytes, given: str, stamp: FileStamp, reason: str, readers: str) -> None:
        """Records why a file could not be read; an older version of it stays and answers."""
        with self.write():
            self.connection.execute(
                "INSERT OR REPLACE INTO failures VALUES (?, ?, ?, ?, ?, ?, ?)",
                (path, given, stamp.bytes, stamp.mtime_ns, stamp.ctime_ns, reason, readers),
            )

    def dismiss_failures(self) -> None:
        """Drops every note about a file that could not be read; what is still there is tried again by the next run."""
        with self.write():
            self.connection.execute("DELETE FROM failures")

    def forget_failure(self, path: bytes) -> None:
        """Drops the note about a file that could not be read."""
        if self.rows("SELECT 1 FROM failures WHERE path = ?", (path,)):
            with self.write():
                self.connection.execute("DELETE FROM failures WHERE path = ?", (path,))

    def forget(self, paths: Iterable[bytes]) -> None:
        """Removes paths, and documents that no path is left of; one transaction."""
        with self.write():
            for path in paths:
                found = self.connection.execute("SELECT document_id FROM files WHERE path = ?", (path,)).fetchone()
                self.connection.execute("DELETE FROM files WHERE path = ?", (path,))
                self.connection.execute("DELETE FROM failures WHERE path = ?", (path,))
                if found:
                    self._delete_if_unused(found[0])

    def remove(self, document: str | int) -> None:
        """Removes one document, its paths, chunks, vectors and uploaded copy.

        Raises PathError when there is none of that name.
        """
        document_id = self.find(document)
        paths = [row[0] for row in self.rows("SELECT path FROM files WHERE document_id = ?", (document_id,))]
        self.forget(paths)
        originals = self.folder / ORIGINALS
        for path in paths:
            original = Path(os.fsdecode(path))
            if original.parent == originals:
                original.unlink(missing_ok=True)

    def set_embedder(self, embedder: Embedder) -> None:
        """Records another embedder; documents keep answering lexically until they are embedded again."""
        with self.write():
            self.connection.execute(
                "UPDATE settings SET value = ? WHERE key = 'embedder'", (json.dumps(embedder.identity.as_json()),)
            )
        with self._lock:
            self._embedder = embedder
            self._vectors = None

    def set_setting(self, key: str, value: str) -> None:
        """Writes one value of the settings table."""
        with self.write():
            self.connection.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (key, value))

    # -- inside one transaction ---------------------------------------------------------------------------------------

    def _document_with(self, sha256: str) -> int | None:
        found = self.connection.execute("SELECT id FROM documents WHERE sha256 = ?", (sha256,)).fetchone()
        return found[0] if found else None

    def _point(self, path: bytes, given: str, stamp: FileStamp, document_id: int) -> None:
        before = self.connection.execute("SELECT document_id FROM files WHERE path = ?", (path,)).fetchone()
        given = self._distinct(path, given)
        self.connection.execute(
            "INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?, ?)",
            (path, given, stamp.bytes, stamp.mtime_ns, stamp.ctime_ns, document_id),
        )
        self.connection.execute("DELETE FROM failures WHERE path = ?", (path,))
        if before and before[0] != document_id:
            self._delete_if_unused(before[0])

    def _distinct(self, path: bytes, given: str) -> str:
        """The path as given, or the absolute one where another file was given by the same words (from another folder).
        An upload takes the place of the older one of its name, and keeps it.
        """
        taken = self.connection.execute("SELECT 1 FROM files WHERE given = ? AND path != ?", (given, path)).fetchone()
        upload = path.startswith(os.fsencode(self.folder / ORIGINALS) + b"/")
        return shown(os.fsdecode(path)) if taken and not upload else given

    def _insert(self, prepared: Prepared) -> int:
        document = prepared.document
        cursor = self.connection.execute(
            "INSERT INTO documents (sha256, title, format, text, pages, blocks, warnings, bytes, prepared_with, added_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                prepared.sha256,
                document.title,
                document.format,
                document.text,
                json.dumps([(page.number, page.start, page.end) for page in document.pages]),
                json.dumps([(b.kind, b.start, b.end, b.level, b.header) for b in document.blocks]),
                json.dumps(document.warnings, ensure_ascii=False),
                prepared.bytes,
                self.preparation,
                datetime.now(UTC).isoformat(timespec="seconds"),
            ),
        )
        document_id = int(cursor.lastrowid or 0)
        self._insert_chunks(document_id, prepared)
        return document_id

    def _insert_chunks(self, document_id: int, prepared: Prepared) -> None:
        insert = self.connection.execute
        triples = zip(prepared.chunks, prepared.contexts, prepared.vectors, strict=True)
        for ordinal, (chunk, context, vector) in enumerate(triples):
            following = prepared.chunks[ordinal + 1].start if ordinal + 1 < len(prepared.chunks) else chunk.end
            gap = prepared.document.text[chunk.end : following]
            spans = [(s.start - chunk.start, s.end - chunk.start, int(s.heading)) for s in chunk.sentences]
            body = "\n".join(" ".join(sentence.tokens) for sentence in chunk.sentences)
            cursor = insert(
                'INSERT INTO chunks (document_id, ordinal, start, "end", page, heading, text, gap, sentences, body,'
                " context) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    *(document_id, ordinal, chunk.start, chunk.end, chunk.page, chunk.heading, chunk.text, gap),
                    *(json.dumps(spans, separators=(",", ":")), body, context),
                ),
            )
            insert("INSERT INTO chunks_fts (rowid, body, context) VALUES (?, ?, ?)", (cursor.lastrowid, body, context))
            if vector is not None:
                insert("INSERT INTO vectors VALUES (?, ?)", (cursor.lastrowid, vector))

    def _delete_if_unused(self, document_id: int) -> None:
        if self.connection.execute("SELECT 1 FROM files WHERE document_id = ?", (document_id,)).fetchone():
            return
        self._delete_chunks(document_id)
        self.connection.execute("DELETE FROM documents WHERE id = ?", (document_id,))

    def _delete_chunks(self, document_id: int) -> None:
        execute = self.connection.execute
        # An external-content index forgets a row only when it is told the words that stood there.
        execute(
            "INSERT INTO chunks_fts (chunks_fts, rowid, body, context)"
            " SELECT 'delete', id, body, context FROM chunks WHERE document_id = ?",
            (document_id,),
        )
        execute("DELETE FROM vectors WHERE chunk_id IN (SELECT id FROM chunks WHERE document_id = ?)", (document_id,))
        execute("DELETE FROM chunks WHERE document_id = ?", (document_id,))


def _block(kind: BlockKind, start: int, end: int, level: int, header: list[int] | None = None) -> Block:
    return Block(kind, start, end, level, (header[0], header[1]) if header else None)


def _record(row: tuple[Any, ...], paths: list[str]) -> DocumentRecord:
    document_id, title, format, pages, chars, size, added_at, warnings, chunks = row
    return DocumentRecord(
        id=document_id,
        path=paths[0],
        title=title,
        format=format,
        pages=len(json.loads(pages)) or None,
        chars=chars,
        chunks=chunks,
        bytes=size,
        added_at=added_at,
        warnings=tuple(json.loads(warnings)),
        others=tuple(paths[1:]),
    )
