"""Tables as data: whole from the document, headers, totals, units, places."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from chatbot.programs.tables import Table, TableLimits, preview, tables
from ingest.hit import Hit
from ingest.library import Library
from ingest.synchronization import sync

Made = Callable[..., list[Table]]


def hit_of(library: Library, document: str, quote: str, context: int = 0) -> Hit:
    text = library.document_text(document)
    start = text.index(quote)
    end = min(len(text), start + len(quote) + context)
    return Hit(1, 1.0, document, "", None, "", start, end, text[start:end], ())


def passage(text: str, start: int = 0, heading: str = "") -> Hit:
    return Hit(1, 1.0, "a.txt", "", None, heading, start, start + len(text), text, ())


def stored(library: Library, folder: Path, name: str, content: str) -> str:
    file = folder / name
    file.write_text(content, encoding="utf-8")
    sync(library, [file])
    return library.documents()[0].path


def check_places(table: Table, text: str) -> int:
    cells = [cell for row in table.rows for cell in row.cells if cell is not None]
    assert all(text[cell.start : cell.end] == cell.text for cell in cells)
    return len(cells)


CSV = (
    "부서,2025년(천원),2024년(천원),증감률\n"
    + "".join(f"부서{n},{n}00,{n}50,{n}.5%\n" for n in range(1, 61))
    + "합계,999,999,1%\n"
)


def test_all_rows_come_when_one_was_retrieved(library: Library, tmp_path: Path) -> None:
    document = stored(library, tmp_path, "a.csv", CSV)
    text = library.document_text(document)
    row = next(line for line in text.split("\n") if "부서7 " in line)
    hit = hit_of(library, document, row)
    (alone,) = tables([hit])
    assert (len(alone.rows), alone.complete) == (1, False)
    (table,) = tables([hit], library)
    assert table.complete
    assert (len(table.data()), len(table.totals())) == (60, 1)
    assert table.header == ("부서", "2025년", "2024년", "증감률")
    assert table.units == ("", "won", "won", "%")
    assert sum(values["2025년"] for values in table.data()) == sum(n * 100_000 for n in range(1, 61))  # type: ignore[misc]
    assert table.totals()[0] == {"부서": "합계", "2025년": 999_000, "2024년": 999_000, "증감률": 1}
    assert check_places(table, text) == 61 * 4


def test_a_part_of_a_long_table_says_so(library: Library, tmp_path: Path) -> None:
    document = stored(library, tmp_path, "a.csv", CSV)
    row = next(line for line in library.document_text(document).split("\n") if "부서40 " in line)
    (table,) = tables([hit_of(library, document, row)], library, TableLimits(rows=20))
    assert len(table.rows) == 20
    assert not table.complete
    assert "부서40" in [values["부서"] for values in table.data()]
    assert "only a part" in preview(table)


def test_one_table_from_two_passages_comes_once(library: Library, tmp_path: Path) -> None:
    document = stored(library, tmp_path, "a.csv", CSV)
    rows = library.document_text(document).split("\n")
    found = tables([hit_of(library, document, rows[3]), hit_of(library, document, rows[30])], library)
    assert [table.passage for table in found] == [1]


def test_markdown(library: Library, tmp_path: Path) -> None:
    content = (
        "# 요금\n\n글\n\n| 방 | 자리 | 두 시간 요금 |\n| --- | --- | --- |\n"
        "| 솔 | 6 | 무료 |\n| 단풍 | 12 | 5,000원 |\n| 은행 | 30 | 1만 5천 원 |\n"
    )
    document = stored(library, tmp_path, "a.md", content)
    text = library.document_text(document)
    (table,) = tables([hit_of(library, document, "| 단풍 | 12 | 5,000원 |")], library)
    assert table.header == ("방", "자리", "두 시간 요금")
    assert [values["두 시간 요금"] for values in table.data()] == ["무료", 5000, 15000]
    assert check_places(table, text) == 9
    (shown,) = tables([hit_of(library, document, text[text.index("| 방") :])])
    assert shown.data() == table.data()


def test_html_with_merged_cells(library: Library, tmp_path: Path) -> None:
    content = (
        "<h1>휴가</h1><p>(단위: 일)</p><table><tr><th>사유</th><th>대상</th><th>일수</th></tr>"
        "<tr><td rowspan=2>결혼</td><td>본인</td><td>5</td></tr><tr><td>자녀</td><td>1</td></tr>"
        "<tr><td colspan=2>합계</td><td>6</td></tr></table>"
    )
    document = stored(library, tmp_path, "a.html", content)
    (table,) = tables([hit_of(library, document, "결혼")], library)
    assert table.data() == [
        {"사유": "결혼", "대상": "본인", "일수": 5},
        {"사유": "결혼", "대상": "자녀", "일수": 1},
    ]
    assert [row.total for row in table.rows] == [False, False, True]
    assert table.units[2] == "day"
    assert check_places(table, library.document_text(document)) == 9


def test_tables_below_each_other_stay_apart() -> None:
    text = (
        "세입 예산\n항목: 후원금 | 예산(원): 100\n항목: 합계 | 예산(원): 100\n"
        "세출 예산\n항목: 인건비 | 예산(원): 70\n물건: 책 | 수: 3\n물건: 의자 | 수: 4"
    )
    first, second, third = tables([passage(text)])
    assert (first.name, second.name) == ("세입_예산", "세출_예산")
    assert first.data() == [{"항목": "후원금", "예산": 100}]
    assert third.data() == [{"물건": "책", "수": 3}, {"물건": "의자", "수": 4}]


def test_empty_cells_and_columns_without_names() -> None:
    text = "이름: 가 | 값: 1 | 메모: 좋음\n이름: 나 | 메모: 나쁨\n이름: 다 | 값: 3"
    (table,) = tables([passage(text)])
    assert table.header == ("이름", "값", "메모")
    assert [values["값"] for values in table.data()] == [1, None, 3]
    (nameless,) = tables([passage("Ceiling | Million won: 58\nDesks | Million won: 47")])
    assert nameless.data() == [{"item": "Ceiling", "amount": 58_000_000}, {"item": "Desks", "amount": 47_000_000}]


def test_two_columns_of_one_name() -> None:
    (table,) = tables([passage("이름: 가 | 값: 1 | 값: 2\n이름: 나 | 값: 3 | 값: 4")])
    assert table.data()[1] == {"이름": "나", "값": 3, "값 (2)": 4}


def test_dates_in_a_table() -> None:
    (table,) = tables([passage("Phase: 1 | Start: 2 March 2026\nPhase: 2 | Start: 14 March 2026")])
    assert [values["Start"] for values in table.data()] == [date(2026, 3, 2), date(2026, 3, 14)]
    assert "date(2026, 3, 2)" in preview(table)


@pytest.mark.parametrize(
    "label",
    [
        "합계",
        "합 계",
        "총계",
        "소계",
        "계",
        "누계",
        "평균",
        "Total",
        "Grand total",
        "Subtotal",
        "합계(A+B)",
        "서울 소계",
    ],
)
def test_totals(label: str) -> None:
    (table,) = tables([passage(f"구분: 가 | 값: 1\n구분: {label} | 값: 1")])
    assert [row.total for row in table.rows] == [False, True]


@pytest.mark.parametrize("label", ["회계팀", "계획", "시계", "Totalview", "전체면적", "설계"])
def test_no_totals(label: str) -> None:
    (table,) = tables([passage(f"구분: 가 | 값: 1\n구분: {label} | 값: 1")])
    assert [row.total for row in table.rows] == [False, False]


def test_limits_and_names() -> None:
    text = "\n".join(f"ㄱ{n}: 가 | 나{n}: 1\nㄱ{n}: 다 | 나{n}: 2" for n in range(9))
    found = tables([passage(text, heading="표 > 예산")], limits=TableLimits(tables=3, cells=2), taken=["예산"])
    assert [table.name for table in found] == ["예산_2", "예산_3", "예산_4"]
    assert all(len(table.rows) == 1 and not table.complete for table in found)


def test_prose_is_no_table() -> None:
    assert tables([passage("회의는 오후 3시에 한다.\n문의: 02-123-4567\n장소: 3층")]) == []


def test_a_colon_in_a_nameless_column() -> None:
    text = "Printing: A4 | Price: 50\nCopy: A3 | Price: 60\nScan: any | Price: 0"
    (table,) = tables([passage(text)])
    assert [values["item"] for values in table.data()] == ["Printing: A4", "Copy: A3", "Scan: any"]
