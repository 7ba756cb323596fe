# mypy: ignore-errors
# ruff: noqa
"""The package dateutil: relativedelta, parser.parse for common forms, easter."""

import calendar
import datetime
import re

_UNITS = ("years", "months", "days", "hours", "minutes", "seconds", "microseconds")
_FIELDS = ("year", "month", "day", "hour", "minute", "second", "microsecond")


class _Weekday:
    def __init__(self, weekday, n=None):
        self.weekday = weekday
        self.n = n

    def __call__(self, n):
        return _Weekday(self.weekday, n)

    def __repr__(self):
        name = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")[self.weekday]
        return name if not self.n else f"{name}({self.n:+d})"


relativedelta_MO = _Weekday(0)
relativedelta_TU = _Weekday(1)
relativedelta_WE = _Weekday(2)
relativedelta_TH = _Weekday(3)
relativedelta_FR = _Weekday(4)
relativedelta_SA = _Weekday(5)
relativedelta_SU = _Weekday(6)


def _days_in(year, month):
    return calendar.monthrange(year, month)[1]


def _moment(value):
    if isinstance(value, datetime.datetime):
        return value
    return datetime.datetime(value.year, value.month, value.day)


def _plus_months(value, months):
    index = value.year * 12 + value.month - 1 + months
    year, month = index // 12, index % 12 + 1
    return value.replace(year=year, month=month, day=min(value.day, _days_in(year, month)))


class relativedelta_relativedelta:
    def __init__(
        self,
        dt1=None,
        dt2=None,
        years=0,
        months=0,
        days=0,
        leapdays=0,
        weeks=0,
        hours=0,
        minutes=0,
        seconds=0,
        microseconds=0,
        year=None,
        month=None,
        day=None,
        weekday=None,
        yearday=None,
        nlyearday=None,
        hour=None,
        minute=None,
        second=None,
        microsecond=None,
    ):
        self.leapdays = leapdays
        self.weekday = (
            relativedelta_MO
            if weekday == 0 and isinstance(weekday, int)
            else _Weekday(weekday)
            if isinstance(weekday, int)
            else weekday
        )
        self.year, self.month, self.day = year, month, day
        self.hour, self.minute, self.second, self.microsecond = hour, minute, second, microsecond
        if dt1 is not None and dt2 is not None:
            self._between(dt1, dt2)
        else:
            self.years, self.months = int(years), int(months)
            self.days, self.hours, self.minutes = days + weeks * 7, hours, minutes
            self.seconds, self.microseconds = seconds, microseconds
        self._fix()

    def _between(self, one, other):
        one, other = _moment(one), _moment(other)
        months = (one.year - other.year) * 12 + one.month - other.month
        step = 1 if one < other else -1
        while (one < _plus_months(other, months)) if step == -1 else (one > _plus_months(other, months)):
            months += step
        self.years, self.months = 0, months
        rest = one - _plus_months(other, months)
        self.days, self.hours, self.minutes = 0, 0, 0
        self.seconds = rest.days * 86400 + rest.seconds
        self.microseconds = rest.microseconds

    def _fix(self):
        for small, large, size in (
            ("microseconds", "seconds", 1000000),
            ("seconds", "minutes", 60),
            ("minutes", "hours", 60),
            ("hours", "days", 24),
            ("months", "years", 12),
        ):
            value = getattr(self, small)
            if abs(value) >= size:
                sign = -1 if value < 0 else 1
                more, rest = divmod(abs(value), size)
                setattr(self, small, rest * sign)
                setattr(self, large, getattr(self, large) + int(more) * sign)

    def __radd__(self, other):
        return self._applied(other)

    def __rsub__(self, other):
        return (-self)._applied(other)

    def __add__(self, other):
        if isinstance(other, datetime.date):
            return self._applied(other)
        if isinstance(other, datetime.timedelta):
            return relativedelta_relativedelta(
                years=self.years,
                months=self.months,
                days=self.days + other.days,
                hours=self.hours,
                minutes=self.minutes,
                seconds=self.seconds + other.seconds,
                microseconds=self.microseconds + other.microseconds,
            )
        return self._with(other, 1)

    def __sub__(self, other):
        return self._with(other, -1)

    def _with(self, other, sign):
        values = {name: getattr(self, name) + sign * getattr(other, name) for name in _UNITS}
        for name in _FIELDS:
            values[name] = getattr(self, name) if getattr(self, name) is not None else getattr(other, name)
        return relativedelta_relativedelta(**values)

    def __neg__(self):
        values = {name: -getattr(self, name) for name in _UNITS}
        for name in _FIELDS:
            values[name] = getattr(self, name)
        return relativedelta_relativedelta(weekday=self.weekday, **values)

    def __mul__(self, other):
        values = {name: int(getattr(self, name) * other) for name in _UNITS}
        for name in _FIELDS:
            values[name] = getattr(self, name)
        return relativedelta_relativedelta(weekday=self.weekday, **values)

    def __rmul__(self, other):
        return self * other

    def __truediv__(self, other):
        return self * (1 / other)

    def __abs__(self):
        return relativedelta_relativedelta(**{name: abs(getattr(self, name)) for name in _UNITS})

    def __bool__(self):
        return any([getattr(self, name) for name in _UNITS]) or any(
            [getattr(self, name) is not None for name in _FIELDS]
        )

    def __eq__(self, other):
        return all([getattr(self, name) == getattr(other, name) for name in _UNITS + _FIELDS])

    def _applied(self, value):
        year = (self.year if self.year is not None else value.year) + self.years
        month = self.month if self.month is not None else value.month
        month += self.months
        year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
        day = min(_days_in(year, month), self.day if self.day is not None else value.day)
        values = {"year": year, "month": month, "day": day}
        for name in ("hour", "minute", "second", "microsecond"):
            if getattr(self, name) is not None:
                values[name] = getattr(self, name)
        days = self.days
        if self.leapdays and month > 2 and calendar.isleap(year):
            days += self.leapdays
        clock = self.hours or self.minutes or self.seconds or self.microseconds
        if clock and not isinstance(value, datetime.datetime):
            value = _moment(value)
        moved = value.replace(**values) + datetime.timedelta(
            days=days, hours=self.hours, minutes=self.minutes, seconds=self.seconds, microseconds=self.microseconds
        )
        if self.weekday is not None:
            n = self.weekday.n or 1
            jump = (abs(n) - 1) * 7
            if n > 0:
                jump += (7 - moved.weekday() + self.weekday.weekday) % 7
            else:
                jump = -(jump + (moved.weekday() - self.weekday.weekday) % 7)
            moved = moved + datetime.timedelta(days=jump)
        return moved

    def normalized(self):
        return self

    def __repr__(self):
        parts = [f"{name}={getattr(self, name):+g}" for name in _UNITS if getattr(self, name)]
        parts += [f"{name}={getattr(self, name)!r}" for name in _FIELDS if getattr(self, name) is not None]
        return "relativedelta(" + ", ".join(parts) + ")"


