"""Dates and times in a text, in Korean, English and numeric writing, whole or in part."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_MONTHS = {
    name: number
    for number, names in enumerate(
        ("january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
         "september sept sep", "october oct", "november nov", "december dec"), 1,
    )
    for name in names.split()
}  # fmt: skip
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_ERA = r"(?P<era>기원전\s?|B\.?C\.?(?:E\.?)?\s?)?"
_ORDINAL_WORDS = {
    word: number
    for number, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
        "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth".split(),
        1,
    )
} | {"twenty-first": 21}
_YEAR = r"(?<![\d,.])(?P<year>\d{1,4})"
_PATTERNS = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_YEAR}\s?년\s?(?P<month>\d{{1,2}})\s?월\s?(?:(?P<day>\d{{1,2}})\s?일(?!간|째))?",
        r"(?<![\d,.])(?P<month>\d{1,2})\s?월\s?(?P<day>\d{1,2})\s?일(?!간|째)",
        r"(?<![\d,.])(?P<year>\d{3,4})\s?년대(?P<decade>)",
        rf"{_ERA}{_YEAR}\s?년(?!간|동안|대|째|\s?동안|\s?(?:뒤|후|전|만에|넘게|이상|가까이|이내))",
        r"(?<![\d,.])(?P<month>\d{1,2})\s?월(?!\s?\d)",
        r"(?<![\d,.])(?P<year>\d{4})\s?[-./]\s?(?P<month>0?[1-9]|1[0-2])\s?[-./]\s?(?P<day>[12]\d|3[01]|0?[1-9])(?!\d)\.?",
        rf"\b(?P<named>{_MONTH})\b\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b(?:,?\s+(?P<year>\d{{4}})\b)?",
        rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<named>{_MONTH})\b\.?(?:,?\s+(?P<year>\d{{4}})\b)?",
        rf"\b(?P<named>{_MONTH})\b\.?,?\s+(?:of\s+)?(?P<year>\d{{4}})\b",
        r"(?<![\d,.])(?P<century>\d{1,2})\s?(?:세기|(?:st|nd|rd|th)[\s-]century)",
        rf"\b(?P<spoken>{'|'.join(_ORDINAL_WORDS)})[\s-]century",
        r"(?<![\d,.])(?P<year>\d{3,4})['’]?s\b(?P<decade>)",
        r"(?<![\d,.])(?P<quarter>[1-4])\s?(?:분기|사분기)|(?:제\s?)(?P<quarter2>[1-4])\s?분기|\bQ(?P<quarter3>[1-4])\b",
        r"\b(?P<quartername>first|second|third|fourth) quarter\b",
        r"(?<![\d,.:])(?P<hour>[01]?\d|2[0-4]):(?P<minute>[0-5]\d)(?!\d|:)(?:\s?(?P<half>[ap]\.?m\b))?",
        r"(?:(?P<half>오전|오후|새벽|아침|저녁|밤|낮)\s?)?(?<!\d)(?P<hour>\d{1,2})\s?시(?!간|즌|리|도)"
        r"(?:\s?(?P<minute>\d{1,2})\s?분)?",
        r"\b(?P<hour>1[0-2]|0?[1-9])\s?(?P<half>[ap]\.?m\b)",
        r"(?<![\d,.\w$€£₩#-])(?P<year>1[0-9]\d\d|20\d\d)(?![\d%]|,\d|\.\d|\s?(?:명|개|원|만|억|km|m\b|people|miles))"
        r"(?P<bare>)(?P<after>\s?(?:BCE?|B\.C\.)\b)?",
    )
]
_AFTERNOON = re.compile(r"오후|저녁|밤|p", re.IGNORECASE)
_NOT_MAY = re.compile(r"\bmay\b")


@dataclass(frozen=True)
class Date:
    """``text[start:end]``; ``parts`` are (name, value), names year, month, day, century, decade, quarter, hour, minute.

    A year before Christ is negative. ``bare``: four digits alone, which may be a plain number.
    """

    start: int
    end: int
    parts: tuple[tuple[str, int], ...]
    bare: bool = False

    def part(self, name: str) -> int | None:
        """The value of a part, None where the date does not have it."""
        return dict(self.parts).get(name)

    def within(self, other: Date) -> bool:
        """Whether everything this date says is said by the other."""
        theirs = dict(other.parts)
        return all(_same(name, value, theirs) for name, value in self.parts)

    def without_year(self) -> Date:
        """Month, day and what else there is; the date itself when the year is all it has."""
        rest = tuple(part for part in self.parts if part[0] != "year")
        return Date(self.start, self.end, rest or self.parts)


def _same(name: str, value: int, theirs: dict[str, int]) -> bool:
    if name in theirs:
        if name == "hour" and "half" not in theirs:
            return value % 12 == theirs[name] % 12
        return theirs[name] == value
    return False


def dates(text: str) -> list[Date]:
    """Every date and time in the text, in order, none inside another."""
    found: list[Date] = []
    for pattern in _PATTERNS:
        for match in pattern.finditer(text):
            if any(match.start() < date.end and date.start < match.end() for date in found):
                continue
            parts = tuple(_parts({key: value for key, value in match.groupdict().items() if value is not None}))
            if parts and not _is_verb(match):
                found.append(Date(match.start(), match.end(), parts, "bare" in (match.groupdict())))
    return list(_joined(text, sorted(found, key=lambda date: date.start)))


def _joined(text: str, found: list[Date]) -> Iterator[Date]:
    """Gives a month the year that stands in front of it with brackets between: 1865년(고종 2년) 9월."""
    year: Date | None = None
    for date in found:
        between = text[year.end : date.start] if year else ""
        if year and date.part("month") and re.fullmatch(r"\s?\([^()]*\)\s?", between):
            yield Date(date.start, date.end, (*year.parts, *date.parts))
        else:
            yield date
        inside = between.count("(") > between.count(")")
        if len(date.parts) == 1 and date.part("year") and not inside:
            year = date


def _is_verb(match: re.Match[str]) -> bool:
    """Whether "may 5" is the verb."""
    return "named" in match.groupdict() and _NOT_MAY.search(match.group()) is not None


def _parts(groups: dict[str, str]) -> Iterator[tuple[str, int]]:
    if "decade" in groups:
        yield "decade", int(groups["year"]) // 10 * 10
        return
    if "year" in groups:
        before = bool(groups.get("era") or groups.get("after"))
        yield "year", -int(groups["year"]) if before else int(groups["year"])
    if "named" in groups:
        yield "month", _MONTHS[groups["named"].lower()]
    for name in ("month", "day", "century", "minute"):
        if name in groups:
            yield name, int(groups[name])
    if "spoken" in groups:
        yield "century", _ORDINAL_WORDS[groups["spoken"].lower()]
    yield from _quarter(groups)
    yield from _hour(groups)


def _quarter(groups: dict[str, str]) -> Iterator[tuple[str, int]]:
    for key in ("quarter", "quarter2", "quarter3"):
        if key in groups:
            yield "quarter", int(groups[key])
    if "quartername" in groups:
        yield "quarter", _ORDINAL_WORDS[groups["quartername"].lower()]


def _hour(groups: dict[str, str]) -> Iterator[tuple[str, int]]:
    if "hour" not in groups:
        return
    hour = int(groups["hour"])
    half = groups.get("half")
    if half and _AFTERNOON.match(half) and hour < 12 and not (half == "밤" and hour == 12):
        hour += 12
    yield "hour", hour
    if half:
        yield "half", int(bool(_AFTERNOON.match(half)))
