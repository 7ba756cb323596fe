"""Lines of PDF pages -> headings, paragraphs and rows, by where the lines stand and how large they are."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from ingest.document import BlockKind
from ingest.readers.tables import rows_as_text

Box = tuple[float, float, float, float]  # left, bottom, right, top in points

_BREAKING_HYPHEN = "\x02"
_BULLET = re.compile(
    r"\s*(?:[•●○◦■□▪▶▷◆◇※★☆·∙‣⁃✓➢-]\s*|[-–—*]\s+|\(?\d{1,3}[.)]\s|\(?[가-하][.)]\s|[①-⑳㉠-㉻]\s*|[a-zA-Z][.)]\s|제\s?\d+\s?[조장절항관]|\[\d{1,3}\]\s)"
)
_SENTENCE_END = re.compile(r"[.!?。！？:;…][\"'”’)\]]*\s*$")
_PAGE_NUMBER = re.compile(
    r"[-–—\s]*(?:(?:page|쪽|페이지)\s*)?\d{1,4}(?:\s*(?:/|of)\s*\d{1,4})?(?:\s*(?:쪽|페이지))?[-–—\s]*", re.IGNORECASE
)
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_LONGEST_WORD = 60
_HEADING_GROWTH = 1.15  # larger than body text by this much
_MAX_HEADING_CHARS = 150
_HEADING_LEVELS = 4
_REPEATED_PAGES = 4


@dataclass(frozen=True)
class Line:
    """A line as pdfium found it; ``box`` is None where its place is not usable (turned pages, OCR)."""

    text: str
    box: Box | None
    height: float = 0.0


@dataclass(frozen=True)
class Table:
    """A ruled table; a merged cell stands in every place it covers."""

    box: Box
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class PageText:
    """What one page holds. ``is_picture``: it shows something, but none of it is text."""

    lines: tuple[Line, ...]
    tables: tuple[Table, ...] = ()
    is_picture: bool = False
    is_broken: bool = False
    bookmarks: dict[str, int] = field(default_factory=dict)  # squeezed title -> level


class Outline:
    """What holds for the whole document: size of body text, line pitch, sizes of headings, words, running lines."""

    def __init__(self, pages: list[PageText]) -> None:
        lines = [line for page in pages for line in page.lines]
        self._body = _common(Counter(), ((_rounded(line.height), len(line.text)) for line in lines if line.box))
        larger = {
            _rounded(line.height)
            for line in lines
            if line.box and line.height >= self._body * _HEADING_GROWTH and _has_words(line.text)
        }
        self._sizes = sorted(larger, reverse=True)
        self._pitch = self._line_pitch(pages)
        self._words = Counter(word for line in lines for word in _WORD.findall(line.text)[1:-1])
        self._running = _running_lines(pages)
        self._wraps_inside_words = _wraps_inside_words(lines)

    def blocks(self, page: PageText) -> Iterator[tuple[BlockKind, str, int]]:
        """The blocks of one page in reading order: (kind, text, level of heading)."""
        paragraph: list[Line] = []
        done: set[int] = set()
        right = _right_margin(page)
        for line in self._visible(page):
            table = _table_around(line, page.tables)
            level = 0 if table is not None else self._level(line, page)
            if paragraph and (table is not None or level or self._breaks(paragraph, line, right)):
                yield from self._finished(paragraph, right, page)
                paragraph = []
            if table is None:
                paragraph.append(line)
            elif table not in done:
                done.add(table)
                for text in rows_as_text([list(row) for row in page.tables[table].rows]):
                    yield "row", text, 0
        if paragraph:
            yield from self._finished(paragraph, right, page)

    def _finished(self, lines: list[Line], right: float, page: PageText) -> Iterator[tuple[BlockKind, str, int]]:
        level = self._level(lines[0], page)
        if level:
            yield "heading", " ".join(line.text.replace(_BREAKING_HYPHEN, "").strip() for line in lines), level
        else:
            yield "paragraph", self._joined(lines, right), 0

    def _visible(self, page: PageText) -> Iterator[Line]:
        """The lines but for page numbers and running heads that were on an earlier page too."""
        last = len(page.lines) - 1
        for index, line in enumerate(page.lines):
            if index in (0, 1, last - 1, last) and last > 1:
                key = _running_key(line.text)
                if (index in (0, last) and _PAGE_NUMBER.fullmatch(line.text)) or self._running.get(
                    key, page
                ) is not page:
                    continue
            yield line

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
        if not above.text.strip() or not line.text.strip():
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
        if indented and down > 0.5 * line.height and not _BULLET.match(paragraph[0].text):
            return True
        return bool(_SENTENCE_END.search(above.text)) and above.box[2] < right - 2 * line.height

    def _joined(self, lines: list[Line], right: float) -> str:
        text = lines[0].text.lstrip()
        for above, line in pairwise(lines):
            text = self._join(text, line.text, above, line, right)
        return text.rstrip().removesuffix(_BREAKING_HYPHEN)

    def _join(self, text: str, following: str, above: Line, line: Line, right: float) -> str:
        if _ends_early(above, line, right) or _BULLET.match(following):
            return f"{text.rstrip().replace(_BREAKING_HYPHEN, '-')}\n{following.lstrip()}"
        had_space = text.endswith((" ", "\u3000")) or following.startswith(" ")
        text, following = text.rstrip(), following.lstrip()
        if not text or not following:
            return text + following
        if text.endswith(_BREAKING_HYPHEN) or (text.endswith("-") and text[-2:-1].isalpha() and following[0].islower()):
            return text[:-1] + self._hyphen(text[:-1], following) + following
        if had_space or not (_is_cjk(text[-1]) and _is_cjk(following[0])):
            return f"{text} {following}"
        if _is_hangul(text[-1]) and _is_hangul(following[0]):
            return text + self._korean_gap(text, following) + following
        return text + following

    def _hyphen(self, before: str, after: str) -> str:
        """The hyphen, if the document elsewhere writes the word with one and never without."""
        first, last = re.search(r"\w*$", before[-_LONGEST_WORD:]), re.match(r"\w*", after)
        parts = (first.group() if first else "", last.group() if last else "")
        return "-" if self._words[f"{parts[0]}-{parts[1]}"] > self._words["".join(parts)] else ""

    def _korean_gap(self, before: str, after: str) -> str:
        """A space, unless the line was broken inside a word: the document's own words tell."""
        first, last = re.search(r"[가-힣]+$", before[-_LONGEST_WORD:]), re.match(r"[가-힣]+", after)
        parts = (first.group() if first else "", last.group() if last else "")
        whole = self._words["".join(parts)]
        apart = min(self._words[parts[0]], self._words[parts[1]])
        if whole != apart:
            return "" if whole > apart else " "
        return "" if self._wraps_inside_words or len(parts[1]) == 1 else " "

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


