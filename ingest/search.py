"""Search primitives: lexical (FTS5 over our tokens), dense (FAISS), and their fusion."""

from __future__ import annotations

import functools
import math
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ingest.document import normalize
from ingest.errors import QuestionError
from ingest.library import Library

Mode = Literal["hybrid", "lexical", "dense"]

LONGEST_QUESTION = 10_000
# Rank fusion: 1 / (60 + rank), the constant of Cormack, Clarke and Buettcher (SIGIR 2009).
_FUSION = 60
# Postings that one query may read. BM25 over FTS5 costs about 0.6 microseconds a posting; terms are taken from the
# rarest, and the frequent rest says little that the rare ones do not.
_POSTINGS = 20_000
# Weight of a match in the title or heading path against one in the text.
_CONTEXT_WEIGHT = 0.5


@dataclass(frozen=True)
class Candidate:
    """A chunk found by one or both ways; ``lexical`` is BM25 (0 when not found so), ``dense`` a cosine or None."""

    chunk: int
    lexical: float
    dense: float | None
    fused: float


class TermStatistics:
    """Document frequencies of one state of a library, in chunks."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self.generation = library.generation
        self.chunks = int(library.rows("SELECT count(*) FROM chunks")[0][0])
        self.frequency = functools.lru_cache(maxsize=50_000)(self._frequency)

    def idf(self, token: str) -> float:
        """ln(1 + (N - n + 0.5) / (n + 0.5)): above 0 for every token, also in a library of one chunk."""
        frequency = self.frequency(token)
        return math.log(1 + (self.chunks - frequency + 0.5) / (frequency + 0.5))

    def _frequency(self, token: str) -> int:
        found = self._library.rows("SELECT doc FROM temp.frequencies WHERE term = ?", (token,))
        return int(found[0][0]) if found else 0


class Searcher:
    """Finds chunks of one library; safe from several threads."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._statistics: TermStatistics | None = None
        self._beside = ThreadPoolExecutor(max_workers=2, thread_name_prefix="dense-search")

    @property
    def statistics(self) -> TermStatistics:
        """Term statistics of the library as it is now."""
        statistics = self._statistics
        if statistics is None or statistics.generation != self._library.generation:
            statistics = self._statistics = TermStatistics(self._library)
        return statistics

    def candidates(
        self, question: str, limit: int, mode: Mode = "hybrid", collection: str | None = None
    ) -> list[Candidate]:
        """At most ``limit`` chunks, best first. ``collection`` keeps to documents under one directory.

        Raises QuestionError for an empty or oversized question.
        """
        question = checked_question(question)
        documents = self._documents_in(collection) if collection is not None else None
        votes = mode != "lexical" and self._library.has_vectors() and self._library.embedder.reads(question)
        # Both at once: SQLite, torch and FAISS all let go of the interpreter while they work.
        pending = self._beside.submit(self._dense, question, limit, documents) if votes else None
        lexical: dict[int, float] = {}
        if mode != "dense":
            lexical = self._lexical(self._library.analyzer.tokens(question), limit, documents)
        return _fused(lexical, pending.result() if pending else {})[:limit]

    def _lexical(self, tokens: Sequence[str], limit: int, documents: list[int] | None) -> dict[int, float]:
        terms = self._affordable(tokens)
        if not terms:
            return {}
        match = " OR ".join('"' + term.replace('"', '""') + '"' for term in terms)
        where = ""
        if documents is not None:
            where = f" AND rowid IN (SELECT id FROM chunks WHERE document_id IN ({','.join(map(str, documents))}))"
        rows = self._library.rows(
            f"SELECT rowid, bm25(chunks_fts, 1.0, {_CONTEXT_WEIGHT}) AS score FROM chunks_fts"
            f" WHERE chunks_fts MATCH ?{where} ORDER BY score LIMIT ?",
            (match, limit),
        )
        return {row[0]: -row[1] for row in rows}

    def _affordable(self, tokens: Sequence[str]) -> list[str]:
        """The distinct tokens that some chunk has, rarest first, as many as may be read; at least the rarest."""
        frequency = self.statistics.frequency
        present = sorted((frequency(token), token) for token in set(tokens) if frequency(token))
        terms: list[str] = []
        postings = 0
        for count, token in present:
            postings += count
            if terms and postings > _POSTINGS:
                break
            terms.append(token)
        return terms

    def _dense(self, question: str, limit: int, documents: list[int] | None) -> dict[int, float]:
        vectors = self._library.vectors
        query = self._library.embedder.embed([question])[0]
        allowed: NDArray[np.int64] | None = None
        if documents is not None:
            sql = f"SELECT id FROM chunks WHERE document_id IN ({','.join(map(str, documents))})"
            allowed = np.array([row[0] for row in self._library.rows(sql)], dtype=np.int64)
        ids, cosines = vectors.search(query, limit, allowed)
        return dict(zip(ids, cosines, strict=True))

    def _documents_in(self, collection: str) -> list[int]:
        prefix = normalize(os.path.normpath(collection)).rstrip("/") + "/"
        rows = self._library.rows("SELECT document_id, given, path FROM files")
        absolute = os.fsencode(os.path.abspath(os.path.expanduser(collection))).rstrip(b"/") + b"/"
        return sorted({row[0] for row in rows if row[1].startswith(prefix) or row[2].startswith(absolute)})


def checked_question(question: str) -> str:
    """The question normalized. Raises QuestionError when it is empty or longer than LONGEST_QUESTION characters."""
    question = " ".join(normalize(question).split())
    if not question:
        raise QuestionError("The question is empty; type what you want to know.")
    if len(question) > LONGEST_QUESTION:
        raise QuestionError(
            f"The question has {len(question):,} characters, more than the {LONGEST_QUESTION:,} that can be asked at "
            "once; shorten it."
        )
    return question


def _fused(lexical: dict[int, float], dense: dict[int, float]) -> list[Candidate]:
    fused: dict[int, float] = {}
    for ranking in (lexical, dense):
        for rank, chunk in enumerate(ranking, 1):
            fused[chunk] = fused.get(chunk, 0.0) + 1 / (_FUSION + rank)
    ordered = sorted(fused, key=lambda chunk: (-fused[chunk], chunk))
    return [Candidate(chunk, lexical.get(chunk, 0.0), dense.get(chunk), fused[chunk]) for chunk in ordered]
