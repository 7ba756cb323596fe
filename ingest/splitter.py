"""A document to chunks: structure first (headings, paragraphs, rows, sentences), then size."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from ingest.analyzer import Sentence, hangul_share
from ingest.document import Block, Document

# Raise the number when chunk borders change: a library records it and splits its documents again.
IDENTITY = "seodang-splitter-2"
# A heading path goes into the embedded text in front of the chunk; more than this would crowd the chunk out.
HEADING_TOKENS = 32
# A line that a typesetter broke is nearly as long as the longest; words of 30 % of a line are rare.
_BROKEN_LINE = 0.7
_LIST_MARK = re.compile(r"\s*(?:[-*+•·▪◦‣○●□■◇◆※→▶|]|[①-⑳]|\(?(?:\d{1,3}|[가-하]|[A-Za-z])[.)])\s*")
_CLAUSE_ENDS = (". ", ", ", "; ", ": ", ") ", "、", "，", " | ", " ")


@dataclass(frozen=True)
class SplitSizes:
    """Largest chunk. Of 120, 160 and 200 words and 450, 600, 800 and 1,000 Korean characters these found the answer most
    often or nearly so (XQuAD, KorQuAD, before reranking).

    ``characters`` holds for every language: a passage that is shown has no more.
    """

    words: int = 160
    korean_characters: int = 600
    characters: int = 1_000


@dataclass(frozen=True)
class Chunk:
    """``text == document.text[start:end]``; ``heading`` is the path ("A > B"); ``sentences`` have document offsets."""

    start: int
    end: int
    page: int | None
    heading: str
    text: str
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True)
class _Unit:
    """A sentence with its share of a chunk's size; ``block`` is the index of the block it stands in."""

    sentence: Sentence
    cost: float
    block: int


class Splitter:
    """Cuts one document. ``count_tokens`` and ``token_limit`` are the embedder's; ``reads`` tells whether it can read a
    text at all: only then must a chunk fit its limit.
    """

    identity = IDENTITY

    def __init__(
        self,
        sizes: SplitSizes,
        tokens: Callable[[str], list[str]],
        count_tokens: Callable[[list[str]], list[int]],
        token_limit: int,
        reads: Callable[[str], bool],
    ) -> None:
        self._sizes = sizes
        self._tokens = tokens
        self._count_tokens = count_tokens
        self._token_limit = token_limit
        self._reads = reads

    def split(self, document: Document, sentences: Sequence[Sequence[Sentence]]) -> list[Chunk]:
        """``sentences[i]`` are the analyzed sentences of ``document.blocks[i]``, with document offsets."""
        chunks = []
        for heading, indices in _sections(document):
            units = [unit for i in indices for unit in self._units(document, i, sentences[i])]
            limit = self._token_limit - (HEADING_TOKENS if heading else 0)
            for group in self._fit(document.text, _pack(self._with_gaps(units)), limit):
                chunks.append(_chunk(document, heading, group))
        return chunks

    def _units(self, document: Document, block: int, sentences: Sequence[Sentence]) -> Iterator[_Unit]:
        for sentence in sentences:
            text = document.text[sentence.start : sentence.end]
            cost = self._size(text)
            if cost <= 1:
                yield _Unit(sentence, cost, block)
                continue
            for start, end in _cut(text, math.ceil(cost)):
                piece = text[start:end]
                spans = Sentence(
                    sentence.start + start, sentence.start + end, tuple(self._tokens(piece)), sentence.heading
                )
                yield _Unit(spans, self._size(piece), block)

    def _size(self, text: str) -> float:
        """Share of the largest chunk that the text fills."""
        if hangul_share(text) > 0.3:
            return len(text) / self._sizes.korean_characters
        return max(len(text.split()) / self._sizes.words, len(text) / self._sizes.characters)

    def _with_gaps(self, units: list[_Unit]) -> list[_Unit]:
        """The white space in front of a unit fills its chunk too."""
        spaced = units[:1]
        for before, unit in pairwise(units):
            gap = (unit.sentence.start - before.sentence.end) / self._sizes.characters
            spaced.append(replace(unit, cost=unit.cost + gap))
        return spaced

    def _fit(self, text: str, groups: list[list[_Unit]], limit: int) -> Iterator[list[_Unit]]:
        """Packs again, by the embedder's tokens, every group that it reads and that would not fit its limit."""
        spans = [text[group[0].sentence.start : group[-1].sentence.end] for group in groups]
        counts = self._count_tokens(spans) if spans else []
        for group, span, count in zip(groups, spans, counts, strict=True):
            if count <= limit or not self._reads(span):
                yield group
            else:
                yield from _pack(self._by_tokens(text, group, limit))

    def _by_tokens(self, text: str, group: list[_Unit], limit: int) -> list[_Unit]:
        units: list[_Unit] = []
        counts = self._count_tokens([text[unit.sentence.start : unit.sentence.end] for unit in group])
        for unit, count in zip(group, counts, strict=True):
            # Two tokens in hand: joining sentences may split a word piece at the border differently.
            cost = (count + 2) / limit
            if cost <= 1:
                units.append(replace(unit, cost=max(cost, unit.cost)))
            else:
                units.extend(self._cut_by_tokens(text, unit, cost, limit))
        return units

    def _cut_by_tokens(self, text: str, unit: _Unit, cost: float, limit: int) -> Iterator[_Unit]:
        """Cuts one sentence into pieces that fit; a piece that still does not is cut in two until it does."""
        start, end = unit.sentence.start, unit.sentence.end
        for piece_start, piece_end in _cut(text[start:end], math.ceil(cost * 1.1)):
            piece = text[start + piece_start : start + piece_end]
            piece_cost = (self._count_tokens([piece])[0] + 2) / limit
            sentence = Sentence(
                start + piece_start, start + piece_end, tuple(self._tokens(piece)), unit.sentence.heading
            )
            piece_unit = _Unit(sentence, min(piece_cost, 1.0), unit.block)
            if piece_cost > 1 and len(piece) > 1:
                yield from self._cut_by_tokens(text, piece_unit, max(piece_cost, 1.5), limit)
            else:
                yield piece_unit


