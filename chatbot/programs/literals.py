"""Numbers and dates that a program holds itself, and that neither the question nor the documents explain."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Protocol

from chatbot.programs.quantities import Quantity, Value, quantities
from chatbot.programs.quantities_units import DURATIONS, PERCENT, SECONDS
from chatbot.programs.tables import Table

# Constants of counting and of the calendar, which need no source: the decimal scales and 만, 억, 조; halves and hundredths;
# days in a week and a year; weeks and months in a year; hours, minutes and seconds in a day. The days of one month (30) and
# conversions between systems of measures (2.54) are not among them.
PLAIN = frozenset(
    map(
        Fraction,
        ("0", "1", "2", "10", "100", "1000", "10000", "100000", "1000000", "10000000", "100000000", "1000000000", "1000000000000",
         "0.5", "0.1", "0.01", "0.001", "7", "12", "24", "52", "60", "365", "366", "365.25", "1440", "3600", "86400"),
    )
)  # fmt: skip
_DATE_CALLS = frozenset(["date", "datetime"])
# Arguments at these places are positions or formats, not amounts: round(x, 2), enumerate(x, 1).
_POSITIONS = {"round": {1}, "enumerate": {1}, "split": {1}, "rsplit": {1}, "zfill": {0}, "ljust": {0}, "rjust": {0},
              "quantize": {0}, "pop": {0}, "insert": {0}, "nlargest": {0}, "nsmallest": {0}, "islice": {1, 2}}  # fmt: skip
_POSITION_NAMES = frozenset(["ndigits", "start", "maxsplit", "indent", "prec"])
_DATE_TEXT = re.compile(r"\d{4}[-./]\d{1,2}([-./]\d{1,2})?|\d{1,2}[-./]\d{1,2}[-./]\d{4}")
_NUMBER_TEXT = re.compile(r"[-+]?[\d,]*\.?\d+%?")
_DIGITS = re.compile(r"\d[\d,]*(?:\.\d+)?")


class Cited(Protocol):
    """What explains a literal: an Input of evidence.py, or any value with the words that say so."""

    @property
    def value(self) -> Value: ...
    @property
    def unit(self) -> str: ...
    @property
    def quote(self) -> str: ...


@dataclass(frozen=True)
class Literal:
    """A number, date or numeric text of a program; ``line`` counts from 1, ``text`` is as the program has it."""

    line: int
    text: str


def unexplained_literals(
    source: str,
    question: str,
    inputs: Sequence[Cited],
    tables: Sequence[Table] = (),
    passages: Iterable[str] = (),
    reference: date | None = None,
) -> tuple[Literal, ...]:
    """The literals of a program that have no source, in the order of the program.

    A literal is explained by the question in any form of the number (a dozen for 12, 12.5 % for 0.125 and 1.125, the 3 of
    3시간 30분), by the inputs, by the cells of the tables, by the quantities of the passages' texts, or by being one of
    PLAIN. Places in a sequence, numbers of digits and names of columns are no amounts. ``reference``: today, whose date
    and parts are known.

    Raises SyntaxError when the source is no Python.
    """
    known = _Known()
    known.add_text(question, reference)
    for passage in passages:
        known.add_text(passage, reference)
    for given in inputs:
        known.add(given.value, given.unit, given.quote)
    for cell in (cell for table in tables for row in table.rows for cell in row.cells if cell is not None):
        known.add(cell.value, cell.unit, cell.text)
    for text in (name for table in tables for name in table.header):
        known.add_text(text)
    if reference is not None:
        known.add(reference, "date", "")
    found = [found for found in _Literals(ast.parse(source)).found if not known.explains(found.value)]
    return tuple(Literal(one.line, one.text) for one in sorted(found, key=lambda one: (one.line, one.column)))


@dataclass(frozen=True)
class _Found:
    line: int
    column: int
    text: str
    value: int | float | date


class _Known:
    """Every number and day that has a source."""

    def __init__(self) -> None:
        self._numbers: set[Fraction] = set(PLAIN)
        self._days: set[date] = set()
        self._years: set[int] = set()

    def add_text(self, text: str, reference: date | None = None) -> None:
        for quantity in quantities(text, reference):
            self._add_quantity(quantity, text[quantity.start : quantity.end])
        # Digits that are no quantity in the text (a code, a telephone number) are in it all the same.
        self._add_digits(text)

    def _add_quantity(self, quantity: Quantity, quote: str) -> None:
        self.add(quantity.value, quantity.unit, quote, quantity.scale)
        if quantity.last is not None:
            self.add(quantity.last, "date", "")

    def add(self, value: Value | None, unit: str, quote: str, scale: int = 1) -> None:
        if isinstance(value, date):
            self._days.add(value)
            self._years.add(value.year)
            self._numbers |= {Fraction(part) for part in (value.year, value.month, value.day)}
        elif isinstance(value, int | float):
            exact = Fraction(str(value))
            self._numbers |= {exact, abs(exact), *_forms(abs(exact), unit, scale)}
            self._years |= {int(value)} if unit.endswith("year") and exact.denominator == 1 else set()
        self._add_digits(quote)

    def _add_digits(self, text: str) -> None:
        self._numbers |= {
            Fraction(digits)
            for found in _DIGITS.findall(text[:5_000])
            if (digits := found.replace(",", "")) and len(digits) < 40
        }

    def explains(self, value: int | float | date) -> bool:
        if isinstance(value, date):
            edge = (value.month, value.day) in ((1, 1), (12, 31))
            return value in self._days or (edge and value.year in self._years)
        if value != value or value in (float("inf"), float("-inf")):
            return True
        exact = abs(Fraction(str(value)))
        return exact in self._numbers or any(
            _near(exact, known) for known in self._numbers if known.denominator > 10**9
        )


def _near(one: Fraction, other: Fraction) -> bool:
    """A third written as 0.333 or 0.6667."""
    return other > 0 and abs(one - other) / other < Fraction(2, 1000)


def _forms(value: Fraction, unit: str, scale: int) -> Iterator[Fraction]:
    """The other ways in which a program writes a quantity."""
    if unit in PERCENT:
        hundred = 10_000 if unit == "basis point" else 1_000 if unit == "‰" else 100
        share = value / hundred
        yield from (share, 1 + share, abs(1 - share), 100 + value, abs(100 - value))
    if unit == "cent":
        yield value / 100
    if scale > 1:
        yield value / scale
    if 0 < value < 1:
        # Half of it is a division by 2, two thirds are times 2 and by 3, half as much again is times 1.5.
        simple = value.limit_denominator(1000)
        yield from (Fraction(simple.numerator), Fraction(simple.denominator), simple, 1 - simple, 1 + simple)
    if unit in SECONDS:
        yield from (value * SECONDS[unit] / other for other in SECONDS.values())
    elif unit in DURATIONS and unit in ("year", "month"):
        yield value * 12 if unit == "year" else value / 12


class _Literals(ast.NodeVisitor):
    """Collects the literals of a program that are amounts or days."""

    def __init__(self, tree: ast.AST) -> None:
        self.found: list[_Found] = []
        self.visit(tree)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, bool):
            return
        if isinstance(node.value, int | float):
            self._add(node, node.value)
        elif isinstance(node.value, str) and len(node.value) < 40:
            self._add_text(node, node.value.strip())

    def _add_text(self, node: ast.Constant, text: str) -> None:
        if _DATE_TEXT.fullmatch(text):
            days = [quantity.value for quantity in quantities(text) if isinstance(quantity.value, date)]
            for day in days[:1]:
                self._add(node, day)
        elif _NUMBER_TEXT.fullmatch(text):
            self._add(node, float(text.strip("%").replace(",", "")))

    def visit_Subscript(self, node: ast.Subscript) -> None:
        self.visit(node.value)
        for inner in ast.walk(node.slice):
            if isinstance(inner, ast.Call):
                self.visit(inner)

    def visit_Dict(self, node: ast.Dict) -> None:
        """Texts that are keys name things; numbers that are keys may be amounts."""
        for key in node.keys:
            if key is not None and not (isinstance(key, ast.Constant) and isinstance(key.value, str)):
                self.visit(key)
        for value in node.values:
            self.visit(value)

    def visit_FormattedValue(self, node: ast.FormattedValue) -> None:
        self.visit(node.value)

    def visit_Expr(self, node: ast.Expr) -> None:
        if not (isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)):  # a docstring
            self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        if name in _DATE_CALLS and (day := _day(node)) is not None:
            self._add(node, day)
            return
        if name == "get" and node.args:  # the key of a row
            node = ast.Call(node.func, node.args[1:], node.keywords)
        self.visit(node.func)
        skipped = _POSITIONS.get(name, set())
        for place, argument in enumerate(node.args):
            if place not in skipped:
                self.visit(argument)
        for keyword in node.keywords:
            if keyword.arg not in _POSITION_NAMES:
                self.visit(keyword.value)

    def _add(self, node: ast.expr, value: int | float | date) -> None:
        self.found.append(_Found(node.lineno, node.col_offset, ast.unparse(node), value))


def _day(call: ast.Call) -> date | None:
    """The day of date(2024, 3, 5) or datetime(2024, 3, 5, 12, 0), None where a part is no literal."""
    parts = {name: argument for name, argument in zip(("year", "month", "day"), call.args, strict=False)}
    parts |= {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg in ("year", "month", "day")}
    values = [getattr(parts.get(name), "value", None) for name in ("year", "month", "day")]
    if not all(isinstance(value, int) for value in values):
        return None
    try:
        return date(*values)  # type: ignore[arg-type]
    except (ValueError, OverflowError):
        return None
