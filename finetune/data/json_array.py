"""The items of a JSON array, one at a time: a file of 100,000 rows is never in memory whole."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

_DECODER = json.JSONDecoder()
# An item longer than this is taken for a file whose brackets do not match.
_LONGEST_ITEM = 64 << 20


class _Lines:
    """Text that grows by lines, and the line on which each place of it stands."""

    def __init__(self, source: Iterator[tuple[int, str]]) -> None:
        self._source = source
        self.text = ""
        self.line = 1
        self.ended = False

    def more(self) -> bool:
        """Adds as much text as there is already, at least a line; False at the end."""
        wanted = max(1 << 16, len(self.text))
        pieces: list[str] = []
        while wanted > 0:
            _, line = next(self._source, (0, ""))
            if not line:
                self.ended = True
                break
            pieces.append(line)
            wanted -= len(line)
        self.text += "".join(pieces)
        return bool(pieces)

    def drop(self, count: int) -> None:
        self.line += self.text.count("\n", 0, count)
        self.text = self.text[count:]

    def skip(self, characters: str) -> None:
        """Drops these characters at the front, reading on where they reach the end of the text."""
        while True:
            rest = self.text.lstrip(characters)
            self.drop(len(self.text) - len(rest))
            if self.text or not self.more():
                return


def array_items(source: Iterator[tuple[int, str]]) -> Iterator[tuple[int, Any, str | None]]:
    """(line, item, None) for each item of the array that ``source``, numbered lines, spells; (line, None, reason) once
    where it breaks, as nothing after that can be trusted."""
    buffer = _Lines(source)
    buffer.skip(" \t\r\n")
    buffer.drop(1)
    position = 0
    while True:
        # Items are taken from the middle of the text, which is cut only when it is used up: cutting costs its length.
        position = _after(buffer.text, position, " \t\r\n,")
        if position >= len(buffer.text):
            buffer.drop(position)
            position = 0
            if not buffer.more():
                yield buffer.line, None, "the file ends inside its list; rows after this line are lost"
                return
            continue
        if buffer.text[position] == "]":
            return
        try:
            item, end = _DECODER.raw_decode(buffer.text, position)
        except (ValueError, RecursionError) as error:
            buffer.drop(position)
            position = 0
            if len(buffer.text) < _LONGEST_ITEM and not isinstance(error, RecursionError) and buffer.more():
                continue
            yield buffer.line, None, "it is not JSON; nothing after this line can be read"
            return
        line = buffer.line + buffer.text.count("\n", 0, position)
        yield line, item, None
        if end > 1 << 16:
            buffer.drop(end)
            end = 0
        position = end


def _after(text: str, position: int, characters: str) -> int:
    while position < len(text) and text[position] in characters:
        position += 1
    return position
