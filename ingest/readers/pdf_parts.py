"""What a page of a PDF holds, before it is put in order: lines and tables with their places."""

from __future__ import annotations

from dataclasses import dataclass, field

Box = tuple[float, float, float, float]  # left, bottom, right, top in points


@dataclass(frozen=True)
class Line:
    """A line as pdfium found it; ``box`` is None where its place is not usable (turned pages, OCR).

    ``is_alone``: it belongs to a drawing and is part of no paragraph.
    """

    text: str
    box: Box | None
    height: float = 0.0
    is_alone: bool = False


@dataclass(frozen=True)
class Table:
    """A ruled table; a merged cell stands in every place it covers. ``columns``: where its vertical rules stand."""

    box: Box
    rows: tuple[tuple[str, ...], ...]
    columns: tuple[float, ...] = ()


@dataclass(frozen=True)
class PageText:
    """What one page holds. ``is_picture``: it shows something, but none of it is text.

    ``area`` is the page itself, None where it is not known; ``drawings`` are the boxes of what is drawn on it in lines.
    """

    lines: tuple[Line, ...]
    tables: tuple[Table, ...] = ()
    is_picture: bool = False
    is_broken: bool = False
    bookmarks: dict[str, int] = field(default_factory=dict)  # squeezed title -> level
    area: Box | None = None
    drawings: tuple[Box, ...] = ()


def table_around(line: Line, tables: tuple[Table, ...]) -> int | None:
    """The index of the table that the line stands in."""
    if line.box is None:
        return None
    x, y = line.box[0] + 1, (line.box[1] + line.box[3]) / 2
    for index, table in enumerate(tables):
        if table.box[0] - 1 <= x <= table.box[2] and table.box[1] <= y <= table.box[3]:
            return index
    return None


def squeezed(text: str) -> str:
    """Letters and digits only, to compare a bookmark with the line it names."""
    return "".join(char for char in text.lower() if char.isalnum())
