"""The reply without a model: the sentence or row that answers, verbatim, with what supports it, or a refusal."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from chatbot.extractive.deep import ReadTokens
from chatbot.extractive.ranking import RankedSentence, rank_sentences, threshold
from chatbot.reply import Citation, Claim, Reply
from ingest.analyzer import has_korean
from ingest.document import normalize
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
        "nearest": "가장 가까운 부분은 아래와 같습니다.",
    },
    "en": {
        "no_documents": "There are no documents yet; add some first.",
        "no_evidence": "The documents do not contain an answer to this question.",
        "nearest": "The nearest passages are below.",
    },
}


def answer(
    question: str,
    hits: Sequence[Hit],
    idf: Callable[[str], float],
    read_tokens: ReadTokens | None,
    has_documents: bool = True,
) -> Reply:
    """``hits`` best first; ``idf`` and ``read_tokens`` as in rank_sentences. Every quote is a verbatim span."""
    question = " ".join(normalize(question).split())
    language = "ko" if has_korean(question) else "en"
    ranking = rank_sentences(question, hits, idf, read_tokens)
    if not ranking.sentences or ranking.evidence < threshold(language):
        reason = "no_evidence" if has_documents else "no_documents"
        return _refusal(question, language, reason, hits, ranking.sentences)
    least = ranking.sentences[0].score - _NEARLY_AS_GOOD
    chosen = [sentence for sentence in ranking.sentences[:_CLAIMS] if sentence.score >= least]
    citations = tuple(_citation(n, sentence, hits) for n, sentence in enumerate(chosen, 1))
    claims = tuple(Claim(citation.quote, "verified", (citation.n,)) for citation in citations)
    text = "\n\n".join(f"{_one_line(citation.quote)} [{citation.n}]" for citation in citations)
    return Reply(question, text, False, None, "documents", MODEL, claims, citations)


def _refusal(
    question: str, language: str, reason: str, hits: Sequence[Hit], sentences: Sequence[RankedSentence]
) -> Reply:
    words = _WORDS[language]
    nearest: list[RankedSentence] = []
    for sentence in sentences:
        if all(sentence.hit != other.hit for other in nearest):
            nearest.append(sentence)
    citations = tuple(_citation(n, sentence, hits) for n, sentence in enumerate(nearest[:_NEAREST], 1))
    text = words[reason] + (f" {words['nearest']}" if citations else "")
    return Reply(question, text, True, reason, "documents", MODEL, (), citations)


def _citation(n: int, sentence: RankedSentence, hits: Sequence[Hit]) -> Citation:
    hit = hits[sentence.hit]
    start, end = sentence.start, sentence.end
    return Citation(n, hit.document, hit.title, hit.page, hit.heading, start, end, sentence.text)


def _one_line(text: str) -> str:
    return " ".join(text.split())
