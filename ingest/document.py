"""What travels between the stages of ingestion: frozen values whose offsets are characters of the normalized text."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from ingest.errors import UnreadableDocument

BlockKind = Literal["heading", "paragraph", "row"]

_NEWLINES = re.compile(r"\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
# C0/C1 controls but tab and newline, the byte order mark, and lone surrogates (they cannot be stored as UTF-8).
_UNPRINTABLE = re.compile("[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\ufeff\ud800-\udfff]")

# A line of its own such as "제2장 휴가" or "제3조의2(연차 유급휴가)": the headings of Korean rules and contracts, whatever
# style they were typed in.
_ARTICLE = re.compile(r"제\s?\d{1,4}\s?(?P<part>[편장절관조])(?:의\s?\d{1,3})?(?:\s?\([^()\n]{1,50}\)|\s[^.\n]{1,40})?")
_ARTICLE_LEVELS = {"편": 2, "장": 3, "절": 4, "관": 5, "조": 6}

# Surrogates that do not stand for a byte of a file name (those are U+DC80 to U+DCFF).
_NOT_A_BYTE = re.compile("[\ud800-\udc7f\udd00-\udfff]")


def normalize(text: str) -> str:
    """The one normalization, for documents and for questions: Unicode NFC, newlines as \\n, no control characters."""
    return unicodedata.normalize("NFC", _UNPRINTABLE.sub("", _NEWLINES.sub("\n", text)))


def too_much_text(limit: int) -> UnreadableDocument:
    """The refusal of a file with more than ``limit`` bytes of text."""
    size = f"{limit / (1 << 20):.3g} MiB"
    return UnreadableDocument(f"The file holds more than {size} of text; split it into smaller files.")


def shown(path: str) -> str:
    """A path as text that can be stored and printed: NFC, bytes that are not UTF-8 replaced."""
    named = _NOT_A_BYTE.sub("\ufffd", path).encode("utf-8", "surrogateescape")
    return normalize(named.decode("utf-8", "replace")) or "?"


@dataclass(frozen=True)
class Page:
    """A page, slide or sheet. ``text[start:end]`` of the document is its text; ``number`` counts from 1."""

    number: int
    start: int
    end: int


@dataclass(frozen=True)
class Block:
    """A heading, a paragraph or one table row of a document: ``text[start:end]``; never crosses a page.

    ``level`` is the depth of a heading (1 is the highest) and 0 for everything else. ``header`` is, for a row that
    stands as the file has it, the span of the document's text that names the row's columns; None where the row names
    them itself.
    """

    kind: BlockKind
    start: int
    end: int
    level: int = 0
    header: tuple[int, int] | None = None


@dataclass(frozen=True)
class Document:
    """One document as a reader understood it.

    ``text`` is normalized; ``pages`` is empty where the format has none; ``blocks`` are ascending, do not overlap and
    cover every character of ``text`` that is not white space; ``warnings`` are sentences for the user about parts that
    could not be read (a scanned page without OCR, say).
    """

    title: str
    format: str
    text: str
    pages: tuple[Page, ...]
    blocks: tuple[Block, ...]
    warnings: tuple[str, ...] = ()


class DocumentBuilder:
    """Puts a Document together from pieces in reading order and keeps every offset right.

    ``text_bytes`` is the most text, as UTF-8, that is taken; ``add`` raises UnreadableDocument beyond it, so that a
    reader stops early.
    """

    def __init__(self, format: str, title: str = "", text_bytes: int | None = None) -> None:
        self.format = format
        self.title = title
        self._text_bytes = text_bytes
        self._bytes = 0
        self.warnings: list[str] = []
        self._pieces: list[str] = []
        self._length = 0
        self._blocks: list[Block] = []
        self._pages: list[tuple[int, int]] = []

    @property
    def length(self) -> int:
        """Characters so far."""
        return self._length

    def page(self, number: int) -> None:
        """Starts page ``number``; everything added from here on stands on it."""
        self._pages.append((number, len(self._blocks)))

    def add(self, text: str, kind: BlockKind = "paragraph", level: int = 0) -> None:
        """Adds one block; blank text adds nothing. Rows stand on lines of their own, other blocks have a blank line."""
        text = normalize(text.replace("\u00ad", "")).strip()  # soft hyphens belong to the layout
        if kind != "paragraph":
            text = " ".join(text.split())
        if not text:
            return
        if kind == "paragraph" and (article := _ARTICLE.fullmatch(text)):
            kind, level = "heading", _ARTICLE_LEVELS[article["part"]]
        self._count(text)
        if self._blocks:
            self._append("\n" if kind == "row" and self._blocks[-1].kind == "row" else "\n\n")
        start = self._length
        self._append(text)
        self._blocks.append(Block(kind, start, self._length, level))

    def build(self) -> Document:
        text = "".join(self._pieces)
        title = " ".join(normalize(self.title).split())
        return Document(title, self.format, text, self._page_spans(), tuple(self._blocks), tuple(self.warnings))

    def _count(self, text: str) -> None:
        if self._text_bytes is None:
            return
        self._bytes += len(text.encode())
        if self._bytes > self._text_bytes:
            raise too_much_text(self._text_bytes)

    def _append(self, text: str) -> None:
        self._pieces.append(text)
        self._length += len(text)

    def _page_spans(self) -> tuple[Page, ...]:
        spans = []
        for index, (number, first) in enumerate(self._pages):
            last = self._pages[index + 1][1] if index + 1 < len(self._pages) else len(self._blocks)
            if first < last:
                spans.append(Page(number, self._blocks[first].start, self._blocks[last - 1].end))
            else:
                at = self._blocks[first - 1].end if first else 0
                spans.append(Page(number, at, at))
        return tuple(spans)
