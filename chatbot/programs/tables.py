"""Tables of the retrieved passages as data: every row of the document's table, with its header, values and places."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, time

from chatbot.programs.evidence_names import identifier
from chatbot.programs.evidence_rows import Part, Row, Run, runs_in_document, runs_in_passage
from chatbot.programs.quantities_cells import CellValue, Scale, bare_name, read_cell, scale_for, scales_of
from ingest.hit import Hit
from ingest.library import Library

# Below "합계" or "Average" stand what the other rows add up to.
_TOTAL = re.compile(
    r"(?:[\w·\s]{0,20}\s)?(?:(?:합|총|소|누)\s?계|총\s?합|계|평\s?균|총액|(?:grand |sub-?)?totals?|sum|average|mean)"
    r"(?:\s?\([^)]*\))?"
    r"|(?:합계|소계|총계|total|subtotal)\b.{0,30}",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class TableLimits:
    """At most ``tables`` tables, the best passages' first, of ``rows`` rows and ``cells`` cells each."""

    tables: int = 4
    rows: int = 500
    cells: int = 5_000


@dataclass(frozen=True)
class Cell:
    """``document_text[start:end] == text``; ``value`` is in ``unit``, multiplied as the header says (``note``)."""

    text: str
    value: CellValue
    unit: str
    kind: str
    start: int
    end: int
    note: str = ""


@dataclass(frozen=True)
class TableRow:
    """One cell a column, None where the row has none; ``total``: it sums up or averages other rows."""

    cells: tuple[Cell | None, ...]
    total: bool
    start: int
    end: int


@dataclass(frozen=True)
class Table:
    """``header`` are the columns' names without units, ``units`` the unit of each column's numbers ("" for none or several).

    ``passage`` is the number of the passage (from 1) that brought it. ``complete`` is False where only a part of the
    document's table is here: sums over it are not sums over the table.
    """

    name: str
    document: str
    passage: int
    header: tuple[str, ...]
    units: tuple[str, ...]
    rows: tuple[TableRow, ...]
    complete: bool

    def data(self) -> list[dict[str, CellValue]]:
        """The rows as a program gets them, without rows of totals, which a sum would count twice."""
        return [self._values(row) for row in self.rows if not row.total]

    def totals(self) -> list[dict[str, CellValue]]:
        """The rows of totals and averages."""
        return [self._values(row) for row in self.rows if row.total]

    def _values(self, row: TableRow) -> dict[str, CellValue]:
        return {name: cell.value if cell else None for name, cell in zip(self.header, row.cells, strict=True)}


def tables(
    hits: Sequence[Hit], library: Library | None = None, limits: TableLimits | None = None, taken: Iterable[str] = ()
) -> list[Table]:
    """The tables that the passages hold rows of, in the order of the passages. With the library each is read whole from its
    document, else only the rows of the passages. ``taken``: names that are in use already."""
    limits = limits or TableLimits()
    names = set(taken)
    found: list[Table] = []
    for passage, run in _runs(hits, library, limits.rows):
        if len(found) == limits.tables:
            break
        table = _table(hits[passage], passage + 1, run, limits)
        if table is not None:
            name = identifier([table.name], names, "table")
            names |= {name, f"{name}_totals"}
            found.append(replace(table, name=name))
    return found


def preview(table: Table, rows: int = 3) -> str:
    """One or two lines for a prompt: the name, the number of rows, columns with units, and the first rows as Python."""
    columns = ", ".join(
        f"{name!r} ({unit})" if unit else repr(name) for name, unit in zip(table.header, table.units, strict=True)
    )
    data, totals = table.data(), table.totals()
    first = ", ".join(_shown(values) for values in data[:rows])
    more = ", ..." if len(data) > rows else ""
    part = "" if table.complete else ", only a part of the table"
    lines = [f"{table.name} = [{first}{more}]  # {len(data)} rows{part}; columns {columns} [{table.passage}]"]
    if totals:
        lines.append(
            f"{table.name}_totals = [{', '.join(_shown(values) for values in totals[:2])}]  # not in {table.name}"
        )
    return "\n".join(lines)


