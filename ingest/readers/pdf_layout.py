"""Lines of PDF pages -> headings, paragraphs and rows, by where the lines stand and how large they are."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from ingest.document import BlockKind
from ingest.readers.listing import ITEM
from ingest.readers.pdf_figure import without_scales
from ingest.readers.pdf_paragraph import BREAKING_HYPHEN, Paragraphs, ends_early
from ingest.readers.pdf_parts import Line, PageText, Table, squeezed, table_around
from ingest.readers.pdf_running import running_lines
from ingest.readers.tables import begins_with_values, header_rows_of, rows_as_text

# What begins an item wherever a line begins with it, and what may also stand there by chance.
_SURE_MARK = re.compile(r"\s*(?:[•●○◦■□▪▶▷◆◇※★☆∙‣⁃✓➢]\s*|[①-⑳㉠-㉻❶-❿]\s*|제\s?\d+\s?조\s?\()")
_MARK = re.compile(r"\s*(?:[·ㆍ]\s*|[a-zA-Z][.)]\s|제\s?\d+\s?[조장절항관](?:\s|$)|\[\d{1,3}\]\s)")
_SENTENCE_END = re.compile(r"[.!?。！？:;…][\"'”’)\]]*\s*$")
_HEADING_GROWTH = 1.15  # larger than body text by this much
_MAX_HEADING_CHARS = 150
_HEADING_LEVELS = 4
_SAME_RULE = 3.0  # points between the rules of a table and of its continuation

Rows = list[list[str]]


class Outline:
    """What holds for the whole document: size of body text, line pitch, sizes of headings, words, running lines."""

    def __init__(self, pages: list[PageText]) -> None:
        self._pages = pages
        lines = [line for page in pages for line in page.lines]
        self._body = _common(Counter(), ((_rounded(line.height), len(line.text)) for line in lines if line.box))
        larger = {
            _rounded(line.height)
            for line in lines
            if line.box and line.height >= self._body * _HEADING_GROWTH and _has_words(line.text)
        }
        self._sizes = sorted(larger, reverse=True)
        self._pitch = self._line_pitch(pages)
        self._running = running_lines(pages, self._body)
        self._paragraphs = Paragraphs(lines, self._all_paragraphs)
        self._last: tuple[Table, Rows] | None = None  # the table at the end of the page before, with its header

    def pages(self) -> Iterator[list[tuple[BlockKind, str, int]]]:
        """The blocks of each page in reading order: (kind, text, level of heading)."""
        for number in range(len(self._pages)):
            yield list(self._blocks(number))

    def _blocks(self, number: int) -> Iterator[tuple[BlockKind, str, int]]:
        page = self._pages[number]
        right = _right_margin(self._kept(number))
        above, self._last = self._last, None
        for part in self._parts(number):
            if isinstance(part, Table):
                header = _header_above(part, above)
                for text in rows_as_text(part.rows) if header is None else _continued_rows(part, header):
                    yield "row", text, 0
                self._last = (part, header_rows_of(part.rows) if header is None else header)
            else:
                yield self._finished(part, right, page)
                self._last = None
            above = None

    def _parts(self, number: int) -> Iterator[list[Line] | Table]:
        """The lines of each heading and paragraph of a page, and its tables."""
        page = self._pages[number]
        paragraph: list[Line] = []
        done: set[int] = set()
        kept = self._kept(number)
        right = _right_margin(kept)
        for line in without_scales(page, kept):
            table = table_around(line, page.tables)
            if paragraph and (table is not None or self._level(line, page) or self._breaks(paragraph, line, right)):
                yield paragraph
                paragraph = []
            if table is None:
                paragraph.append(line)
            elif table not in done:
                done.add(table)
                yield page.tables[table]
        if paragraph:
            yield paragraph

    def _kept(self, number: int) -> list[Line]:
        return [line for index, line in enumerate(self._pages[number].lines) if index not in self._running[number]]

    def _all_paragraphs(self) -> Iterator[tuple[list[Line], float]]:
        """The lines of each paragraph, and where the longest line ends that begins at the same place of the page."""
        for number, page in enumerate(self._pages):
            columns: dict[float, float] = {}
            for line in page.lines:
                if line.box and _rounded(line.height) <= self._body:
                    left = round(line.box[0])
                    columns[left] = max(columns.get(left, 0.0), line.box[2])
            for part in self._parts(number):
                if not isinstance(part, Table) and not self._level(part[0], page):
                    box = part[-1].box
                    yield part, columns.get(round(box[0]), 0.0) if box else 0.0

    def _finished(self, lines: list[Line], right: float, page: PageText) -> tuple[BlockKind, str, int]:
        level = self._level(lines[0], page)
        if level:
            return "heading", " ".join(line.text.replace(BREAKING_HYPHEN, "").strip() for line in lines), level
        return "paragraph", self._paragraphs.joined(lines, right), 0

    def _level(self, line: Line, page: PageText) -> int:
        if len(line.text) > _MAX_HEADING_CHARS or not _has_words(line.text):
            return 0
        bookmark = page.bookmarks.get(squeezed(line.text), 0)
        if bookmark:
            return min(bookmark, _HEADING_LEVELS + 2)
        if not line.box or _rounded(line.height) not in self._sizes:
            return 0
        return min(self._sizes.index(_rounded(line.height)) + 1, _HEADING_LEVELS)

    def _breaks(self, paragraph: list[Line], line: Line, right: float) -> bool:
        """Whether the line begins a new paragraph."""
        above = paragraph[-1]
        if not above.text.strip() or not line.text.strip() or above.is_alone or line.is_alone:
            return True
        if _begins_item(paragraph, line, right):
            return True
        if above.box is None or line.box is None:
            return False
        if abs(above.height - line.height) > 0.12 * max(above.height, line.height):
            return True
        down = above.box[1] - line.box[1]
        if down < -0.5 * line.height:  # a new column; a sentence may go on in it
            return bool(_SENTENCE_END.search(above.text)) or above.box[0] > line.box[0]
        if down > 1.3 * self._pitch * line.height:
            return True
        indented = line.box[0] - above.box[0] > 0.8 * line.height and line.box[0] < right
        if indented and down > 0.5 * line.height and not _is_item(paragraph[0]):
            return True
        return bool(_SENTENCE_END.search(above.text)) and above.box[2] < right - 2 * line.height

    def _line_pitch(self, pages: list[PageText]) -> float:
        """From one line to the next in multiples of the line's height, most commonly."""
        steps: list[tuple[float, int]] = []
        for page in pages:
            for above, line in pairwise(page.lines):
                if above.box and line.box and line.height and abs(above.height - line.height) < 0.1 * line.height:
                    step = (above.box[1] - line.box[1]) / line.height
                    if 0.7 < step < 3:
                        steps.append((round(step, 1), 1))
        return max(1.0, _common(Counter(), iter(steps)) or 1.2)


