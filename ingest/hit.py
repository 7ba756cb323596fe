"""One passage found for a question."""

from __future__ import annotations

from dataclasses import dataclass

from ingest.analyzer import Sentence


@dataclass(frozen=True)
class Hit:
    """A passage of a document, ``text == document_text[start:end]``, of one or more neighbouring chunks.

    ``rank`` counts from 1; ``score`` falls with the rank and is comparable within one question only. ``page`` counts
    from 1 and is None where the format has none; ``heading`` is the heading path ("A > B"), empty where there is none.
    ``sentences`` carry document offsets and the lexical tokens that the analyzer found when the document was ingested.
    ``lexical`` is the passage's BM25 score (higher is better, 0 when it shares no token with the question) and
    ``dense`` the cosine similarity in [-1, 1], None when the embedder cannot read the question or did not find it.
    """

    rank: int
    score: float
    document: str
    title: str
    page: int | None
    heading: str
    start: int
    end: int
    text: str
    sentences: tuple[Sentence, ...]
    lexical: float = 0.0
    dense: float | None = None