def _shown(values: dict[str, CellValue]) -> str:
    return "{" + ", ".join(f"{name!r}: {source(value)}" for name, value in values.items()) + "}"


def source(value: CellValue) -> str:
    """A value as Python source: date(2024, 3, 5)."""
    if isinstance(value, date | time):
        return repr(value).removeprefix("datetime.")
    return repr(value[:60]) if isinstance(value, str) else repr(value)


def _runs(hits: Sequence[Hit], library: Library | None, limit: int) -> Iterator[tuple[int, Run]]:
    """(index of the passage, the rows of one table), each table once."""
    seen: set[tuple[str, int]] = set()
    for index, hit in enumerate(hits):
        runs = runs_in_passage(hit) if library is None else runs_in_document(hit, library, limit)
        for run in runs:
            place = hit.document, run.rows[0].start
            if place not in seen:
                seen.add(place)
                yield index, run


def _table(hit: Hit, passage: int, run: Run, limits: TableLimits) -> Table | None:
    header = _merged_header(run.rows)
    rows = run.rows[: max(1, limits.cells // len(header))] if header else ()
    if len(header) < 2 or not rows:
        return None
    caption = (scales_of(run.caption) if len(run.caption) < 200 else ()) or scales_of(hit.heading)
    scales = [scale_for(name, caption) for name in header]
    body = []
    for row in rows:
        by_label = {part.label: part for part in row.parts}
        cells = tuple(_cell(by_label.get(name), scale) for name, scale in zip(header, scales, strict=True))
        body.append(TableRow(cells, _is_total(cells), row.start, row.end))
    names = _bare_header(header)
    shared = tuple(_shared_unit(row.cells[column] for row in body) for column in range(len(header)))
    complete = run.complete and len(rows) == len(run.rows)
    titles = [title for line in run.caption.split("\n") if (title := _UNIT_NOTE.sub("", line).strip())]
    title = titles[-1] if titles else ""
    name = title if 0 < len(title) <= 60 else hit.heading.split(" > ")[-1] or hit.title
    return Table(name, hit.document, passage, names, shared, tuple(body), complete)


_UNIT_NOTE = re.compile(r"[(\[]?\s*단위\s*[:：][^)\]]*[)\]]?")


def _merged_header(rows: Sequence[Row]) -> list[str]:
    """The labels of all rows in the order of the columns; a row leaves out the columns in which it has nothing."""
    header: list[str] = []
    for row in rows:
        place = 0
        for part in row.parts:
            if part.label in header:
                place = header.index(part.label) + 1
            else:
                header.insert(place, part.label)
                place += 1
    return header


def _bare_header(header: Sequence[str]) -> tuple[str, ...]:
    bare = [bare_name(name) for name in header]
    return tuple(
        short if short and bare.count(short) == 1 else (name or ("item" if not index else f"column {index + 1}"))
        for index, (name, short) in enumerate(zip(header, bare, strict=True))
    )


def _cell(part: Part | None, scale: Scale | None) -> Cell | None:
    if part is None:
        return None
    reading = read_cell(part.text, scale)
    return Cell(part.text, reading.value, reading.unit, reading.kind, part.start, part.end, reading.note)


def _is_total(cells: Sequence[Cell | None]) -> bool:
    """Whether a cell in front of the numbers says so."""
    for cell in cells:
        if cell is not None and cell.kind != "text":
            return False
        if cell is not None and _TOTAL.fullmatch(cell.text.strip("*_ []<>")):
            return True
    return False


def _shared_unit(cells: Iterable[Cell | None]) -> str:
    found = {cell.unit for cell in cells if cell is not None and cell.kind != "text"}
    return found.pop() if len(found) == 1 else ""
