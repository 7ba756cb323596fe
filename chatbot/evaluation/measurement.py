"""Many questions asked, and what that says of the chatbot."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chatbot.evaluation.interval import Mean, Share, percentile
from chatbot.evaluation.outcome import DEEPEST, Outcome, outcome_of
from chatbot.evaluation.question import EvaluationQuestion

if TYPE_CHECKING:
    from chatbot.chatbot import Chatbot

_DEPTHS = (1, 3, 5, DEEPEST)


@dataclass(frozen=True)
class Evaluation:
    """``shares`` and ``means`` by name, only those that the questions allow; ``latency_ms`` of whole replies and
    ``first_token_ms`` hold "p50" and "p95", empty where nothing was timed. ``outcomes`` come worst first.

    The claims of one reply hang together, so the intervals of their shares are somewhat too narrow.
    """

    model: str
    questions: int
    failed: int
    shares: dict[str, Share]
    means: dict[str, Mean]
    latency_ms: dict[str, float]
    first_token_ms: dict[str, float]
    outcomes: tuple[Outcome, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "model": self.model,
            "questions": self.questions,
            "failed": self.failed,
            "shares": {name: share.as_json() for name, share in self.shares.items()},
            "means": {name: mean.as_json() for name, mean in self.means.items()},
            "latency_ms": self.latency_ms,
            "first_token_ms": self.first_token_ms,
            "outcomes": [outcome.as_json() for outcome in self.outcomes],
        }


def evaluate(
    chatbot: Chatbot, questions: Sequence[EvaluationQuestion], progress: Callable[[int], None] | None = None
) -> Evaluation:
    """Asks every question, each in a conversation of its own; ``progress`` gets the number done. Raises as
    ``Chatbot.ask`` does when the model or the library cannot be used at all.
    """
    if questions:
        chatbot.retriever.search(
            questions[0].question, 1
        )  # the embedder loads once; no reply should be timed with that
    outcomes = []
    for done, question in enumerate(questions, 1):
        outcomes.append(outcome_of(chatbot, question))
        if progress:
            progress(done)
    return Evaluation(
        model=chatbot.model,
        questions=len(questions),
        failed=sum(outcome.error is not None for outcome in outcomes),
        shares={name: share for name, share in _shares(outcomes).items() if share.total},
        means=_means(outcomes),
        latency_ms=_latency(outcome.ms for outcome in outcomes),
        first_token_ms=_latency(outcome.first_token_ms for outcome in outcomes),
        outcomes=tuple(sorted(outcomes, key=lambda outcome: (outcome.good, -outcome.rank))),
    )


def _shares(outcomes: Sequence[Outcome]) -> dict[str, Share]:
    judged = [outcome for outcome in outcomes if outcome.judged]
    compared = [outcome for outcome in judged if outcome.has_answers]
    present = [outcome for outcome in outcomes if outcome.answerable]
    absent = [outcome for outcome in outcomes if not outcome.answerable]
    verified, partial, unsupported = (sum(outcome.support[level] for outcome in outcomes) for level in range(3))
    claims = verified + partial + unsupported
    return {
        **{f"hit@{k}": Share(sum(0 < o.rank <= k for o in judged), len(judged)) for k in _DEPTHS},
        "first claim right": Share(sum(o.first for o in judged), len(judged)),
        "one of three claims right": Share(sum(o.first_three for o in judged), len(judged)),
        "exact match": Share(sum(o.exact for o in compared), len(compared)),
        "claims verified": Share(verified, claims),
        "claims partial": Share(partial, claims),
        "claims unsupported": Share(unsupported, claims),
        "refused, answerable": Share(sum(o.refused for o in present), len(present)),
        "refused, not answerable": Share(sum(o.refused for o in absent), len(absent)),
    }


def _means(outcomes: Sequence[Outcome]) -> dict[str, Mean]:
    compared = [outcome.f1 for outcome in outcomes if outcome.judged and outcome.has_answers]
    return {"F1": Mean.of(compared)} if compared else {}


def _latency(values: Iterable[float | None]) -> dict[str, float]:
    timed = [value for value in values if value is not None]
    return {"p50": percentile(timed, 0.5), "p95": percentile(timed, 0.95)} if timed else {}
