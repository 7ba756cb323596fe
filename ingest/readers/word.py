"""DOCX: headings, paragraphs, tables, text boxes and notes in document order."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from ingest.document import Document, DocumentBuilder
from ingest.readers.listing import add_items
from ingest.readers.source import Source
from ingest.readers.tables import add_table
from ingest.readers.text import add_paragraphs
from ingest.readers.title import metadata_title
from ingest.readers.zipped import Archive

_HEADING_NAME = re.compile(r"(?:heading|제목|überschrift|titre|見出し)\s*(\d)", re.IGNORECASE)
_TRANSPARENT = frozenset(
    ("sdt", "sdtContent", "ins", "moveTo", "smartTag", "customXml", "hyperlink", "fldSimple", "bdo", "dir", "ruby",
     "rubyBase", "r", "oMath", "oMathPara", "subDoc")
)  # fmt: skip
_BREAKS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "ptab": "\t"}
_MAX_SPAN = 200
_BODY_LEVEL = 9  # outline level of body text


def read(source: Source) -> Document:
    """The document's main text, then its headers and footers once each."""
    archive = Archive(source.path, source.limits)
    archive.check_xml(allow_doctype=False)
    main = main_part(archive, "word/document.xml")
    reader = _Reader(source.builder("docx", core_title(archive)), archive, main)
    return reader.read()


def main_part(archive: Archive, usual: str) -> str:
    """The part that the package says is the document."""
    for kind, target in archive.relations("").values():
        if kind == "officeDocument" and archive.holds(target):
            return target
    return usual


def core_title(archive: Archive) -> str:
    """The title in the document's properties, "" where there is none."""
    core = archive.xml_or_none("docProps/core.xml")
    title = None if core is None else core.find(".//{*}title")
    return "" if title is None else metadata_title(title.text)


def local(element: etree._Element) -> str:
    """The name without its namespace: transitional and strict Office files differ only in that."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def attribute(element: etree._Element, name: str) -> str | None:
    """An attribute by its name without namespace."""
    for key, value in element.attrib.items():
        if str(key).rpartition("}")[2] == name:
            return str(value)
    return None


class _Reader:
    def __init__(self, builder: DocumentBuilder, archive: Archive, main: str) -> None:
        self._builder = builder
        self._archive = archive
        self._relations = archive.relations(main)
        self._body = archive.xml(main)
        self._levels = _style_levels(self._related("styles"))
        self._notes = {kind: self._read_notes(f"{kind}s") for kind in ("footnote", "endnote")}
        self._pending: list[etree._Element] = []  # text boxes and notes met inside the current paragraph

    def read(self) -> Document:
        body = next(self._body.iter("{*}body"), self._body)
        self._blocks(body)
        for text in dict.fromkeys(self._headers_and_footers()):
            self._builder.add(text)
        return self._builder.build()

    def _related(self, kind: str) -> etree._Element | None:
        for found, target in self._relations.values():
            if found == kind:
                return self._archive.xml_or_none(target)
        return None

    def _read_notes(self, kind: str) -> dict[str, etree._Element]:
        root = self._related(kind)
        notes = () if root is None else root.iterchildren("{*}footnote", "{*}endnote")
        return {attribute(note, "id") or "": note for note in notes if attribute(note, "type") in (None, "normal")}

    def _headers_and_footers(self) -> Iterator[str]:
        for kind, target in self._relations.values():
            root = self._archive.xml_or_none(target) if kind in ("header", "footer") else None
            for paragraph in () if root is None else root.iter("{*}p"):
                text = "".join(self._inline(paragraph)).strip()
                if any(char.isalpha() for char in text):  # a page number alone says nothing
                    yield text
        self._pending.clear()

    def _blocks(self, parent: etree._Element) -> None:
        for element in parent.iterchildren():
            name = local(element)
            if name == "p":
                self._paragraph(element)
            elif name == "tbl":
                self._table(element)
            elif name == "AlternateContent":
                self._blocks(_chosen(element))
            elif name == "altChunk":
                self._embedded(attribute(element, "id") or "")
            elif name in _TRANSPARENT:
                self._blocks(element)

    def _embedded(self, relation: str) -> None:
        """A file that stands in for a part of the text; of the kinds that Word takes, HTML and plain text."""
        _, target = self._relations.get(relation, ("", ""))
        ending = target.rpartition(".")[2].lower()
        if ending in ("html", "htm", "xhtml", "txt") and self._archive.holds(target):
            from ingest.readers.html import add_html, html_text

            text = html_text(self._archive.read(target))
            if ending != "txt":
                add_html(self._builder, text)
            else:
                add_paragraphs(self._builder, text)
        else:
            self._builder.warnings.append("A part of the document is another file embedded in it, which was not read.")

    def _paragraph(self, paragraph: etree._Element) -> None:
        level = self._level(paragraph)
        text = "".join(self._inline(paragraph))
        if level and len(text) <= 500:
            self._builder.add(text, "heading", level)
        else:
            add_items(self._builder, text)
        self._add_pending()

    def _add_pending(self) -> None:
        pending, self._pending = self._pending, []
        for element in pending:
            self._blocks(element)

    def _level(self, paragraph: etree._Element) -> int:
        """1 to 9 for a heading, 0 for body text; the paragraph's own outline level wins over its style."""
        properties = paragraph.find("{*}pPr")
        if properties is None:
            return 0
        own = properties.find("{*}outlineLvl")
        if own is not None:
            return _outline(attribute(own, "val"))
        style = properties.find("{*}pStyle")
        return 0 if style is None else self._levels.get(attribute(style, "val") or "", 0)

    def _inline(self, parent: etree._Element) -> Iterator[str]:
        """The visible text of a paragraph; deleted text and field codes are not visible."""
        for element in parent.iterchildren():
            name = local(element)
            if name == "t":
                yield element.text or ""
            elif name in _BREAKS:
                yield _BREAKS[name]
            elif name in ("footnoteReference", "endnoteReference"):
                note = self._notes[name.removesuffix("Reference")].get(attribute(element, "id") or "")
                if note is not None:
                    self._pending.append(note)
            elif name in ("drawing", "pict", "object"):
                self._pending.extend(_boxes(element))
            elif name == "AlternateContent":
                yield from self._inline(_chosen(element))
            elif name not in ("pPr", "rPr", "del", "moveFrom", "instrText", "delText", "rt", "p", "tbl"):
                yield from self._inline(element)

    def _table(self, table: etree._Element) -> None:
        rows: list[list[str]] = []
        header_rows = 0
        for row in _rows(table):
            cells, is_header = self._row(row, rows[-1] if rows else [])
            header_rows += is_header and header_rows == len(rows)
            rows.append(cells)
        if max(map(len, rows), default=0) == 1:
            self._single_column(table)
        else:
            add_table(self._builder, rows, header_rows or None)
            self._add_pending()

    def _single_column(self, table: etree._Element) -> None:
        """A frame around text, not a table."""
        self._pending.clear()
        for row in _rows(table):
            for cell in _cells(row):
                self._blocks(cell)

    def _row(self, row: etree._Element, above: list[str]) -> tuple[list[str], bool]:
        cells: list[str] = [""] * _number(row.find("{*}trPr/{*}gridBefore"), 0)
        for cell in _cells(row):
            merged = cell.find("{*}tcPr/{*}vMerge")
            if merged is not None and attribute(merged, "val") in (None, "continue"):
                text = above[len(cells)] if len(cells) < len(above) else ""
            else:
                text = " ".join(self._cell_texts(cell))
            cells.extend([text] * max(1, _number(cell.find("{*}tcPr/{*}gridSpan"), 1)))
        marked = row.find("{*}trPr/{*}tblHeader")
        return cells, marked is not None and attribute(marked, "val") not in ("0", "false", "off")

    def _cell_texts(self, parent: etree._Element) -> Iterator[str]:
        for element in parent.iterchildren():
            name = local(element)
            if name == "p":
                yield "".join(self._inline(element))
            elif name == "tbl":
                for row in _rows(element):
                    for cell in _cells(row):
                        yield from self._cell_texts(cell)
            elif name in _TRANSPARENT:
                yield from self._cell_texts(element)


