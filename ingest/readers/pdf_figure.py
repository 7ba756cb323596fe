"""The numbers of charts drawn in lines: the scale of an axis says nothing by itself, values belong together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby

from ingest.readers.pdf_parts import Box, Line, PageText, table_around

_NUMBER = re.compile(r"[-+−]?\d[\d,]*(?:\.\d+)?%?")
_NEAR = 1.5  # heights of the line between a label and what it labels
_FEWEST = 3  # numbers that make a scale
_MAX_NUMBERS = 200
_FEWEST_DRAWINGS = 3


def without_scales(page: PageText, lines: Iterable[Line]) -> Iterator[Line]:
    """The lines of a page; of numbers that stand in a row beside drawings, scales are left out and others joined."""
    if len(page.drawings) < _FEWEST_DRAWINGS:
        yield from lines
        return
    for is_label, group in groupby(lines, key=lambda line: _is_label(page, line)):
        run = list(group)
        numbers = [number for line in run for number in line.text.split()] if is_label else []
        if not _FEWEST <= len(numbers) <= _MAX_NUMBERS:
            yield from run
        elif kept := _off_scale(numbers):
            yield replace(run[0], text=" ".join(kept), is_alone=True)


def _is_label(page: PageText, line: Line) -> bool:
    words = line.text.split()
    if line.box is None or not words or not all(map(_NUMBER.fullmatch, words)):
        return False
    if table_around(line, page.tables) is not None:
        return False
    near = line.height * _NEAR
    box = (line.box[0] - near, line.box[1] - near, line.box[2] + near, line.box[3] + near)
    return any(_touch(box, drawing) for drawing in page.drawings)


def _touch(one: Box, other: Box) -> bool:
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]


def _off_scale(numbers: list[str]) -> list[str]:
    """The numbers that are on no scale; years are kept although they are evenly stepped: they name what is shown."""
    values = [float(number.replace(",", "").replace("−", "-").rstrip("%")) for number in numbers]
    kept: list[str] = []
    at = 0
    while at < len(values):
        end = _evenly_stepped(values, at)
        if end - at < _FEWEST + (values[at] != 0):  # three might be chance where they do not begin at nought
            end = at + 1
            kept += numbers[at:end]
        elif _are_years(values[at:end]):
            kept += numbers[at:end]
        at = end
    return kept


def _evenly_stepped(values: list[float], start: int) -> int:
    """Where the run of evenly stepped values ends that begins at ``start``."""
    if start + 1 >= len(values):
        return len(values)
    step = values[start + 1] - values[start]
    end = start + 2
    while end < len(values) and step and abs(values[end] - values[end - 1] - step) < 1e-6 * max(1.0, abs(step)):
        end += 1
    return end


def _are_years(values: list[float]) -> bool:
    return all(1900 <= value <= 2100 and value == int(value) for value in values)
