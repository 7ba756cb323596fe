"""The long tail of formats, through kreuzberg: most become HTML, which our own reader takes apart."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import takewhile
from typing import Any

from ingest.document import Document, DocumentBuilder
from ingest.errors import UnreadableDocument
from ingest.readers.html import add_html
from ingest.readers.listing import add_items
from ingest.readers.source import Source
from ingest.readers.tables import add_table
from ingest.readers.title import metadata_title

_MIME_TYPES = {
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "epub": "application/epub+zip",
    "rtf": "application/rtf",
    "msg": "application/vnd.ms-outlook",
    "doc": "application/msword",
    "xls": "application/vnd.ms-excel",
    "ppt": "application/vnd.ms-powerpoint",
    "xlsb": "application/vnd.ms-excel.sheet.binary.macroEnabled.12",
}
_SHEETS = frozenset(("xls", "xlsb", "ods"))
_PASSWORD = re.compile(r"password|encrypt", re.IGNORECASE)
_MIDNIGHT = re.compile(r"(\d{4}-\d\d-\d\d) 00:00:00")
_NOISY_FRACTION = re.compile(r"-?\d+\.\d{12,}")


def read(source: Source, kind: str) -> Document:
    """The document as kreuzberg understands it; pages are known of spreadsheets only."""
    import kreuzberg

    config = kreuzberg.ExtractionConfig(
        use_cache=False, enable_quality_processing=False, max_concurrent_extractions=1,
        output_format="plain" if kind == "doc" else "html",  # of DOC, its HTML is one paragraph
    )  # fmt: skip
    try:
        result: Any = kreuzberg.extract_bytes_sync(source.content(), _MIME_TYPES[kind], config)
    except kreuzberg.KreuzbergError as error:
        raise _refusal(kind, str(error)) from error
    metadata = dict(result.metadata or {})
    title = metadata.get("title")
    builder = source.builder(kind, metadata_title(title if isinstance(title, str) else ""))
    if kind == "doc":
        for line in result.content.splitlines():
            _add_word_line(builder, line)
    elif kind in _SHEETS and result.tables:
        _add_sheets(builder, result.tables, metadata.get("sheet_names") or ())
    else:
        add_html(builder, result.content)
    return builder.build()


def _add_sheets(builder: DocumentBuilder, tables: Any, names: Any) -> None:
    """A page a sheet. kreuzberg takes the first row of each for its header, so its HTML is no help."""
    for number, table in enumerate(tables, start=1):
        sheet = table.page_number or number
        builder.page(sheet)
        builder.add(str(names[sheet - 1]) if sheet <= len(names) else "", "heading", 1)
        add_table(builder, ([_shown(cell) for cell in row] for row in table.cells))


def _shown(value: str) -> str:
    """A value without what a spreadsheet would not show: midnight behind a date, the noise of binary fractions."""
    if _NOISY_FRACTION.fullmatch(value):
        return f"{float(value):.12g}"
    return _MIDNIGHT.sub(r"\1", value)


def _add_word_line(builder: DocumentBuilder, line: str) -> None:
    """A paragraph; or a table, whose cells end in a tab and whose rows in one more, and the paragraph behind it."""
    rows = [row.split("\t") for row in line.split("\t\t")]
    width = len(rows[0])
    table = list(takewhile(lambda row: len(row) == width, rows)) if width > 1 and len(rows) > 1 else []
    add_table(builder, table)
    for text in _rest(rows[len(table) :]):
        add_items(builder, text)


def _rest(rows: list[list[str]]) -> Iterator[str]:
    for row in rows:
        yield " | ".join(cell.strip() for cell in row if cell.strip())


def _refusal(kind: str, message: str) -> UnreadableDocument:
    if _PASSWORD.search(message):
        return UnreadableDocument("The file is protected by a password; save a copy without it.")
    return UnreadableDocument(
        f"The file is damaged or of a variety of {kind.upper()} that cannot be read; save it in a newer format or as PDF."
    )
