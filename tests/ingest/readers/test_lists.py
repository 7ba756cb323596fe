"""Every item of a list is a block of its own, whatever the format."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest

from ingest.errors import UnreadableDocument
from ingest.frames import HEADER, packed, unpacked
from ingest.isolation import document_of
from ingest.readers import read
from ingest.readers.listing import items
from ingest.reading_child import packed_document
from tests import documents
from tests.ingest.readers.test_formats import blocks, check


def test_pptx_bullets_notes_and_subtitle(tmp_path: Path) -> None:
    from pptx import Presentation

    deck = Presentation()
    cover = deck.slides.add_slide(deck.slide_layouts[0])
    cover.shapes.title.text = "계획"
    cover.placeholders[1].text = "시설팀\n2025년 11월"
    slide = deck.slides.add_slide(deck.slide_layouts[1])
    slide.shapes.title.text = "바뀌는 것"
    slide.placeholders[1].text = "자리가 136개로 는다\n문을 두 겹으로 단다\n\n창가는 조용히 한다"
    slide.notes_slide.notes_text_frame.text = "첫째 메모\n둘째 메모"
    deck.save(str(tmp_path / "a.pptx"))
    document = read(tmp_path / "a.pptx")
    check(document)
    assert blocks(document, "heading") == ["계획", "바뀌는 것"]
    assert blocks(document, "paragraph") == [
        *("시설팀", "2025년 11월"),
        *("자리가 136개로 는다", "문을 두 겹으로 단다", "창가는 조용히 한다", "첫째 메모", "둘째 메모"),
    ]


def test_docx_items_and_lines_that_look_like_items(tmp_path: Path) -> None:
    from docx import Document

    document = Document()
    document.add_paragraph("First", style="List Bullet")
    document.add_paragraph("Second", style="List Bullet")
    document.add_paragraph("Bring:\n• brush\n• ink\nand a lamp")
    document.save(str(tmp_path / "a.docx"))
    assert blocks(read(tmp_path / "a.docx"), "paragraph") == [
        "First",
        "Second",
        "Bring:",
        "• brush",
        "• ink\nand a lamp",
    ]


def test_html_items_nested_empty_and_of_paragraphs(tmp_path: Path) -> None:
    page = (
        "<body><p>Before</p><ul><li>one<ul><li>inner</li><li><p>a</p><p>b</p></li></ul>rest</li><li></li>"
        "<li>two<br>lines</li></ul><p>- x<br>- y</p><pre>- code\n- code</pre></body>"
    )
    document = read(documents.text(tmp_path / "a.html", f"<html>{page}</html>"))
    check(document)
    assert blocks(document, "paragraph") == [
        *("Before", "- one", "- inner", "- a\nb", "rest", "- two\nlines", "- x", "- y", "- code\n- code")
    ]


def test_txt_and_mail_items(tmp_path: Path) -> None:
    source = "준비물\n1. 붓\n   길이는 한 뼘\n2. 먹\n가. 종이\n○ 벼루\n① 물\nㅇ 자리"
    expected = ["준비물", "1. 붓\n   길이는 한 뼘", "2. 먹", "가. 종이", "○ 벼루", "① 물", "ㅇ 자리"]
    document = read(documents.text(tmp_path / "a.txt", source))
    check(document)
    assert document.text == source
    assert blocks(document, "paragraph") == expected
    mail = f"From: a@example.org\nTo: b@example.org\nDate: Mon, 04 Mar 2024 09:00:00 +0900\n\n{source}\n"
    assert blocks(read(documents.text(tmp_path / "a.eml", mail)), "paragraph") == expected


def test_markdown_items_but_not_in_code_or_tables(tmp_path: Path) -> None:
    source = (
        "Intro\n- first\n  goes on\n* second\n   1. deep\n\n```\n- code\n- code\n```\n\n| - a | b |\n|---|---|\n| - 1 | 2 |\n"
        "after\n- last | one"
    )
    document = read(documents.text(tmp_path / "a.md", source))
    check(document)
    assert document.text == source
    assert blocks(document, "paragraph") == [
        *("Intro", "- first\n  goes on", "* second", "1. deep", "```\n- code\n- code\n```", "after", "- last | one")
    ]
    assert blocks(document, "row") == ["| - a | b |\n|---|---|", "| - 1 | 2 |"]


def test_markdown_rows_know_the_header_of_their_own_table(tmp_path: Path) -> None:
    source = "| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |\n\n| c | d |\n| --- | --- |\n| 5 | 6 |"
    document = read(documents.text(tmp_path / "a.md", source))
    check(document)
    rows = [(document.text[b.start : b.end], b.header and document.text[slice(*b.header)]) for b in document.blocks]
    assert rows == [
        ("| a | b |\n|---|---|", None), ("| 1 | 2 |", "| a | b |"), ("| 3 | 4 |", "| a | b |"),
        ("| c | d |\n| --- | --- |", None), ("| 5 | 6 |", "| c | d |"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    ["It cost\n3.5 million", "by\nJ. Smith", "**bold**\n**text**", "a\n-5 degrees", "(가) 목", "2024\n2025. 3. 1."],
)
def test_lines_that_begin_no_item(text: str) -> None:
    assert list(items(text)) == [(0, len(text))]


def test_headers_of_rows_outlive_the_reading_child(tmp_path: Path) -> None:
    document = read(documents.text(tmp_path / "a.md", "| a | b |\n|---|---|\n| 1 | 2 |"))
    message = unpacked(packed(packed_document(document))[HEADER.size :])
    assert document_of(message) == document
    message["blocks"][1][4] = [5, 99]  # beyond the row itself
    with pytest.raises(UnreadableDocument):
        document_of(message)


def test_hwpx_outline_paragraphs_are_headings(tmp_path: Path) -> None:
    """Styles 2 and 3 of a new document are outline levels 1 and 2; a numbered sentence stays a paragraph."""
    plain = documents.hwpx(tmp_path / "plain.hwpx")
    outlined = tmp_path / "a.hwpx"
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(outlined, "w") as new:
        for info in old.infolist():
            data = old.read(info)
            if info.filename.endswith("section0.xml"):
                section = data.decode()
                for number, text in ((2, "사업 개요"), (3, "추진 배경"), (3, "이 사업은 내년에 끝난다.")):
                    added = (
                        f'<hp:p id="{number}" paraPrIDRef="{number}" styleIDRef="0" pageBreak="0" columnBreak="0" '
                        f'merged="0"><hp:run charPrIDRef="0"><hp:t>{text}</hp:t></hp:run></hp:p>'
                    )
                    section = re.sub(r"(</\w+:sec>)", rf"{added}\1", section)
                data = section.encode()
            new.writestr(info, data)
    document = read(outlined)
    check(document)
    levels = [(document.text[block.start : block.end], block.level) for block in document.blocks if block.level]
    assert levels == [("1. 사업 개요", 1), ("가. 추진 배경", 2)]
    assert blocks(document, "paragraph")[-1] == "나. 이 사업은 내년에 끝난다."
