"""Sentences and lexical tokens."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.analyzer import Analyzer, split_sentences
from ingest.document import normalize

analyzer = Analyzer()

english = st.text(st.sampled_from("abc AB.!?\"')\n\t,;1 2%é中文。ไทย'’-@/"), max_size=120).map(normalize)
korean = st.text(st.sampled_from("가나다 이다.!?\"'\n…ㅋㅎ1,2%a@/👩\u200d🇰中の「」·~"), max_size=80).map(
    lambda t: "가" + normalize(t)
)


def check_sentences(text: str) -> None:
    [sentences] = list(analyzer.sentences([text]))
    end = 0
    for sentence in sentences:
        assert end <= sentence.start < sentence.end <= len(text)
        assert text[end : sentence.start].strip() == "", "a character belongs to no sentence"
        end = sentence.end
        for token in sentence.tokens:
            # They are stored with blanks between them, one line a sentence.
            assert token and token.split() == [token]
    assert text[end:].strip() == ""


@given(english)
def test_sentences_cover_every_character(text: str) -> None:
    check_sentences(text)
    for sentence in next(iter(analyzer.sentences([text]))):
        assert sentence.tokens == tuple(analyzer.tokens(text[sentence.start : sentence.end]))


@settings(max_examples=150)
@given(korean)
def test_korean_sentences_cover_every_character(text: str) -> None:
    check_sentences(normalize(text))


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Dr. Kim came at 9 a.m. on Monday. He left.", ["Dr. Kim came at 9 a.m. on Monday.", "He left."]),
        (
            "It cost 3.5 won (i.e. little). Why? Nobody knows!",
            ["It cost 3.5 won (i.e. little).", "Why?", "Nobody knows!"],
        ),
        ('He said "stop." Then J. K. left.', ['He said "stop."', "Then J. K. left."]),
        ("No full stop\n\nNext paragraph", ["No full stop", "Next paragraph"]),
        ("犬は三年。風月を詠む。", ["犬は三年。", "風月を詠む。"]),
        ("", []),
        (" \n ", []),
    ],
)
def test_sentence_borders(text: str, sentences: list[str]) -> None:
    assert [text[start:end] for start, end in split_sentences(text)] == sentences


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("Where do the dogs run?", "A dog was running."),
        ("학교에서는 무엇을 배웁니까", "학교가 많은 것을 배웠다"),
        ("1,200 litres", "1200 litres"),
        ("東京都の人口", "東京都は大きい"),
        ("O'Brien", "o’brien"),
        ("한국어와 English words", "english word"),
    ],
)
def test_question_and_text_share_tokens(question: str, text: str) -> None:
    assert set(analyzer.tokens(question)) & set(analyzer.tokens(text))


def test_particles_are_no_tokens() -> None:
    assert "은" not in analyzer.tokens("서당개는 마당은 넓다")
    assert {"마당", "넓"} <= set(analyzer.tokens("서당개는 마당은 넓다"))
