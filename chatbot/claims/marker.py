"""Citation markers in generated text: [1], [1, 2], [1-3], 【1】, ［１］, [문서 1], [^1]."""

from __future__ import annotations

import re

_LABEL = r"(?:문서|자료|출처|본문|지문|passages?|sources?|documents?|docs?|refs?)"
_NUMBER = r"[0-9０-９]{1,3}"
_JOIN = r"\s*(?:[,，、;·]|[-–—~〜～])\s*"
_INSIDE = rf"\s*\^?(?:{_LABEL}\s*:?\s*)?{_NUMBER}(?:{_JOIN}(?:{_LABEL}\s*)?{_NUMBER})*\s*(?:†[^\]】］]{{0,40}})?"
MARKER = re.compile(rf"\[{_INSIDE}\]|【{_INSIDE}】|［{_INSIDE}］", re.IGNORECASE)
_OPENING, _CLOSING = "[【［", "]】］"
# Longest text of a marker; what has not closed by then is ordinary text.
_LONGEST = 64
_RANGE = re.compile(r"(\d{1,3})\s*[-–—~〜～]\s*(?:[^\d\s,]+\s*)?(\d{1,3})")
# A range names at most so many passages; a longer one was not meant as one.
_WIDEST = 20


def opens(character: str) -> bool:
    """Whether a marker may start with this character."""
    return character in _OPENING


def may_grow(text: str) -> bool:
    """Whether ``text``, which starts like a marker, may still become one when more text comes."""
    if len(text) > _LONGEST or any(character in _CLOSING or character == "\n" for character in text):
        return False
    inside = text[1:]
    if "†" in inside:
        return bool(re.search(r"[0-9０-９]", inside))
    return re.fullmatch(r"[\s^:,，、;·\-–—~〜～0-9０-９A-Za-z문서자료출처본지]*", inside) is not None


def numbers(marker: str) -> tuple[int, ...]:
    """The passage numbers a marker names, in order, none twice; both ends of a range and what lies between."""
    text = re.sub(r"†.*", "", marker, flags=re.DOTALL)
    found: list[int] = []
    for part in re.split(r"[,，、;·]", text):
        ends = _RANGE.search(part)
        if ends:
            first, last = int(ends[1]), int(ends[2])
            found += range(first, last + 1) if first <= last < first + _WIDEST else [first, last]
        else:
            found += [int(number) for number in re.findall(r"\d{1,3}", part)]
    return tuple(dict.fromkeys(found))
