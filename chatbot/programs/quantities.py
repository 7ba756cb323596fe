"""Numbers, dates, durations and money of a text with their exact span, value and unit, in Korean and English."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, time
from fractions import Fraction
from typing import Literal

from chatbot.programs import quantities_units as units
from chatbot.programs.quantities_dates import Moment
from chatbot.programs.quantities_digits import identifiers, written
from chatbot.programs.quantities_words import Written, numerals, shares
from chatbot.programs.quantities_years import moments

Kind = Literal["number", "money", "percent", "duration", "date", "time", "period", "year", "reference"]
Value = int | float | date | time | str
_MOMENTS: dict[str, Kind] = {
    "date": "date", "time": "time", "month-day": "date", "calendar year": "year", "fiscal year": "year", "decade": "year",
    "century": "year",
}  # fmt: skip
# Full-width forms are as long as the plain ones, so that offsets stay.
_PLAIN = str.maketrans(
    "０１２３４５６７８９％，．（）＄￦￡￥～／：＋－\u00a0\u2009\u202f", "0123456789%,.()$₩£¥~/:+-   "
)
_ABOUT = re.compile(r"(?:약|대략|about|around|approximately|roughly|nearly|almost|some|~)\s?$", re.IGNORECASE)
_ABOUT_AFTER = re.compile(r"\s?(?:가량|정도|쯤|안팎|내외|남짓)")
_LINK = re.compile(r"\s?(?:[~∼〜–—-]|to|내지|에서)\s?")
_AND = re.compile(r"(?:,?\s|\sand\s)?")
_HALF_MORE = re.compile(r"\s?반(?![가-힣])|\s?반(?=[을이에의])")


@dataclass(frozen=True)
class Quantity:
    """``text[start:end]`` says ``value`` of ``unit``.

    A value is worked out exactly, with multipliers, and turned into a number of Python once: an int where it is whole,
    else the nearest float, which prints as the text has it (0.1, 12.5). Percentages stay as written (12.5, "%").
    A date is a ``date`` ("--MM-DD" where the year is unknown), a period its first day, with ``last``; a year is an int.
    ``approximate``: the text says about. ``note`` says in English what was assumed, "" for nothing.
    ``scale``: the last multiplier in the text (10,000 for 만).
    """

    start: int
    end: int
    value: Value
    unit: str
    kind: Kind
    last: date | None = None
    approximate: bool = False
    note: str = ""
    scale: int = 1


def number(value: Fraction) -> int | float:
    """An int where the value is whole, else the nearest float."""
    return value.numerator if value.denominator == 1 else float(value)


def quantities(text: str, reference: date | None = None) -> tuple[Quantity, ...]:
    """Every quantity in the text, in order, none inside another; ``reference`` is the day that 작년 or "today" count from."""
    text = text.translate(_PLAIN)
    taken = bytearray(len(text))
    dated = moments(text, reference)
    for moment in dated:
        _take(taken, moment.start, moment.end)
    for start, end in identifiers(text):
        _take(taken, start, end)
    numbers = _measured(text, taken)
    linked = _linked(text, [*map(_of_moment, dated), *_compounded(text, numbers)])
    return tuple(_approximated(text, quantity) for quantity in linked)


@dataclass(frozen=True)
class _Measured:
    start: int
    end: int
    value: Fraction
    unit: str
    scale: int


def _take(taken: bytearray, start: int, end: int) -> None:
    taken[start:end] = b"\x01" * (end - start)


def _measured(text: str, taken: bytearray) -> list[_Measured]:
    """Numbers outside of what is taken, with their units, in order."""
    found: list[_Measured] = []
    for share in shares(text):
        if not any(taken[share.start : share.end]):
            found.append(_Measured(share.start, share.end, share.value, "", 1))
            _take(taken, share.start, share.end)
    for one, digits in written(text):
        # A unit that runs into a date (5~7월) is not this number's; the number is.
        end = one.end if not any(taken[digits : one.end]) else digits
        if not any(taken[one.start : end]):
            found.append(_Measured(one.start, end, one.value, one.unit or "" if end == one.end else "", one.scale))
            _take(taken, one.start, end)
    for word in numerals(text):
        if not any(taken[word.start : word.end]):
            found.append(_with_unit(text, word, taken))
            _take(taken, word.start, found[-1].end)
    return sorted(found, key=lambda one: one.start)


def _with_unit(text: str, word: Written, taken: bytearray) -> _Measured:
    if word.unit is not None:
        return _Measured(word.start, word.end, word.value, word.unit, word.scale)
    unit, end = units.read(text, word.end)
    if any(taken[word.end : end]):
        unit, end = "", word.end
    return _Measured(word.start, end, word.value, unit, word.scale)


def _compounded(text: str, numbers: list[_Measured]) -> Iterator[Quantity]:
    """3시간 30분 as one duration of 210 minutes, 3 ft 6 in as 42 inches, 3시간 반 as 3.5 hours."""
    pending: _Measured | None = None
    for one in numbers:
        one = _with_half(text, one)
        joined = pending and _joined(text, pending, one)
        if pending and not joined:
            yield _quantity(pending)
        pending = joined or one
    if pending:
        yield _quantity(pending)


def _with_half(text: str, one: _Measured) -> _Measured:
    match = _HALF_MORE.match(text, one.end)
    if match is None or one.unit not in units.DURATIONS:
        return one
    return replace(one, end=match.end(), value=one.value + Fraction(1, 2))


def _joined(text: str, first: _Measured, second: _Measured) -> _Measured | None:
    if not _AND.fullmatch(text[first.end : second.start]):
        return None
    if first.unit == "hour" and second.unit == "m":
        second = replace(second, unit="minute")
    for family in (units.SECONDS, units.MONTHS, units.INCHES, units.OUNCES):
        large, small = family.get(first.unit), family.get(second.unit)
        if (
            large
            and small
            and large > small
            and second.value < Fraction(large, small)
            and first.value >= 0 <= second.value
        ):
            return _Measured(
                first.start, second.end, first.value * Fraction(large, small) + second.value, second.unit, 1
            )
    return None


def _quantity(one: _Measured) -> Quantity:
    kind: Kind = units.kind_of(one.unit)  # type: ignore[assignment]
    return Quantity(one.start, one.end, number(one.value), one.unit, kind, scale=one.scale)


def _of_moment(moment: Moment) -> Quantity:
    kind: Kind = _MOMENTS.get(moment.unit, "period")
    return Quantity(moment.start, moment.end, moment.value, moment.unit, kind, moment.last, note=moment.note)


def _linked(text: str, found: list[Quantity]) -> list[Quantity]:
    """The first number of a range takes the unit and the multiplier that only the second has: 3~5만 원, 10~20%."""
    found.sort(key=lambda quantity: quantity.start)
    for index in range(len(found) - 2, -1, -1):
        first, second = found[index], found[index + 1]
        if (
            second.kind != "reference"
            and isinstance(first.value, int | float)
            and isinstance(second.value, int | float)
            and (_LINK.fullmatch(text[first.end : second.start]))
        ):
            found[index] = _shared(first, second)
            if found[index].kind == "money" and not second.unit:
                found[index + 1] = replace(second, unit=found[index].unit, kind="money")
    return found


def _shared(first: Quantity, second: Quantity) -> Quantity:
    assert isinstance(first.value, int | float) and isinstance(second.value, int | float)
    if first.unit and second.unit and first.unit != second.unit:
        return first
    unit, kind = (first.unit, first.kind) if first.unit else (second.unit, second.kind)
    if first.scale == 1 and second.scale > 1 and first.value < second.value / second.scale:
        value = number(Fraction(str(first.value)) * second.scale)
        return replace(first, value=value, unit=unit, kind=kind, scale=second.scale)
    return replace(first, unit=unit, kind=kind)


def _approximated(text: str, quantity: Quantity) -> Quantity:
    about = _ABOUT.search(text[max(0, quantity.start - 14) : quantity.start]) is not None
    more = "여" in text[quantity.start : quantity.end] and quantity.kind != "date"
    after = _ABOUT_AFTER.match(text, quantity.end) is not None
    return replace(quantity, approximate=True) if about or more or after else quantity
