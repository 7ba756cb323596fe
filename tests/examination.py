"""Is a library whole? Everything that must hold in every state that anybody may see, computed from the tables."""

from __future__ import annotations

import itertools
import json
import sqlite3
from pathlib import Path

import numpy as np

from ingest.library import Library


def check_whole(library: Library) -> None:
    """No half document, no orphan, lexical index and vectors agree with the chunks."""
    library.connection.execute("BEGIN")  # one state, whoever writes meanwhile
    try:
        _check_references(library)
        for number, text in library.rows("SELECT id, text FROM documents"):
            _check_document(library, number, text)
        assert library.rows("PRAGMA main.integrity_check") == [("ok",)]
        assert library.rows("PRAGMA foreign_key_check") == []
    finally:
        library.connection.execute("ROLLBACK")
    if not library.read_only:
        check_lexical_index(library)
    check_vectors(library)


def check_lexical_index(library: Library) -> None:
    """FTS5's own comparison of its index with the chunks table; raises sqlite3.DatabaseError where they differ."""
    library.connection.execute("INSERT INTO chunks_fts (chunks_fts, rank) VALUES ('integrity-check', 1)")


def check_vectors(library: Library) -> None:
    """The index holds the stored vectors, no more and no fewer, and answers as plain arithmetic does."""
    rows = library.rows("SELECT chunk_id, vector FROM vectors ORDER BY chunk_id")
    index = library.vectors
    assert len(index) == len(rows)
    if not rows:
        return
    ids = np.array([row[0] for row in rows])
    matrix = np.array([np.frombuffer(row[1], dtype=np.float16) for row in rows]).astype(np.float32)
    np.testing.assert_allclose(np.linalg.norm(matrix, axis=1), 1, atol=2e-3)
    for query in matrix[:: max(1, len(matrix) // 4)]:
        found, cosines = index.search(query, len(ids))
        exact = matrix @ query
        assert sorted(found) == ids.tolist()
        np.testing.assert_allclose(cosines, exact[np.searchsorted(ids, found)], atol=1e-4)
        assert all(a >= b for a, b in itertools.pairwise(cosines))


def _check_references(library: Library) -> None:
    nothing = (
        "SELECT path FROM files WHERE document_id NOT IN (SELECT id FROM documents)",
        "SELECT id FROM documents WHERE id NOT IN (SELECT document_id FROM files)",
        "SELECT id FROM chunks WHERE document_id NOT IN (SELECT id FROM documents)",
        "SELECT chunk_id FROM vectors WHERE chunk_id NOT IN (SELECT id FROM chunks)",
        "SELECT sha256 FROM documents GROUP BY sha256 HAVING count(*) > 1",
    )
    for sql in nothing:
        assert library.rows(sql) == [], sql


def _check_document(library: Library, number: int, text: str) -> None:
    rows = library.rows(
        'SELECT ordinal, start, "end", text, gap, sentences, body, vectors.chunk_id IS NOT NULL FROM chunks LEFT JOIN'
        " vectors ON chunk_id = id WHERE document_id = ? ORDER BY ordinal",
        (number,),
    )
    assert rows and [row[0] for row in rows] == list(range(len(rows)))
    end = 0
    for index, (_, start, stop, chunk, gap, sentences, body, has_vector) in enumerate(rows):
        assert text[start:stop] == chunk and text[end:start].strip() == ""
        assert text[stop : rows[index + 1][1] if index + 1 < len(rows) else stop] == gap
        assert len(json.loads(sentences)) == len(body.split("\n"))
        assert bool(has_vector) == library.embedder.reads(chunk)
        end = stop
    assert text[end:].strip() == ""


def snapshot(folder: Path) -> list[str]:
    """Everything that the SQLite file says, read without Seodang."""
    with sqlite3.connect(f"file:{folder / 'library.sqlite'}?mode=ro", uri=True) as connection:
        dump = list(connection.iterdump())
    connection.close()
    return dump
