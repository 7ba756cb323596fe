"""Named inputs: names, places, choice by the question, bounds."""

from __future__ import annotations

import keyword
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot.programs.evidence import EvidenceLimits, described, evidence
from chatbot.programs.evidence_names import identifier
from chatbot.programs.tables import tables
from ingest.hit import Hit


def passage(text: str, rank: int = 1, start: int = 0, document: str = "a.txt") -> Hit:
    return Hit(rank, 1.0, document, "", None, "", start, start + len(text), text, ())


BUDGET = "항목: 인건비 | 2026년 예산(원): 812,000,000\n항목: 시설비 | 2026년 예산(원): 236,000,000"
VISITS = "The library had 31,208 members in 2024. Visits rose by 6.9% to 218,430. The fee is $1.50 a day."


def test_cells_are_named_by_row_and_column() -> None:
    found = evidence([passage(BUDGET)], "시설비 예산은?")
    assert [(one.name, one.value, one.unit, one.row, one.column) for one in found] == [
        ("인건비_2026년_예산", 812_000_000, "won", "인건비", "2026년 예산"),
        ("시설비_2026년_예산", 236_000_000, "won", "시설비", "2026년 예산"),
    ]
    assert described(found[1]) == '시설비_2026년_예산 = 236000000  # won, "236,000,000" [1]'


def test_values_in_a_sentence_are_named_by_the_nearest_nouns() -> None:
    found = {one.name: one.value for one in evidence([passage(VISITS)], "members visits fee")}
    assert found["members"] == 31_208
    assert found["visits"] == 6.9
    assert found["fee"] == 1.5


def test_korean_nouns() -> None:
    text = "2024년 매출액은 1억 2,300만 원이고 영업이익은 △35억 원이다. 직원은 45명이다."
    found = {one.name: one.value for one in evidence([passage(text)], "매출액과 영업이익")}
    assert found["매출액_2024"] == 123_000_000
    assert found["영업이익_2024"] == -3_500_000_000
    assert found["직원"] == 45


def test_quotes_are_the_documents_text() -> None:
    document = "머리말.\n\n" + VISITS + "\n\n" + BUDGET
    start = document.index("Visits")
    hits = [passage(document[start:], start=start), passage(document[: start + 40], 2)]
    found = evidence(hits, "visits")
    assert len(found) > 4
    assert all(document[one.start : one.end] == one.quote for one in found)
    places = [(one.start, one.end) for one in found]
    assert len(places) == len(set(places))


def test_a_period_gives_its_first_and_last_day() -> None:
    found = evidence([passage("공사는 2024년 2분기에 했다.")], "공사 기간")
    assert [(one.name, one.value) for one in found] == [
        ("공사_start", date(2024, 4, 1)),
        ("공사_end", date(2024, 6, 30)),
    ]


def test_units_come_from_the_whole_table() -> None:
    row = "부서: 총무 | 금액: 1,234"
    whole = tables([passage("(단위: 천원)\n" + row)])
    hit = passage(row, start=len("(단위: 천원)\n"))
    assert [one.value for one in evidence([hit], "총무 금액")] == [1234]
    (cell,) = evidence([hit], "총무 금액", whole)
    assert (cell.value, cell.unit, cell.quote, cell.note) == (1_234_000, "won", "1,234", "times 1,000: 천원")


def test_what_the_question_names_comes_first() -> None:
    rows = "\n".join(f"물품: 물품{n} | 수량: {n}" for n in range(60)) + "\n물품: 망원경 | 수량: 2"
    found = evidence([passage(rows)], "망원경 수량은?", limits=EvidenceLimits(inputs=5))
    assert len(found) == 5
    assert found[-1].name == "망원경_수량"


def test_bounds() -> None:
    text = " ".join(f"Room{chr(65 + n % 26)}x holds {n + 20} chairs." for n in range(200))
    limits = EvidenceLimits(inputs=30, unrelated=4, characters=900)
    asked = evidence([passage(text)], "chairs", limits=limits)
    assert 4 < len(asked) <= 30
    assert sum(len(described(one)) + 1 for one in asked) <= 900
    assert len(evidence([passage(text)], "Wetter", limits=limits)) == 4


def test_names_are_the_same_each_time_and_unique() -> None:
    hits = [passage(VISITS + " " + VISITS), passage(BUDGET, 2, document="b.txt")]
    first = evidence(hits, "visits 예산")
    assert first == evidence(hits, "visits 예산")
    names = [one.name for one in first]
    assert len(names) == len(set(names))


def test_a_reference_day() -> None:
    hit = passage("작년 이용자는 120명이다.")
    assert [one.value for one in evidence([hit], "이용자")] == [120]
    assert {one.value for one in evidence([hit], "이용자", reference=date(2026, 1, 5))} == {120, 2025}


def test_nothing_to_find() -> None:
    assert evidence([], "무엇?") == []
    assert evidence([passage("그림이 걸려 있다.")], "무엇?") == []
    assert evidence([replace(passage("3명"), text="", end=0)], "") == []


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (("시 보조금", "2026년 예산"), "시_보조금_2026년_예산"),
        (("Fee a day", "won"), "fee_a_day_won"),
        (("2024",), "v2024"),
        (("sum",), "sum_"),
        (("class",), "class_"),
        (("solution",), "solution_"),
        (("Café", "Größe"), "cafe_gro_e"),
        ((), "number"),
        (("!!!",), "number"),
        (('"; import os #',), "import_os"),
    ],
)
def test_identifier(words: tuple[str, ...], name: str) -> None:
    assert identifier(words, set(), "number") == name


@given(st.lists(st.text(max_size=20), max_size=4), st.sets(st.sampled_from(["number", "number_2", "a"])))
def test_identifiers_are_identifiers(words: list[str], taken: set[str]) -> None:
    name = identifier(words, taken, "number")
    assert name.isidentifier()
    assert not keyword.iskeyword(name)
    assert name not in taken
    assert len(name) <= 48
