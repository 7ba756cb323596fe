"""Tables of HTML pages as grids of text."""

from __future__ import annotations

from selectolax.lexbor import LexborNode


def inline_text(node: LexborNode) -> str:
    """The text of an element on one line; blocks in it are parted by a space, inline tags are not."""
    first = node.child
    if first is not None and (first.next is not None or first.tag != "-text"):
        for inner in node.css("br, p, div, li, dd, dt"):
            inner.insert_before(" ")
    return " ".join(node.text(deep=True).replace("\u00ad", "").split())


def is_data(table: LexborNode) -> bool:
    """A table of values, and not one that only lays out the page."""
    if table.attributes.get("role") in ("presentation", "none"):
        return False
    if table.css_first("table table") is not None or table.css_first("tr") is None:
        return False
    return table.css_first("th") is not None or table.css_first("h1, h2, h3, h4, ul, ol, pre") is None


_MAX_SPAN = 200  # a span over more columns or rows than that is a mistake or an attack


def cells_of(table: LexborNode) -> tuple[list[list[str]], int]:
    """The table as a grid in which a spanning cell stands in every place it covers, and how many rows are header."""
    rows: list[list[str]] = []
    hanging: dict[int, tuple[int, str]] = {}  # column -> rows still covered, text
    header_rows = 0
    for line in table.css("tr"):
        row: list[str] = []
        cells = line.css("td, th")
        for cell in cells:
            _fill_hanging(row, hanging)
            text = inline_text(cell)
            down = _span(cell, "rowspan")
            for _ in range(_span(cell, "colspan")):
                if down > 1:
                    hanging[len(row)] = (down, text)
                row.append(text)
        _fill_hanging(row, hanging)
        if cells and header_rows == len(rows) and all(cell.tag == "th" for cell in cells):
            header_rows += 1
        rows.append(row)
        hanging = {column: (left - 1, text) for column, (left, text) in hanging.items() if left > 1}
    return rows, min(header_rows, len(rows))


def _fill_hanging(row: list[str], hanging: dict[int, tuple[int, str]]) -> None:
    while len(row) in hanging and len(row) < 1000:
        row.append(hanging[len(row)][1])


def _span(cell: LexborNode, name: str) -> int:
    try:
        return max(1, min(int(cell.attributes.get(name) or 1), _MAX_SPAN))
    except ValueError:
        return 1
