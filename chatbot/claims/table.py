"""A sentence against a row of a table: what it says of a column must stand in that column."""

from __future__ import annotations

import re
from collections.abc import Sequence

from chatbot.claims.alignment import Alignment
from chatbot.claims.item import Reading

_ROW = re.compile(r"^\s*\|.*\|\s*$| \| |\t")
_BORDER = re.compile(r"\||\t")


def is_row(text: str) -> bool:
    """Whether a line is a row of a table, its cells set apart by bars or tabs."""
    return "\n" not in text.strip() and _ROW.search(text) is not None


def cells(text: str) -> list[tuple[int, int]]:
    """(start, end) of each cell, the empty ones at the ends left out."""
    borders = [-1, *(match.start() for match in _BORDER.finditer(text)), len(text)]
    spans = [(borders[n] + 1, borders[n + 1]) for n in range(len(borders) - 1)]
    if spans and not text[slice(*spans[0])].strip():
        spans = spans[1:]
    if spans and not text[slice(*spans[-1])].strip():
        spans = spans[:-1]
    return spans


def doubts(claim: Reading, row: Reading, aligned: Alignment, columns: Sequence[frozenset[str]]) -> list[str]:
    """``columns`` are the words that name each column. A column that the sentence names must give it something, and a
    cell that it takes from another column than those it names is a doubt."""
    keys = {item.key for item in claim.items if item.key}
    named = {number for number, words in enumerate(columns) if words & keys}
    taken = set()
    for s in aligned.place:
        if s is not None:
            taken.add(_column(row, row.items[s].start))
    if not named:
        # Without names of columns only a row of two cells says what belongs to what.
        return [] if len(taken) < 2 or len(cells(row.text)) == 2 else ["column"]
    return [] if named - {0} <= taken and taken <= named | {0} else ["column"]


def _column(row: Reading, offset: int) -> int:
    return next((n for n, (start, end) in enumerate(cells(row.text)) if start <= offset < end), -1)
