"""The citations of one answer, numbered by the order in which they appear."""

from __future__ import annotations

from collections.abc import Sequence

from chatbot.claims.evidence import Window
from chatbot.reply import Citation
from ingest.hit import Hit


class CitationList:
    """One citation for each distinct span of a document."""

    def __init__(self, passages: Sequence[Hit]) -> None:
        self._passages = passages
        self._citations: dict[tuple[str, int, int], Citation] = {}

    def number(self, window: Window) -> int:
        """The number under which a span is cited; the next free one when it is new."""
        hit = self._passages[window.hit]
        key = (hit.document, window.start, window.end)
        if key not in self._citations:
            quote = hit.text[window.start - hit.start : window.end - hit.start]
            place = (hit.document, hit.title, hit.page, hit.heading, window.start, window.end)
            self._citations[key] = Citation(len(self._citations) + 1, *place, quote)
        return self._citations[key].n

    def all(self) -> tuple[Citation, ...]:
        """Every citation, ``n`` from 1."""
        return tuple(self._citations.values())
