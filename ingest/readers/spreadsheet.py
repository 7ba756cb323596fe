"""XLSX: a page a sheet, a row a block, with the header repeated in every row."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby

from lxml import etree

from ingest.document import Document, DocumentBuilder
from ingest.errors import UnreadableDocument
from ingest.readers.cell_format import built_in_code, number_text
from ingest.readers.presentation import relation_id
from ingest.readers.source import Source
from ingest.readers.tables import rows_as_text
from ingest.readers.word import attribute, core_title, local, main_part
from ingest.readers.zipped import Archive

_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?ref=[\"']([A-Z0-9]+):([A-Z0-9]+)")
_MAX_COLUMN = 16_384
_MAX_MERGES = 20_000
_MAX_WIDE_MERGE = 200
_MAX_GAP = 512
_CHUNK = 1 << 16


def read(source: Source) -> Document:
    """Every sheet in order, hidden ones too; values as the sheet shows them."""
    archive = Archive(source.path, source.limits)
    archive.check_xml(allow_doctype=False)
    builder = source.builder("xlsx", core_title(archive))
    book = _Book(archive)
    for number, (name, part) in enumerate(book.sheets, start=1):
        builder.page(number)
        _Sheet(book, archive, name, part).add_to(builder)
    return builder.build()


class _Book:
    """What the sheets share: strings, number formats, the date system."""

    def __init__(self, archive: Archive) -> None:
        main = main_part(archive, "xl/workbook.xml")
        root = archive.xml(main)
        relations = archive.relations(main)
        properties = root.find("{*}workbookPr")
        self.date1904 = properties is not None and attribute(properties, "date1904") in ("1", "true")
        self.sheets: list[tuple[str, str]] = []
        for sheet in root.iter("{*}sheet"):
            kind, target = relations.get(relation_id(sheet), ("", ""))
            if kind == "worksheet":
                self.sheets.append((sheet.get("name") or "", target))
        shared = {kind: target for kind, target in relations.values()}
        self.strings = _shared_strings(archive, shared.get("sharedStrings", ""))
        self.codes = _format_codes(archive.xml_or_none(shared.get("styles", "")))


def _shared_strings(archive: Archive, part: str) -> list[str]:
    if not archive.holds(part):
        return []
    strings = []
    with archive.open(part) as stream:
        for _, item in _parsed(stream, "{*}si"):
            strings.append(_string(item))
            _forget(item)
    return strings


def _parsed(stream: object, tag: str | tuple[str, ...]) -> etree.iterparse:
    return etree.iterparse(
        stream, events=("end",), tag=tag, huge_tree=True, recover=True, resolve_entities=False, load_dtd=False,
        no_network=True,
    )  # fmt: skip


def _forget(element: etree._Element) -> None:
    """Frees what was read, or a large sheet would be in memory as a tree."""
    element.clear()
    while element.getprevious() is not None:
        del element.getparent()[0]


def _string(item: etree._Element) -> str:
    """The text of a shared or inline string; phonetic hints are not part of it."""
    return "".join(
        text.text or "" for text in item.iter("{*}t") if (above := text.getparent()) is None or local(above) != "rPh"
    )


def _format_codes(styles: etree._Element | None) -> list[str]:
    """The number format code of every cell style."""
    if styles is None:
        return []
    custom = {format.get("numFmtId"): format.get("formatCode") or "" for format in styles.iter("{*}numFmt")}
    codes = []
    for style in styles.iterfind("{*}cellXfs/{*}xf"):
        identity = style.get("numFmtId") or "0"
        codes.append(custom.get(identity) or built_in_code(int(identity) if identity.isdecimal() else 0))
    return codes


class _Sheet:
    def __init__(self, book: _Book, archive: Archive, name: str, part: str) -> None:
        self._book = book
        self._archive = archive
        self._name = name
        self._part = part
        self._formulas = 0  # that have no stored result
        self._merges = self._read_merges()

    def add_to(self, builder: DocumentBuilder) -> None:
        """Adds the sheet's name and rows; a damaged sheet is read as far as it goes, and a warning says so."""
        header: list[str] = []
        heading = self._name
        try:
            for filled, rows in groupby(self._rows(), key=lambda row: any(row)):
                for text in rows_as_text(rows, last_header=header) if filled else ():
                    builder.add(heading, "heading", 1)
                    heading = ""
                    builder.add(text, "row")
        except UnreadableDocument as error:
            if not error.reason.startswith("The file is damaged"):
                raise
            builder.warnings.append(f"Sheet {self._name!r} is damaged and could not be read.")
        for text in self._comments():
            builder.add(heading, "heading", 1)
            heading = ""
            builder.add(text, "row")
        if self._formulas:
            builder.warnings.append(
                f"{self._formulas} formulas on sheet {self._name!r} have no stored result; open the file in a "
                "spreadsheet program and save it to have them read."
            )

    def _comments(self) -> Iterator[str]:
        """The notes on cells, each with the cell it is on."""
        for kind, target in self._archive.relations(self._part).values():
            root = self._archive.xml_or_none(target) if kind == "comments" else None
            for comment in () if root is None else root.iter("{*}comment"):
                text = " ".join(_string(comment).split())
                if text:
                    yield f"{comment.get('ref') or ''}: {text}"

    def _read_merges(self) -> dict[tuple[int, int], tuple[int, int]]:
        """Top left cell -> bottom right cell, as (row, column). They stand behind the rows that they change."""
        merges: dict[tuple[int, int], tuple[int, int]] = {}
        if not self._archive.holds(self._part):
            return merges
        rest = b""
        with self._archive.open(self._part) as stream:
            while (piece := _read_piece(stream)) and len(merges) < _MAX_MERGES:
                rest += piece
                for match in _MERGED.finditer(rest):
                    first, last = (_position(side.decode("ascii")) for side in match.groups())
                    if first and last:
                        merges[first] = last
                rest = rest[max(rest.rfind(b"<"), len(rest) - 200) :]
        return merges

    def _rows(self) -> Iterator[list[str]]:
        """The rows as shown, with an empty one where rows are left out."""
        expected = 1
        covered: dict[int, tuple[int, str]] = {}  # column -> last row it covers, text
        with self._archive.open(self._part) as stream:
            for _, element in _parsed(stream, "{*}row"):
                number = _integer(element.get("r"), expected)
                if number > expected:
                    yield []
                cells = self._cells(element, number, covered)
                _forget(element)
                expected = number + 1
                covered = {column: item for column, item in covered.items() if item[0] > number}
                yield cells

    def _cells(self, row: etree._Element, number: int, covered: dict[int, tuple[int, str]]) -> list[str]:
        values: dict[int, str] = {}
        column = 0
        for cell in row.iterchildren("{*}c"):
            position = _position(cell.get("r") or "")
            column = position[1] if position else column + 1
            if column > _MAX_COLUMN:
                continue
            text = " ".join(self._value(cell).split())
            if text:
                values[column] = text
                self._spread(values, covered, number, column, text)
        for place, (_, text) in covered.items():
            values.setdefault(place, text)
        if len(values) * 32 < max(values, default=0) - _MAX_GAP:
            return [values[place] for place in sorted(values)]  # scattered cells, not columns of a table
        return [values.get(place, "") for place in range(1, max(values, default=0) + 1)]

    def _spread(
        self, values: dict[int, str], covered: dict[int, tuple[int, str]], number: int, column: int, text: str
    ) -> None:
        """Puts the value of a merged cell in every place it covers."""
        last = self._merges.get((number, column))
        if last is None:
            return
        for place in range(column, min(last[1], column + _MAX_WIDE_MERGE) + 1):
            values[place] = text
            if last[0] > number:
                covered[place] = (last[0], text)

    def _value(self, cell: etree._Element) -> str:
        kind = cell.get("t") or "n"
        if kind == "inlineStr":
            inline = cell.find("{*}is")
            return "" if inline is None else _string(inline)
        value = cell.findtext("{*}v")
        if not value:
            self._formulas += kind != "str" and cell.find("{*}f") is not None
            return ""
        if kind == "s":
            index = _integer(value, -1)
            return self._book.strings[index] if 0 <= index < len(self._book.strings) else ""
        if kind == "b":
            return "TRUE" if value == "1" else "FALSE"
        return self._number(cell, value) if kind == "n" else value

    def _number(self, cell: etree._Element, value: str) -> str:
        try:
            number = float(value)
        except ValueError:
            return value
        style = _integer(cell.get("s"), 0)
        code = self._book.codes[style] if 0 <= style < len(self._book.codes) else "General"
        if abs(number) > 1e300 or number != number:
            return value
        return number_text(number, code, self._book.date1904)


def _read_piece(stream: object) -> bytes:
    try:
        piece: bytes = stream.read(_CHUNK)  # type: ignore[attr-defined]
    except Exception:
        return b""
    return piece


def _position(reference: str) -> tuple[int, int] | None:
    """(row, column) of a reference such as ``C5``, both from 1."""
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        return None
    column = 0
    for letter in match.group(1):
        column = column * 26 + ord(letter) - 64
    return int(match.group(2)), column


def _integer(text: str | None, default: int) -> int:
    return int(text) if text is not None and text.strip().isdecimal() else default