def squeezed(text: str) -> str:
    """Letters and digits only, to compare a bookmark with the line it names."""
    return "".join(char for char in text.lower() if char.isalnum())


def _common(counts: Counter[float], weighted: Iterator[tuple[float, int]]) -> float:
    for value, weight in weighted:
        counts[value] += weight
    return counts.most_common(1)[0][0] if counts else 0.0


def _rounded(height: float) -> float:
    return round(height * 2) / 2


def _has_words(text: str) -> bool:
    return sum(1 for char in text if char.isalpha()) >= 2


def _right_margin(page: PageText) -> float:
    """Where full lines end: the right edge that the widest lines share."""
    edges = sorted(line.box[2] for line in page.lines if line.box)
    return edges[int(len(edges) * 0.9)] if edges else 0.0


def _ends_early(above: Line, line: Line, right: float) -> bool:
    """Whether the line above was ended by its author: the next word would have fitted on it."""
    if above.box is None or line.box is None:
        # Without places, as after OCR, the lengths of the lines must do.
        return len(above.text.strip()) < 20
    if above.box[1] - line.box[1] < 0.5 * line.height:
        return False
    words = line.text.split()
    width = (line.box[2] - line.box[0]) * len(words[0]) / max(1, len(line.text.strip())) if words else 0.0
    return above.box[2] + width + line.height < right


def _table_around(line: Line, tables: tuple[Table, ...]) -> int | None:
    if line.box is None:
        return None
    x, y = line.box[0] + 1, (line.box[1] + line.box[3]) / 2
    for index, table in enumerate(tables):
        if table.box[0] - 1 <= x <= table.box[2] and table.box[1] <= y <= table.box[3]:
            return index
    return None


def _running_key(text: str) -> str:
    return re.sub(r"\d+", "0", "".join(text.split()))


def _running_lines(pages: list[PageText]) -> dict[str, PageText]:
    """First and last lines that most pages share, digits aside -> the first page that has them."""
    first: dict[str, PageText] = {}
    counts: Counter[str] = Counter()
    for page in pages:
        edge = {_running_key(line.text) for line in (*page.lines[:2], *page.lines[-2:])}
        counts.update(edge)
        for key in edge:
            first.setdefault(key, page)
    enough = max(_REPEATED_PAGES, len(pages) // 2)
    return {key: page for key, page in first.items() if counts[key] >= enough}


def _wraps_inside_words(lines: list[Line]) -> bool:
    """Whether lines are broken anywhere: then breaks between words leave their space at some lines' ends only."""
    korean = [line.text for line in lines if line.text.strip() and _is_hangul(line.text.strip()[-1])]
    spaced = sum(1 for text in korean if text.endswith(" "))
    return len(korean) > 3 and 0.2 * len(korean) < spaced < 0.98 * len(korean)


def _is_hangul(char: str) -> bool:
    return "\uac00" <= char <= "\ud7a3"


def _is_cjk(char: str) -> bool:
    return (
        _is_hangul(char) or "\u2e80" <= char <= "\u9fff" or "\uf900" <= char <= "\ufaff" or "\uff00" <= char <= "\uffef"
    )
