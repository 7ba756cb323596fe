"""Small talk is told from questions about documents, and never the other way round."""

from __future__ import annotations

import pytest

from chatbot.smalltalk import small_talk, small_talk_answer


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("안녕하세요!", "greeting"), ("안녕 ㅎㅎ", "greeting"), ("Hello there", "greeting"), ("hi", "greeting"),
        ("감사합니다.", "thanks"), ("정말 고마워", "thanks"), ("Thank you so much!", "thanks"),
        ("안녕히 계세요", "farewell"), ("bye~", "farewell"),
        ("넌 누구니?", "about"), ("뭘 할 수 있어?", "about"), ("Who are you?", "about"), ("what can you do", "about"),
    ],
)  # fmt: skip
def test_small_talk_is_recognised(said: str, kind: str) -> None:
    assert small_talk(said) == kind


@pytest.mark.parametrize(
    "question",
    [
        "안녕은 무슨 뜻인가요?", "감사 위원회는 몇 명인가요?", "감사합니다 라는 말은 몇 번 나오나요?", "누구야?", "누구", "뭐야?",
        "이건 뭐야?", "Who are you trying to reach?", "What can you do with form 7?", "hello world program", "thanks to whom?",
        "How do you help new members?", "", "   ", "?", "하이브는 어떤 회사인가요?", "안녕시의 인구", "good morning call",
    ],
)  # fmt: skip
def test_a_question_is_not_small_talk(question: str) -> None:
    assert small_talk(question) is None


def test_the_answer_is_in_the_language_of_what_was_said() -> None:
    assert "문서" in small_talk_answer("greeting", "안녕")
    assert "documents" in small_talk_answer("greeting", "hi")
    assert small_talk_answer("thanks", "ㄱㅅ").startswith("천만에요")
