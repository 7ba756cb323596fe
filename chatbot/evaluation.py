"""Retrieval and answers measured on the user's own questions."""

from __future__ import annotations

import math
import statistics
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from chatbot.chatbot import Chatbot
from chatbot.reply import Citation, Reply

_DEPTHS = (1, 3, 5, 10)


@dataclass(frozen=True)
class EvaluationQuestion:
    """``answers`` are texts any of which a right passage contains; ``document`` a path or file name; ``answerable``
    False says that the documents do not contain the answer.
    """

    question: str
    answers: tuple[str, ...] = ()
    document: str | None = None
    answerable: bool = True

    @classmethod
    def of(cls, row: dict[str, Any]) -> EvaluationQuestion:
        """From a JSON row: "question", and optionally "answer" or "answers", "document" or "doc", "answerable"."""
        answers = row.get("answers", row.get("answer", ()))
        texts = (answers,) if isinstance(answers, str) else tuple(str(answer) for answer in answers or ())
        document = row.get("document", row.get("doc"))
        return cls(row["question"], texts, document, bool(row.get("answerable", True)))


@dataclass(frozen=True)
class Share:
    """``right`` of ``total`` with the 95 % Wilson interval, all shares 0 to 1."""

    right: int
    total: int

    def as_json(self) -> dict[str, float | int | None]:
        low, high = wilson(self.right, self.total)
        value = self.right / self.total if self.total else None
        return {"value": value, "right": self.right, "total": self.total, "low": low, "high": high}


def wilson(right: int, total: int) -> tuple[float, float]:
    """95 % confidence interval of a share (E. B. Wilson, 1927)."""
    if total == 0:
        return 0.0, 1.0
    z, p = 1.959964, right / total
    centre = p + z * z / (2 * total)
    spread = z * math.sqrt(p * (1 - p) / total + z * z / (4 * total * total))
    scale = 1 + z * z / total
    return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)


def evaluate(
    chatbot: Chatbot, questions: Sequence[EvaluationQuestion], progress: Callable[[int], None] | None = None
) -> dict[str, Any]:
    """Shares with confidence intervals, latency in milliseconds, and each question's outcome, worst first."""
    outcomes = []
    for done, question in enumerate(questions, 1):
        outcomes.append(_outcome(chatbot, question))
        if progress:
            progress(done)
    return {
        "questions": len(questions),
        "shares": {name: share.as_json() for name, share in _shares(outcomes).items() if share.total},
        "latency_ms": _latency([outcome["ms"] for outcome in outcomes]),
        "outcomes": sorted(outcomes, key=lambda outcome: (outcome["good"], -outcome["rank"])),
    }


def _outcome(chatbot: Chatbot, question: EvaluationQuestion) -> dict[str, Any]:
    reply = chatbot.ask(question.question)
    hits = chatbot.retriever.search(question.question, max(_DEPTHS)) if question.answers or question.document else []
    rank = next((hit.rank for hit in hits if _right(hit.document, hit.text, question)), 0)
    claims = [_cited(reply, claim.citations, question) for claim in reply.claims[:3]]
    judged = bool(question.answers or question.document)
    return {
        "question": question.question,
        "answerable": question.answerable,
        "judged": judged and question.answerable,
        "rank": rank,
        "refused": reply.refused,
        "first": bool(claims and claims[0]),
        "first_three": any(claims),
        "answer": reply.answer,
        "ms": reply.timings_ms["total"],
        "good": (claims[0] if claims else False)
        if question.answerable and judged
        else reply.refused != question.answerable,
    }


def _shares(outcomes: Sequence[dict[str, Any]]) -> dict[str, Share]:
    judged = [outcome for outcome in outcomes if outcome["judged"]]
    present = [outcome for outcome in outcomes if outcome["answerable"]]
    absent = [outcome for outcome in outcomes if not outcome["answerable"]]
    shares = {f"hit@{k}": Share(sum(0 < o["rank"] <= k for o in judged), len(judged)) for k in _DEPTHS}
    shares["first claim right"] = Share(sum(o["first"] for o in judged), len(judged))
    shares["one of three claims right"] = Share(sum(o["first_three"] for o in judged), len(judged))
    shares["refused, answerable"] = Share(sum(o["refused"] for o in present), len(present))
    shares["refused, not answerable"] = Share(sum(o["refused"] for o in absent), len(absent))
    return shares


def _latency(values: Sequence[float]) -> dict[str, float]:
    if not values:
        return {}
    ordered = sorted(values)
    return {"p50": statistics.median(ordered), "p95": ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]}


def _cited(reply: Reply, numbers: Sequence[int], question: EvaluationQuestion) -> bool:
    cited: list[Citation] = [citation for citation in reply.citations if citation.n in numbers]
    return any(_right(citation.document, citation.quote, question) for citation in cited)


def _right(document: str, text: str, question: EvaluationQuestion) -> bool:
    wanted = question.document
    if wanted and wanted != document and PurePath(wanted).name != PurePath(document).name:
        return False
    found = _folded(text)
    return not question.answers or any(_folded(answer) in found for answer in question.answers)


def _folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())
