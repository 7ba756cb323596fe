"""Writes the binary sample documents again: ``.venv/bin/python examples/make_documents.py [FOLDER]``.

The plain ones (HTML, Markdown, CSV, text) are their own source. Needs ``make test`` to have been run once (the dev
extra) and the Nanum fonts; the outputs are committed, so that ``make chat`` needs neither. Everything in the documents
is invented.
"""

from __future__ import annotations

import itertools
import re
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import annual_report

FOLDER = Path(__file__).resolve().parent / "documents"
# Times inside the files are fixed, so that the same words give the same bytes.
WRITTEN = "2026-01-05T09:00:00Z"
_TIMES = re.compile(rb"(?<=>)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z?(?=<)")
_RANDOM_IDS = re.compile(rb'(?<= id=")\d{6,}(?=")')

LEAVE = (
    ("사유", "대상", "휴가 일수"),
    ("결혼", "본인", "5일"),
    ("결혼", "자녀", "1일"),
    ("출산", "배우자", "20일"),
    ("입양", "본인", "20일"),
    ("사망", "배우자, 본인과 배우자의 부모", "5일"),
    ("사망", "본인과 배우자의 조부모와 외조부모", "3일"),
    ("사망", "자녀와 그 배우자", "3일"),
    ("사망", "본인과 배우자의 형제자매", "1일"),
    ("이사", "본인", "1일"),
)
SHIFTS = (
    ("Shift", "Days", "Hours", "Volunteers needed"),
    ("Shelving", "Tuesday to Friday", "10:00 to 12:00", "4"),
    ("Front desk help", "Tuesday to Sunday", "13:00 to 17:00", "2"),
    ("Story time", "Saturday", "11:00 to 11:40", "3"),
    ("Book delivery", "Wednesday and Friday", "14:00 to 17:00", "6"),
    ("Audio recording", "Thursday", "18:00 to 20:00", "5"),
    ("Garden and seed library", "Sunday", "09:00 to 11:00", "8"),
)
PHASES = (
    ("Phase", "Work", "Start", "End", "Closed"),
    ("1", "Remove old desks and carpet", "2 March 2026", "13 March 2026", "Reading room"),
    ("2", "Acoustic ceiling and wiring", "14 March 2026", "24 April 2026", "Reading room, Ginkgo room"),
    ("3", "Focus booths and new desks", "25 April 2026", "22 May 2026", "Reading room"),
    ("4", "Trial week with 40 members", "26 May 2026", "31 May 2026", "nothing"),
)
COSTS = (
    ("Acoustic ceiling", 58),
    ("Desks and chairs", 47),
    ("Focus booths", 39),
    ("Wiring and light", 28),
    ("Reserve", 12),
)
INCOME = (
    ("시 보조금", 1_420_000_000, 1_245_000_000),
    ("도 공모 사업비", 96_000_000, 60_000_000),
    ("후원금", 38_500_000, 41_200_000),
    ("사용료와 수수료", 22_300_000, 21_750_000),
    ("주차장 수입", 17_200_000, 16_900_000),
)
SPENDING = (
    ("인건비", 812_000_000, 788_000_000),
    ("자료 구입비", 168_000_000, 160_000_000),
    ("시설비", 236_000_000, 71_000_000),
    ("문화 프로그램", 94_500_000, 90_300_000),
    ("전산 운영비", 61_500_000, 59_400_000),
    ("공공요금", 118_000_000, 109_600_000),
    ("사무 관리비", 58_000_000, 56_850_000),
    ("예비비", 46_000_000, 49_700_000),
)
PROJECTS = (
    ("열람실 고쳐 짓기", "시설팀", 184_000_000, 0.35, "2026-03-02", "2026-05-31"),
    ("책 나르미", "이용지원팀", 27_400_000, 0.5, "2026-01-02", "2026-12-31"),
    ("점자·큰 글자 도서", "자료팀", 15_600_000, 0.0, "2026-02-01", "2026-10-30"),
    ("향토 사진 디지털화", "향토자료팀", 32_000_000, 0.8, "2026-04-01", "2026-11-30"),
    ("청소년 메이커 공간", "이용지원팀", 41_000_000, 1.0, "2026-06-01", "2026-12-31"),
)


