"""Numbers with their units in a text: digits, Korean and English number words, multipliers, ordinals, bounds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from chatbot.claims import numeral, unit

Bound = str  # "", ">" (more than, at least) or "<" (less than, at most)


@dataclass(frozen=True)
class Quantity:
    """``text[start:end]`` says ``value`` of ``unit`` (a key of unit.py, "" for none); ``bound`` as in ``Bound``."""

    start: int
    end: int
    value: Fraction
    unit: str
    bound: Bound


_DIGITS = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_MIXED = re.compile(
    r"(?P<prefix>제\s?)?(?P<sign>[-−](?=\d)(?<![\w)][-−]))?"
    rf"(?P<number>(?:{_DIGITS})(?:(?:조(?![가-힣각])|조(?=\s?\d|원)|억|만|천|백|십){{1,2}}(?:\s?(?:{_DIGITS}))?)*)"
    r"(?P<half>[½¼¾⅓⅔])?"
)
_HALVES = {"½": (1, 2), "¼": (1, 4), "¾": (3, 4), "⅓": (1, 3), "⅔": (2, 3)}
_ENGLISH_SCALE = re.compile(r"[\s-]?(hundred|thousand|million|billion|trillion|dozen|bn|k|m)\b", re.IGNORECASE)
_SCALES = {
    "hundred": 10**2, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12, "dozen": 12,
    "bn": 10**9, "k": 10**3, "m": 10**6,
}  # fmt: skip
_CURRENCY = re.compile(r"([$€£¥₩])\s?$")
_ENGLISH_ORDINAL = re.compile(r"(?:st|nd|rd|th)\b", re.IGNORECASE)
_OVER = re.compile(
    r"(?:more than|over|at least|greater than|no (?:less|fewer) than|above|exceed(?:s|ed|ing)?|a minimum of)\s+"
    r"(?:the\s+|about\s+)?[$€£¥₩]?\s?$",
    re.IGNORECASE,
)
_UNDER = re.compile(
    r"(?:less than|fewer than|under|at most|no more than|up to|below|a maximum of|not more than)\s+"
    r"(?:the\s+|about\s+)?[$€£¥₩]?\s?$",
    re.IGNORECASE,
)
_OVER_AFTER = re.compile(r"\s?(?:이상|초과|넘[는은게어었]|[을를이가] ?(?:넘|초과|웃돌)|or (?:more|higher|older)\b)")
_UNDER_AFTER = re.compile(r"\s?(?:이하|미만|[에이가] ?(?:못 ?미치|미달|밑돌)|or (?:less|fewer|lower|younger)\b)")
_KOREAN_SCALES = {"십": 10, "백": 100, "천": 1000, "만": 10**4, "억": 10**8, "조": 10**12}


def quantities(text: str) -> list[Quantity]:
    """Every number in the text, in order; dates and times are read by dates.py and must be taken out before."""
    found = [*_with_digits(text)]
    taken = [(quantity.start, quantity.end) for quantity in found]
    for start, end, value, ordinal in numeral.numerals(text):
        if any(start < last and first < end for first, last in taken):
            continue
        found.append(_measured(text, start, end, value, ordinal))
    return sorted(found, key=lambda quantity: quantity.start)


def _with_digits(text: str) -> Iterator[Quantity]:
    position = 0
    while match := _MIXED.search(text, position):
        start, end = match.start("number"), match.end()
        position = end
        if start and (text[start - 1].isascii() and text[start - 1].isalpha()):
            # A digit inside a name (E217, MPEG2) is a part of the name.
            position = max(end, _skip_word(text, end))
            continue
        value = korean_value(match["number"])
        if match["prefix"] and match["number"].endswith("조"):
            # 제3조 is the third article, not three trillion.
            end -= 1
            value = korean_value(match["number"][:-1])
        if match["half"]:
            value += Fraction(*_HALVES[match["half"]])
        if match["sign"]:
            start, value = match.start("sign"), -value
        scale = _ENGLISH_SCALE.match(text, end)
        if scale and (len(scale[1]) > 2 or _CURRENCY.search(text[:start])):
            value *= _SCALES[scale[1].lower()]
            end = scale.end()
        ordinal = bool(match["prefix"])
        suffix = _ENGLISH_ORDINAL.match(text, end)
        if suffix:
            ordinal, end = True, suffix.end()
        quantity = _measured(text, start, end, value, ordinal)
        position = max(position, end)
        yield quantity


def _skip_word(text: str, position: int) -> int:
    while position < len(text) and text[position].isascii() and text[position].isalnum():
        position += 1
    return position


def _measured(text: str, start: int, end: int, value: Fraction, ordinal: bool) -> Quantity:
    """Adds the unit on either side and the bound."""
    before = text[max(0, start - 32) : start]
    sign = _CURRENCY.search(before)
    if sign:
        name, after = unit.SIGNS[sign[1]], end
    else:
        name, after = unit.read(text, end)
    if ordinal or name == "ordinal":
        name = "ordinal"
    bound = ""
    if _OVER.search(before) or _OVER_AFTER.match(text, after):
        bound = ">"
    elif _UNDER.search(before) or _UNDER_AFTER.match(text, after):
        bound = "<"
    return Quantity(start, after, value, name, bound)


def korean_value(text: str) -> Fraction:
    """The value of digits with Korean multipliers: "3만5천" is 35,000, "1억 2,300만" 123,000,000."""
    total = section = Fraction(0)
    number: Fraction | None = None
    for piece in re.findall(rf"{_DIGITS}|[십백천만억조]", text):
        scale = _KOREAN_SCALES.get(piece)
        if scale is None:
            number = Fraction(piece.replace(",", ""))
        elif scale < 10**4:
            section += (Fraction(1) if number is None else number) * scale
            number = None
        else:
            section += number or 0
            total += (section or 1) * scale
            section, number = Fraction(0), None
    return total + section + (number or 0)
