"""A title is the name of a document and never a paragraph of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.readers import read
from ingest.readers.title import metadata_title, text_title
from tests import documents

_PARAGRAPH = "서당개는 삼 년 동안 글 읽는 소리를 들었다. " * 10


@pytest.mark.parametrize(
    ("text", "from_metadata", "from_text"),
    [
        ("운영 규정", "운영 규정", "운영 규정"),
        ("  A title\non two lines ", "A title on two lines", "A title on two lines"),
        ("1.5 배 늘리기", "1.5 배 늘리기", "1.5 배 늘리기"),
        ("What is new?", "What is new?", "What is new?"),
        ("이 규정은 휴가를 정한다.", "이 규정은 휴가를 정한다.", ""),
        (_PARAGRAPH, "", ""),
        ("", "", ""),
    ],
)
def test_titles(text: str, from_metadata: str, from_text: str) -> None:
    assert (metadata_title(text), text_title(text)) == (from_metadata, from_text)


def test_no_format_takes_a_paragraph_for_its_title(tmp_path: Path) -> None:
    from docx import Document
    from pptx import Presentation

    document = Document()
    document.core_properties.title = _PARAGRAPH[:250]
    document.add_paragraph(_PARAGRAPH)
    document.save(str(tmp_path / "a.docx"))
    deck = Presentation()
    for text in ("이것은 제목이 아니라 문장이다.", "진짜 제목"):
        deck.slides.add_slide(deck.slide_layouts[5]).shapes.title.text = text
    deck.save(str(tmp_path / "a.pptx"))
    documents.text(tmp_path / "a.md", f"# {_PARAGRAPH}\n\nText\n")
    assert [read(tmp_path / name).title for name in ("a.docx", "a.pptx", "a.md")] == ["", "진짜 제목", ""]


def test_html_without_a_title_has_its_first_heading(tmp_path: Path) -> None:
    page = f"<html><head><title>{_PARAGRAPH}</title></head><body><h1>이것은 문장이다.</h1><h2>이용 안내</h2><p>글</p></body>"
    assert read(documents.text(tmp_path / "a.html", page)).title == "이용 안내"