def leave_rules(path: Path) -> None:
    """The rules on leave (휴가 규정) as HWPX."""
    from hwpx.document import HwpxDocument

    document = HwpxDocument.new()
    document.paragraphs[0].text = "솔내마을 도서관 직원 휴가 규정"
    document.add_paragraph("2025년 3월 1일 시행", style="바탕글", char_pr_id_ref="0")
    lines = (Path(__file__).parent / "leave_rules.txt").read_text(encoding="utf-8").splitlines()
    for line in filter(None, lines):
        if line == "[표]":
            table = document.add_table(rows=len(LEAVE), cols=3)
            for row, cells in enumerate(LEAVE):
                for column, text in enumerate(cells):
                    table.set_cell_text(row, column, text)
        else:
            # Rules are mostly written so: headings are bold lines, not outline levels.
            size = next((size for mark, size in (("장", 14), ("조", 11)) if re.match(rf"제\d+{mark}", line)), None)
            looks = "0" if size is None else document.styles.ensure_run(bold=True, size=size)
            document.add_paragraph(line, style="바탕글", char_pr_id_ref=looks)
    document.save_to_path(str(path))


def handbook(path: Path) -> None:
    """The volunteers' handbook as DOCX."""
    from docx import Document

    document = Document()
    document.core_properties.title = "Volunteer Handbook 2026"
    document.core_properties.author = "Solnae Village Library"
    for line in (Path(__file__).parent / "handbook.txt").read_text(encoding="utf-8").split("\n\n"):
        text = " ".join(line.split())
        if text == "[table]":
            table = document.add_table(rows=0, cols=4, style="Table Grid")
            for row in SHIFTS:
                for cell, value in zip(table.add_row().cells, row, strict=True):
                    cell.text = value
        elif text.startswith("#"):
            marks, _, title = text.partition(" ")
            document.add_heading(title, len(marks) - 1)
        elif text.startswith("- "):
            for item in line.strip().split("\n"):
                document.add_paragraph(item[2:], style="List Bullet")
        elif text:
            document.add_paragraph(text)
    document.save(str(path))


def renovation(path: Path) -> None:
    """The plan for the reading room as PPTX, with a table, a chart and notes."""
    from pptx import Presentation
    from pptx.chart.data import CategoryChartData
    from pptx.enum.chart import XL_CHART_TYPE
    from pptx.util import Inches

    deck = Presentation()
    deck.core_properties.title = "Reading Room Renovation 2026"
    for title, lines, notes in _slides():
        slide = deck.slides.add_slide(deck.slide_layouts[1 if lines else 5])
        slide.shapes.title.text = title
        if lines:
            slide.placeholders[1].text = "\n".join(lines)
        if title == "Timetable":
            grid = slide.shapes.add_table(len(PHASES), 5, Inches(0.4), Inches(1.8), Inches(9.2), Inches(3)).table
            for row, cells in enumerate(PHASES):
                for column, text in enumerate(cells):
                    grid.cell(row, column).text = text
        if title == "What it costs":
            data = CategoryChartData()
            data.categories = [name for name, _ in COSTS]
            data.add_series("Million won", [value for _, value in COSTS])
            box = (Inches(1), Inches(1.8), Inches(8), Inches(4.8))
            slide.shapes.add_chart(XL_CHART_TYPE.BAR_CLUSTERED, *box, data)
        slide.notes_slide.notes_text_frame.text = notes
    deck.save(str(path))


def _slides() -> tuple[tuple[str, tuple[str, ...], str], ...]:
    total = sum(value for _, value in COSTS)
    return (
        ("Reading Room Renovation 2026",
         ("Solnae Village Library, facilities team", "Presented to the library board on 18 November 2025"),
         "The board approved the plan by seven votes to one."),
        ("Why we renovate",
         ("The reading room was last refurbished in 2014",
          "Noise complaints rose from 41 in 2024 to 63 in 2025",
          "Half of the 120 desks have no power socket",
          "In July and August people waited 25 minutes for a seat on average"),
         "The noise was measured on 12 September 2025: 58 decibels at the busiest hour. The aim is 45."),
        ("What changes",
         ("136 seats instead of 120, every one with a socket and a lamp",
          "8 focus booths for one person, bookable for two hours",
          "An acoustic ceiling and double doors",
          "A silent zone by the east windows where laptops are not allowed"),
         "The booths are made by a workshop in Namwon and arrive in two deliveries."),
        ("Timetable", (), "If the ceiling is late, phase 3 moves by one week; the trial week has to stay in May."),
        ("What it costs", (), f"The total is {total} million won. The city pays 35 percent when the work is finished."),
        ("Where to study meanwhile",
         ("60 temporary seats in the basement lounge, open from 07:00 to 22:00",
          "20 seats in the Maple room on weekdays",
          "Lockers can be moved free of charge until 27 February 2026"),
         "Questions go to the project manager, Park Doyun, at 031-555-0131."),
    )  # fmt: skip


