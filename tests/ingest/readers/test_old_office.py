"""Old Office and OpenDocument files, made by LibreOffice where it is installed."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from ingest.readers import read
from tests import documents
from tests.documents import ENGLISH, KOREAN, ROWS, TITLE
from tests.ingest.readers.test_formats import blocks, check

needs_office = pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")


@pytest.fixture(scope="session")
def convert(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path, str], Path]:
    profile = tmp_path_factory.mktemp("profile").as_uri()

    def converted(path: Path, kind: str) -> Path:
        command = ["soffice", f"-env:UserInstallation={profile}", "--headless", "--convert-to", kind, "--outdir"]
        subprocess.run([*command, str(path.parent), str(path)], check=True, capture_output=True, timeout=120)
        return path.with_suffix(f".{kind}")

    return converted


@needs_office
def test_doc(convert: Callable[[Path, str], Path], tmp_path: Path) -> None:
    document = read(convert(documents.docx(tmp_path / "a.docx"), "doc"))
    check(document)
    assert (document.format, document.title) == ("doc", TITLE)
    assert blocks(document, "paragraph") == [KOREAN, "Equipment", ENGLISH]
    assert blocks(document, "row") == list(ROWS)


@needs_office
@pytest.mark.parametrize("kind", ["xls", "ods"])
def test_sheets(kind: str, convert: Callable[[Path, str], Path], tmp_path: Path) -> None:
    document = read(convert(documents.xlsx(tmp_path / "a.xlsx"), kind))
    check(document)
    assert document.format == kind
    assert [page.number for page in document.pages] == [1, 2]
    assert blocks(document, "heading") == ["재고", "Prices"]
    rows = blocks(document, "row")
    assert rows[:3] == [
        "품목: 붓 | 수량: 12 | 입고일: 2024-03-05 | 비율: 0.125",
        "품목: 먹 | 수량: 7 | 입고일: 2024-04-01 | 비율: 0.5",
        "2024 price list",
    ]
    assert rows[3].startswith("Region: Seoul | Item: Brush | Price: 3500")


@needs_office
def test_ppt(convert: Callable[[Path, str], Path], tmp_path: Path) -> None:
    document = read(convert(documents.pptx(tmp_path / "a.pptx"), "ppt"))
    check(document)
    assert document.format == "ppt"
    assert {KOREAN, ENGLISH} <= set(blocks(document, "paragraph"))


@needs_office
def test_odp(convert: Callable[[Path, str], Path], tmp_path: Path) -> None:
    document = read(convert(documents.pptx(tmp_path / "a.pptx"), "odp"))
    check(document)
    assert document.format == "odp"
    first, second = document.pages
    assert KOREAN in document.text[first.start : first.end]
    assert "발표자는 42명을 언급한다." in document.text[first.start : first.end]
    assert ENGLISH in document.text[second.start : second.end]
    assert blocks(document, "heading") == [TITLE, "Equipment"]
    assert blocks(document, "row") == list(ROWS)


def test_doc_tables_and_paragraphs_from_what_kreuzberg_gives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = "머리말\n품목\t수량\t단가\t\t붓\t12\t3,500원\t\t먹\t7\t8,000원\t\t뒤의 글\n• 하나\n• 둘"
    result = SimpleNamespace(content=content, metadata={"title": TITLE}, tables=[])
    monkeypatch.setattr("kreuzberg.extract_bytes_sync", lambda *_: result)
    document = read(documents.compound(tmp_path / "a.doc", ["WordDocument"]))
    check(document)
    assert blocks(document, "paragraph") == ["머리말", "뒤의 글", "• 하나", "• 둘"]
    assert blocks(document, "row") == list(ROWS)


def test_odp_reads_every_slide_without_libreoffice(tmp_path: Path) -> None:
    names = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{step}:1.0"'
        for name, step in (
            ("office", "office"),
            ("draw", "drawing"),
            ("presentation", "presentation"),
            ("text", "text"),
        )
    )
    frame = '<draw:frame presentation:class="{}"><draw:text-box>{}</draw:text-box></draw:frame>'
    body = "<text:p>한 <text:s text:c='2'/>칸</text:p><text:list><text:list-item><text:p>둘</text:p></text:list-item></text:list>"
    page = frame.format("outline", body) + frame.format("title", "<text:p>제목</text:p>")
    page += frame.format("page-number", "<text:p>1</text:p>")
    notes = f"<presentation:notes>{frame.format('notes', '<text:p>메모</text:p>')}</presentation:notes>"
    content = (
        f"<office:document-content {names}><office:body><office:presentation><draw:page>{page}{notes}</draw:page>"
        "</office:presentation></office:body></office:document-content>"
    )
    mime = "application/vnd.oasis.opendocument.presentation"
    document = read(documents.archive(tmp_path / "a.odp", {"mimetype": mime, "content.xml": content}))
    check(document)
    assert [document.text[block.start : block.end] for block in document.blocks] == ["제목", "한   칸", "둘", "메모"]
    assert document.title == "제목"
