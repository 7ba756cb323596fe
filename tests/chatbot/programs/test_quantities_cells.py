"""Cells of tables: accounts' negatives, units in headers and captions, codes and texts."""

from __future__ import annotations

from datetime import date

import pytest

from chatbot.programs.quantities_cells import Scale, bare_name, read_cell, scale_for, scales_of


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("1,234", 1234, ""),
        ("(1,200)", -1200, ""),
        ("△1,200", -1200, ""),
        ("▲3.5%", -3.5, "%"),
        ("12.5%", 12.5, "%"),
        ("50 won a page", 50, "won"),
        ("7권", 7, "volume"),
        ("2026-03-02", date(2026, 3, 2), "date"),
        ("-", None, ""),
        ("N/A", None, ""),
        ("해당 없음", None, ""),
        ("", None, ""),
        ("007", "007", ""),
        ("02-123-4567", "02-123-4567", ""),
        ("09:00~18:00", "09:00~18:00", ""),
        ("1분기", "1분기", ""),
        ("초청 작가 9명", "초청 작가 9명", ""),
        ("한 번, 7일", "한 번, 7일", ""),
        ("열람실", "열람실", ""),
    ],
)
def test_cell(text: str, value: object, unit: str) -> None:
    found = read_cell(text)
    assert (found.value, found.unit) == (value, unit)


@pytest.mark.parametrize(
    ("text", "scales"),
    [
        ("(단위: 천원)", [("won", 1000)]),
        ("단위 : 백만원, %", [("won", 10**6), ("%", 1)]),
        ("[단위: 명]", [("person", 1)]),
        ("2026년 예산(원)", [("won", 1)]),
        ("매출액(억원)", [("won", 10**8)]),
        ("Million won", [("won", 10**6)]),
        ("Fee a day (won)", [("won", 1)]),
        ("($ millions)", [("dollar", 10**6)]),
        ("(in thousands of dollars)", [("dollar", 1000)]),
        ("Revenue (USD m)", [("dollar", 10**6)]),
        ("구분", []),
        ("Item", []),
        ("Printing (A4)", []),
    ],
)
def test_units_of_a_header(text: str, scales: list[tuple[str, int]]) -> None:
    assert [(scale.unit, scale.factor) for scale in scales_of(text)] == scales


def test_the_header_multiplies() -> None:
    thousand = Scale("won", 1000, "천원")
    found = read_cell("△1,234.5", thousand)
    assert (found.value, found.unit, found.note) == (-1_234_500, "won", "times 1,000: 천원")
    assert read_cell("3,000원", thousand).value == 3000
    assert read_cell("12%", thousand).value == 12
    assert read_cell("0.1", Scale("won", 10**6, "백만원")).value == 100_000


def test_a_caption_gives_each_column_its_unit() -> None:
    caption = scales_of("(단위: 백만원, %)")
    assert scale_for("매출액", caption) == Scale("won", 10**6, "백만원")
    assert scale_for("증감률", caption) == Scale("%", 1, "%")
    assert scale_for("인원", scales_of("(단위: 천원)")) is None
    assert scale_for("연도", scales_of("(단위: 천원)")) is None
    people = scales_of("(단위: 명, 천원)")
    assert scale_for("이용자", people) == Scale("person", 1, "명")
    assert scale_for("지원 금액", people) == Scale("won", 1000, "천원")
    assert scale_for("비고", people) is None
    assert scale_for("단가(원)", people) == Scale("won", 1, "원")


def test_names_without_units() -> None:
    assert bare_name("2026년 예산(원)") == "2026년 예산"
    assert bare_name("Printing (A4)") == "Printing (A4)"
    assert bare_name("Million won") == "amount"
