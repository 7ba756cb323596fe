"""HWP 5, HWP 3 and HWPX through unhwp: headings, paragraphs, tables, notes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from ingest.document import Document, DocumentBuilder
from ingest.errors import UnreadableDocument
from ingest.readers.listing import add_items
from ingest.readers.source import Source
from ingest.readers.tables import add_table
from ingest.readers.title import metadata_title, text_title
from ingest.readers.zipped import damaged

# What Hangul writes into the body of a distribution document for programs that cannot open it.
_DISTRIBUTION_NOTICE = re.compile(r"상위\s*버전의\s*배포용\s*문서")
_NOTICE_CHARS = 400
_MAX_SPAN = 200
_DISTRIBUTION = (
    "The file is a distribution document (배포용 문서), which holds only a notice for other programs; open it in Hangul "
    "and save it as an ordinary document."
)
_PASSWORD = "The file is protected by a password; save a copy without it."


def read(source: Source) -> Document:
    """The document's body in order; tables as rows, text boxes and notes where they stand."""
    import unhwp

    try:
        with unhwp.parse_bytes(source.content()) as parsed:
            content = json.loads(parsed.json)
    except unhwp.UnhwpError as error:
        raise _refusal(error.kind) from error
    metadata = content.get("metadata") or {}
    builder = source.builder(_format(source), metadata_title(metadata.get("title")))
    for section in content.get("sections") or ():
        for element in section.get("content") or ():
            _add(builder, element)
    document = builder.build()
    if _DISTRIBUTION_NOTICE.search(document.text[:_NOTICE_CHARS]) and len(document.text) < _NOTICE_CHARS:
        raise UnreadableDocument(_DISTRIBUTION)
    return document


def _format(source: Source) -> str:
    return "hwpx" if source.head.startswith(b"PK") else "hwp"


def _refusal(kind: int) -> UnreadableDocument:
    import unhwp

    if kind == unhwp.ErrorKind.ENCRYPTED:
        return UnreadableDocument(_PASSWORD)
    if kind == unhwp.ErrorKind.DISTRIBUTION_RESTRICTED:
        return UnreadableDocument(_DISTRIBUTION)
    if kind == unhwp.ErrorKind.UNSUPPORTED_FORMAT:
        return UnreadableDocument("The file is of a version of HWP that cannot be read; save it as HWP 5 or HWPX.")
    return damaged("its contents do not follow the HWP format")


def _add(builder: DocumentBuilder, element: Any) -> None:
    if not isinstance(element, dict):
        return
    for name, value in element.items():
        if name == "Paragraph":
            _add_paragraph(builder, value)
        elif name == "Table":
            _add_table(builder, value)


def _add_paragraph(builder: DocumentBuilder, paragraph: dict[str, Any]) -> None:
    style = paragraph.get("style") or {}
    level = int(style.get("heading_level") or 0)
    text = _text(paragraph)
    head = style.get("head") or {}
    if head.get("kind") == "Outline":  # whose heading level unhwp counts from 0
        # Whole paragraphs are numbered so, too.
        level = int(head.get("level") or 0) + 1 if text_title(text) else 0
    if level:
        builder.add(text, "heading", level)
    else:
        add_items(builder, text)


def _text(value: Any) -> str:
    return "".join(_pieces(value.get("content")))


def _pieces(content: Any) -> Iterator[str]:
    """The text of inline elements; an element of a kind not known here gives whatever text it holds."""
    for piece in content if isinstance(content, list) else ():
        if piece == "LineBreak":
            yield "\n"
        elif isinstance(piece, dict):
            for inner in piece.values():
                if isinstance(inner, str):
                    yield inner
                elif isinstance(inner, dict):
                    yield (
                        inner["text"] if isinstance(inner.get("text"), str) else "".join(_pieces(inner.get("content")))
                    )


def _add_table(builder: DocumentBuilder, table: dict[str, Any]) -> None:
    rows = _grid(table)
    if max(map(len, rows), default=0) == 1:  # a frame around text
        for row in table.get("rows") or ():
            for cell in row.get("cells") or ():
                for element in cell.get("content") or ():
                    builder.add(_cell_text(element))
    else:
        add_table(builder, rows)


def _cell_text(element: Any) -> str:
    """The text of a paragraph in a cell, as it is or wrapped, or of a table in it."""
    if not isinstance(element, dict):
        return ""
    if "Table" in element:
        return " ".join(cell for row in _grid(element["Table"]) for cell in row if cell)
    return _text(element.get("Paragraph", element))


def _grid(table: dict[str, Any]) -> list[list[str]]:
    """The cells in rows; a spanning one stands in every place that it covers."""
    rows: list[list[str]] = []
    hanging: dict[int, tuple[int, str]] = {}
    for line in table.get("rows") or ():
        row: list[str] = []
        for cell in line.get("cells") or ():
            while len(row) in hanging:
                row.append(hanging[len(row)][1])
            text = " ".join(filter(None, map(_cell_text, cell.get("content") or ())))
            down = min(int(cell.get("rowspan") or 1), _MAX_SPAN)
            for _ in range(min(int(cell.get("colspan") or 1), _MAX_SPAN)):
                if down > 1:
                    hanging[len(row)] = (down, text)
                row.append(text)
        while len(row) in hanging:
            row.append(hanging[len(row)][1])
        rows.append(row)
        hanging = {column: (left - 1, text) for column, (left, text) in hanging.items() if left > 1}
    return rows
