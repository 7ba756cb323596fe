"""ODP: a page a slide, with its title, text, tables and notes. kreuzberg does not read it."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from ingest.document import Document, DocumentBuilder
from ingest.readers.listing import add_items
from ingest.readers.source import Source
from ingest.readers.tables import add_table
from ingest.readers.title import metadata_title, text_title
from ingest.readers.word import attribute, local
from ingest.readers.zipped import Archive

_FURNITURE = frozenset(("date-time", "footer", "header", "page-number", "page"))
_MAX_REPEATED = 200
_BREAKS = {"tab": "\t", "line-break": "\n"}


def read(source: Source) -> Document:
    """The slides in the order in which they are shown, hidden ones too."""
    archive = Archive(source.path, source.limits)
    meta = archive.xml_or_none("meta.xml")
    title = None if meta is None else meta.find(".//{http://purl.org/dc/elements/1.1/}title")
    builder = source.builder("odp", "" if title is None else metadata_title(title.text))
    pages = archive.xml("content.xml").iterfind(".//{*}presentation/{*}page")
    for number, page in enumerate(pages, start=1):
        builder.page(number)
        shapes = list(page.iterchildren())
        # The title may stand anywhere in the file but is read first.
        for shape in sorted(shapes, key=lambda shape: _role(shape) != "title"):
            _add(builder, shape)
    return builder.build()


def _role(shape: etree._Element) -> str:
    return attribute(shape, "class") or "" if local(shape) == "frame" else ""


def _add(builder: DocumentBuilder, top: etree._Element) -> None:
    """A shape with all that is in it, in order and without recursion: groups may nest deeply."""
    role = _role(top)
    if role in _FURNITURE:
        return
    stack = [top]
    while stack:
        element = stack.pop()
        name = local(element)
        if name in ("p", "h"):
            _add_paragraph(builder, _text(element), role)
        elif name == "table":
            _add_rows(builder, element)
        elif _role(element) not in _FURNITURE:
            stack.extend(reversed(element))


def _add_paragraph(builder: DocumentBuilder, text: str, role: str) -> None:
    if role == "title":
        builder.add(text, "heading", 1)
        builder.title = builder.title or text_title(text)
    else:
        add_items(builder, text)


def _text(paragraph: etree._Element) -> str:
    return "".join(_pieces(paragraph))


def _pieces(paragraph: etree._Element) -> Iterator[str]:
    """The text with its spaces, tabs and line breaks, which are elements here."""
    for event, element in etree.iterwalk(paragraph, events=("start", "end")):
        if event == "start":
            yield element.text or ""
            if local(element) == "s":
                count = attribute(element, "c") or "1"
                yield " " * (min(int(count), _MAX_REPEATED) if count.isdecimal() else 1)
            yield _BREAKS.get(local(element), "")
        elif element is not paragraph:
            yield element.tail or ""


def _add_rows(builder: DocumentBuilder, table: etree._Element) -> None:
    rows: list[list[str]] = []
    for row in table.iter("{*}table-row"):
        cells: list[str] = []
        for cell in row.iterchildren("{*}table-cell", "{*}covered-table-cell"):
            text = " ".join(" ".join(map(_text, cell.iter("{*}p"))).split())
            count = attribute(cell, "number-columns-repeated") or "1"
            cells.extend([text] * (min(int(count), _MAX_REPEATED) if count.isdecimal() else 1))
        rows.append(cells)
    add_table(builder, rows)
