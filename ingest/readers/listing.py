"""Lists in running text: every line that begins with a list marker begins an item."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.document import DocumentBuilder

# Letters and numbers need a space behind their dot or bracket: "1.5" and "a)b" are none. Capital letters with a dot are
# left out, for a name such as "J. Smith" may stand at the beginning of a line.
ITEM = re.compile(
    r"[ \t\u3000]*(?:[•●○◦◯■□▪▫▶▷►◆◇❖※★☆·∙‣⁃✓✔➢ㆍ][ \t\u3000]?\S|[-–—*+ㅇ]+[ \t]+\S|\(?\d{1,3}[.)][ \t]+\S"
    r"|\(?[가나다라마바사아자차카타파하][.)][ \t]+\S|[①-⑳㉠-㉻❶-❿⑴-⒇]|\(?[a-z]\)[ \t]+\S)"
)
_MARKED_CHARS = 80  # a marker stands within the first characters of its line


def items(text: str, start: int = 0, end: int | None = None) -> Iterator[tuple[int, int]]:
    """Spans of ``text[start:end]``, one for each item and one for what stands before the first; blank ones left out."""
    end = len(text) if end is None else end
    first = line = start
    while line < end:
        if line > first and ITEM.match(text, line, min(line + _MARKED_CHARS, end)):
            yield from trimmed(text, first, line)
            first = line
        newline = text.find("\n", line, end)
        line = end if newline < 0 else newline + 1
    yield from trimmed(text, first, end)


def add_items(builder: DocumentBuilder, text: str) -> None:
    """Adds a paragraph, or the items of the list that it is, a block each."""
    for start, end in items(text):
        builder.add(text[start:end])


def trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The span without white space at its ends; none where it is blank."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        yield start, end