def budget(path: Path) -> None:
    """The budget for 2026 as XLSX: income, spending, projects."""
    from datetime import date

    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    for name, rows in (("세입", INCOME), ("세출", SPENDING)):
        sheet = book.create_sheet(name)
        sheet.append([f"솔내마을 도서관 2026년 {name} 예산"])
        sheet.merge_cells("A1:D1")
        sheet.append(["항목", "2026년 예산(원)", "2025년 예산(원)", "늘거나 준 비율"])
        total = ("합계", sum(row[1] for row in rows), sum(row[2] for row in rows))
        for item, now, before in (*rows, total):
            sheet.append([item, now, before, now / before - 1])
        _format(sheet, {2: "#,##0", 3: "#,##0", 4: "0.0%"})
    sheet = book.create_sheet("사업")
    sheet.append(["사업", "맡은 팀", "예산(원)", "시·도 지원 비율", "시작", "끝"])
    for name, team, amount, share, start, end in PROJECTS:
        sheet.append([name, team, amount, share, date.fromisoformat(start), date.fromisoformat(end)])
    _format(sheet, {3: "#,##0", 4: "0%", 5: "yyyy-mm-dd", 6: "yyyy-mm-dd"})
    book.properties.title = "솔내마을 도서관 2026년 예산"
    book.save(str(path))


def _format(sheet: Any, formats: dict[int, str]) -> None:
    for column, code in formats.items():
        sheet.column_dimensions["ABCDEF"[column - 1]].width = 18
        for row in range(2, sheet.max_row + 1):
            sheet.cell(row, column).number_format = code
    sheet.column_dimensions["A"].width = 24


def settled(path: Path) -> None:
    """Takes the hour of writing out of a zip-based document: fixed times, entries in order of their first writing."""
    with zipfile.ZipFile(path) as old:
        entries = [(item, old.read(item)) for item in old.infolist()]
    path.unlink()  # for ordinary permissions: python-hwpx makes the file the owner's alone
    with zipfile.ZipFile(path, "w") as new:
        for item, content in entries:
            if item.filename.endswith((".xml", ".hpf")):
                content = _TIMES.sub(WRITTEN.encode(), content)
                numbers = itertools.count(1_000_000)
                content = _RANDOM_IDS.sub(lambda _: b"%d" % next(numbers), content)  # noqa: B023
            elif item.filename.endswith(".xlsx"):  # the numbers behind a chart
                content = _settled_inside(content)
            fixed = zipfile.ZipInfo(item.filename, (2026, 1, 5, 9, 0, 0))
            fixed.compress_type = item.compress_type
            new.writestr(fixed, content)


def _settled_inside(content: bytes) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        inner = Path(folder) / "inner.xlsx"
        inner.write_bytes(content)
        settled(inner)
        return inner.read_bytes()


DOCUMENTS = {
    "2025-연차보고서.pdf": annual_report.write,
    "휴가규정.hwpx": leave_rules,
    "volunteer-handbook.docx": handbook,
    "reading-room-plan.pptx": renovation,
    "2026-예산.xlsx": budget,
}


def main(folder: Path) -> None:
    """Writes every document into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, make in DOCUMENTS.items():
        make(folder / name)
        if zipfile.is_zipfile(folder / name):
            settled(folder / name)


assert sum(value for _, value in COSTS) * 1_000_000 == PROJECTS[0][2]
assert sum(row[1] for row in INCOME) == sum(row[1] for row in SPENDING)
assert sum(row[2] for row in INCOME) == sum(row[2] for row in SPENDING)

if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
