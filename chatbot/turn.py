"""One question on its way to a reply."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from chatbot.extractive.ranking import Ranking
from chatbot.models.model import Sampling
from chatbot.reply import Reply
from ingest.hit import Hit


class Clock:
    """Wall milliseconds by stage, each counted from the mark before."""

    def __init__(self) -> None:
        self._started = self._last = time.perf_counter()
        self._timings: dict[str, float] = {}

    def mark(self, stage: str) -> None:
        """Ends a stage."""
        now = time.perf_counter()
        self._timings[stage] = _milliseconds(now - self._last)
        self._last = now

    def once(self, moment: str) -> None:
        """Notes a moment inside a stage, the first time it comes."""
        if moment not in self._timings:
            self._timings[moment] = _milliseconds(time.perf_counter() - self._last)

    def timed(self, reply: Reply) -> Reply:
        """The reply with its timings."""
        total = _milliseconds(time.perf_counter() - self._started)
        return replace(reply, timings_ms={**self._timings, "total": total})


@dataclass(frozen=True)
class Turn:
    """``question`` as it was put, ``asked`` as it stands alone; ``hits`` and ``ranking`` are empty until it was searched.

    ``evident``: the documents hold an answer, by the calibrated threshold.
    """

    question: str
    history: Sequence[Reply]
    sampling: Sampling
    cancel: threading.Event | None = None
    clock: Clock = field(default_factory=Clock)
    asked: str = ""
    hits: Sequence[Hit] = ()
    ranking: Ranking = field(default_factory=lambda: Ranking((), 0.0))
    evident: bool = False


def _milliseconds(seconds: float) -> float:
    return round(seconds * 1000, 2)
