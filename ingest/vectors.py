"""The FAISS index: a cache of the vectors in SQLite, used only when its hash agrees, and brought up to date by ids.

Chunk ids are never used twice, so the set of ids tells exactly what an index lacks and what it has too much of.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import faiss
import numpy as np
from numpy.typing import NDArray

from ingest.embedder import file_sha256
from ingest.errors import IngestError

if TYPE_CHECKING:
    from ingest.embedder import Vectors
    from ingest.library import Library

FILE_NAME = "vectors.faiss"
# The file is written again when this share of its rows (and at least this many) came or went since: fewer are quicker
# loaded from SQLite at the next start than the whole file is written now.
_STALE_SHARE = 0.05
_STALE_ROWS = 2_000
_BATCH = 20_000


class VectorIndex:
    """Inner product over unit float16 rows, exact. Safe from several threads."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._lock = threading.RLock()
        self._dimension = library.embedder_identity.dimension
        self._generation = -1
        # Whether there is a file, and its hash agreed.
        self._sound = False
        self._index = self._read_file()
        self._saved_ids = self._ids()

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def file(self) -> Path:
        return self._library.folder / FILE_NAME

    def refresh(self) -> None:
        """Adds what SQLite has more and removes what it no longer has; nothing to do when nothing was written."""
        generation = self._library.generation
        with self._lock:
            if generation == self._generation:
                return
            wanted = self._wanted_ids()
            have = self._ids()
            gone = np.setdiff1d(have, wanted, assume_unique=True)
            if len(gone):
                self._index.remove_ids(gone)
            self._add(np.setdiff1d(wanted, have, assume_unique=True))
            self._generation = generation

    def search(
        self, query: Vectors, limit: int, allowed: NDArray[np.int64] | None = None
    ) -> tuple[list[int], list[float]]:
        """Chunk ids and cosines of the nearest vectors, best first; ``allowed`` filters before the search.

        *Shape:* query (dimension,).
        """
        parameters = None
        if allowed is not None:
            parameters = faiss.SearchParameters(sel=faiss.IDSelectorBatch(allowed))  # type: ignore[call-arg]
        with self._lock:
            limit = min(limit, int(self._index.ntotal))
            if limit == 0:
                return [], []
            scores, ids = self._index.search(query[None, :], limit, params=parameters)
        found = [(int(i), float(s)) for i, s in zip(ids[0], scores[0], strict=True) if i >= 0]
        return [i for i, _ in found], [s for _, s in found]

    def save(self, force: bool = False) -> bool:
        """Writes the file if it is stale; True when it was written. A library that cannot be written keeps the old one."""
        self.refresh()
        with self._lock:
            ids = self._ids()
            changed = len(np.setxor1d(ids, self._saved_ids, assume_unique=True))
            stale = changed > max(_STALE_ROWS, _STALE_SHARE * len(ids)) or (changed and not self._sound)
            if not (force or stale):
                return False
            self._remove_leftovers()
            temporary = self.file.with_name(f"{FILE_NAME}.{secrets.token_hex(8)}.new")
            try:
                self._write(temporary)
            except (OSError, RuntimeError, IngestError):
                # A full or read-only disk: the vectors are safe in SQLite, only the next start is slower.
                temporary.unlink(missing_ok=True)
                return False
            self._saved_ids, self._sound = ids, True
            return True

    def _remove_leftovers(self) -> None:
        """Files that a killed process left half written, an hour old so that no living one is hit."""
        for leftover in self._library.folder.glob(f"{FILE_NAME}.*.new"):
            with contextlib.suppress(OSError):
                if time.time() - leftover.stat().st_mtime > 3600:
                    leftover.unlink()

    def _write(self, temporary: Path) -> None:
        faiss.write_index(self._index, str(temporary))
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        stamp = {"sha256": file_sha256(temporary), "dimension": self._dimension, "rows": int(self._index.ntotal)}
        # A kill between the two leaves a file whose hash differs: it is thrown away and made again.
        os.replace(temporary, self.file)
        self._library.set_setting("vectors", json.dumps(stamp))

    def _read_file(self) -> Any:
        stamp = json.loads(self._library.setting("vectors") or "{}")
        try:
            # The hash first: FAISS reads a damaged file into whatever its bytes happen to say.
            if stamp.get("dimension") == self._dimension and file_sha256(self.file) == stamp.get("sha256"):
                index = faiss.read_index(str(self.file))
                self._sound = True
                return index
        except (OSError, RuntimeError):
            pass
        quantizer = faiss.IndexScalarQuantizer(
            self._dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
        )
        return faiss.IndexIDMap2(quantizer)

    def _ids(self) -> NDArray[np.int64]:
        if self._index.ntotal == 0:
            return np.zeros(0, dtype=np.int64)
        return np.sort(faiss.vector_to_array(self._index.id_map))

    def _wanted_ids(self) -> NDArray[np.int64]:
        # Only documents prepared with the present embedder: vectors of two models do not compare.
        present = self._library.preparation
        others = [row[0] for row in self._library.rows("SELECT id FROM documents WHERE prepared_with != ?", (present,))]
        rows = self._library.rows(
            "SELECT chunk_id FROM vectors"
            + (
                f" WHERE chunk_id NOT IN (SELECT id FROM chunks WHERE document_id IN ({','.join(map(str, others))}))"
                if others
                else ""
            )
        )
        return np.sort(np.fromiter((row[0] for row in rows), dtype=np.int64, count=len(rows)))

    def _add(self, ids: NDArray[np.int64]) -> None:
        for at in range(0, len(ids), _BATCH):
            batch = ids[at : at + _BATCH]
            rows = self._library.rows(
                "SELECT chunk_id, vector FROM vectors WHERE chunk_id BETWEEN ? AND ?", (int(batch[0]), int(batch[-1]))
            )
            vectors = {chunk_id: vector for chunk_id, vector in rows}
            found = np.array([i for i in batch.tolist() if i in vectors], dtype=np.int64)
            if len(found) == 0:
                continue
            joined = b"".join(vectors[i] for i in found.tolist())
            matrix = np.frombuffer(joined, dtype=np.float16).reshape(len(found), self._dimension)
            self._index.add_with_ids(matrix.astype(np.float32), found)
