"""Every format is read, with headings, tables, pages and title where it has them."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.document import Document, normalize
from ingest.readers import read
from tests import documents
from tests.documents import ENGLISH, KOREAN, ROWS, TITLE

_WRITERS = {
    "docx": documents.docx,
    "pptx": documents.pptx,
    "xlsx": documents.xlsx,
    "pdf": documents.pdf,
    "hwpx": documents.hwpx,
    "html": documents.html,
    "eml": documents.eml,
    "rtf": documents.rtf,
    "odt": documents.odt,
    "epub": documents.epub,
}


def check(document: Document) -> None:
    """What holds for every document."""
    assert document.text == normalize(document.text) == document.text.strip() != ""
    end = 0
    for block in document.blocks:
        assert end <= block.start < block.end <= len(document.text)
        assert not document.text[end : block.start].strip()
        assert document.text[block.start : block.end].strip() == document.text[block.start : block.end]
        assert (block.kind == "heading") == (block.level > 0)
        end = block.end
    assert end == len(document.text)
    assert [page.number for page in document.pages] == sorted({page.number for page in document.pages})
    for page, following in zip(document.pages, document.pages[1:], strict=False):
        assert page.start <= page.end <= following.start
    for block in document.blocks if document.pages else ():
        assert any(page.start <= block.start and block.end <= page.end for page in document.pages)


def blocks(document: Document, kind: str) -> list[str]:
    return [document.text[block.start : block.end] for block in document.blocks if block.kind == kind]


@pytest.mark.parametrize("kind", _WRITERS)
def test_reads_every_format_whatever_its_name(kind: str, tmp_path: Path) -> None:
    # A name without an ending, and one that lies: the content decides.
    for name in ("document", "photo.png"):
        document = read(_WRITERS[kind](tmp_path / name))
        check(document)
        assert document.format == kind
        if kind != "xlsx":
            assert KOREAN in document.text
            assert ENGLISH in document.text


@pytest.mark.parametrize("kind", ["docx", "pptx", "pdf", "hwpx", "html"])
def test_tables_repeat_their_header(kind: str, tmp_path: Path) -> None:
    document = read(_WRITERS[kind](tmp_path / "a"))
    assert blocks(document, "row") == list(ROWS)


@pytest.mark.parametrize("kind", ["docx", "pptx", "pdf", "html", "epub", "eml"])
def test_title_of_the_file(kind: str, tmp_path: Path) -> None:
    assert read(_WRITERS[kind](tmp_path / "a")).title == TITLE


def test_docx_headings_in_order_and_footer(tmp_path: Path) -> None:
    document = read(documents.docx(tmp_path / "a.docx"))
    levels = [(document.text[block.start : block.end], block.level) for block in document.blocks if block.level]
    assert levels == [("제1장 총칙", 1), ("Equipment", 2)]
    assert document.text.index("Equipment") < document.text.index(ROWS[0]) < document.text.index(ENGLISH)
    assert document.text.endswith("대외비 문서")
    assert document.pages == ()


def test_docx_tracked_changes_boxes_and_notes(tmp_path: Path) -> None:
    names = (
        'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
        'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    )
    box = "<w:txbxContent><w:p><w:r><w:t>In a box.</w:t></w:r></w:p></w:txbxContent>"
    body = (
        "<w:p><w:r><w:t>Kept </w:t></w:r><w:ins><w:r><w:t>added</w:t></w:r></w:ins>"
        "<w:del><w:r><w:delText>gone</w:delText></w:r></w:del><w:sdt><w:sdtContent><w:r><w:t> inside</w:t></w:r></w:sdtContent></w:sdt>"  # noqa: E501
        '<w:r><w:footnoteReference w:id="2"/></w:r>'
        f"<w:r><mc:AlternateContent><mc:Choice><w:drawing>{box}</w:drawing></mc:Choice><mc:Fallback><w:pict>{box}</w:pict></mc:Fallback>"
        "</mc:AlternateContent></w:r></w:p>"
        "<w:tbl><w:tr><w:trPr><w:tblHeader/></w:trPr><w:tc><w:p><w:r><w:t>Town</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>Head</w:t></w:r></w:p></w:tc></w:tr>"
        '<w:tr><w:tc><w:tcPr><w:vMerge w:val="restart"/></w:tcPr><w:p><w:r><w:t>Seoul</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>Kim</w:t></w:r></w:p></w:tc></w:tr>'  # noqa: E501
        "<w:tr><w:tc><w:tcPr><w:vMerge/></w:tcPr><w:p/></w:tc><w:tc><w:p><w:r><w:t>Lee</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
    )
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    parts = {
        "_rels/.rels": f'<Relationships><Relationship Id="1" Type="{relation}/officeDocument" Target="word/document.xml"/></Relationships>',  # noqa: E501
        "word/_rels/document.xml.rels": f'<Relationships><Relationship Id="1" Type="{relation}/footnotes" Target="footnotes.xml"/></Relationships>',  # noqa: E501
        "word/document.xml": f"<w:document {names}><w:body>{body}</w:body></w:document>",
        "word/footnotes.xml": f'<w:footnotes {names}><w:footnote w:id="2"><w:p><w:r><w:t>A note.</w:t></w:r></w:p></w:footnote></w:footnotes>',  # noqa: E501
    }
    document = read(documents.archive(tmp_path / "a.docx", dict(parts)))
    assert (
        document.text == "Kept added inside\n\nA note.\n\nIn a box.\n\nTown: Seoul | Head: Kim\nTown: Seoul | Head: Lee"
    )


def test_pptx_pages_are_slides(tmp_path: Path) -> None:
    document = read(documents.pptx(tmp_path / "a.pptx"))
    first, second = document.pages
    assert "발표자는 42명을 언급한다." in document.text[first.start : first.end]
    assert ENGLISH in document.text[second.start : second.end]
    assert blocks(document, "heading") == [TITLE, "Equipment"]


def test_xlsx_values_as_a_person_reads_them(tmp_path: Path) -> None:
    document = read(documents.xlsx(tmp_path / "a.xlsx"))
    assert [page.number for page in document.pages] == [1, 2]
    assert blocks(document, "heading") == ["재고", "Prices"]
    assert blocks(document, "row") == [
        "품목: 붓 | 수량: 12 | 입고일: 2024-03-05 | 비율: 12.5%",
        "품목: 먹 | 수량: 7 | 입고일: 2024-04-01 | 비율: 50.0%",
        "2024 price list",
        "Region: Seoul | Item: Brush | Price: 3,500원",
        "Region: Seoul | Item: Ink | Price: 8,000원",
        "Region: Busan | Item: Paper | Price: 1,234,568원",
    ]


def test_xlsx_formulas_without_result_are_told(tmp_path: Path) -> None:
    path = documents.xlsx(tmp_path / "a.xlsx", [("a", "b", "c"), (1, 2, "=A2+B2")])
    document = read(path)
    assert "a: 1 | b: 2" in document.text
    assert document.warnings[0].startswith("1 formulas on sheet")


def test_pdf_pages_and_table(tmp_path: Path) -> None:
    document = read(documents.pdf(tmp_path / "a.pdf"))
    first, second = document.pages
    assert KOREAN in document.text[first.start : first.end]
    assert ROWS[1] in document.text[second.start : second.end]
    assert blocks(document, "heading") == ["제1장 총칙"]


def test_pdf_joins_the_lines_of_a_paragraph(tmp_path: Path) -> None:
    english = "The quick brown fox jumps over the lazy dog and keeps running through the field. " * 8
    korean = "서당개 삼 년이면 풍월을 읊는다는 말은 오래 듣고 보면 누구나 배운다는 뜻이다. " * 8
    document = read(documents.pdf(tmp_path / "a.pdf", [english + "<br/><br/>" + korean], table=False))
    assert english.strip() in document.text
    assert korean.strip() in document.text


def test_html_keeps_words_whole_and_leaves_out_the_furniture(tmp_path: Path) -> None:
    document = read(documents.html(tmp_path / "a.html"))
    for furniture in ("secret", "color", "처음으로", "Copyright"):
        assert furniture not in document.text
    assert [text for text in blocks(document, "paragraph") if text.startswith("-")] == ["- 첫째", "- 둘째"]
    assert [block.level for block in document.blocks if block.level] == [1, 2]


@pytest.mark.parametrize("encoding", ["utf-8", "euc-kr", "cp949", "utf-16"])
def test_html_encodings(encoding: str, tmp_path: Path) -> None:
    assert KOREAN in read(documents.html(tmp_path / "a.html", encoding)).text


def test_html_page_that_is_only_furniture_is_still_read(tmp_path: Path) -> None:
    document = read(documents.text(tmp_path / "a.html", "<html><body><nav>Opening hours: 9 to 6</nav></body></html>"))
    assert document.text == "Opening hours: 9 to 6"


def test_html_spans(tmp_path: Path) -> None:
    table = (
        "<table><tr><th rowspan=2>Item</th><th colspan=2>Sales</th></tr><tr><th>2023</th><th>2024</th></tr>"
        "<tr><td>Ink</td><td>1</td><td>2</td></tr></table>"
    )
    document = read(documents.text(tmp_path / "a.html", f"<html><body>{table}</body></html>"))
    assert document.text == "Item: Ink | Sales 2023: 1 | Sales 2024: 2"


@pytest.mark.parametrize("charset", ["utf-8", "euc-kr", "ks_c_5601-1987"])
def test_eml_fields_body_and_attachment(charset: str, tmp_path: Path) -> None:
    document = read(documents.eml(tmp_path / "a", charset))
    assert document.text.count(KOREAN) == 1  # one of the two alternatives
    assert "From: 훈장 <teacher@example.org>" in document.text
    assert "data.bin" in document.warnings[0]


def test_markdown_is_verbatim_with_its_outline(tmp_path: Path) -> None:
    source = (
        "---\ntitle: 서당\n---\n\n# One #\n\nText *here*\nand here.\n\n```\n# not a heading\n\n| no | table |\n```\n\n"
        "Two\n---\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nEnd.\n"
    )
    document = read(documents.text(tmp_path / "a.md", source))
    check(document)
    assert document.text == source.strip()
    assert document.title == "서당"
    assert blocks(document, "heading") == ["# One #", "Two\n---"]
    assert [block.level for block in document.blocks if block.level] == [1, 2]
    assert blocks(document, "row") == ["| a | b |\n|---|---|", "| 1 | 2 |"]
    headers = [block.header and document.text[slice(*block.header)] for block in document.blocks if block.kind == "row"]
    assert headers == [None, "| a | b |"]


def test_txt_is_the_file(tmp_path: Path) -> None:
    source = "  First line\r\nsecond line.  \r\n \r\n\r\nNext\u3000paragraph \r\n"
    document = read(documents.text(tmp_path / "a.txt", source))
    check(document)
    assert document.text == normalize(source).strip()
    assert blocks(document, "paragraph") == ["First line\nsecond line.", "Next\u3000paragraph"]


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("a.csv", "품목,수량\n붓,12\n먹,7\n"),
        ("a.csv", "품목;수량\n붓;12\n먹;7\n"),
        ("a.tsv", "품목\t수량\n붓\t12\n먹\t7\n"),
        ("a.csv", '"품목", "수량"\n"붓", "12"\n"먹", "7"\n'),
    ],
)
def test_delimited(name: str, source: str, tmp_path: Path) -> None:
    for encoding in ("utf-8", "utf-8-sig", "cp949", "utf-16"):
        document = read(documents.text(tmp_path / name, source, encoding))
        check(document)
        assert document.text == "품목: 붓 | 수량: 12\n품목: 먹 | 수량: 7"


def test_csv_without_header(tmp_path: Path) -> None:
    assert read(documents.text(tmp_path / "a.csv", "1,2,3\n4,5,6\n")).text == "1 | 2 | 3\n4 | 5 | 6"


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("a.json", '{"school": "서당", "pupils": 42}'),
        ("a.py", "def bark():\n    return 'woof'"),
        ("a.xml", "<a><b>text</b></a>"),
    ],
)
def test_other_text_is_read_as_it_stands(name: str, source: str, tmp_path: Path) -> None:
    document = read(documents.text(tmp_path / name, source))
    assert (document.format, document.text) == ("txt", source)
