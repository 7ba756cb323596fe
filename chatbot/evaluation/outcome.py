"""What became of one question: where the passage was found, what was answered, and how right that was."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from chatbot.errors import ContextExceeded, GenerationFailed, Overloaded
from chatbot.evaluation.agreement import contains, exact_match, f1
from chatbot.evaluation.question import EvaluationQuestion
from chatbot.reply import Claim, Reply

if TYPE_CHECKING:
    from chatbot.chatbot import Chatbot

# Passages looked through for the right one.
DEEPEST = 10
# Claims of an answer that are looked through for the expected one.
_CLAIMS = 3
# Stages of a reply before the model's first token; "first_token" counts from the end of the last of them.
_BEFORE = ("rewriting", "retrieval", "evidence", "first_token")


@dataclass(frozen=True)
class Outcome:
    """``rank`` of the first right passage among DEEPEST, 0 when none is. ``first`` and ``first_three``: the first claim,
    or one of three, contains an expected answer and cites the expected document. ``exact`` and ``f1`` compare the whole
    answer. ``support`` counts the claims of a documents reply. ``ms`` and ``first_token_ms`` are wall milliseconds, the
    latter None without a model. ``error`` says why there is no answer; everything else is then as for a wrong one.
    """

    question: str
    answerable: bool
    judged: bool
    has_answers: bool
    rank: int = 0
    refused: bool = False
    reason: str | None = None
    first: bool = False
    first_three: bool = False
    exact: bool = False
    f1: float = 0.0
    support: tuple[int, int, int] = (0, 0, 0)  # verified, partial, unsupported
    answer: str = ""
    ms: float | None = None
    first_token_ms: float | None = None
    error: str | None = None

    @property
    def good(self) -> bool:
        """Whether the reply is what it should be, as far as that is known."""
        if self.error is not None:
            return False
        return self.first if self.judged else self.refused != self.answerable

    def as_json(self) -> dict[str, Any]:
        values = asdict(self)
        values["support"] = dict(zip(("verified", "partial", "unsupported"), self.support, strict=True))
        return {**values, "good": self.good}


def outcome_of(chatbot: Chatbot, question: EvaluationQuestion) -> Outcome:
    """Asks one question. An answer that fails is an outcome; a model that cannot be used at all raises, as ``ask`` does."""
    rank = _rank(chatbot, question) if question.judged else 0
    known = (question.question, question.answerable, question.judged, bool(question.answers))
    try:
        reply = chatbot.ask(question.question)
    except (GenerationFailed, ContextExceeded, Overloaded) as error:
        return Outcome(*known, rank=rank, error=str(error))
    right = [_claim_is_right(reply, claim, question) for claim in reply.claims[:_CLAIMS]]
    answered = bool(question.answers) and not reply.refused
    return Outcome(
        *known,
        rank=rank,
        refused=reply.refused,
        reason=reply.reason,
        first=bool(right and right[0]),
        first_three=any(right),
        exact=answered and exact_match(reply.answer, question.answers),
        f1=f1(reply.answer, question.answers) if answered else 0.0,
        support=_support(reply),
        answer=reply.answer,
        ms=reply.timings_ms["total"],
        first_token_ms=_first_token(reply),
    )


def _rank(chatbot: Chatbot, question: EvaluationQuestion) -> int:
    hits = chatbot.retriever.search(question.question, DEEPEST)
    return next((hit.rank for hit in hits if _is_right(hit.document, hit.text, question)), 0)


def _claim_is_right(reply: Reply, claim: Claim, question: EvaluationQuestion) -> bool:
    cited = [citation for citation in reply.citations if citation.n in claim.citations]
    return any(_is_right(citation.document, claim.text, question) for citation in cited)


def _is_right(document: str, text: str, question: EvaluationQuestion) -> bool:
    wanted = question.document
    if wanted and wanted != document and PurePath(wanted).name != PurePath(document).name:
        return False
    return not question.answers or any(contains(text, answer) for answer in question.answers)


def _support(reply: Reply) -> tuple[int, int, int]:
    levels = [claim.support for claim in reply.claims] if reply.route == "documents" else []
    return levels.count("verified"), levels.count("partial"), levels.count("unsupported")


def _first_token(reply: Reply) -> float | None:
    if "first_token" not in reply.timings_ms:
        return None
    return round(sum(reply.timings_ms.get(stage, 0.0) for stage in _BEFORE), 2)
