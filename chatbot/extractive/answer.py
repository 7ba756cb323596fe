"""The reply without a model: the sentence or row that answers, verbatim, with what supports it; and every refusal."""

from __future__ import annotations

from collections.abc import Sequence

from chatbot.extractive.ranking import RankedSentence, Ranking
from chatbot.reply import Citation, Claim, Reply
from ingest.analyzer import has_korean
from ingest.hit import Hit

MODEL = "extractive"
# The answering sentence and at most two more that the scorer holds for nearly as good.
_CLAIMS = 3
# Log odds behind the best: of about 200 questions each of KorQuAD and XQuAD none had its answer only further behind.
_NEARLY_AS_GOOD = 5.0
# Passages shown with a refusal.
_NEAREST = 3
_WORDS = {
    "ko": {
        "no_documents": "아직 문서가 없습니다. 문서를 먼저 추가해 주세요.",
        "no_evidence": "문서에서 이 질문의 답을 찾지 못했습니다.",
        "unsupported": "모델의 답을 문서에서 확인하지 못해 보여 드리지 않습니다.",
        "program_failed": "답을 계산하려던 프로그램이 실패했습니다.",
        "nearest": "가장 가까운 부분은 아래와 같습니다.",
    },
    "en": {
        "no_documents": "There are no documents yet; add some first.",
        "no_evidence": "The documents do not contain an answer to this question.",
        "unsupported": "The model's answer could not be confirmed in the documents, so it is not shown.",
        "program_failed": "The program that was to compute the answer failed.",
        "nearest": "The nearest passages are below.",
    },
}


def quoted(question: str, ranking: Ranking, hits: Sequence[Hit]) -> Reply:
    """The best sentences of ``ranking`` (at least one), each a claim of its own with a verbatim quote."""
    least = ranking.sentences[0].score - _NEARLY_AS_GOOD
    chosen = [sentence for sentence in ranking.sentences[:_CLAIMS] if sentence.score >= least]
    citations = tuple(_citation(n, sentence, hits) for n, sentence in enumerate(chosen, 1))
    claims = tuple(Claim(citation.quote, "verified", (citation.n,)) for citation in citations)
    text = "\n\n".join(f"{_one_line(citation.quote)} [{citation.n}]" for citation in citations)
    return Reply(question, text, False, None, "documents", MODEL, claims, citations)


def refusal(question: str, reason: str, ranking: Ranking, hits: Sequence[Hit], model: str) -> Reply:
    """Says in the question's language why there is no answer (``no_documents``, ``no_evidence``: also when the model
    found none; ``unsupported``, ``program_failed``), and shows the sentences of ``ranking`` that come nearest, one from
    a passage."""
    words = _WORDS["ko" if has_korean(question) else "en"]
    nearest: list[RankedSentence] = []
    for sentence in ranking.sentences:
        if all(sentence.hit != other.hit for other in nearest):
            nearest.append(sentence)
    citations = tuple(_citation(n, sentence, hits) for n, sentence in enumerate(nearest[:_NEAREST], 1))
    text = words[reason] + (f" {words['nearest']}" if citations else "")
    return Reply(question, text, True, reason, "documents", model, (), citations)


def _citation(n: int, sentence: RankedSentence, hits: Sequence[Hit]) -> Citation:
    hit = hits[sentence.hit]
    start, end = sentence.start, sentence.end
    return Citation(n, hit.document, hit.title, hit.page, hit.heading, start, end, sentence.text)


def _one_line(text: str) -> str:
    return " ".join(text.split())
