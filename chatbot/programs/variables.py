"""What a program finds set before it runs: single values and whole tables of the passages, each with its place."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, time
from typing import Any

from chatbot.programs.evidence import Input, described, evidence
from chatbot.programs.quantities import quantities
from chatbot.programs.result import ProgramResult
from chatbot.programs.sandbox import Sandbox
from chatbot.programs.tables import Table, preview, tables
from ingest.hit import Hit
from ingest.library import Library

# A longer quote is no quotation; of a longer table its first row is cited.
_LONGEST_QUOTE = 1_000
_LINE = re.compile(r"\bline (\d+)")


@dataclass(frozen=True)
class Variables:
    """``inputs`` are single values, ``tables`` lists of rows."""

    inputs: tuple[Input, ...]
    tables: tuple[Table, ...]

    def lines(self) -> list[str]:
        """What the prompt says of each."""
        return [*map(described, self.inputs), *(line for table in self.tables for line in preview(table).splitlines())]

    def values(self) -> dict[str, Any]:
        """By name; a table's rows of totals are under its name and ``_totals``."""
        found: dict[str, Any] = {one.name: one.value for one in self.inputs}
        for table in self.tables:
            found[table.name] = table.data()
            if totals := table.totals():
                found[f"{table.name}_totals"] = totals
        return found

    def used(self, source: str) -> tuple[Input, ...]:
        """The inputs that a program names, those whose value it writes as a number of its own (small whole numbers are too
        common to say where they are from), and one for each table that it names."""
        names, numbers = _names(source), _numbers(source)
        single = [one for one in self.inputs if one.name in names or _is_written(one.value, numbers)]
        named = [
            (table, name) for table in self.tables for name in (table.name, f"{table.name}_totals") if name in names
        ]
        return (*single, *(_whole(table, name) for table, name in named))

    def partly(self, source: str) -> bool:
        """Whether the program names a table of which only a part is here."""
        names = _names(source)
        return any({one.name, f"{one.name}_totals"} & names for one in self.tables if not one.complete)

    def takes_from(self, source: str, question: str) -> bool:
        """Whether the program writes a number that the question gives."""
        asked = {float(one.value) for one in quantities(question) if isinstance(one.value, int | float)}
        return bool(asked & set(_numbers(source)))

    def cells(self) -> tuple[Input, ...]:
        """All values there are, the tables' too: what a literal may be taken from."""
        return (*self.inputs, *(cell for table in self.tables for cell in _cells(table)))


def variables(hits: Sequence[Hit], question: str, library: Library) -> Variables:
    """The values of ``hits`` that are nearest to the question, and the tables that they have rows of, read whole."""
    found = tables(hits, library)
    inputs = evidence(hits, question, found, analyzer=library.analyzer)
    return Variables(tuple(inputs), tuple(found))


def run_with(
    sandbox: Sandbox, source: str, values: Mapping[str, Any], functions: Mapping[str, Callable[..., Any]] | None = None
) -> ProgramResult:
    """Runs a program with ``values``; dates, which JSON cannot say, are written in front of it. Raises as Sandbox.run."""
    names = _names(source)
    plain = {name: value for name, value in values.items() if not _has_date(value)}
    dated = [f"{name} = {_literal(value)}" for name, value in values.items() if name in names and _has_date(value)]
    if not dated:
        return sandbox.run(source, plain, functions)
    before = "; ".join(["import datetime as _given", *dated])
    result = sandbox.run(f"{before}\n{source}", plain, functions)
    error = result.error and _LINE.sub(lambda found: f"line {int(found[1]) - 1}", result.error)
    return replace(result, error=error)


def _has_date(value: Any) -> bool:
    if isinstance(value, list):
        return any(_has_date(one) for row in value for one in row.values())
    return isinstance(value, date | time)


def _literal(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(_literal(row) for row in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key!r}: {_literal(one)}" for key, one in value.items()) + "}"
    return repr(value).replace("datetime.", "_given.", 1) if isinstance(value, date | time) else repr(value)


def _whole(table: Table, name: str) -> Input:
    start, end = table.rows[0].start, table.rows[-1].end
    if end - start > _LONGEST_QUOTE:
        end = table.rows[0].end
    return Input(name, f"{len(table.rows)} rows", "", "table", table.document, start, end, "", table.passage)


def _cells(table: Table) -> Iterator[Input]:
    for row in table.rows:
        for cell in row.cells:
            if cell is not None and cell.value is not None and not isinstance(cell.value, bool):
                yield Input(
                    table.name, cell.value, cell.unit, cell.kind, table.document, cell.start, cell.end, cell.text, table.passage
                )  # fmt: skip


def _names(source: str) -> set[str]:
    return {node.id for node in ast.walk(_tree(source)) if isinstance(node, ast.Name)}


def _numbers(source: str) -> list[float]:
    values = (node.value for node in ast.walk(_tree(source)) if isinstance(node, ast.Constant))
    return [float(value) for value in values if isinstance(value, int | float) and not isinstance(value, bool)]


def _is_written(value: Any, numbers: Sequence[float]) -> bool:
    if not isinstance(value, int | float):
        return False
    return float(value) in numbers and (abs(value) > 12 or value != int(value))


def _tree(source: str) -> ast.AST:
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ast.Module(body=[], type_ignores=[])
