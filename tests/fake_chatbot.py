"""A chatbot without library and model: what it does is written in the question."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from chatbot.errors import ContextExceeded, GenerationFailed, ModelUnavailable, Overloaded
from chatbot.models.model import Sampling
from chatbot.reply import Citation, Claim, Reply
from ingest.errors import LibraryError, QuestionError

# Stands for a document's text in the messages of errors nobody foresaw.
DOCUMENT_CANARY = "CANARY-문서-4711"
REFUSAL = "문서에서 찾지 못했습니다."

_ERRORS: dict[str, Callable[[], Exception]] = {
    "busy": lambda: Overloaded("Too many wait for the model; try again later.", 7),
    "long": lambda: ContextExceeded("The model reads 100 tokens, too few; ask more briefly."),
    "failed": lambda: GenerationFailed("The model stopped working; try again."),
    "absent": lambda: ModelUnavailable("The model's server is not there; start it."),
    "library": lambda: LibraryError("The library /home/secret/library is damaged."),
    "question": lambda: QuestionError("The question is empty; type what you want to know."),
    "crash": lambda: ValueError(DOCUMENT_CANARY),
}


class FakeChatbot:
    """Answers "Answer to QUESTION" in words. ``hold`` in the question gives one word and then waits for ``go`` or cancel,
    ``silent`` waits before the first word; ``busy`` and others fail at once, ``late busy`` after a word; ``took back`` is
    refused after words; ``cut`` ends for length.
    """

    model = "fake-model"

    def __init__(self) -> None:
        self.asked: list[tuple[str, tuple[Reply, ...], Sampling | None]] = []
        self.go = threading.Event()
        self.begun = threading.Semaphore(0)
        self.cancelled: list[str] = []
        self.ended: list[str] = []

    def ask(self, question: str, history: Sequence[Reply] = (), **options: Any) -> Reply:
        *_, reply = self.stream(question, history, **options)
        assert isinstance(reply, Reply)
        return reply

    def stream(
        self,
        question: str,
        history: Sequence[Reply] = (),
        *,
        sampling: Sampling | None = None,
        cancel: threading.Event | None = None,
    ) -> Iterator[str | Reply]:
        self.asked.append((question, tuple(history), sampling))
        self.begun.release()
        try:
            yield from self._told(question, cancel or threading.Event())
        finally:
            self.ended.append(question)

    def close(self) -> None:
        pass

    def _told(self, question: str, cancel: threading.Event) -> Iterator[str | Reply]:
        wanted = question.removeprefix("late ")
        if wanted in _ERRORS:
            if wanted != question:
                yield "Some "
            raise _ERRORS[wanted]()
        answer = f"Answer to {question}"
        for n, word in enumerate(answer.split(" ")):
            if (n == 1 and "hold" in question) or (n == 0 and "silent" in question):
                self._hold(question, cancel)
            if cancel.is_set():
                break
            yield f" {word}" if n else word
        yield reply_to(question, answer)

    def _hold(self, question: str, cancel: threading.Event) -> None:
        while not self.go.is_set() and not cancel.is_set():
            time.sleep(0.005)
        if cancel.is_set():
            self.cancelled.append(question)


def reply_to(question: str, answer: str) -> Reply:
    """What the fake ends with."""
    if "took back" in question:
        return Reply(question, REFUSAL, True, "unsupported", "documents", FakeChatbot.model)
    citation = Citation(1, "문서/안내.pdf", "안내", 3, "시간", 5, 5 + len(answer), answer)
    reason = "length" if "cut" in question else None
    claims = (Claim(answer, "verified", (1,)),)
    return Reply(
        question, answer, False, reason, "documents", FakeChatbot.model, claims, (citation,), None, {"total": 1.5}
    )