def _sections(document: Document) -> Iterator[tuple[str, list[int]]]:
    """Runs of blocks under one heading path and on one page."""
    path: list[tuple[int, str]] = []
    pages = iter(document.pages)
    page = next(pages, None)
    run: list[int] = []
    for index, block in enumerate(document.blocks):
        crossed = False
        while page is not None and block.start >= page.end:
            page, crossed = next(pages, None), True
        only_headings = all(document.blocks[i].kind == "heading" for i in run)
        sibling = block.kind == "heading" and bool(path) and block.level <= path[-1][0]
        if run and (crossed or sibling or (block.kind == "heading" and not only_headings)):
            yield _path_text(path), run
            run = []
        if block.kind == "heading":
            path = [entry for entry in path if entry[0] < block.level]
            # Markdown keeps its text verbatim, marks and all.
            path.append((block.level, document.text[block.start : block.end].strip("# ")))
        run.append(index)
    if run:
        yield _path_text(path), run


def _path_text(path: list[tuple[int, str]]) -> str:
    return " > ".join(text[:200] for _, text in path)


def _pack(units: list[_Unit]) -> list[list[_Unit]]:
    """Groups of neighbouring units with a cost of at most 1: whole blocks together while they fit, and a block that
    does not fit in parts of about equal cost.
    """
    groups: list[list[_Unit]] = []
    filled = 0.0
    for block in _by_block(units):
        cost = sum(unit.cost for unit in block)
        if groups and filled + cost <= 1:
            groups[-1].extend(block)
            filled += cost
            continue
        for part in _even_parts(block, cost):
            groups.append(part)
            filled = sum(unit.cost for unit in part)
    return groups


def _by_block(units: list[_Unit]) -> Iterator[list[_Unit]]:
    run: list[_Unit] = []
    for unit in units:
        if run and run[-1].block != unit.block:
            yield run
            run = []
        run.append(unit)
    if run:
        yield run


def _even_parts(block: list[_Unit], cost: float) -> Iterator[list[_Unit]]:
    parts = max(1, math.ceil(cost))
    target = cost / parts
    part: list[_Unit] = []
    filled = 0.0
    for unit in block:
        # The half sentence more or less keeps the parts even; the limit of 1 is never passed.
        if part and (filled + unit.cost > 1 or filled + unit.cost / 2 > target):
            yield part
            part, filled = [], 0.0
        part.append(unit)
        filled += unit.cost
    if part:
        yield part


def _chunk(document: Document, heading: str, group: list[_Unit]) -> Chunk:
    start, end = group[0].sentence.start, group[-1].sentence.end
    sentences = tuple(unit.sentence for unit in group)
    return Chunk(start, end, page_at(document, start), heading, document.text[start:end], sentences)


def page_at(document: Document, offset: int) -> int | None:
    """The page that a character stands on."""
    for page in document.pages:
        if offset < page.end:
            return page.number
    return document.pages[-1].number if document.pages else None


def block_pieces(document: Document, block: Block, longest: int = 20_000) -> list[tuple[int, int]]:
    """Spans of a block that no sentence crosses and that are short enough to be analyzed at once."""
    spans = []
    for start, end in _line_groups(document.text[block.start : block.end]):
        text = document.text[block.start + start : block.start + end]
        parts = math.ceil(len(text) / longest)
        spans += [(block.start + start + first, block.start + start + last) for first, last in _cut(text, parts)]
    return spans


def _line_groups(text: str) -> Iterator[tuple[int, int]]:
    """Runs of lines that may belong to one sentence. A line break ends a sentence where the next line opens with a list
    mark, or where the line is too short to have been broken by a typesetter.
    """
    lines = text.split("\n")
    full = max(map(len, lines))
    start = at = 0
    for line, following in pairwise(lines):
        at += len(line) + 1
        if _LIST_MARK.match(following) or len(line) < full * _BROKEN_LINE:
            yield start, at - 1
            start = at
    yield start, len(text)


def _cut(text: str, parts: int) -> list[tuple[int, int]]:
    """Cuts a text into about ``parts`` spans, at the end of a clause or a word where one is near."""
    spans: list[tuple[int, int]] = []
    start = 0
    step = max(1, math.ceil(len(text) / max(1, parts)))
    while start < len(text):
        end = min(len(text), start + step)
        if end < len(text):
            end = _border(text, start, end)
        _append_trimmed(spans, text, start, end)
        start = end
    return spans


def _border(text: str, start: int, end: int) -> int:
    for mark in _CLAUSE_ENDS:
        found = text.rfind(mark, start + (end - start) * 2 // 3, end)
        if found >= 0:
            return found + len(mark)
    return end


def _append_trimmed(spans: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        spans.append((start, end))