def _begins_item(paragraph: list[Line], line: Line, right: float) -> bool:
    """Whether the line begins an item of a list; a mark that is no sure one may stand at a line's start by chance."""
    if _SURE_MARK.match(line.text):
        return True
    above = paragraph[-1]
    return _is_item(line) and (
        _is_item(paragraph[0]) or bool(_SENTENCE_END.search(above.text)) or ends_early(above, line, right)
    )


def _is_item(line: Line) -> bool:
    return bool(_SURE_MARK.match(line.text) or ITEM.match(line.text) or _MARK.match(line.text))


def _header_above(table: Table, above: tuple[Table, Rows] | None) -> Rows | None:
    """The header on the page before of a table that goes on from there; None for a table that begins here."""
    if above is None or not _goes_on(above[0], table):
        return None
    return above[1] if _begins_with(table, above[1]) or begins_with_values(table.rows) else None


def _continued_rows(table: Table, header: Rows) -> Iterator[str]:
    rows = [list(row) for row in table.rows]
    own = rows[len(header) :] if _begins_with(table, header) else rows
    return rows_as_text([*header, *own], len(header))


def _goes_on(above: Table, table: Table) -> bool:
    """Whether the tables have the same columns at the same places."""
    return len(above.columns) == len(table.columns) and all(
        abs(one - other) < _SAME_RULE for one, other in zip(above.columns, table.columns, strict=True)
    )


def _begins_with(table: Table, header: Rows) -> bool:
    return bool(header) and [list(row) for row in table.rows[: len(header)]] == header


def _common(counts: Counter[float], weighted: Iterator[tuple[float, int]]) -> float:
    for value, weight in weighted:
        counts[value] += weight
    return counts.most_common(1)[0][0] if counts else 0.0


def _rounded(height: float) -> float:
    return round(height * 2) / 2


def _has_words(text: str) -> bool:
    return sum(1 for char in text if char.isalpha()) >= 2


def _right_margin(lines: list[Line]) -> float:
    """Where full lines end: the right edge that the widest lines share."""
    edges = sorted(line.box[2] for line in lines if line.box)
    return edges[int(len(edges) * 0.9)] if edges else 0.0
