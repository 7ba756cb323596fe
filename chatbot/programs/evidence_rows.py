"""Rows of a document's text as labelled cells with their places: "Item: Wheelchair | Quantity: 3" and "| a | b |"."""

from __future__ import annotations

import bisect
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ingest.document import Block, Document
from ingest.hit import Hit
from ingest.library import Library

_RULE = re.compile(r"[|\s:=-]*-[|\s:=-]*")
_LABEL = re.compile(r"([^:|]{1,120}(?::[^ |][^:|]*)?):\s(?=\S)")
_SEPARATOR = re.compile(r"\s\|\s")
_LONGEST_CAPTION = 80
_PIPE = re.compile(r"(?<!\\)\|")


@dataclass(frozen=True)
class Part:
    """One cell: ``document_text[start:end] == text``; ``label`` is its column's name, "" where the column has none."""

    label: str
    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Row:
    parts: tuple[Part, ...]
    start: int
    end: int


@dataclass(frozen=True)
class Run:
    """The rows of one table; ``caption`` is the short lines above it, ``complete`` whether all of its rows are here."""

    rows: tuple[Row, ...]
    caption: str
    complete: bool


@dataclass(frozen=True)
class _Line:
    """A line of a table; ``header`` is the text that names its columns, where that stands elsewhere."""

    text: str
    start: int
    header: str = ""


def runs_in_passage(hit: Hit) -> Iterator[Run]:
    """The tables among the lines of a passage, as far as the passage shows them."""
    caption, group, start = "", list[_Line](), hit.start
    for text in hit.text.split("\n"):
        if _is_row(text):
            group.append(_Line(text, start))
        elif text.strip():
            yield from _runs(group, caption, complete=False)
            caption = text.strip() if group or len(caption) > _LONGEST_CAPTION else f"{caption}\n{text}".strip()
            group = []
        start += len(text) + 1
    yield from _runs(group, caption, complete=False)


def runs_in_document(hit: Hit, library: Library, limit: int) -> Iterator[Run]:
    """The tables that rows of the passage belong to, whole, or the ``limit`` rows nearest to the passage."""
    document = library.load(library.find(hit.document))
    starts = [block.start for block in document.blocks]
    index = max(0, bisect.bisect_right(starts, hit.start) - 1)
    while index < len(document.blocks) and document.blocks[index].start < hit.end:
        block = document.blocks[index]
        if block.kind != "row" or block.end <= hit.start:
            index += 1
            continue
        first, last, complete = _extent(document, index, limit)
        lines = [line for place in range(first, last) for line in _lines(document, document.blocks[place])]
        for run in _runs(lines, _caption(document, first), complete):
            if run.rows[0].start < hit.end and run.rows[-1].end > hit.start:
                yield run
        index = last


def _caption(document: Document, first: int) -> str:
    """The short blocks right above the rows, two at most: a title, "(단위: 천원)"."""
    texts: list[str] = []
    for block in reversed(document.blocks[max(0, first - 2) : first]):
        text = document.text[block.start : block.end]
        if len(text) > _LONGEST_CAPTION or block.kind == "row":
            break
        texts.insert(0, text.strip("# "))
    return "\n".join(texts)


def _extent(document: Document, index: int, limit: int) -> tuple[int, int, bool]:
    """The run of neighbouring row blocks around one of them, at most ``limit`` on either side."""
    blocks, first, last = document.blocks, index, index + 1
    while first and index - first < limit // 2 and _together(document, blocks[first - 1], blocks[first]):
        first -= 1
    while last < len(blocks) and last - first < limit and _together(document, blocks[last - 1], blocks[last]):
        last += 1
    ends = (first and _together(document, blocks[first - 1], blocks[first])) or (
        last < len(blocks) and _together(document, blocks[last - 1], blocks[last])
    )
    return first, last, not ends


def _together(document: Document, one: Block, other: Block) -> bool:
    between = document.text[one.end : other.start]
    return one.kind == other.kind == "row" and "\n\n" not in between


def _lines(document: Document, block: Block) -> Iterator[_Line]:
    header = document.text[slice(*block.header)] if block.header else ""
    start = block.start
    for text in document.text[block.start : block.end].split("\n"):
        yield _Line(text, start, header)
        start += len(text) + 1


def _is_row(text: str) -> bool:
    return bool(_SEPARATOR.search(text)) or (text.lstrip().startswith("|") and text.count("|") > 1)


