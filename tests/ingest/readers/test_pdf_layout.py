"""PDF: what stands at the edges of pages, tables over page breaks, scales of charts, items, Korean lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.readers import read
from ingest.readers.pdf_figure import without_scales
from ingest.readers.pdf_parts import Line, PageText
from tests import documents
from tests.ingest.readers.test_formats import blocks, check

_BODY = ((72, 700, "본문 첫째 줄입니다. 여기에는 여러 가지 내용이 있다."), (72, 680, "둘째 줄에도 내용이 있다."))
_TEXT = "본문 첫째 줄입니다. 여기에는 여러 가지 내용이 있다. 둘째 줄에도 내용이 있다."
_HEAD, _FOOT = 810, 30


def paragraphs(path: Path, *pages: tuple[tuple[float, float, str], ...]) -> list[str]:
    document = read(documents.placed_pdf(path / "a.pdf", pages))
    check(document)
    return [document.text[block.start : block.end] for block in document.blocks]


@pytest.mark.parametrize("shape", ["{}", "- {} -", "{}/3", "Page {} of 3", "{}쪽", "p. {}", "<{}>"])
@pytest.mark.parametrize("first", [1, 7])
def test_page_numbers_are_left_out_of_two_pages(shape: str, first: int, tmp_path: Path) -> None:
    pages = [(*_BODY, (290, _FOOT, shape.format(first + index))) for index in range(2)]
    assert paragraphs(tmp_path, *pages) == [_TEXT, _TEXT]


def test_numbers_that_count_no_pages_are_kept(tmp_path: Path) -> None:
    assert paragraphs(tmp_path, *((*_BODY, (290, _FOOT, text)) for text in ("42", "17"))) == [_TEXT, "42", _TEXT, "17"]
    assert paragraphs(tmp_path, *((*_BODY, (72, 400, text)) for text in ("1", "2"))) == [_TEXT, "1", _TEXT, "2"]


def test_running_heads_are_kept_once(tmp_path: Path) -> None:
    pages = [((72, _HEAD, "사업 보고서 2025"), *_BODY, (72, _FOOT, f"시설팀 {index} / 2")) for index in (1, 2)]
    assert paragraphs(tmp_path, *pages) == ["사업 보고서 2025", _TEXT, "시설팀 1 / 2", _TEXT]


def test_running_head_that_is_the_title_is_not_repeated(tmp_path: Path) -> None:
    head = (72, _HEAD, "사업 보고서")
    title = (72, 760, "사업 보고서", 20)
    assert paragraphs(tmp_path, (head, title, *_BODY), (head, *_BODY)) == ["사업 보고서", _TEXT, _TEXT]


@pytest.mark.parametrize("texts", [("제1장 총칙", "제2장 총칙"), ("표 1", "표 2"), ("첫 절", "다음 절")])
def test_real_text_at_the_top_is_kept(texts: tuple[str, str], tmp_path: Path) -> None:
    found = paragraphs(tmp_path, *(((72, _HEAD, text), *_BODY) for text in texts))
    assert found == [texts[0], _TEXT, texts[1], _TEXT]


def test_title_of_two_slides_is_kept(tmp_path: Path) -> None:
    slide = ((72, 800, "What changes", 24), *_BODY)
    assert paragraphs(tmp_path, slide, slide) == ["What changes", _TEXT, "What changes", _TEXT]


@pytest.mark.parametrize(
    ("header", "row"),
    [
        (["이름", "하는 일", "곳"], ["사람", "걷기", "마을"]),  # nothing but the place tells that it goes on
        (["이름", "횟수", "곳"], ["사람", "12", "마을"]),
    ],
)
def test_table_over_a_page_break_keeps_its_header(header: list[str], row: list[str], tmp_path: Path) -> None:
    document = read(documents.flowing_pdf(tmp_path / "a.pdf", [[header, *([row] * 60)]]))
    check(document)
    assert len(document.pages) == 2
    expected = " | ".join(f"{name}: {value}" for name, value in zip(header, row, strict=True))
    assert blocks(document, "row") == [expected] * 60


def test_another_table_on_the_next_page_has_its_own_header(tmp_path: Path) -> None:
    from reportlab.platypus import PageBreak

    tables = [[[name, "수"], ["붓", "12"], ["먹", "7"]] for name in ("하나", "두울")]
    document = read(documents.flowing_pdf(tmp_path / "a.pdf", [tables[0], PageBreak(), tables[1]]))
    assert blocks(document, "row") == ["하나: 붓 | 수: 12", "하나: 먹 | 수: 7", "두울: 붓 | 수: 12", "두울: 먹 | 수: 7"]


@pytest.mark.parametrize(("values", "expected"), [("", "2021 2022 2023"), ("%d", "13 45 27 2021 2022 2023")])
def test_scale_of_a_chart_is_left_out_and_its_values_joined(values: str, expected: str, tmp_path: Path) -> None:
    from reportlab.graphics.charts.barcharts import VerticalBarChart
    from reportlab.graphics.shapes import Drawing

    chart = VerticalBarChart()
    chart.x, chart.y, chart.height, chart.width = 50, 30, 150, 300
    chart.data, chart.categoryAxis.categoryNames = [(13, 45, 27)], ["2021", "2022", "2023"]
    chart.valueAxis.valueMin, chart.valueAxis.valueMax, chart.valueAxis.valueStep = 0, 50, 10
    chart.barLabelFormat, chart.barLabels.nudge = values or None, 8
    drawing = Drawing(400, 200)
    drawing.add(chart)
    document = read(documents.flowing_pdf(tmp_path / "a.pdf", ["앞에 오는 글이다.", drawing, "뒤에 오는 글이다."]))
    assert blocks(document, "paragraph") == ["앞에 오는 글이다.", expected, "뒤에 오는 글이다."]


def test_numbers_far_from_drawings_are_kept() -> None:
    lines = tuple(
        Line(text, (72, bottom, 90, bottom + 11), 11) for text, bottom in (("0", 700), ("5", 680), ("10", 660))
    )
    near, far = ((60, 600, 70, 720),) * 3, ((300, 100, 400, 200),) * 3
    assert list(without_scales(PageText(lines, drawings=far), lines)) == list(lines)
    assert list(without_scales(PageText(lines, drawings=near), lines)) == []


def test_items_are_blocks_and_wrapped_lines_are_not(tmp_path: Path) -> None:
    long = "• 붓과 먹을 가져오고 그 밖에 여러 가지 물건을 챙겨서 오되 이 규정의 제3조와 제4조 및"
    lines = [long, "제5조에 있는 것은 가져오지 않는다", "• 종이", "- 벼루", "1. 번호", "2. 다음 번호", "① 원 번호"]
    page = tuple((72 + 12 * (index == 1), 700 - 16 * index, text) for index, text in enumerate(lines))
    assert paragraphs(tmp_path, page) == [f"{long} {lines[1]}", *lines[2:]]
