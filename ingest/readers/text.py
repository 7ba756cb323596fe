"""Plain text: paragraphs between blank lines, every character kept."""

from __future__ import annotations

import re

from ingest.document import Block, Document, DocumentBuilder, normalize, too_much_text
from ingest.errors import UnreadableDocument
from ingest.readers.encoding import decode
from ingest.readers.listing import items, trimmed
from ingest.readers.source import Source, too_large

_BLANK_LINES = re.compile(r"\n[^\S\n]*\n\s*")
# How many bytes a file may need at most for one byte of UTF-8 text: UTF-32 of ASCII.
_WIDEST = 4


def read(source: Source) -> Document:
    """The file's text, unchanged but for normalization and the white space at its ends."""
    return document_of(source, text_of(source), "txt")


def text_of(source: Source) -> str:
    """The decoded, normalized file without white space at its ends.

    Raises UnreadableDocument for bytes that are no text and for more text than the limits allow.
    """
    if source.size > _WIDEST * source.limits.text_bytes:
        raise too_large(source.size, _WIDEST * source.limits.text_bytes)
    decoded = decode(source.content())
    if decoded is None:
        raise UnreadableDocument("The file is neither text nor of a document format that can be read.")
    text = normalize(decoded[0]).strip()
    if len(text) > source.limits.text_bytes or len(text.encode()) > source.limits.text_bytes:
        raise too_much_text(source.limits.text_bytes)
    return text


def document_of(source: Source, text: str, format: str) -> Document:
    """A document of paragraphs between blank lines."""
    return Document("", format, text, (), tuple(paragraphs(text, 0, len(text))))


def add_paragraphs(builder: DocumentBuilder, text: str) -> None:
    """Adds the paragraphs and list items of a text to a document."""
    text = normalize(text)
    for block in paragraphs(text, 0, len(text)):
        builder.add(text[block.start : block.end])


def paragraphs(text: str, start: int, end: int, with_items: bool = True) -> list[Block]:
    """The paragraphs of ``text[start:end]``: runs of lines with no blank line between them, and each item of a list."""
    blocks = []
    for stop, following in [
        *((match.start(), match.end()) for match in _BLANK_LINES.finditer(text, start, end)),
        (end, end),
    ]:
        spans = items(text, start, stop) if with_items else trimmed(text, start, stop)
        blocks += [Block("paragraph", first, last) for first, last in spans]
        start = following
    return blocks
