"""The lines of one paragraph -> its text: hyphens, spaces and breaks at the lines' ends."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from functools import cached_property
from itertools import pairwise
from math import log

from ingest.readers.korean_gap import USUAL_AT_BREAKS, KoreanGaps
from ingest.readers.pdf_parts import Line

BREAKING_HYPHEN = "\x02"
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_LONGEST_WORD = 60
_ROOM_FOR_SYLLABLE = 1.4  # of the line's height, with the space that was dropped
_FEWEST_BREAKS = 8
_LIKELY_SPACE = 0.4  # a space lost does less harm than a word torn apart
_SURE_SPACE = 0.9
_DOUBT = -0.5  # lines are more often broken between words, and few breaks tell little


class Paragraphs:
    """How the document's lines are joined.

    ``all_paragraphs`` gives the lines of each of its paragraphs and where the longest line of their column ends.
    """

    def __init__(self, lines: list[Line], all_paragraphs: Callable[[], Iterable[tuple[list[Line], float]]]) -> None:
        self._all_paragraphs = all_paragraphs
        self._words = Counter(word for line in lines for word in _WORD.findall(line.text)[1:-1])
        self._keeps_spaces = _keeps_spaces(lines)
        self._gaps = KoreanGaps((line.text for line in lines), self._words)

    def joined(self, lines: list[Line], right: float) -> str:
        """The text of a paragraph; ``right`` is where the full lines of its page end."""
        text = lines[0].text.lstrip()
        edge = _right_edge(lines)
        for above, line in pairwise(lines):
            text = self._join(text, above, line, right, edge)
        return text.rstrip().removesuffix(BREAKING_HYPHEN)

    def _join(self, text: str, above: Line, line: Line, right: float, edge: float) -> str:
        following = line.text
        if ends_early(above, line, right):
            return f"{text.rstrip().replace(BREAKING_HYPHEN, '-')}\n{following.lstrip()}"
        had_space = text.endswith((" ", "\u3000")) or following.startswith(" ")
        text, following = text.rstrip(), following.lstrip()
        if not text or not following:
            return text + following
        if text.endswith(BREAKING_HYPHEN) or (text.endswith("-") and text[-2:-1].isalpha() and following[0].islower()):
            return text[:-1] + self._hyphen(text[:-1], following) + following
        if had_space or not (_is_cjk(text[-1]) and _is_cjk(following[0])):
            return f"{text} {following}"
        if _is_hangul(text[-1]) and _is_hangul(following[0]) and self._has_space(text, following, above, edge):
            return f"{text} {following}"
        return text + following

    def _hyphen(self, before: str, after: str) -> str:
        """The hyphen, if the document elsewhere writes the word with one and never without."""
        first, last = re.search(r"\w*$", before[-_LONGEST_WORD:]), re.match(r"\w*", after)
        parts = (first.group() if first else "", last.group() if last else "")
        return "-" if self._words[f"{parts[0]}-{parts[1]}"] > self._words["".join(parts)] else ""

    def _has_space(self, text: str, following: str, above: Line, edge: float) -> bool:
        """Whether a space stood at the end of a line that kept none."""
        if self._keeps_spaces:
            return self._gaps.probability(text, following) > _SURE_SPACE
        if _leaves_room(above, edge) or self._breaks_between_words:
            return True
        return self._gaps.probability(text, following) > _LIKELY_SPACE

    @cached_property
    def _breaks_between_words(self) -> bool:
        """Whether the document's lines are broken at spaces only.

        They are where lines end well before the right edge: a syllable more would have fitted. Where all lines are
        full, as in justified text, the places where they are broken must all in all look like ends of words.
        """
        in_paragraph: list[bool] = []  # whether a line leaves room, seen from the longest of its paragraph
        in_column: list[bool] = []
        chances: list[float] = []
        for lines, column in self._all_paragraphs():
            edge = _right_edge(lines)
            for above, line in pairwise(lines):
                before, after = above.text.rstrip(), line.text.lstrip()
                if before and after and _is_hangul(before[-1]) and _is_hangul(after[0]):
                    chances.append(self._gaps.probability(before, after))
                    in_column.append(_leaves_room(above, column))
                    if len(lines) > 2:
                        in_paragraph.append(_leaves_room(above, edge))
        # How much likelier such chances are where every line ends with a word than where any syllable may.
        if chances and sum(log(max(chance, 0.02) / USUAL_AT_BREAKS) for chance in chances) > _DOUBT:
            return True
        if len(in_paragraph) < _FEWEST_BREAKS:
            return any(in_column)
        return sum(in_paragraph) > 0.2 * len(in_paragraph)


def ends_early(above: Line, line: Line, right: float) -> bool:
    """Whether the line above was ended by its author: the next word would have fitted on it."""
    if above.box is None or line.box is None:
        # Without places, as after OCR, the lengths of the lines must do.
        return len(above.text.strip()) < 20
    if above.box[1] - line.box[1] < 0.5 * line.height:
        return False
    words = line.text.split()
    width = (line.box[2] - line.box[0]) * len(words[0]) / max(1, len(line.text.strip())) if words else 0.0
    return above.box[2] + width + line.height < right


def _right_edge(lines: list[Line]) -> float:
    return max((line.box[2] for line in lines if line.box), default=0.0)


def _leaves_room(line: Line, edge: float) -> bool:
    """Whether one more syllable would have fitted on the line."""
    return line.box is not None and line.box[2] + _ROOM_FOR_SYLLABLE * line.height < edge


def _keeps_spaces(lines: list[Line]) -> bool:
    """Whether lines are broken anywhere and breaks between words leave their space: at some lines' ends only."""
    korean = [line.text for line in lines if line.text.strip() and _is_hangul(line.text.strip()[-1])]
    spaced = sum(1 for text in korean if text.endswith(" "))
    return len(korean) > 3 and 0.2 * len(korean) < spaced < 0.98 * len(korean)


def _is_hangul(char: str) -> bool:
    return "\uac00" <= char <= "\ud7a3"


def _is_cjk(char: str) -> bool:
    return (
        _is_hangul(char) or "\u2e80" <= char <= "\u9fff" or "\uf900" <= char <= "\ufaff" or "\uff00" <= char <= "\uffef"
    )