def _runs(lines: Sequence[_Line], caption: str, complete: bool) -> Iterator[Run]:
    """Tables that stand below each other: a line with one cell, or other labels, begins the next."""
    group: list[_Line] = []
    labels: set[str] = set()
    for line in lines:
        if not _is_row(line.text):
            yield from _run(group, caption, complete)
            caption = line.text.strip() if group else f"{caption}\n{line.text}".strip()
            group, labels = [], set()
            continue
        own = {part.label for part in _parts(line)} - {""}
        if group and own and labels and not own & labels:
            yield from _run(group, caption, complete)
            caption, group, labels = "", [], set()
        group.append(line)
        labels |= own
    yield from _run(group, caption, complete)


def _run(lines: Sequence[_Line], caption: str, complete: bool) -> Iterator[Run]:
    rows = _piped(lines) if lines and lines[0].text.lstrip().startswith("|") else _labelled(lines)
    if rows:
        yield Run(tuple(rows), caption, complete)


def _labelled(lines: Sequence[_Line]) -> list[Row]:
    """Rows as the readers write them. A label that only one of many rows has is text with a colon in it."""
    split = [_parts(line) for line in lines]
    counts = Counter(part.label for parts in split for part in parts)
    rows = []
    for line, parts in zip(lines, split, strict=True):
        kept = [
            part if counts[part.label] > 1 or len(lines) < 3 or index else _whole(part)
            for index, part in enumerate(parts)
        ]  # fmt: skip
        if not all(part.text in counts and not part.label for part in kept):  # the header again
            rows.append(Row(tuple(_distinct(_placed(kept))), line.start, line.start + len(line.text)))
    return rows


def _parts(line: _Line) -> list[Part]:
    parts, start = [], 0
    if line.text.lstrip().startswith("|"):
        return [Part("", cell.text, cell.start, cell.end) for cell in _piped_cells(line)]
    for end in [*(match.start() for match in _SEPARATOR.finditer(line.text)), len(line.text)]:
        text = line.text[start:end]
        label = _LABEL.match(text)
        skipped = label.end() if label else 0
        at = line.start + start
        parts.append(Part(label[1] if label else "", text[skipped:], at + skipped, at + len(text)))
        start = end + 3
    return parts


def _whole(part: Part) -> Part:
    """The part with its label as a part of its text."""
    start = part.start - len(part.label) - 2 if part.label else part.start
    return Part("", f"{part.label}: {part.text}" if part.label else part.text, start, part.end)


def _placed(parts: Sequence[Part]) -> Iterator[Part]:
    """Cells of columns without names get the number of their place, so that they stay apart."""
    for index, part in enumerate(parts):
        yield part if part.label or not index else Part(f"column {index + 1}", part.text, part.start, part.end)


def _distinct(parts: Iterable[Part]) -> Iterator[Part]:
    """Columns of one name are told apart by a number."""
    seen: Counter[str] = Counter()
    for part in parts:
        seen[part.label] += 1
        count = seen[part.label]
        yield part if count == 1 else Part(f"{part.label} ({count})", part.text, part.start, part.end)


def _piped(lines: Sequence[_Line]) -> list[Row]:
    """Markdown rows; the header is the line above the rule, or where the reader found it."""
    header = [cell.text for cell in _piped_cells(_Line(lines[0].header, 0))] if lines[0].header else []
    first = 0
    for index, line in enumerate(lines[:3]):
        if index and _RULE.fullmatch(line.text):
            header, first = [cell.text for cell in _piped_cells(lines[index - 1])], index + 1
    rows = []
    for line in lines[first:]:
        cells = _piped_cells(line)
        if _RULE.fullmatch(line.text) or [cell.text for cell in cells] == header:
            continue
        names = [header[index] if index < len(header) else f"column {index + 1}" for index in range(len(cells))]
        parts = [
            Part(name, cell.text, cell.start, cell.end) for name, cell in zip(names, cells, strict=True) if cell.text
        ]
        if parts:
            rows.append(Row(tuple(_distinct(parts)), line.start, line.start + len(line.text)))
    return rows


def _piped_cells(line: _Line) -> list[Part]:
    borders = [match.start() for match in _PIPE.finditer(line.text)]
    inner = line.text.strip()
    borders = borders if inner.startswith("|") else [-1, *borders]
    borders = borders if inner.endswith("|") else [*borders, len(line.text)]
    cells = []
    for left, right in pairwise(borders):
        text = line.text[left + 1 : right]
        start = line.start + left + 1 + len(text) - len(text.lstrip())
        cells.append(Part("", text.strip(), start, start + len(text.strip())))
    return cells
