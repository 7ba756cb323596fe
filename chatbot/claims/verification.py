"""One sentence with its citation marks -> its support and the spans it points to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from chatbot.claims.evidence import Evidence, Window
from chatbot.claims.item import Reading
from chatbot.claims.judge import Judge, revise
from chatbot.claims.remark import bare
from chatbot.claims.support import Finding, compare
from chatbot.reply import Support

_ORDER: tuple[Support, ...] = ("unsupported", "partial", "verified")
# Sentences of a passage that are compared in full, and of those the ones that are tried with their neighbours.
_COMPARED, _WIDENED = 4, 2
Marks = Sequence[tuple[int, tuple[int, ...]]]  # (offset in the sentence, indices of passages)


@dataclass(frozen=True)
class Verdict:
    """``windows`` are the spans to cite, none for a sentence that nothing in the passages resembles."""

    support: Support
    windows: tuple[Window, ...]


class Verifier:
    """Verifies the sentences of one answer against one set of passages."""

    def __init__(self, evidence: Evidence, judge: Judge | None) -> None:
        self._evidence = evidence
        self._judge = judge

    def verify(self, text: str, marks: Marks) -> Verdict | None:
        """None for a sentence without any content (a rule, an ornament)."""
        claim = self._evidence.read(bare(text))
        if not any(item.key or item.kind != "word" for item in claim.items):
            return None
        cited = tuple(dict.fromkeys(hit for _, hits in marks for hit in hits))
        whole = self._whole(claim, cited)
        if whole.support == "verified" or len({offset for offset, _ in marks}) < 2:
            return whole
        parts = [verdict for part, hits in _parts(text, marks) if (verdict := self.verify(part, [(0, hits)]))]
        if not parts:
            return whole
        return Verdict(_together([part.support for part in parts]), tuple(w for part in parts for w in part.windows))

    def _whole(self, claim: Reading, cited: Sequence[int]) -> Verdict:
        """The sentence against each cited passage, or against all passages when it cites none."""
        groups = [[hit] for hit in cited] or [list(range(len(self._evidence)))]
        found = [finding for group in groups if (finding := self._best(claim, group))]
        if not found:
            return Verdict("unsupported", ())
        judged = [(self._judged(claim, finding), finding) for finding in found]
        support = max((support for support, _ in judged), key=_ORDER.index)
        shown = [finding for own, finding in judged if own == support or own != "unsupported"]
        if support == "unsupported" and not cited:
            shown = [finding for finding in shown if finding.contradictions]
        return Verdict(support, tuple(finding.window for finding in shown))

    def _best(self, claim: Reading, hits: Sequence[int]) -> Finding | None:
        """The finding that supports most, then aligns best, among the sentences nearest to the claim."""
        places = self._evidence.nearest(claim.text, hits, _COMPARED)
        found = [compare(claim, self._evidence.window(hit, n, n), self._evidence) for hit, n in places]
        if found and not any(finding.support == "verified" for finding in found):
            widened = sorted(zip(found, places, strict=True), key=lambda pair: -pair[0].score)[:_WIDENED]
            for _, (hit, n) in widened:
                found += [compare(claim, window, self._evidence) for window in self._evidence.windows(hit, n)]
        return max(found, key=_rank, default=None)

    def _judged(self, claim: Reading, finding: Finding) -> Support:
        if self._judge is None:
            return finding.support
        premise = finding.window.reading.text
        return revise(self._judge, premise, claim.text, finding.support, bool(finding.contradictions))


def _rank(finding: Finding) -> tuple[bool, float]:
    return finding.support == "verified", finding.score


def _parts(text: str, marks: Marks) -> Iterator[tuple[str, tuple[int, ...]]]:
    """The text in front of each mark with its passages; what follows the last mark belongs to it too."""
    start = 0
    for number, (offset, hits) in enumerate(marks):
        end = len(text) if number == len(marks) - 1 else offset
        if text[start:end].strip():
            yield text[start:end], hits
            start = end


def _together(supports: Sequence[Support]) -> Support:
    """A sentence is verified when all its parts are, and unsupported when none has any support."""
    if all(support == supports[0] for support in supports):
        return supports[0]
    return "partial"
