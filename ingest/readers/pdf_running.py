"""Page numbers, running heads and running feet: lines at the edge of several pages that say the same there."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from ingest.readers.pdf_parts import Line, PageText, squeezed, table_around

_EDGE = 0.08  # of the page's height at its top and at its bottom
_EDGE_LINES = 2  # of a page without places, as after OCR
_SAME_PLACE = 3.0  # points
_UNPLACED_REPEATS = 4
_HEADING_GROWTH = 1.15
_NUMBER = re.compile(r"\d+")
_PAGE_NUMBER = re.compile(
    r"[-–—~<\[(|\s]*(?:p(?:age|\.)?|제|쪽|페이지)?\s*(?P<number>\d{1,4})(?:\s*(?:/|of|중)\s*\d{1,4})?"
    r"\s*(?:쪽|페이지|면|page)?[-–—~>\])|\s]*",
    re.IGNORECASE,
)
_DECORATED = re.compile(r"\s*[-–—]\s*\d+\s*[-–—]\s*|.*(?:page|쪽|페이지).*", re.IGNORECASE)
# What is numbered on its own account: a caption at the top of each page, or an article.
_COUNTED = re.compile(
    r"제\s?\d|(?:표|그림|사진|부록|별표|별지|서식|table|fig(?:ure|\.)?|chapter|section|appendix|part|step)\s?\d",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class _Edge:
    """A line at the edge of a page."""

    page: int
    index: int
    line: Line

    def is_beside(self, other: _Edge) -> bool:
        """At the same place of a page near by; heads of left and right pages may differ."""
        if other.page - self.page not in (1, 2):
            return False
        ours, theirs = self.line.box, other.line.box
        if ours is None or theirs is None:
            return True
        return abs(ours[1] - theirs[1]) < _SAME_PLACE and abs(self.line.height - other.line.height) < 1


def running_lines(pages: list[PageText], body: float) -> list[set[int]]:
    """For each page the lines to leave out: its page number, and heads and feet that an earlier page has.

    ``body`` is the height of the document's body text: a larger line is a heading.
    """
    left_out: list[set[int]] = [set() for _ in pages]
    edges: dict[tuple[bool, str], list[_Edge]] = defaultdict(list)
    numbers: dict[tuple[bool, int], list[_Edge]] = defaultdict(list)
    for number, page in enumerate(pages):
        for is_top, index in _edge_lines(page):
            edge = _Edge(number, index, page.lines[index])
            if match := _PAGE_NUMBER.fullmatch(edge.line.text):
                numbers[is_top, int(match["number"]) - number].append(edge)
            else:
                edges[is_top, _key(edge.line.text)].append(edge)
    for (_, offset), found in numbers.items():
        beside = {edge for pair in pairwise(found) if 0 < pair[1].page - pair[0].page <= 2 for edge in pair}
        for edge in found:
            if edge in beside or (offset == 1 and _DECORATED.fullmatch(edge.line.text)):
                left_out[edge.page].add(edge.index)
    repeated = [run for found in edges.values() for run in _runs(found) if _is_running(run, len(pages), body)]
    for run in repeated:
        for edge in run[1:]:
            left_out[edge.page].add(edge.index)
    _leave_out_doubles(pages, repeated, left_out)
    return left_out


def _edge_lines(page: PageText) -> Iterator[tuple[bool, int]]:
    """(whether at the top, index) of the lines at the top and the bottom of a page."""
    lines = [index for index, line in enumerate(page.lines) if line.text.strip()]
    if all(line.box is None for line in page.lines):
        if len(lines) >= 2 * _EDGE_LINES:
            yield from ((True, index) for index in lines[:_EDGE_LINES])
            yield from ((False, index) for index in lines[-_EDGE_LINES:])
        return
    if page.area is None:
        return
    bottom, top = page.area[1], page.area[3]
    for index in lines:
        line = page.lines[index]
        if line.box is None or table_around(line, page.tables) is not None:
            continue
        place = ((line.box[1] + line.box[3]) / 2 - bottom) / max(1.0, top - bottom)
        if place < _EDGE or place > 1 - _EDGE:
            yield place > 0.5, index


def _runs(edges: list[_Edge]) -> Iterator[list[_Edge]]:
    run = edges[:1]
    for edge in edges[1:]:
        if run[-1].is_beside(edge):
            run.append(edge)
            continue
        yield run
        run = [edge]
    yield run


def _is_running(run: list[_Edge], pages: int, body: float) -> bool:
    """Whether the lines are one head or foot: enough of them, and their numbers the same or counting pages."""
    if len(run) < 2 or (len(run) == 2 and run[1].page - run[0].page > 1):
        return False
    first = run[0].line
    # Slides may have the same title twice, and a page read by OCR does not tell where its lines stand.
    is_doubtful = first.box is None or first.height > body * _HEADING_GROWTH
    if is_doubtful and len(run) < max(_UNPLACED_REPEATS, pages // 2):
        return False
    if len({edge.line.text.strip() for edge in run}) == 1:
        return True
    if _COUNTED.search(first.text):
        return False
    columns = zip(*([int(found) for found in _NUMBER.findall(edge.line.text)] for edge in run), strict=True)
    return all(_counts_pages(numbers, run) for numbers in columns)


def _counts_pages(numbers: Iterable[int], run: list[_Edge]) -> bool:
    numbers = list(numbers)
    steady = len(set(numbers)) == 1
    return steady or len({number - edge.page for number, edge in zip(numbers, run, strict=True)}) == 1


def _leave_out_doubles(pages: list[PageText], repeated: list[list[_Edge]], left_out: list[set[int]]) -> None:
    """A head that only repeats a line of the text, such as the document's title, is not needed even once."""
    if not repeated:
        return
    running = {(edge.page, edge.index) for run in repeated for edge in run}
    texts = {
        squeezed(line.text)
        for number, page in enumerate(pages)
        for index, line in enumerate(page.lines)
        if (number, index) not in running
    }
    for run in repeated:
        if squeezed(run[0].line.text) in texts:
            left_out[run[0].page].add(run[0].index)


def _key(text: str) -> str:
    return _NUMBER.sub("0", "".join(text.split()))
