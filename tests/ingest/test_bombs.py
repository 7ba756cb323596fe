"""Files made to do harm are refused within the limits, or read as what little they hold; the run goes on.

Each case runs in the real child with small limits; the process that started it must stay small and answer quickly.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ingest.errors import UnreadableDocument
from ingest.isolation import IsolatedReader, ReadLimits
from tests import documents

LIMITS = ReadLimits(
    seconds=20, memory_bytes=300 << 20, text_bytes=4 << 20, zip_entries=1000, ocr_page_seconds=3, ocr_pages=2
)
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = {"docx": "word/document.xml", "pptx": "ppt/presentation.xml", "xlsx": "xl/workbook.xml"}
_LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1 if n > 1 else str()};" * 10}">' for n in range(1, 12))
    + "]><a>&a11;</a>"
)
_EXTERNAL = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'


@pytest.fixture(scope="module")
def reader() -> Iterator[IsolatedReader]:
    with IsolatedReader(LIMITS) as reader:
        yield reader


def refusal(reader: IsolatedReader, path: Path) -> str:
    with pytest.raises(UnreadableDocument) as caught:
        reader.read(path)
    return caught.value.reason


def harmless(reader: IsolatedReader, path: Path) -> str:
    """The text or the reason; either will do, as long as the next file is read."""
    try:
        found = reader.read(path).text
    except UnreadableDocument as error:
        found = error.reason
    assert reader.read(documents.text(path.parent / "next.txt", "the next file")).text == "the next file"
    return found


def office(path: Path, kind: str, main: str | bytes, **others: str | bytes) -> Path:
    relation = (
        f'<Relationships><Relationship Id="1" Type="{_OFFICE}/officeDocument" Target="{_MAIN[kind]}"/></Relationships>'
    )
    return documents.archive(path, {"_rels/.rels": relation, _MAIN[kind]: main, **others})


def sheet(path: Path, content: str) -> Path:
    relations = f'<Relationships><Relationship Id="1" Type="{_OFFICE}/worksheet" Target="s.xml"/></Relationships>'
    book = f'<workbook xmlns:r="{_OFFICE}"><sheets><sheet name="a" r:id="1"/></sheets></workbook>'
    return office(path, "xlsx", book, **{"xl/_rels/workbook.xml.rels": relations, "xl/s.xml": content})


@pytest.mark.parametrize("kind", _MAIN)
def test_zip_ratio(kind: str, reader: IsolatedReader, tmp_path: Path) -> None:
    reason = refusal(reader, office(tmp_path / "a", kind, b" " * (40 << 20)))
    assert "zip bomb" in reason
    assert "40 MiB" in reason


def test_zip_total(tmp_path: Path) -> None:
    with IsolatedReader(ReadLimits(zip_total_bytes=1 << 20)) as reader:
        path = office(tmp_path / "a", "docx", "<a/>", **{f"part{number}": "x" * 300_000 for number in range(4)})
        assert "would unpack to" in refusal(reader, path)


def test_many_entries(reader: IsolatedReader, tmp_path: Path) -> None:
    path = office(tmp_path / "a", "docx", "<a/>", **{f"p{number}": "" for number in range(1001)})
    assert "more than the limit of 1,000" in refusal(reader, path)
    # One entry in the directory, but a directory so large that it must hold more.
    data = bytearray(path.read_bytes())
    end = data.rfind(b"PK\x05\x06")
    struct.pack_into("<HH", data, end + 8, 1, 1)
    path.write_bytes(data)
    harmless(reader, path)


def test_an_empty_form_that_compresses_well_is_no_bomb(reader: IsolatedReader, tmp_path: Path) -> None:
    rows = "<row><c><v>1</v></c></row>" + "<row></row>" * 200_000
    assert reader.read(sheet(tmp_path / "a", f"<worksheet><sheetData>{rows}</sheetData></worksheet>")).text == "a\n\n1"


def test_nested_zip(reader: IsolatedReader, tmp_path: Path) -> None:
    inner = b"x" * 1000
    for _ in range(5):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
            for number in range(10):
                file.writestr(f"{number}.zip", inner)
        inner = buffer.getvalue()
    (tmp_path / "a.zip").write_bytes(inner)
    assert "archive" in refusal(reader, tmp_path / "a.zip")
    parts: dict[str, str | bytes] = {
        "mimetype": "application/vnd.oasis.opendocument.text",
        "content.xml": "<a/>",
        "b.zip": inner,
    }
    assert "another archive" in refusal(reader, documents.archive(tmp_path / "a.odt", parts))


def _overlapping(path: Path) -> Path:
    """Many entries in the directory that all point at the same packed bytes."""
    packed = zlib.compress(b" " * 1_000_000)[2:-4]
    crc = zlib.crc32(b" " * 1_000_000)
    fields = struct.pack("<HHHHHIII", 20, 0, 8, 0, 0, crc, len(packed), 1_000_000)
    name = _MAIN["docx"].encode()
    local = b"PK\x03\x04" + fields + struct.pack("<HH", len(name), 0) + name + packed
    directory = b""
    for number in range(20):
        name = _MAIN["docx"].encode() if number == 0 else f"word/{number}.xml".encode()
        directory += (
            b"PK\x01\x02" + struct.pack("<H", 20) + fields + struct.pack("<HHHHHII", len(name), 0, 0, 0, 0, 0, 0) + name
        )
    end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 20, 20, len(directory), len(local), 0)
    path.write_bytes(local + directory + end)
    return path


def test_overlapping_entries(tmp_path: Path) -> None:
    with IsolatedReader(ReadLimits(zip_ratio=1e9)) as reader:
        assert "overlap" in refusal(reader, _overlapping(tmp_path / "a.docx"))


def test_a_part_that_is_larger_than_it_says(reader: IsolatedReader, tmp_path: Path) -> None:
    path = office(tmp_path / "a.docx", "docx", b"<a>" + b" " * (60 << 20) + b"</a>")
    data = path.read_bytes()
    path.write_bytes(data.replace(struct.pack("<I", (60 << 20) + 7), struct.pack("<I", 5000)))
    assert "damaged" in refusal(reader, path)


@pytest.mark.parametrize("kind", [*_MAIN, "odt", "epub", "hwpx"])
@pytest.mark.parametrize(
    "content", [_LAUGHS, _EXTERNAL, _LAUGHS.encode("utf-16"), "<!-- x -->" * 20_000 + _LAUGHS[21:]]
)
def test_xml_entities(kind: str, content: str | bytes, reader: IsolatedReader, tmp_path: Path) -> None:
    if kind in _MAIN:
        path = office(tmp_path / "a", kind, content)
    elif kind == "epub":
        parts = {name: data for name, data in _parts(documents.epub(tmp_path / "b")).items()}
        path = documents.archive(tmp_path / "a", {**parts, "c.xhtml": content})
    else:
        mime = "application/hwp+zip" if kind == "hwpx" else "application/vnd.oasis.opendocument.text"
        path = documents.archive(tmp_path / "a", {"mimetype": mime, "content.xml": content})
    assert "XML entities" in refusal(reader, path)


def _parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as file:
        return {name: file.read(name) for name in file.namelist()}


def test_xml_entities_in_html_and_text_are_only_text(reader: IsolatedReader, tmp_path: Path) -> None:
    assert "root:" not in harmless(
        reader, documents.text(tmp_path / "a.xhtml", _EXTERNAL + "<html><body>x</body></html>")
    )
    assert len(harmless(reader, documents.text(tmp_path / "a.xml", _LAUGHS))) == len(_LAUGHS)


def test_deep_xml(reader: IsolatedReader, tmp_path: Path) -> None:
    deep = "<sdt><sdtContent>" * 50_000
    body = f"<document><body>{deep}<p><r><t>x</t></r></p>{deep.replace('<', '</')}</body></document>"
    assert "deep" in refusal(reader, office(tmp_path / "a", "docx", _reversed_ends(body)))


def _reversed_ends(body: str) -> str:
    return body.replace("</sdt></sdtContent>", "</sdtContent></sdt>")


def test_deep_html(reader: IsolatedReader, tmp_path: Path) -> None:
    for tag in ("div", "b", "ul><li", "table><tr><td", "blockquote"):
        found = harmless(reader, documents.text(tmp_path / "a.html", f"<html><body>{f'<{tag}>' * 50_000}end"))
        assert "longer than" not in found


def test_html_spans(reader: IsolatedReader, tmp_path: Path) -> None:
    cell = "<td rowspan=999999999 colspan=999999999>x</td>"
    harmless(reader, documents.text(tmp_path / "a.html", f"<html><table>{f'<tr>{cell * 5}</tr>' * 300}</table></html>"))


def _pdf(path: Path, objects: list[bytes]) -> Path:
    data = b"%PDF-1.7\n"
    offsets = []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(data)
    data += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    data += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    data += b"trailer << /Root 1 0 R /Size %d >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, start)
    path.write_bytes(data)
    return path


def _stream(content: bytes, filters: int = 1) -> bytes:
    for _ in range(filters):
        content = zlib.compress(content, 9)
    names = b"/FlateDecode " * filters
    return b"<< /Length %d /Filter [%s] >>\nstream\n%s\nendstream" % (len(content), names, content)


_CATALOG = b"<< /Type /Catalog /Pages 2 0 R >>"
_PAGES = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
_PAGE = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >> >>"
_FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"


@pytest.mark.parametrize("filters", [1, 2, 3, 40])
def test_pdf_streams(filters: int, reader: IsolatedReader, tmp_path: Path) -> None:
    harmless(reader, _pdf(tmp_path / "a.pdf", [_CATALOG, _PAGES, _PAGE, _stream(b" " * (120 << 20), filters), _FONT]))


def test_pdf_text_without_end(reader: IsolatedReader, tmp_path: Path) -> None:
    content = b"BT /F 10 Tf " + b"1 0 0 1 10 10 Tm (word word word word word word) Tj " * 150_000 + b"ET"
    found = harmless(reader, _pdf(tmp_path / "a.pdf", [_CATALOG, _PAGES, _PAGE, _stream(content), _FONT]))
    assert len(found) <= LIMITS.text_bytes


@pytest.mark.parametrize(
    "pages",
    [
        b"<< /Type /Pages /Kids [3 0 R] /Count 2000000000 >>",
        b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 2 >>",
        b"<< /Type /Pages /Kids [" + b"3 0 R " * 100_000 + b"] /Count 100000 >>",
    ],
)
def test_pdf_page_trees(pages: bytes, reader: IsolatedReader, tmp_path: Path) -> None:
    harmless(reader, _pdf(tmp_path / "a.pdf", [_CATALOG, pages, _PAGE, _stream(b"BT /F 9 Tf (x) Tj ET"), _FONT]))


def test_pdf_bookmarks_in_a_circle(reader: IsolatedReader, tmp_path: Path) -> None:
    catalog = b"<< /Type /Catalog /Pages 2 0 R /Outlines 6 0 R >>"
    outlines = [
        b"<< /First 7 0 R /Last 7 0 R /Count 1 >>",
        b"<< /Title (x) /Parent 6 0 R /Next 7 0 R /First 7 0 R /Dest [3 0 R /Fit] >>",
    ]
    path = _pdf(tmp_path / "a.pdf", [catalog, _PAGES, _PAGE, _stream(b"BT /F 9 Tf (hello) Tj ET"), _FONT, *outlines])
    assert harmless(reader, path)


def test_pdf_page_as_large_as_a_field(reader: IsolatedReader, tmp_path: Path) -> None:
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100000 100000] /Contents 4 0 R >>"
    path = _pdf(tmp_path / "a.pdf", [_CATALOG, _PAGES, page, _stream(b"0 0 99999 99999 re f")])
    assert "picture" in refusal(reader, path)


def test_pdf_with_endless_rules(reader: IsolatedReader, tmp_path: Path) -> None:
    grid = b"".join(b"%d 0 m %d 800 l S 0 %d m 600 %d l S " % (n, n, n, n) for n in range(0, 600, 4)) * 20
    content = b"BT /F 9 Tf (hello) Tj ET " + grid
    assert "hello" in harmless(reader, _pdf(tmp_path / "a.pdf", [_CATALOG, _PAGES, _PAGE, _stream(content), _FONT]))


def test_a_gibibyte_of_text(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    with path.open("wb") as file:
        file.write(b"text ")
        file.truncate(1 << 30)
    with IsolatedReader() as reader:  # the real limits
        assert "1 GiB large" in refusal(reader, path)
    documents.text(path, "word " * 11_000_000)
    with IsolatedReader() as reader:
        assert "more than 50 MiB of text" in refusal(reader, path)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", "a,b\n" + "x,y\n" * 200_000),
        ("a.csv", 'a,b\n"' + "x" * 3_900_000),
        ("a.csv", "," * 3_000_000),
        ("a.md", "# a" + " " * 3_000_000 + "b"),
        ("a.md", "|" * 3_000_000 + "\n" + "|-" * 400_000),
        ("a.md", "# a\n" * 60_000),
        ("a.txt", "\n \n" * 1_300_000 + "x"),
        ("a.txt", "\n" + " " * 3_000_000 + "x"),
        ("a.html", "<html>" + "<p>x" * 40_000),
        ("a.html", "<html><pre>" + " \n" * 1_500_000 + "x"),
        ("a.html", "<html>" + "<table>" * 30_000 + "x"),
        ("a.html", "<html><table>" + "<tr><td>x<td>y" * 30_000),
        ("a.eml", "From: a\nTo: b\nSubject: " + " \n\t" * 500_000 + "c\nDate: d\nMessage-ID: e\n\nbody"),
        ("a.rtf", "{\\rtf1 " + "{" * 1_000_000 + "x"),
        ("a.json", "[" * 3_000_000),
    ],
    ids=lambda value: str(value)[:12].replace("\n", " "),
)
def test_endless_repetition(name: str, content: str, reader: IsolatedReader, tmp_path: Path) -> None:
    found = harmless(reader, documents.text(tmp_path / name, content))
    assert "longer than" not in found
    assert "broke down" not in found


def test_mail_in_mail(reader: IsolatedReader, tmp_path: Path) -> None:
    head = "From: a\nTo: b\nSubject: c\nDate: d\nMIME-Version: 1.0\n"
    nested = "".join(f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(3000))
    harmless(reader, documents.text(tmp_path / "a.eml", f"{head}{nested}Content-Type: text/plain\n\nhello"))


def _row_at(reference: str) -> str:
    return f'<worksheet><sheetData><row r="1048576"><c r="{reference}"><v>1</v></c></row></sheetData></worksheet>'


@pytest.mark.parametrize(
    "content",
    [
        _row_at("XFD1048576"),
        _row_at("ZZZZZZZ99999999999"),
        "<worksheet><sheetData>" + '<row><c r="XFD1"><v>1</v></c></row>' * 3000 + "</sheetData></worksheet>",
        '<worksheet><sheetData><row r="1"><c r="A1"><v>1</v></c></row></sheetData><mergeCells>'
        + '<mergeCell ref="A1:XFD1048576"/>' * 1000
        + "</mergeCells></worksheet>",
        "<worksheet><sheetData>" + "<row><c><v>1</v></c></row>" * 30_000,
    ],
    ids=["far corner", "no such cell", "wide rows", "merged", "cut off"],
)
def test_sheets(content: str, reader: IsolatedReader, tmp_path: Path) -> None:
    assert "longer than" not in harmless(reader, sheet(tmp_path / "a.xlsx", content))


_STRANGE: dict[str, Callable[[Path], object]] = {
    "pptx": documents.pptx,
    "docx": documents.docx,
    "xlsx": documents.xlsx,
    "pdf": documents.pdf,
    "hwpx": documents.hwpx,
    "odt": documents.odt,
    "epub": documents.epub,
    "rtf": documents.rtf,
    "eml": documents.eml,
    "html": documents.html,
}


@pytest.mark.parametrize("kind", _STRANGE)
def test_damaged_files_are_read_or_refused(kind: str, reader: IsolatedReader, tmp_path: Path) -> None:
    """Cut off, overwritten and with parts swapped, by a fixed pattern: the answer is a document or a reason."""
    path = tmp_path / "a"
    _STRANGE[kind](path)
    whole = path.read_bytes()
    for step in range(1, 13):
        data = bytearray(whole)
        for at in range(step * 7, len(data), max(40, len(data) // (3 * step))):
            data[at] ^= 0x55
        cut = len(data) if step % 3 else len(data) * step // 14
        path.write_bytes(data[:cut])
        reason = harmless(reader, path)
        assert reason
        assert "unknown variety" not in reason, reason
