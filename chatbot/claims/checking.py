"""Generated text -> shown text, claims with their support, and citations with exact quotes; streamed or at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chatbot.claims.citing import CitationList
from chatbot.claims.drafting import Draft, DraftStream
from chatbot.claims.evidence import Evidence
from chatbot.claims.judge import Judge
from chatbot.claims.remark import bare, opens_references, says_absent, states_nothing
from chatbot.claims.verification import Verdict, Verifier
from chatbot.reply import Citation, Claim
from ingest.analyzer import Analyzer
from ingest.hit import Hit


@dataclass(frozen=True)
class Checked:
    """``text`` is the whole text as shown, what ``feed`` gave and then ``rest``. ``dropped`` are the passage numbers that
    do not exist, in the order of the text. ``says_absent``: all it says is that the documents have no answer.
    """

    text: str
    rest: str
    claims: tuple[Claim, ...]
    citations: tuple[Citation, ...]
    dropped: tuple[int, ...]
    says_absent: bool


class ClaimChecker:
    """Checks one answer while it is generated. Passage number ``n`` in the model's text is ``passages[n - 1]``."""

    def __init__(self, passages: Sequence[Hit], analyzer: Analyzer, judge: Judge | None = None) -> None:
        self._citations = CitationList(passages)
        self._verifier = Verifier(Evidence(passages, analyzer), judge)
        self._passages = len(passages)
        self._stream = DraftStream(analyzer, self._cite)
        self._shown: list[str] = []
        self._claims: list[Claim] = []
        self._dropped: list[int] = []
        self._absent = False
        self._references = False

    def feed(self, piece: str) -> str:
        """The text that may be shown now; complete sentences carry the numbers of this answer's citations."""
        shown = self._stream.feed(piece)
        self._shown.append(shown)
        return shown

    def finish(self) -> Checked:
        """What is left to show, and what was found. To be called once, after the last piece."""
        rest = self._stream.finish()
        self._shown.append(rest)
        return Checked(
            text="".join(self._shown),
            rest=rest,
            claims=tuple(self._claims),
            citations=self._citations.all(),
            dropped=tuple(dict.fromkeys(self._dropped)),
            says_absent=self._absent and not self._claims,
        )

    def _cite(self, draft: Draft) -> str:
        """Checks a complete sentence; the text of its markers."""
        marks = [(offset, self._existing(numbers)) for offset, numbers in draft.marks]
        if opens_references(draft.text):
            self._references = True
        if self._references or draft.code or draft.first_row or states_nothing(draft.text):
            return ""
        if says_absent(draft.text):
            self._absent = True
            return ""
        verdict = self._verifier.verify(draft.text, [(offset, hits) for offset, hits in marks if hits])
        return "" if verdict is None else self._state(draft.text, verdict)

    def _existing(self, numbers: Sequence[int]) -> tuple[int, ...]:
        """Indices of the passages that exist; notes the numbers of those that do not."""
        self._dropped += [number for number in numbers if not 1 <= number <= self._passages]
        return tuple(number - 1 for number in numbers if 1 <= number <= self._passages)

    def _state(self, text: str, verdict: Verdict) -> str:
        numbers = tuple(dict.fromkeys(self._citations.number(window) for window in verdict.windows))
        self._claims.append(Claim(bare(text), verdict.support, numbers))
        return " " + "".join(f"[{number}]" for number in numbers) if numbers else ""


def check(text: str, passages: Sequence[Hit], analyzer: Analyzer, judge: Judge | None = None) -> Checked:
    """A whole answer at once; the same result as feeding it in pieces."""
    checker = ClaimChecker(passages, analyzer, judge)
    before = checker.feed(text)
    done = checker.finish()
    return Checked(**{**done.__dict__, "rest": before + done.rest})