def _rows(table: etree._Element) -> Iterator[etree._Element]:
    yield from _children(table, "tr")


def _cells(row: etree._Element) -> Iterator[etree._Element]:
    yield from _children(row, "tc")


def _children(parent: etree._Element, name: str) -> Iterator[etree._Element]:
    for element in parent.iterchildren():
        if local(element) == name:
            yield element
        elif local(element) in _TRANSPARENT:
            yield from _children(element, name)


def _chosen(alternate: etree._Element) -> etree._Element:
    """The first branch of alternate content; the others say the same in older words."""
    return next(alternate.iterchildren("{*}Choice", "{*}Fallback"), alternate)


def _boxes(drawing: etree._Element) -> Iterator[etree._Element]:
    """The text boxes of a drawing, outermost only."""
    for box in drawing.iter("{*}txbxContent"):
        if not any(local(ancestor) in ("txbxContent", "Fallback") for ancestor in _up_to(box, drawing)):
            yield box


def _up_to(element: etree._Element, top: etree._Element) -> Iterator[etree._Element]:
    for ancestor in element.iterancestors():
        if ancestor is top:
            return
        yield ancestor


def _number(element: etree._Element | None, default: int) -> int:
    value = None if element is None else attribute(element, "val")
    return min(int(value), _MAX_SPAN) if value is not None and value.isdecimal() else default


def _outline(value: str | None) -> int:
    level = int(value) if value is not None and value.isdecimal() else _BODY_LEVEL
    return level + 1 if level < _BODY_LEVEL else 0


def _style_levels(styles: etree._Element | None) -> dict[str, int]:
    """Style id -> level of heading, with the level inherited from the style it is based on."""
    own: dict[str, int] = {}
    parents: dict[str, str] = {}
    for style in () if styles is None else styles.iterchildren("{*}style"):
        identity = attribute(style, "styleId") or ""
        name = style.find("{*}name")
        text = "" if name is None else attribute(name, "val") or ""
        outline = style.find("{*}pPr/{*}outlineLvl")
        base = style.find("{*}basedOn")
        if outline is not None:
            own[identity] = _outline(attribute(outline, "val"))
        elif match := _HEADING_NAME.fullmatch(text.strip()):
            own[identity] = int(match.group(1))
        elif text.lower() == "title":
            own[identity] = 1
        if base is not None:
            parents[identity] = attribute(base, "val") or ""
    return {identity: _inherited(identity, own, parents) for identity in {*own, *parents}}


def _inherited(identity: str, own: dict[str, int], parents: dict[str, str]) -> int:
    for _ in range(20):  # styles may be based on each other in a circle
        if identity in own:
            return own[identity]
        identity = parents.get(identity, "")
    return 0
