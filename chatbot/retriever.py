"""A question -> passages: search, neighbouring chunks joined, reranked."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from itertools import islice

from chatbot.extractive import rerank
from ingest.embedder import PACKAGED, SentenceEmbedder, TokenVectors, packaged_model
from ingest.hit import Hit
from ingest.library import Library
from ingest.passages import passages
from ingest.search import Mode, Searcher, checked_question

# Longest passage that is shown, in characters; longer ones could hold an answer by size alone.
LONGEST_PASSAGE = 1_000
# Passages whose token vectors are kept between questions: about 0.4 MB each.
_REMEMBERED = 128


@dataclass(frozen=True)
class RetrieverConfig:
    """``candidates`` chunks are found, joined to passages, and the best ``reranked`` of those are ordered anew."""

    candidates: int = 50
    reranked: int = 30


class Retriever:
    """Finds the passages of one library that answer a question; safe from several threads."""

    def __init__(self, library: Library, config: RetrieverConfig | None = None) -> None:
        self.library = library
        self._searcher = Searcher(library)
        self._config = config or RetrieverConfig()
        self._lock = threading.Lock()
        self._reader = SentenceEmbedder(PACKAGED)
        self._read: dict[str, TokenVectors] = {}

    def search(self, question: str, k: int = 10, mode: Mode = "hybrid", collection: str | None = None) -> list[Hit]:
        """At most ``k`` passages, best first, none longer than LONGEST_PASSAGE characters.

        Raises QuestionError for an empty or oversized question.
        """
        question = checked_question(question)
        limit = max(self._config.candidates, k)
        candidates = self._searcher.candidates(question, limit, mode, collection)
        hits = passages(self.library, candidates, LONGEST_PASSAGE)
        if mode == "hybrid":
            best = hits[: max(self._config.reranked, k)]
            scores = rerank(question, best, self.idf)
            order = sorted(range(len(best)), key=lambda i: (-scores[i], i))
            hits = [replace(best[i], score=round(scores[i], 6)) for i in order]
        return [replace(hit, rank=rank) for rank, hit in enumerate(islice(hits, k), 1)]

    def idf(self, token: str) -> float:
        """Inverse document frequency of a token over the library's chunks, natural logarithm, above 0."""
        return self._searcher.statistics.idf(token)

    def read_tokens(self, texts: list[str]) -> list[TokenVectors]:
        """Token vectors of texts by the packaged embedder, whatever the library's own is: the scorer was fitted on its
        vectors. Passages met lately are not read again.
        """
        with self._lock:
            known = {text: self._read[text] for text in texts if text in self._read}
        new = [text for text in dict.fromkeys(texts) if text not in known]
        if new:
            known.update(zip(new, packaged_model().token_vectors(new), strict=True))
        with self._lock:
            self._read.update((text, known[text]) for text in new)
            for text in list(self._read)[: max(0, len(self._read) - _REMEMBERED)]:
                del self._read[text]
        return [known[text] for text in texts]

    def reads(self, question: str) -> bool:
        """Whether the packaged embedder can read the question's language."""
        return self._reader.reads(question)
