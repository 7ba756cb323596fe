"""Dates that lean on another day: 5월 31일 after 2024년 3월 1일, the end of a range, 작년 and "yesterday"."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta

from chatbot.programs.quantities_dates import Moment, period, written_moments


def moments(text: str, reference: date | None = None) -> list[Moment]:
    """Every date, time and period in the text, in order, none inside another. Words such as 작년 and "today" count only
    with a ``reference`` date, and a day without a year takes the year of the date before it in the sentence.
    """
    found = written_moments(text)
    if reference is not None:
        found += _relative(text, reference)
    return list(_completed(text, sorted(found, key=lambda moment: moment.start), reference))


_SECOND_OF_RANGE = re.compile(
    r"(?:\s?\([월화수목금토일]\))?\s?[~∼〜–-]\s?(?:(?P<month>1[0-2]|0?[1-9])\s?[./]\s?)?(?P<day>3[01]|[12]\d|0?[1-9])\s?(?P<mark>\.|일)?(?!\d|시|:|\s?월)"
)


def _completed(text: str, found: list[Moment], reference: date | None) -> Iterator[Moment]:
    """Years for days that have none, and the second day of "2024. 3. 1. ~ 3. 15."."""
    known: date | None = None
    border = 0
    for moment in found:
        if re.search(r"[다요음함]\.\s|\n\s*\n|[a-z]\.\s+[A-Z]", text[border : moment.start]):
            known = None
        if moment.unit == "month-day":
            moment = _with_year(moment, known, reference, text[border : moment.start])
        yield moment
        border = moment.end
        known = moment.value if isinstance(moment.value, date) else known
        if moment.unit == "date" and isinstance(moment.value, date) and (second := _second(text, moment)):
            yield second
            border = second.end


def _with_year(moment: Moment, known: date | None, reference: date | None, between: str) -> Moment:
    year, note = (
        (known.year, "year of the date before") if known else (reference.year if reference else None, "year of today")
    )
    month, day = map(int, str(moment.value).strip("-").split("-"))
    if year is None or day > monthrange(year, month)[1]:
        return moment
    value = date(year, month, day)
    if known and value < known and re.search(r"[~∼〜–-]|부터|에서", between) and month < 12:
        value = date(year + 1, month, min(day, monthrange(year + 1, month)[1]))
    return Moment(moment.start, moment.end, value, "date", note=note)


def _second(text: str, first: Moment) -> Moment | None:
    match = _SECOND_OF_RANGE.match(text, first.end)
    if match is None or not isinstance(first.value, date) or not (match["month"] or match["mark"]):
        return None
    month, day, year = int(match["month"] or first.value.month), int(match["day"]), first.value.year
    year += month < first.value.month
    if day > monthrange(year, month)[1]:
        return None
    start = match.start("month") if match["month"] else match.start("day")
    return Moment(start, match.end(), date(year, month, day), "date", note="year of the date before")


_WORDS = re.compile(
    r"(?P<year>재작년|작년|지난해|올해|금년|내년|last year|this year|next year)"
    r"|(?P<month>지난달|이번 달|이달|다음 달|last month|this month|next month)"
    r"|(?P<day>(?<![가-힣])(?:그저께|어제|오늘|내일|모레)(?!날)|\b(?:yesterday|today|tomorrow)\b)",
    re.IGNORECASE,
)
_SHIFT = {"재작년": -2, "작년": -1, "지난해": -1, "last year": -1, "내년": 1, "next year": 1, "지난달": -1, "last month": -1,
          "다음 달": 1, "next month": 1, "그저께": -2, "어제": -1,
          "yesterday": -1, "내일": 1, "tomorrow": 1, "모레": 2}  # fmt: skip


def _relative(text: str, reference: date) -> Iterator[Moment]:
    for match in _WORDS.finditer(text):
        shift = _SHIFT.get(match.group().lower(), 0)
        if match["year"]:
            yield Moment(match.start(), match.end(), reference.year + shift, "calendar year", note="from today's date")
        elif match["day"]:
            yield Moment(match.start(), match.end(), reference + timedelta(shift), "date", note="from today's date")
        else:
            months = reference.year * 12 + reference.month - 1 + shift
            value, unit, last, _ = period("month", 1, months % 12 + 1, months // 12)
            yield Moment(match.start(), match.end(), value, unit, last, "from today's date")