_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def parser_parse(text, default=None, dayfirst=False, yearfirst=False, fuzzy=False):
    """Dates of the common forms: 2020-01-31, 1/31/2020, January 31, 2020, 31 Jan 2020, with or without a clock."""
    rest = text.strip()
    hour = minute = second = 0
    clock = re.search(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*([AaPp]\.?[Mm]\.?)?", rest)
    if not clock:
        clock = re.search(r"\b(\d{1,2})()()\s*([AaPp]\.?[Mm]\b\.?)", rest)
    if clock:
        hour, minute, second = int(clock.group(1)), int(clock.group(2) or 0), int(clock.group(3) or 0)
        half = (clock.group(4) or "").lower().replace(".", "")
        if half:
            hour = hour % 12 + (12 if half == "pm" else 0)
        rest = rest.replace(clock.group(0), " ")
    now = default or datetime.datetime.now()
    year, month, day = now.year, now.month, now.day
    iso = re.search(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})", rest)
    slashed = re.search(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})\b", rest)
    named = re.search(r"(?i)\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b", rest)
    compact = re.search(r"\b(\d{4})(\d{2})(\d{2})\b", rest)
    if iso or compact:
        year, month, day = [int(one) for one in (iso or compact).groups()]
    elif slashed:
        month, day, year = [int(one) for one in slashed.groups()]
        if dayfirst or month > 12:
            month, day = day, month
        if year < 100:
            year += 2000 if year < 69 else 1900
    elif named:
        month = _MONTHS.index(named.group(1).lower()) + 1
        numbers = [int(one) for one in re.findall(r"\d+", rest)]
        long = [one for one in numbers if one > 31]
        short = [one for one in numbers if one <= 31]
        year = long[0] if long else year
        day = short[0] if short else day
    elif not clock:
        raise ValueError(f"Unknown string format: {text}")
    return datetime.datetime(year, month, min(day, _days_in(year, month)), hour, minute, second)


parser_ParserError = ValueError


def easter_easter(year):
    a, b, c = year % 19, year // 100, year % 100
    d, e = b // 4, b % 4
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = c // 4, c % 4
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = (h + m - 7 * n + 114) // 31, (h + m - 7 * n + 114) % 31 + 1
    return datetime.date(year, month, day)
