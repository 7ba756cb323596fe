"""PPTX: a page a slide, with its title, text, tables, charts and notes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lxml import etree

from ingest.document import Document, DocumentBuilder
from ingest.errors import UnreadableDocument
from ingest.readers.listing import add_items
from ingest.readers.source import Source
from ingest.readers.tables import add_table
from ingest.readers.title import text_title
from ingest.readers.word import attribute, core_title, local, main_part
from ingest.readers.zipped import OFFICE_RELATIONS, Archive

_STRICT_RELATIONS = "http://purl.oclc.org/ooxml/officeDocument/relationships"
_TITLES = frozenset(("title", "ctrTitle"))
_FURNITURE = frozenset(("dt", "ftr", "sldNum", "hdr", "sldImg"))


def read(source: Source) -> Document:
    """The slides in the order in which they are shown, hidden ones too."""
    archive = Archive(source.path, source.limits)
    archive.check_xml(allow_doctype=False)
    builder = source.builder("pptx", core_title(archive))
    if builder.title.strip().lower() in (
        "powerpoint presentation",
        "powerpoint 프레젠테이션",
        "프레젠테이션1",
        "slide 1",
    ):
        builder.title = ""  # what PowerPoint writes when nobody gave a title
    for number, part in enumerate(_slides(archive), start=1):
        builder.page(number)
        _add_slide(builder, archive, part, number)
    return builder.build()


def relation_id(element: etree._Element) -> str:
    """The r:id of an element, transitional or strict."""
    return str(element.get(f"{{{OFFICE_RELATIONS}}}id") or element.get(f"{{{_STRICT_RELATIONS}}}id") or "")


def _slides(archive: Archive) -> list[str]:
    main = main_part(archive, "ppt/presentation.xml")
    relations = archive.relations(main)
    listed = [relations.get(relation_id(slide)) for slide in archive.xml(main).iter("{*}sldId")]
    return [target for found in listed if found is not None for kind, target in [found] if kind == "slide"]


def _add_slide(builder: DocumentBuilder, archive: Archive, part: str, number: int) -> None:
    try:
        root = archive.xml(part)
    except UnreadableDocument:
        builder.warnings.append(f"Slide {number} is damaged and could not be read.")
        return
    relations = archive.relations(part)
    shapes = list(_shapes(root))
    # The title may stand anywhere in the file but is read first.
    for shape in sorted(shapes, key=lambda shape: _placeholder(shape) not in _TITLES):
        _add_shape(builder, archive, relations, shape)
    for kind, target in relations.values():
        if kind == "notesSlide":
            notes = archive.xml_or_none(target)
            for shape in () if notes is None else _shapes(notes):
                if _placeholder(shape) not in _FURNITURE:
                    _add_paragraphs(builder, shape.iterfind("{*}txBody/{*}p"))


def _shapes(root: etree._Element) -> Iterator[etree._Element]:
    """The shapes of a slide in reading order, out of their groups."""
    tree = next(root.iter("{*}spTree"), None)
    stack = [] if tree is None else [tree]
    while stack:
        element = stack.pop()
        name = local(element)
        if name in ("sp", "graphicFrame", "cxnSp"):
            yield element
        elif name in ("spTree", "grpSp"):
            stack.extend(reversed(list(element)))
        elif name == "AlternateContent":
            stack.extend(list(element.iterchildren("{*}Choice", "{*}Fallback"))[:1])
        elif name in ("Choice", "Fallback"):
            stack.extend(reversed(list(element)))


def _placeholder(shape: etree._Element) -> str:
    found = shape.find("{*}nvSpPr/{*}nvPr/{*}ph")
    return "" if found is None else attribute(found, "type") or "body"


def _add_shape(
    builder: DocumentBuilder, archive: Archive, relations: dict[str, tuple[str, str]], shape: etree._Element
) -> None:
    if local(shape) == "graphicFrame":
        _add_graphic(builder, archive, relations, shape)
        return
    placeholder = _placeholder(shape)
    if placeholder in _FURNITURE:
        return
    text = _text(shape)
    if placeholder in _TITLES:
        builder.add(text, "heading", 1)
        builder.title = builder.title or text_title(text)
    elif placeholder == "subTitle" and len(text) < 200 and "\n" not in text:
        builder.add(text, "heading", 2)
    else:
        _add_paragraphs(builder, shape.iterfind("{*}txBody/{*}p"))


def _add_paragraphs(builder: DocumentBuilder, paragraphs: Iterable[etree._Element]) -> None:
    """A block a paragraph: on slides they are the items of a list."""
    for paragraph in paragraphs:
        add_items(builder, _line(paragraph))


def _text(shape: etree._Element) -> str:
    """The paragraphs of a shape, one a line."""
    body = shape.find("{*}txBody")
    return "" if body is None else "\n".join(text for text in map(_line, body.iterchildren("{*}p")) if text.strip())


def _line(paragraph: etree._Element) -> str:
    parts = []
    for element in paragraph.iter():
        name = local(element)
        if name == "t":
            parts.append(element.text or "")
        elif name == "br":
            parts.append("\n")
    return "".join(parts).replace("\x0b", "\n")


def _add_graphic(
    builder: DocumentBuilder, archive: Archive, relations: dict[str, tuple[str, str]], frame: etree._Element
) -> None:
    for table in frame.iter("{*}tbl"):
        properties = table.find("{*}tblPr")
        marked = properties is not None and attribute(properties, "firstRow") in ("1", "true")
        add_table(builder, _rows(table), 1 if marked else None)
    for reference in frame.iter("{*}chart", "{*}relIds"):
        key = relation_id(reference) or attribute(reference, "dm") or ""
        _, target = relations.get(key, ("", ""))
        root = archive.xml_or_none(target)
        if root is not None and local(reference) == "chart":
            add_table(builder, _chart_rows(root), 1)
        elif root is not None:
            _add_paragraphs(builder, root.iter("{*}p"))


def _rows(table: etree._Element) -> list[list[str]]:
    rows: list[list[str]] = []
    for row in table.iterchildren("{*}tr"):
        cells: list[str] = []
        for cell in row.iterchildren("{*}tc"):
            if attribute(cell, "hMerge") in ("1", "true") and cells:
                cells.append(cells[-1])
            elif attribute(cell, "vMerge") in ("1", "true") and rows and len(cells) < len(rows[-1]):
                cells.append(rows[-1][len(cells)])
            else:
                cells.append(" ".join(_text(cell).split()))
        rows.append(cells)
    return rows


def _chart_rows(chart: etree._Element) -> list[list[str]]:
    """A chart's cached figures: a row a category, a column a series."""
    header = [""]
    rows: dict[str, list[str]] = {}
    for series in chart.iter("{*}ser"):
        name = " ".join(value.text or "" for value in series.iterfind("{*}tx//{*}v"))
        header.append(name)
        categories = _points(series, ("cat", "xVal"))
        for index, value in _points(series, ("val", "yVal")).items():
            row = rows.setdefault(index, [categories.get(index, str(int(index) + 1))])
            row.extend([""] * (len(header) - 1 - len(row)))
            row.append(value)
    return [header, *rows.values()] if rows else []


def _figure(value: str) -> str:
    """A cached figure without the noise of binary fractions: 8.1999999999999993 is 8.2."""
    try:
        return f"{float(value):.15g}" if "." in value else value
    except ValueError:
        return value


def _points(series: etree._Element, names: tuple[str, str]) -> dict[str, str]:
    points: dict[str, str] = {}
    for name in names:
        for point in series.iterfind(f"{{*}}{name}//{{*}}pt"):
            index = point.get("idx") or "0"
            value = point.findtext("{*}v") or ""
            if index.isdecimal():
                points[index] = _figure(value)
    return points
