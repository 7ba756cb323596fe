"""Writes the sample files that tests read: small, real, in every format, about the same invented facts."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Sequence
from email.message import EmailMessage
from pathlib import Path

FONT = Path("/usr/share/fonts/truetype/nanum/NanumGothic.ttf")
TITLE = "서당개 운영 규정"
KOREAN = "서당개는 삼 년 동안 글 읽는 소리를 들었다. 본사는 경주시 첨성로 12번지에 있다."
ENGLISH = "The village school opened in 1897. It has 42 pupils and one dog."
TABLE = (("품목", "수량", "단가"), ("붓", "12", "3,500원"), ("먹", "7", "8,000원"))
ROWS = ("품목: 붓 | 수량: 12 | 단가: 3,500원", "품목: 먹 | 수량: 7 | 단가: 8,000원")


def text(path: Path, content: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(content.encode(encoding))
    return path


def docx(path: Path) -> Path:
    from docx import Document

    document = Document()
    document.core_properties.title = TITLE
    document.add_heading("제1장 총칙", 1)
    document.add_paragraph(KOREAN)
    document.add_heading("Equipment", 2)
    table = document.add_table(rows=0, cols=3)
    for row in TABLE:
        for cell, value in zip(table.add_row().cells, row, strict=True):
            cell.text = value
    document.add_paragraph(ENGLISH)
    document.sections[0].footer.paragraphs[0].text = "대외비 문서"
    document.save(str(path))
    return path


def pptx(path: Path) -> Path:
    from pptx import Presentation
    from pptx.util import Inches

    deck = Presentation()
    first = deck.slides.add_slide(deck.slide_layouts[1])
    first.shapes.title.text = TITLE
    first.placeholders[1].text = KOREAN
    first.notes_slide.notes_text_frame.text = "발표자는 42명을 언급한다."
    second = deck.slides.add_slide(deck.slide_layouts[5])
    second.shapes.title.text = "Equipment"
    grid = second.shapes.add_table(3, 3, Inches(1), Inches(2), Inches(6), Inches(2)).table
    for index, row in enumerate(TABLE):
        for column, value in enumerate(row):
            grid.cell(index, column).text = value
    group = second.shapes.add_group_shape()
    group.shapes.add_textbox(Inches(1), Inches(5), Inches(4), Inches(1)).text_frame.text = ENGLISH
    deck.save(str(path))
    return path


def xlsx(path: Path, rows: Iterable[Sequence[object]] | None = None) -> Path:
    from datetime import date

    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    sheet.title = "재고"
    for row in rows or (
        ("품목", "수량", "입고일", "비율"),
        ("붓", 12, date(2024, 3, 5), 0.125),
        ("먹", 7, date(2024, 4, 1), 0.5),
    ):
        sheet.append(list(row))
    if rows is None:
        for index in (2, 3):
            sheet.cell(index, 4).number_format = "0.0%"
        other = book.create_sheet("Prices")
        other["A1"] = "2024 price list"
        other.merge_cells("A1:C1")
        for row in (
            ("Region", "Item", "Price"),
            ("Seoul", "Brush", 3500),
            (None, "Ink", 8000),
            ("Busan", "Paper", 1234567.5),
        ):
            other.append(list(row))
        other.merge_cells("A3:A4")
        for index in (3, 4, 5):
            other.cell(index, 3).number_format = '#,##0"원"'
    book.save(path)
    return path


def pdf(path: Path, pages: Sequence[str] = (KOREAN, ENGLISH), table: bool = True, password: str = "") -> Path:
    from reportlab.lib import colors, pdfencrypt
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate, Spacer, Table

    pdfmetrics.registerFont(TTFont("Nanum", str(FONT)))
    body = ParagraphStyle("body", fontName="Nanum", fontSize=11, leading=17)
    heading = ParagraphStyle("heading", fontName="Nanum", fontSize=18, leading=26)
    story: list[object] = [Paragraph("제1장 총칙", heading)]
    for index, content in enumerate(pages):
        if index:
            story.append(PageBreak())
        story.extend((Paragraph(content, body), Spacer(1, 12)))
    if table:
        rules = [("GRID", (0, 0), (-1, -1), 0.5, colors.black), ("FONTNAME", (0, 0), (-1, -1), "Nanum")]
        story.append(Table([list(row) for row in TABLE], style=rules))
    encrypt = pdfencrypt.StandardEncryption(password) if password else None
    SimpleDocTemplate(str(path), pagesize=A4, title=TITLE, encrypt=encrypt).build(story)
    return path


def scanned_pdf(path: Path, content: str = "The village school has 42 pupils") -> Path:
    """A page that is only a picture of text."""
    from PIL import Image, ImageDraw, ImageFont
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfgen.canvas import Canvas

    picture = Image.new("RGB", (1240, 500), "white")
    ImageDraw.Draw(picture).text((60, 150), content, fill="black", font=ImageFont.truetype(str(FONT), 48))
    canvas = Canvas(str(path), pagesize=(620, 250))
    canvas.drawImage(ImageReader(picture), 0, 0, 620, 250)
    canvas.save()
    return path


def placed_pdf(path: Path, pages: Sequence[Sequence[tuple[float, float, str]]]) -> Path:
    """A4 pages of lines at their places: (from the left, from the bottom, text); a fourth value is the type size."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen.canvas import Canvas

    pdfmetrics.registerFont(TTFont("Nanum", str(FONT)))
    canvas = Canvas(str(path), pagesize=(595, 842))
    for page in pages:
        for left, bottom, content, *size in page:
            canvas.setFont("Nanum", size[0] if size else 11)
            canvas.drawString(left, bottom, content)
        canvas.showPage()
    canvas.save()
    return path


