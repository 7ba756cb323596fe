"""Tables as rows that can be understood alone: ``Header: value | Header: value``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice, pairwise

from ingest.document import DocumentBuilder

# Enough rows to see what a column holds, few enough that a sheet with a million rows is not kept in memory.
_LOOK_AHEAD = 30
_MAX_HEADER_CHARS = 120
_YEAR = re.compile(
    r"['’]?(1[89]|20|21)?\d\d(년|년도|年|Q[1-4]|[./-]\d{1,2})?|[1-4]Q|Q[1-4]|(1[0-2]|[1-9])월|\d{1,2}/\d{1,2}"
)
_NUMBER = re.compile(
    r"[-+−△▲(]?[₩$€£¥]?\s?[-+]?\d[\d,.\s:/-]*\)?\s?(%|[₩$€£¥]|원|천원|만원|억원|명|개|건|년|월|일|시|분|초|회|배|점|위|kg|g|m|km|cm|mm|ms|s|GB|MB)?"
)

Row = Sequence[str]


def add_table(builder: DocumentBuilder, rows: Iterable[Row], header_rows: int | None = None) -> None:
    """Adds a table to the document, one block a row.

    A cell that spans several rows or columns is expected once in every place it covers. ``header_rows`` is how many
    rows the format itself marks as header; None where it does not say, and then the header is recognised by its form.
    """
    for text in rows_as_text(rows, header_rows):
        builder.add(text, "row")


def rows_as_text(
    rows: Iterable[Row],
    header_rows: int | None = None,
    last_header: list[str] | None = None,
    two_columns_pair: bool = True,
) -> Iterator[str]:
    """The table's rows as text, each with the header repeated.

    ``last_header`` is the header of the table above; it is used for a table that has none of its own, as after a blank
    row, and replaced by the header of this one. ``two_columns_pair``: two columns of text are names and values rather
    than a table with a header.
    """
    ahead = _Ahead(_cleaned(rows))
    if header_rows is None:
        yield from ahead.captions()
    sample = ahead.sample
    if not sample:
        return
    count = _header_rows(sample, two_columns_pair) if header_rows is None else min(header_rows, len(sample))
    body = chain(sample[count:], ahead.rest)
    header = _joined_header(sample[:count]) if count else _continued(last_header, sample)
    if not header:
        yield from _without_header(body, sample)
        return
    if last_header is not None:
        last_header[:] = header
    written = False
    for cells in body:
        if list(cells) != sample[0]:  # a header repeated on the next page of the table
            written = True
            yield _with_header(header, cells)
    if not written:
        yield " | ".join(name for name in header if name)


class _Ahead:
    """The first rows of a table, looked at before the rest is read; rows above the header that are only a caption."""

    def __init__(self, rows: Iterator[list[str]]) -> None:
        self.sample = list(islice(rows, _LOOK_AHEAD))
        self.rest = rows

    def captions(self) -> Iterator[str]:
        width = max((sum(1 for cell in row if cell) for row in self.sample), default=0)
        while width > 1 and len(self.sample) > 1 and len({cell for cell in self.sample[0] if cell}) == 1:
            if not _is_caption(self.sample[0], self.sample[1]):
                return
            yield next(cell for cell in self.sample.pop(0) if cell)


def header_rows_of(rows: Iterable[Row]) -> list[list[str]]:
    """The rows that name the columns of a table without marks of its own, none where there are none."""
    ahead = _Ahead(_cleaned(rows))
    for _ in ahead.captions():
        pass
    return ahead.sample[: _header_rows(ahead.sample, two_columns_pair=True)] if ahead.sample else []


def begins_with_values(rows: Iterable[Row]) -> bool:
    """Whether the first row holds values as the others do, rather than a name above a column of numbers."""
    sample = list(islice(_cleaned(rows), _LOOK_AHEAD))
    return bool(sample) and not _column_of_numbers(sample)


def _cleaned(rows: Iterable[Row]) -> Iterator[list[str]]:
    return (cells for row in rows if any(cells := [" ".join(cell.split()) for cell in row]))


def _continued(header: list[str] | None, sample: list[list[str]]) -> list[str]:
    """The header of the table above, if these rows stand in its columns."""
    columns = {index for row in sample for index, cell in enumerate(row) if cell}
    named = {index for index, name in enumerate(header or ()) if name}
    return list(header or ()) if len(columns) > 2 and columns == named else []


def _is_caption(row: Row, following: Row) -> bool:
    """One text above a wider row, and no column name that happens to stand alone."""
    filled = [index for index, cell in enumerate(row) if cell]
    return len(filled) == len(row) or filled[0] == 0 or sum(1 for cell in following if cell) > 1


def _header_rows(sample: list[list[str]], two_columns_pair: bool) -> int:
    """0, 1 or 2: how many of the first rows name the columns."""
    first = sample[0]
    if len(sample) < 2 or not names_columns(first):
        return 0
    if two_columns_pair and len(first) == 2 and not _column_of_numbers(sample):
        return 0  # two columns of text read as "name: value" with or without a header
    grouped = any(cell and cell == following for cell, following in pairwise(first))
    if grouped and len(sample) > 2 and names_columns(sample[1]) and sample[1] != first:
        return 2
    return 1


def names_columns(row: Row) -> bool:
    """Whether a row looks like a header: short texts, numbers only where they are years or months."""
    filled = [cell for cell in row if cell]
    if len(filled) < 2 or len(filled) < len(row) - max(1, len(row) // 3):
        return False
    if any(len(cell) > _MAX_HEADER_CHARS for cell in filled):
        return False
    numbers = [cell for cell in filled if _is_number(cell)]
    return not numbers or (len(numbers) < len(filled) and all(_YEAR.fullmatch(cell) for cell in numbers))


def _is_number(cell: str) -> bool:
    return bool(_NUMBER.fullmatch(cell))


def _column_of_numbers(sample: list[list[str]]) -> bool:
    """Whether some column is numbers below a name that is none."""
    for index, name in enumerate(sample[0]):
        values = [row[index] for row in sample[1:] if index < len(row) and row[index]]
        if values and not _is_number(name) and sum(map(_is_number, values)) >= 0.8 * len(values):
            return True
    return False


def _joined_header(rows: list[list[str]]) -> list[str]:
    """One name a column; of a header in several rows the parts from top to bottom, each once."""
    width = max(map(len, rows))
    names = []
    for index in range(width):
        parts = dict.fromkeys(row[index] for row in rows if index < len(row) and row[index])
        names.append(" ".join(parts))
    return names


def _with_header(header: list[str], cells: Row) -> str:
    parts: list[str] = []
    for index, cell in enumerate(cells):
        if not cell:
            continue
        name = header[index] if index < len(header) else ""
        part = f"{name.rstrip(':')}: {cell}" if name and name != cell else cell
        if not parts or parts[-1] != part:  # one cell across columns of one name
            parts.append(part)
    return " | ".join(parts)


def _without_header(rows: Iterable[Row], sample: list[list[str]]) -> Iterator[str]:
    """Rows of a table whose columns have no names; two columns read as name and value."""
    pairs = all(len(row) == 2 for row in sample) and len({row[0] for row in sample}) == len(sample)
    for cells in rows:
        filled = [cell for index, cell in enumerate(cells) if cell and (index == 0 or cell != cells[index - 1])]
        if pairs and len(filled) == 2 and len(filled[0]) <= _MAX_HEADER_CHARS and not _is_number(filled[0]):
            yield f"{filled[0].rstrip(':')}: {filled[1]}"
        else:
            yield " | ".join(filled)
