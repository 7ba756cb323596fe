"""Markdown: the text verbatim, its headings, list items and table rows as blocks."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.document import Block, BlockKind, Document
from ingest.readers.listing import ITEM
from ingest.readers.source import Source
from ingest.readers.text import paragraphs, text_of
from ingest.readers.title import metadata_title, text_title

_HEADING = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*?))??(?:[ \t]+#+)?[ \t]*")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_UNDERLINE = re.compile(r" {0,3}(=+|-{2,})[ \t]*")
_TABLE_RULE = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*")
_MAX_MARKED_LINE = 2000  # a longer line is no heading, and would make the patterns slow
_FRONT_MATTER = re.compile(r"---\n.*?\n(?:---|\.\.\.)(?:\n|$)", re.DOTALL)
_FRONT_TITLE = re.compile(r"^title:[ \t]*(['\"]?)(.+?)\1[ \t]*$", re.MULTILINE)


def read(source: Source) -> Document:
    """The file's text as it stands, so that a quote can be found in the file."""
    text = text_of(source)
    blocks = tuple(_Outline(text).blocks())
    return Document(_title(text, blocks), "md", text, (), blocks)


def _title(text: str, blocks: tuple[Block, ...]) -> str:
    matter = _FRONT_MATTER.match(text)
    if matter and (title := _FRONT_TITLE.search(matter.group())):
        return metadata_title(title.group(2))
    for block in blocks:
        if block.kind == "heading":
            return text_title(text[block.start : block.end].strip().strip("#=-"))
    return ""


class _Outline:
    """One pass over the lines: headings, table rows, fenced code and what lies between."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._open = 0  # where the text begins that belongs to no block yet
        self._fence = ""
        self._header: tuple[int, int] | None = None  # of the table that is being read

    def blocks(self) -> Iterator[Block]:
        matter = _FRONT_MATTER.match(self._text)
        start = matter.end() if matter else 0
        previous: tuple[int, int] | None = None
        while start < len(self._text):
            stop = self._text.find("\n", start)
            stop = len(self._text) if stop < 0 else stop
            yield from self._line(start, stop, previous)
            previous = (start, stop)
            start = stop + 1
        yield from self._close(len(self._text))

    def _line(self, start: int, stop: int, previous: tuple[int, int] | None) -> Iterator[Block]:
        line = self._text[start:stop]
        if self._in_code(line) or len(line) > _MAX_MARKED_LINE:
            return
        if (heading := _HEADING.fullmatch(line)) and heading.group(2):
            yield from self._heading(start, start, stop, len(heading.group(1)))
        elif self._header:
            yield from self._row(line, start, stop)
        elif (
            previous
            and previous[0] >= self._open
            and previous[1] - previous[0] < _MAX_MARKED_LINE
            and self._text[slice(*previous)].strip()
        ):
            yield from self._after_text(line, start, stop, previous)
        if self._header is None and ITEM.match(line):
            yield from self._close(start)

    def _in_code(self, line: str) -> bool:
        fence = _FENCE.match(line)
        if self._fence:
            if fence and fence.group(1).startswith(self._fence) and not line[fence.end() :].strip():
                self._fence = ""
            return True
        if fence:
            self._fence = fence.group(1)
            self._header = None
        return bool(fence)

    def _after_text(self, line: str, start: int, stop: int, previous: tuple[int, int]) -> Iterator[Block]:
        """A line that can turn the one above it into a heading or a table's header."""
        above = self._text[slice(*previous)]
        if (underline := _UNDERLINE.fullmatch(line)) and not above.startswith(("    ", "\t", "- ", "* ", "> ", "|")):
            yield from self._heading(previous[0], previous[0], stop, 1 if "=" in underline.group() else 2)
        elif "|" in above and "|" in line and _TABLE_RULE.fullmatch(line):
            yield from self._close(previous[0])
            yield _trimmed(self._text, "row", previous[0], stop)  # the rule belongs to the header
            self._open = stop
            row = _trimmed(self._text, "row", *previous)
            self._header = row.start, row.end

    def _heading(self, before: int, start: int, stop: int, level: int) -> Iterator[Block]:
        self._header = None
        yield from self._close(before)
        yield _trimmed(self._text, "heading", start, stop, level)
        self._open = stop

    def _row(self, line: str, start: int, stop: int) -> Iterator[Block]:
        if not line.strip() or "|" not in line:
            self._header = None
            return
        yield _trimmed(self._text, "row", start, stop, header=self._header)
        self._open = stop

    def _close(self, stop: int) -> Iterator[Block]:
        """The paragraphs up to here; a line of code that looks like an item is none."""
        yield from paragraphs(self._text, self._open, stop, with_items=False)
        self._open = stop


def _trimmed(
    text: str, kind: BlockKind, start: int, stop: int, level: int = 0, header: tuple[int, int] | None = None
) -> Block:
    part = text[start:stop]
    first = start + len(part) - len(part.lstrip())
    end = stop - (len(part) - len(part.rstrip()))
    return Block(kind, first, end, level, header)
