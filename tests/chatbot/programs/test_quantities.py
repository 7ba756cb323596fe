"""Quantities: spans, kinds, what was assumed, whole numbers, relative days, odd input."""

from __future__ import annotations

from datetime import date, time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chatbot.programs.quantities import Quantity, quantities

TODAY = date(2026, 3, 10)


def only(text: str, reference: date | None = None) -> Quantity:
    found = quantities(text, reference)
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize(
    ("text", "quote", "kind"),
    [
        ("총 사업비는 1억 2,300만 원이다.", "1억 2,300만 원", "money"),
        ("The fee is $1.2 million a year.", "$1.2 million", "money"),
        ("금리를 0.25%p 올렸다", "0.25%p", "percent"),
        ("걸린 시간은 3시간 30분이다", "3시간 30분", "duration"),
        ("제15조에 따라", "제15조", "reference"),
        ("2024. 3. 5.(화)에", "2024. 3. 5.", "date"),
        ("오후 3시 30분부터", "오후 3시 30분", "time"),
        ("the third quarter of 2024", "third quarter of 2024", "period"),
        ("영업손실 △1,200", "△1,200", "number"),
        ("학생 마흔여덟 명", "마흔여덟 명", "number"),
    ],
)
def test_span_and_kind(text: str, quote: str, kind: str) -> None:
    found = only(text)
    assert text[found.start : found.end] == quote
    assert found.kind == kind


def test_values_are_exact() -> None:
    assert [quantity.value for quantity in quantities("0.1, 1.1억, 12.50, 7.0")] == [0.1, 110_000_000, 12.5, 7]
    assert isinstance(only("1.1억 원").value, int)
    assert isinstance(only("7.0").value, int)
    assert only("123456789012345678901").value == 123456789012345678901


def test_dates_are_dates() -> None:
    assert only("March 5, 2024").value == date(2024, 3, 5)
    assert only("24:00").value == time(0)
    period = only("2024년 2월")
    assert (period.value, period.last) == (date(2024, 2, 1), date(2024, 2, 29))


@pytest.mark.parametrize("text", ["2024년 2월 30일", "2023-02-29", "13/13/2024", "25:00", "2024. 13. 1."])
def test_impossible_dates_are_none(text: str) -> None:
    assert not any(quantity.unit in ("date", "time") for quantity in quantities(text))


def test_an_ambiguous_date_says_how_it_was_read() -> None:
    assert only("03/05/2024").note == "read as month/day; as day/month it is 2024-05-03"
    assert only("25/12/2024").note == ""
    assert only("05/05/2024").note == ""


def test_relative_days_need_a_reference() -> None:
    assert quantities("작년에 올해와 yesterday") == ()
    found = quantities("작년에 올해와 yesterday, 다음 달", TODAY)
    assert [quantity.value for quantity in found] == [2025, 2026, date(2026, 3, 9), date(2026, 4, 1)]
    assert all(quantity.note for quantity in found)
    assert only("3월 5일", TODAY).value == date(2026, 3, 5)
    assert only("3월 5일").value == "--03-05"


def test_the_year_of_a_range_goes_on() -> None:
    found = quantities("2024년 12월 1일부터 1월 15일까지")
    assert [quantity.value for quantity in found] == [date(2024, 12, 1), date(2025, 1, 15)]
    assert found[1].note == "year of the date before"
    assert quantities("2024년 3월 1일에 시작했다. 5월 31일은 쉰다.")[1].value == "--05-31"


@pytest.mark.parametrize("text", ["약 30명", "30여 명", "30명가량", "about 30 people", "nearly 30 people"])
def test_about(text: str) -> None:
    assert only(text).approximate


def test_exactly() -> None:
    assert not only("30명").approximate


def test_full_width_digits_keep_their_places() -> None:
    text = "합계 １，２３４명"
    found = only(text)
    assert (found.value, text[found.start : found.end]) == (1234, "１，２３４명")


@pytest.mark.parametrize(
    "text", ["1" * 5_000, "1만" * 500, "십" * 2_000, ",111" * 1_000, "one and " * 500, "1/2/" * 500, "(단위:" * 500]
)
def test_odd_input_is_read(text: str) -> None:
    for quantity in quantities(text):
        assert text[quantity.start : quantity.end]


PIECES = st.sampled_from(
    "1 2,300 0.5 만 억 조 천 원 명 년 월 일 시 분 반 % %p 제 조 세 두 스물 약 여 ~ - △ ( ) "
    "$ million half a dozen twenty five and March Q3 2024 . / : ㎡ km ft in １２ 분의 절반 이틀 first to".split(" ")
)


@given(st.lists(st.tuples(PIECES, st.sampled_from(["", " ", "\n"])), max_size=14))
@example([("2024", ""), ("년", ""), ("12", ""), ("월", "")])
def test_spans_are_ordered_and_apart(pieces: list[tuple[str, str]]) -> None:
    text = "".join(piece + gap for piece, gap in pieces)
    last = 0
    for quantity in quantities(text):
        assert last <= quantity.start < quantity.end <= len(text)
        last = quantity.end
