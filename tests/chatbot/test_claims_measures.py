"""Numbers with units, number words and dates, as two writings of the same must be read alike."""

from __future__ import annotations

from fractions import Fraction

import pytest

from chatbot.claims.dates import dates
from chatbot.claims.marker import MARKER, numbers
from chatbot.claims.numeral import sino_value
from chatbot.claims.quantity import quantities


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("3만5천 명", 35_000, "person"), ("35,000명", 35_000, "person"), ("1억 2,300만 원", 123_000_000, "won"),
        ("삼십 년", 30, "year"), ("스물두 살", 22, "age"), ("세 명", 3, "person"), ("이백오십 킬로미터", 250, "kilometre"),
        ("십만 명", 100_000, "person"), ("12.5%p", Fraction("12.5"), "point%"), ("제3차", 3, "ordinal"),
        ("세 번째", 3, "ordinal"), ("third", 3, "ordinal"), ("3rd", 3, "ordinal"), ("1.5 million people", 1_500_000, "person"),
        ("$3.5 billion", 3_500_000_000, "dollar"), ("twenty-five years", 25, "year"), ("6½", Fraction(13, 2), ""),
        ("two hundred and five", 205, ""), ("12.5 percent", Fraction("12.5"), "%"), ("60여 명", 60, "person"),
        ("제3조", 3, "ordinal"), ("3조 원", 3 * 10**12, "won"), ("-5도", -5, "degree"),
    ],
)  # fmt: skip
def test_one_number(text: str, value: int | Fraction, unit: str) -> None:
    (found,) = quantities(text)
    assert (found.value, found.unit, found.start) == (value, unit, 1 if text[0] in "$제" and text[:2] != "제 " else 0)


@pytest.mark.parametrize(
    "text", ["한편 그는", "E217계", "one of them", "사이좋게", "오늘은 만나서", "5세대가 아니라면"[1:]]
)
def test_no_number(text: str) -> None:
    assert quantities(text) == []


@pytest.mark.parametrize(
    ("text", "bound"),
    [("70% 이상", ">"), ("10만 달러를 넘는", ">"), ("at least 3 km", ">"), ("more than 50", ">"), ("30명 미만", "<"),
     ("fewer than 9", "<"), ("up to 5 days", "<"), ("50", "")],
)  # fmt: skip
def test_bounds(text: str, bound: str) -> None:
    assert quantities(text)[0].bound == bound


def test_every_sino_korean_number_to_ten_thousand() -> None:
    digits, scales = " 일이삼사오육칠팔구", ["", "십", "백", "천"]
    for number in [*range(1, 200), *range(990, 1210), 9999]:
        parts = [(int(d), s) for d, s in zip(str(number)[::-1], scales, strict=False)]
        word = "".join(("" if d == 1 and s else digits[d]) + s for d, s in reversed(parts) if d)
        assert sino_value(word) == number, word


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("2024년 3월 5일", {"year": 2024, "month": 3, "day": 5}), ("March 5, 2024", {"year": 2024, "month": 3, "day": 5}),
        ("5 March 2024", {"year": 2024, "month": 3, "day": 5}), ("2024-03-05", {"year": 2024, "month": 3, "day": 5}),
        ("2024.3.5.", {"year": 2024, "month": 3, "day": 5}), ("3월 5일", {"month": 3, "day": 5}),
        ("July 1999", {"year": 1999, "month": 7}), ("1990년대", {"decade": 1990}), ("the 1990s", {"decade": 1990}),
        ("19세기", {"century": 19}), ("19th century", {"century": 19}), ("nineteenth century", {"century": 19}),
        ("1분기", {"quarter": 1}), ("first quarter", {"quarter": 1}), ("기원전 37년", {"year": -37}),
        ("오후 3시 30분", {"hour": 15, "minute": 30, "half": 1}), ("3:30 p.m.", {"hour": 15, "minute": 30, "half": 1}),
    ],
)  # fmt: skip
def test_one_date(text: str, parts: dict[str, int]) -> None:
    (found,) = dates(text)
    assert dict(found.parts) == parts


def test_a_month_behind_brackets_has_the_year_in_front() -> None:
    *_, month = dates("1865년(고종 2년) 9월")
    assert dict(month.parts) == {"year": 1865, "month": 9}


@pytest.mark.parametrize("text", ["3년간", "may 5 people", "12,345", "3시간"])
def test_no_date(text: str) -> None:
    assert dates(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [("[1]", (1,)), ("[1, 3]", (1, 3)), ("[1-3]", (1, 2, 3)), ("【2】", (2,)), ("［１，２］", (1, 2)), ("[1–3, 5]", (1, 2, 3, 5)),
     ("[3-1]", (3, 1)), ("[1-900]", (1, 900))],
)  # fmt: skip
def test_marker_numbers(text: str, expected: tuple[int, ...]) -> None:
    match = MARKER.fullmatch(text)
    assert match is not None
    assert numbers(match.group()) == expected