def flowing_pdf(path: Path, parts: Sequence[object], **style: object) -> Path:
    """Texts as paragraphs, rows as ruled tables, and drawings, one below the other over as many pages as it takes."""
    from reportlab.lib import colors
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.platypus import Paragraph, SimpleDocTemplate, Table

    pdfmetrics.registerFont(TTFont("Nanum", str(FONT)))
    body = ParagraphStyle("body", fontName="Nanum", fontSize=11, leading=17, spaceAfter=12, **style)
    rules = [("GRID", (0, 0), (-1, -1), 0.5, colors.black), ("FONTNAME", (0, 0), (-1, -1), "Nanum")]
    story: list[object] = []
    for part in parts:
        if isinstance(part, str):
            story.append(Paragraph(part, body))
        else:
            story.append(Table(part, style=rules) if isinstance(part, list) else part)
    SimpleDocTemplate(str(path)).build(story)
    return path


def hwpx(path: Path) -> Path:
    from hwpx.document import HwpxDocument

    document = HwpxDocument.new()
    document.add_paragraph(KOREAN)
    table = document.add_table(rows=3, cols=3)
    for index, row in enumerate(TABLE):
        for column, value in enumerate(row):
            table.set_cell_text(index, column, value)
    document.add_paragraph(ENGLISH)
    document.save_to_path(str(path))
    return path


def html(path: Path, encoding: str = "utf-8") -> Path:
    rows = "".join(
        "<tr>" + "".join(f"<{tag}>{cell}</{tag}>" for cell in row) + "</tr>"
        for tag, row in zip(("th", "td", "td"), TABLE, strict=True)
    )
    content = (
        f"<!DOCTYPE html><html><head><meta charset='{encoding}'><title>{TITLE}</title><style>p {{color: red}}</style>"
        "<script>var secret = 'do not read';</script></head><body><nav><a href='/'>처음으로</a></nav><main>"
        f"<h1>제1장 총칙</h1><p>{KOREAN[:10]}<b>{KOREAN[10:20]}</b>{KOREAN[20:]}</p><h2>Equipment</h2>"
        f"<table>{rows}</table><ul><li>첫째</li><li>둘째</li></ul><p>{ENGLISH}</p></main>"
        "<footer>Copyright notice</footer></body></html>"
    )
    return text(path, content, encoding)


def eml(path: Path, charset: str = "utf-8") -> Path:
    message = EmailMessage()
    message["From"] = "훈장 <teacher@example.org>"
    message["To"] = "dog@example.org"
    message["Date"] = "Mon, 04 Mar 2024 09:00:00 +0900"
    message["Subject"] = TITLE
    message.set_content(f"{KOREAN}\n\n{ENGLISH}\n", charset=charset)
    message.add_alternative(f"<p>{KOREAN}</p>", subtype="html", charset=charset)
    message.add_attachment(b"1234", maintype="application", subtype="octet-stream", filename="data.bin")
    path.write_bytes(message.as_bytes())
    return path


def rtf(path: Path) -> Path:
    content = "".join(
        char if ord(char) < 128 else f"\\u{ord(char) - 65536 if ord(char) > 32767 else ord(char)}?" for char in KOREAN
    )
    path.write_text(r"{\rtf1\ansi " + content + r"\par " + ENGLISH + r"\par}", encoding="ascii")
    return path


def odt(path: Path, encrypted: bool = False) -> Path:
    names = 'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'  # noqa: E501
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {names} office:version="1.2"><office:body><office:text>'
        f'<text:h text:outline-level="1">제1장 총칙</text:h><text:p>{KOREAN}</text:p><text:p>{ENGLISH}</text:p>'
        "</office:text></office:body></office:document-content>"
    )
    secret = "<manifest:encryption-data/>" if encrypted else ""
    manifest = (
        '<?xml version="1.0" encoding="UTF-8"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'  # noqa: E501
        f'<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml">{secret}</manifest:file-entry></manifest:manifest>'  # noqa: E501
    )
    return archive(
        path,
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "content.xml": content,
            "META-INF/manifest.xml": manifest,
        },
    )


def epub(path: Path) -> Path:
    container = (
        '<?xml version="1.0"?><container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
        '<rootfile full-path="content.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
    )
    package = (
        '<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id"><metadata '
        f'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:identifier id="id">x</dc:identifier><dc:title>{TITLE}</dc:title>'
        '<dc:language>ko</dc:language></metadata><manifest><item id="c" href="c.xhtml" media-type="application/xhtml+xml"/>'
        '</manifest><spine><itemref idref="c"/></spine></package>'
    )
    chapter = (
        '<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml"><head><title>c</title></head>'
        f"<body><h1>제1장 총칙</h1><p>{KOREAN}</p><p>{ENGLISH}</p></body></html>"
    )
    return archive(
        path,
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": container,
            "content.opf": package,
            "c.xhtml": chapter,
        },
    )


def archive(path: Path, parts: dict[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return path


def compound(path: Path, streams: Sequence[str]) -> Path:
    """The header and directory of an OLE compound file, with empty streams of these names."""
    import struct

    free, end, table = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, end, 0, end, 0) + struct.pack("<109I", 0, *[free] * 108)
    entries = b""
    for index, name in enumerate(("Root Entry", *streams)):
        raw = name.encode("utf-16-le")
        entries += raw.ljust(64, b"\0") + struct.pack("<HBB", len(raw) + 2, 5 if index == 0 else 2, 1)
        entries += struct.pack("<III", free, free, 1 if index == 0 else free) + bytes(36) + struct.pack("<IQ", end, 0)
    sectors = -(-len(entries) // 512)
    chain = [table, *range(2, sectors + 1), end]
    path.write_bytes(
        header + struct.pack("<128I", *chain, *[free] * (128 - len(chain))) + entries.ljust(sectors * 512, b"\0")
    )
    return path
