"""Literals of programs: which have a source in the question or the documents, and which have none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pytest

from chatbot.programs.literals import Literal, unexplained_literals
from chatbot.programs.quantities import Value, quantities
from chatbot.programs.tables import tables
from ingest.hit import Hit


@dataclass(frozen=True)
class Given:
    value: Value
    unit: str
    quote: str


def given(text: str) -> list[Given]:
    found = quantities(text)
    ends = [Given(one.last, "date", "") for one in found if one.last is not None]
    return [*(Given(one.value, one.unit, text[one.start : one.end]) for one in found), *ends]


def texts(source: str, question: str = "", evidence: str = "") -> list[str]:
    return [found.text for found in unexplained_literals(source, question, given(evidence))]


@pytest.mark.parametrize(
    ("source", "evidence"),
    [
        ("ans = 123000000 * 2", "1억 2,300만 원"),
        ("ans = 12300 * 10000", "12,300만 원"),
        ("ans = x * 0.125", "12.5%"),
        ("ans = x * 12.5 / 100", "12.5%"),
        ("ans = x * 1.125", "12.5% 올랐다"),
        ("ans = x * 0.875", "12.5% 내렸다"),
        ("ans = 3 * 60 + 30", "3시간 30분"),
        ("ans = 210", "3시간 30분"),
        ("ans = 3.5", "3시간 30분"),
        ("ans = 5 * 3600", "5시간"),
        ("ans = 2 / 3", "3분의 2"),
        ("ans = x * 2 / 3", "two thirds"),
        ("ans = x / 4", "a quarter"),
        ("ans = 1.2e6", "$1.2 million"),
        ("ans = 1.2 * 1000000", "$1.2 million"),
        ("ans = 1_234", "1,234명"),
        ("ans = -35e8", "△35억 원"),
        ("ans = 36 - 5", "three dozen eggs, five broken"),
        ("ans = date(2024, 3, 5)", "2024년 3월 5일"),
        ("ans = datetime(2024, 3, 5, 0, 0)", "March 5, 2024"),
        ("ans = date(2024, 12, 31) - date(2024, 3, 5)", "2024. 3. 5."),
        ("ans = date(year=2024, month=9, day=30)", "2024년 3분기"),
        ("ans = date.fromisoformat('2024-03-05')", "2024년 3월 5일"),
        ("ans = 2024 - 1998", "1998년부터 2024년까지"),
        ("ans = float('1,234.5')", "1,234.5"),
        ("ans = 0.3333", "삼분의 일"),
        ("ans = 0.25", "25 cents"),
    ],
)
def test_explained(source: str, evidence: str) -> None:
    assert texts(source, evidence=evidence) == []
    assert texts(source, question=evidence) == []
    assert texts(source) != []


@pytest.mark.parametrize(
    "source",
    [
        "ans = rows[3]['값'] + rows[4:17:5][0]['2026년']",
        "ans = round(total / 12, 3)",
        "ans = sum(xs) / len(xs) * 100",
        "def solution():\n    '''12.7 of 350'''\n    return f'{x:.3f}'",
        "for i, x in enumerate(xs, 5):\n    print(i)",
        "ans = {'2031': x}['2031']",
        "ans = row.get('2031', 0)",
        "ans = True + x / 60 / 24 * 365",
        "ans = float('inf')",
    ],
)
def test_no_amounts(source: str) -> None:
    assert texts(source) == []


def test_what_has_no_source_is_named_with_its_line() -> None:
    source = "seats = 45\nrooms = 3\nday = date(2024, 3, 6)\nans = seats * rooms - 17.5 + float('88') + -9"
    found = unexplained_literals(source, "교실 세 개에 의자가 45개씩", given("2024년 3월 5일"))
    assert found == (
        Literal(3, "date(2024, 3, 6)"),
        Literal(4, "17.5"),
        Literal(4, "'88'"),
        Literal(4, "9"),
    )


@pytest.mark.parametrize("literal", ["43", "46", "0.46", "1.46", "4600"])
def test_near_misses_are_not_explained(literal: str) -> None:
    assert texts(f"ans = {literal}", evidence="45명 가운데 40%") != []


def test_cells_of_tables_and_passages_explain() -> None:
    text = "품목: 의자 | 금액(천원): 1,234\n품목: 책상 | 금액(천원): 777"
    hit = Hit(1, 1.0, "a", "", None, "", 0, len(text), text, ())
    found = tables([hit])
    source = "ans = 1234000 + 777 + 55"
    assert [one.text for one in unexplained_literals(source, "", (), found)] == ["55"]
    assert unexplained_literals(source, "", (), found, ["쉰다섯 개"]) == ()


def test_today_is_known() -> None:
    source = "ans = date(2026, 3, 10).year - 2024"
    assert [one.text for one in unexplained_literals(source, "작년", (), reference=date(2026, 3, 10))] == ["2024"]
    assert unexplained_literals("ans = 2025", "작년", (), reference=date(2026, 3, 10)) == ()


def test_no_python() -> None:
    with pytest.raises(SyntaxError):
        unexplained_literals("ans = = 3", "", ())
