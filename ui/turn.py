"""One turn of a conversation as the chat page keeps it: the question, the reply and the passages it cites."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from chatbot.reply import Citation, Reply
from ingest.errors import IngestError

# Characters of context on each side of a quote: enough to judge it (about two Korean paragraphs), short enough for a
# phone screen.
CONTEXT = 320


@dataclass(frozen=True)
class Passage:
    """A citation in its context, copied when the answer was given: the document may change or go afterwards.

    ``before`` and ``after`` are cut at white space; ``cut_before`` and ``cut_after`` say that the document goes on.
    ``found`` is False when the quote no longer stands where the citation says.
    """

    citation: Citation
    before: str = ""
    after: str = ""
    cut_before: bool = False
    cut_after: bool = False
    found: bool = True


@dataclass(frozen=True)
class Turn:
    """A question with its reply, or with the sentence that says why there is none."""

    question: str
    reply: Reply | None = None
    passages: tuple[Passage, ...] = ()
    problem: str = ""


def passages_of(reply: Reply, document_text: Callable[[str], str]) -> tuple[Passage, ...]:
    """The citations of ``reply`` with their surroundings."""
    return tuple(_in_context(citation, document_text) for citation in reply.citations)


def _in_context(citation: Citation, document_text: Callable[[str], str]) -> Passage:
    try:
        text = document_text(citation.document)
    except IngestError:  # removed since it was found
        return Passage(citation, found=False)
    start, end = citation.start, citation.end
    if text[start:end] != citation.quote:
        return Passage(citation, found=False)
    left, right = _word_start(text, max(0, start - CONTEXT), start), _word_end(text, end, min(len(text), end + CONTEXT))
    return Passage(citation, text[left:start], text[end:right], left > 0, right < len(text))


def _word_start(text: str, at: int, limit: int) -> int:
    """The first beginning of a word from ``at`` on, before ``limit``; ``at`` itself when there is none."""
    if at == 0 or text[at - 1].isspace():
        return at
    return next((index + 1 for index in range(at, limit) if text[index].isspace()), at)


def _word_end(text: str, limit: int, at: int) -> int:
    """The last end of a word up to ``at``, after ``limit``; ``at`` itself when there is none."""
    if at == len(text) or text[at].isspace():
        return at
    return next((index for index in range(at - 1, limit - 1, -1) if text[index].isspace()), at)
