"""The extractive scorer: verbatim quotes, sensible choices on small office documents, refusal, odd input."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from chatbot.extractive import rank_sentences, rerank, threshold
from chatbot.extractive.passage import LONGEST
from ingest.analyzer import Analyzer, Sentence
from ingest.hit import Hit

RULES = (
    "1년간 80퍼센트 이상 출근한 직원에게는 15일의 연차 유급휴가를 준다. "
    "3년 이상 근무한 직원에게는 2년마다 하루를 더하며, 한도는 25일이다. "
    "경조 휴가는 본인 결혼 5일, 자녀 결혼 1일로 한다."
)
TRAVEL = "국내 출장은 하루 7만 원을 정액으로 지급한다. 해외 출장은 대표이사의 승인을 받아야 한다."
ROWS = "지역: 서울 | 인구: 9,386,034\n지역: 부산 | 인구: 3,293,362\n지역: 대구 | 인구: 2,374,960"
HANDBOOK = (
    "Full-time employees receive 20 days of paid vacation per year. Unused days may be carried over until March 31. "
    "International trips need approval from the chief executive."
)


def library(*texts: str) -> tuple[list[Hit], Callable[[str], float]]:
    """Hits for texts in the order given, and the idf over them; a text with rows has one sentence a line."""
    analyzer = Analyzer()
    hits, at = [], 0
    for rank, text in enumerate(texts, 1):
        if " | " in text:
            places = [(text.index(line), text.index(line) + len(line)) for line in text.split("\n")]
            found = [Sentence(start, end, tuple(analyzer.tokens(text[start:end]))) for start, end in places]
        else:
            found = next(iter(analyzer.sentences([text])))
        moved = tuple(Sentence(s.start + at, s.end + at, s.tokens) for s in found)
        hits.append(Hit(rank, 1.0 / rank, "a.txt", "a", None, "", at, at + len(text), text, moved, 5.0 / rank))
        at += len(text) + 2

    def idf(token: str) -> float:
        count = sum(any(token in sentence.tokens for sentence in hit.sentences) for hit in hits)
        return math.log(1 + (len(hits) - count + 0.5) / (count + 0.5))

    return hits, idf


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("연차 휴가는 며칠인가요?", "15일의 연차"),
        ("해외 출장은 누가 승인하나요?", "대표이사의 승인"),
        ("서울 인구는?", "9,386,034"),
        ("대구의 인구는 얼마인가?", "2,374,960"),
    ],
)
def test_the_answering_sentence_or_row_comes_first(question: str, expected: str) -> None:
    hits, idf = library(RULES, TRAVEL, ROWS)
    ranking = rank_sentences(question, hits, idf)
    assert expected in ranking.sentences[0].text


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("How many days of vacation do employees receive?", "20 days"),
        ("Who approves international trips?", "chief executive"),
    ],
)
def test_english_without_an_embedder(question: str, expected: str) -> None:
    hits, idf = library(HANDBOOK)
    assert expected in rank_sentences(question, hits, idf).sentences[0].text


def test_quotes_are_verbatim_and_ordered() -> None:
    hits, idf = library(RULES, TRAVEL, ROWS, HANDBOOK)
    ranking = rank_sentences("출장 승인은 누가 하나요?", hits, idf)
    text = "\n\n".join((RULES, TRAVEL, ROWS, HANDBOOK))
    assert all(text[s.start : s.end] == s.text and s.text in hits[s.hit].text for s in ranking.sentences)
    scores = [sentence.score for sentence in ranking.sentences]
    assert scores == sorted(scores, reverse=True)
    assert 0.0 <= ranking.evidence <= 1.0


@pytest.mark.parametrize("filler", ["아주 긴 문장이며, ", "a very long clause, "])
def test_a_long_sentence_is_quoted_by_its_best_window(filler: str) -> None:
    text = filler * 60 + "정답은 파란색 the answer is blue, " + filler * 20 + "end."
    hit = Hit(
        1, 1.0, "a.txt", "a", None, "", 10, 10 + len(text), text, (Sentence(10, 10 + len(text), ("blue", "정답")),)
    )
    (best,) = rank_sentences("정답은 blue 인가?", [hit], lambda token: 1.0).sentences
    assert len(best.text) <= LONGEST
    assert "blue" in best.text
    assert text[best.start - 10 : best.end - 10] == best.text


def test_what_no_passage_mentions_has_less_evidence() -> None:
    hits, idf = library(RULES, TRAVEL, ROWS)
    known = rank_sentences("해외 출장은 누구의 승인을 받아야 하나요?", hits, idf).evidence
    unknown = rank_sentences("구내식당 점심 메뉴는 무엇인가요?", hits, idf).evidence
    assert known >= threshold("ko")
    assert unknown < threshold("ko")


@pytest.mark.parametrize("question", ["", "?", "!!! ---", "무엇", "what", "東京の人口は?", "a" * 5000])
def test_odd_questions_are_answered_with_something_or_nothing(question: str) -> None:
    hits, idf = library(RULES, HANDBOOK)
    ranking = rank_sentences(question, hits, idf)
    assert 0.0 <= ranking.evidence <= 1.0
    assert len(rerank(question, hits, idf)) == len(hits)


def test_no_hits_no_evidence() -> None:
    ranking = rank_sentences("무엇인가?", [], lambda token: 1.0)
    assert (ranking.sentences, ranking.evidence) == ((), 0.0)
    assert rerank("무엇인가?", [], lambda token: 1.0) == []


def test_rerank_prefers_the_passage_with_the_words() -> None:
    hits, idf = library(TRAVEL, RULES, ROWS)
    scores = rerank("3년 이상 근무한 직원에게 더하는 연차의 한도는?", hits, idf)
    assert max(range(len(hits)), key=scores.__getitem__) == 1


@pytest.mark.parametrize(("keywords", "there"), [("연차 휴가", True), ("연차 급여", False)])
def test_keywords_are_not_refused_where_they_are_mentioned(keywords: str, there: bool) -> None:
    hits, idf = library(RULES, TRAVEL, ROWS)
    assert (rank_sentences(keywords, hits, idf).evidence >= threshold("ko")) is there


def test_a_heading_lends_its_words_but_is_not_quoted() -> None:
    text = "환불 규정\n\n구매일부터 7일 안에는 전액을 돌려준다."
    sentences = (
        Sentence(0, 5, ("환불", "규정"), heading=True),
        Sentence(7, len(text), ("구매", "일", "7", "전액", "돌려주")),
    )
    hit = Hit(1, 1.0, "a.txt", "a", None, "", 0, len(text), text, sentences, 3.0)
    ranking = rank_sentences("환불 규정", [hit], lambda token: 1.0)
    assert [sentence.text for sentence in ranking.sentences] == ["구매일부터 7일 안에는 전액을 돌려준다."]
    assert ranking.evidence >= threshold("ko")
