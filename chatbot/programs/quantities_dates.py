"""Dates, times of day and periods as the standard library's values, in Korean, English and numeric writing."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time

_MONTHS = {
    name: number
    for number, names in enumerate(
        ("january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
         "september sept sep", "october oct", "november nov", "december dec"), 1,
    )
    for name in names.split()
}  # fmt: skip
_NAME = "|".join(sorted(_MONTHS, key=len, reverse=True))
_NTH = {"first": 1, "second": 2, "third": 3, "fourth": 4}
_HOURS = {"한": 1, "두": 2, "세": 3, "네": 4, "다섯": 5, "여섯": 6, "일곱": 7, "여덟": 8, "아홉": 9, "열": 10, "열한": 11,
          "열두": 12}  # fmt: skip
_SINO_MINUTES = {"십": 10, "십오": 15, "이십": 20, "이십오": 25, "삼십": 30, "삼십오": 35, "사십": 40, "사십오": 45, "오십": 50,
                 "오": 5, "오십오": 55}  # fmt: skip
_AFTERNOON = re.compile(r"오후|저녁|밤|p", re.IGNORECASE)

Found = date | time | int | str


@dataclass(frozen=True)
class Moment:
    """``text[start:end]`` as a value with its unit (date, time, month-day, calendar year, quarter ...); ``last`` is the
    last day of a period, whose first day is ``value``. ``note`` says what was assumed."""

    start: int
    end: int
    value: Found
    unit: str
    last: date | None = None
    note: str = ""


_Y = r"(?<![\d,.])(?P<year>[12]\d{3})"
_YS = r"(?:(?<![\d,.])(?P<year>[12]\d{3})|['’‘](?P<short>\d\d))"
_M, _D = r"(?P<month>1[0-2]|0?[1-9])", r"(?P<day>3[01]|[12]\d|0?[1-9])"
_END_OF_YEAR = r"(?:년도|학년도|년|年)"


def _month_of(groups: dict[str, str]) -> int:
    return _MONTHS[groups["name"].lower()] if "name" in groups else int(groups["month"])


def _year_of(groups: dict[str, str]) -> int | None:
    if len(groups.get("short", "")) == 2:
        return 2000 + int(groups["short"]) if int(groups["short"]) < 70 else 1900 + int(groups["short"])
    return int(groups["year"]) if "year" in groups else None


def _day(groups: dict[str, str]) -> tuple[Found, str, date | None, str] | None:
    year, month, day = _year_of(groups), _month_of(groups), int(groups["day"])
    if year is None:
        return (f"--{month:02}-{day:02}", "month-day", None, "") if day <= monthrange(2000, month)[1] else None
    return _exact(year, month, day)


def _exact(year: int, month: int, day: int, note: str = "") -> tuple[Found, str, date | None, str] | None:
    if not (1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]):
        return None
    return date(year, month, day), "date", None, note


def _slashed(groups: dict[str, str]) -> tuple[Found, str, date | None, str] | None:
    """03/05/2024: the month first, as in the United States, unless it can only be the day."""
    first, second, year = int(groups["first"]), int(groups["second"]), int(groups["year"])
    if first > 12:
        return _exact(year, second, first)
    note = (
        "" if second > 12 or first == second else f"read as month/day; as day/month it is {year}-{second:02}-{first:02}"
    )
    return _exact(year, first, second, note)


def period(unit: str, months: int, ordinal: int, year: int | None) -> tuple[Found, str, date | None, str]:
    if year is None:
        return ordinal, "month of year" if unit == "month" else unit, None, ""
    first = (ordinal - 1) * months + 1
    final = first + months - 1
    return date(year, first, 1), unit, date(year, final, monthrange(year, final)[1]), ""


def _month(groups: dict[str, str]) -> tuple[Found, str, date | None, str]:
    return period("month", 1, _month_of(groups), _year_of(groups))


def _quarter(groups: dict[str, str]) -> tuple[Found, str, date | None, str]:
    ordinal = int(groups["quarter"]) if "quarter" in groups else _NTH[groups["nth"].lower()]
    return period("quarter", 3, ordinal, _year_of(groups))


def _half(groups: dict[str, str]) -> tuple[Found, str, date | None, str]:
    if "part" in groups:
        ordinal = 1 if groups["part"] == "상" else 2
    else:
        ordinal = int(groups["half"]) if "half" in groups else _NTH[groups["nth"].lower()]
    return period("half", 6, ordinal, _year_of(groups))


def _years(unit: str, sign: int = 1) -> Callable[[dict[str, str]], tuple[Found, str, date | None, str]]:
    return lambda groups: (sign * (_year_of(groups) or 0), unit, None, "")


def _clock(groups: dict[str, str]) -> tuple[Found, str, date | None, str] | None:
    hour = _HOURS[groups["word"]] if "word" in groups else int(groups["hour"])
    minute = int(groups.get("minute") or 0) if "spoken" not in groups else _SINO_MINUTES[groups["spoken"]]
    minute = 30 if "thirty" in groups else minute
    if part := groups.get("part") or groups.get("side"):
        if _AFTERNOON.match(part):
            hour += 12 if hour < 12 else 0
            hour = 0 if part == "밤" and groups.get("hour", groups.get("word")) in ("12", "열두") else hour
        elif hour == 12 and part != "낮":
            hour = 0
        elif part == "낮" and hour < 6:
            hour += 12
    hour = 0 if hour == 24 and minute == 0 else hour
    return (time(hour, minute), "time", None, "") if hour < 24 and minute < 60 else None


_Reader = Callable[[dict[str, str]], tuple[Found, str, date | None, str] | None]
_TO = r"\s?[~∼〜–-]\s?"
_BEFORE_YEAR = "|".join(
    rf"(?<=\b{word} )" for word in "in since by until from of during before after between early late year than".split()
)
_YEAR_LINKED = "|".join(rf"(?<=1\d{{3}}{link})|(?<=20\d\d{link})" for link in (" and ", " to ", "[–-]"))
# Four digits that no counted noun follows.
_BARE = r"(?P<year>1\d{3}|20\d\d)(?!\d|,\d|%|\.\d|-[A-Za-z]|\s[a-z]+s\b(?<!\swas)(?<!\sis)(?<!\shas)|\speople)"
_PATTERNS: tuple[tuple[re.Pattern[str], re.Pattern[str], _Reader], ...] = tuple(
    (re.compile(hint), re.compile(pattern, re.IGNORECASE), reader)
    for hint, pattern, reader in (
        ("년", rf"{_YS}\s?년\s?{_M}\s?월\s?{_D}\s?일(?!간|째)", _day),
        (r"\d\s?[./-]", rf"{_YS}\s?(?P<sep>[-./])\s?{_M}\s?(?P=sep)\s?{_D}(?!\d|[-/]\d|\.\d|,\d\d\d)\.?", _day),
        ("/", r"(?<![\d/.])(?P<first>\d\d?)/(?P<second>\d\d?)/(?P<year>[12]\d{3})(?![\d/])", _slashed),
        ("[A-Za-z]", rf"\b(?P<name>{_NAME})\b\.?\s{_D}(?:st|nd|rd|th)?\b(?:,?\s(?P<year>[12]\d{{3}})\b)?(?!\s?times)", _day),
        ("[A-Za-z]", rf"\b{_D}(?:st|nd|rd|th)?\s(?:of\s)?(?P<name>{_NAME})\b\.?(?:,?\s(?P<year>[12]\d{{3}})\b)?", _day),
        ("[A-Za-z]", rf"\b(?P<name>{_NAME})\b\.?,?\s(?:of\s)?(?P<year>[12]\d{{3}})\b", _month),
        ("분기", rf"(?:{_YS}\s?{_END_OF_YEAR}\s?)?(?:제\s?)?(?<![\d.,])(?P<quarter>[1-4])(?:/4)?\s?분기(?!마다|별)", _quarter),
        ("분기", rf"{_YS}\.?\s(?P<quarter>[1-4])(?:/4)?분기", _quarter),
        ("[Qq]", rf"{_Y}\s?Q(?P<quarter>[1-4])\b", _quarter),
        ("[Qq]", r"\bQ(?P<quarter>[1-4])(?:\s?(?:of\s)?(?P<year>[12]\d{3})|\s?['’](?P<short>\d\d))?\b", _quarter),
        ("[Qq]", r"\b(?P<quarter>[1-4])Q\s?(?:(?P<year>20\d\d)|['’]?(?P<short>\d\d))?\b", _quarter),
        ("quarter", r"\b(?P<nth>first|second|third|fourth)[\s-]quarter\b(?:,?\s(?:of\s)?(?:fiscal\s)?(?P<year>[12]\d{3})\b)?",
         _quarter),
        ("half", r"\b(?P<nth>first|second)\shalf\sof\s(?P<year>[12]\d{3})\b", _half),
        ("H", r"\bH(?P<half>[12])\s?(?P<year>20\d\d)\b", _half),
        ("H", r"\b(?P<half>[12])H\s?(?P<year>20\d\d)\b", _half),
        ("반기", rf"(?:{_YS}\s?{_END_OF_YEAR}\s?)?(?P<part>[상하])반기", _half),
        ("년", rf"{_YS}\s?년\s?(?:도\s?)?{_M}\s?월", _month),
        (r"\.", rf"{_Y}\.\s?{_M}\.(?!\s?\d)", _month),
        ("[Ff]", r"\b(?:FY|fiscal(?:\syear)?)\s?['’]?(?:(?P<year>20\d\d|19\d\d)(?:/\d\d)?|(?P<short>\d\d))\b",
         _years("fiscal year")),
        ("회계", rf"{_YS}\s?(?:년\s?)?회계\s?연도", _years("fiscal year")),
        ("년대", r"(?<![\d,.])(?P<year>\d{3,4})\s?년대", _years("decade")),
        ("년대", r"(?<![\d,.])['’]?(?P<short>[3-9]0)\s?년대", _years("decade")),
        ("0", r"(?<![\d,.])(?P<year>1[0-9]\d0|20\d0)['’]?s\b", _years("decade")),
        ("기원전|BC", r"(?:기원전|BC)\s?(?P<year>\d{1,4})(?:\s?년|(?!\s?세기|\d))", _years("calendar year", -1)),
        ("B", r"(?<![\d,.])(?P<year>\d{1,4})\s?(?:BCE?|B\.C\.)(?!\w)", _years("calendar year", -1)),
        ("세기|entury", r"(?<![\d,.])(?P<year>\d{1,2})(?:\s?세기|(?:st|nd|rd|th)[\s-]century)", _years("century")),
        ("년", rf"{_YS}\s?(?:학년도|년도|년)(?!간|대|째|\s?동안|\s?만에|생(?!\s)|\s?된)", _years("calendar year")),
        ("학년도", rf"{_Y}\s?학년도", _years("calendar year")),
        ("월", rf"(?<![\d,.]){_M}\s?월\s?{_D}(?:\s?일(?!간|째)|(?={_TO}\d\d?\s?일))", _day),
        ("월", rf"(?<![\d,.]){_M}\s?월(?!\s?\d)", _month),
        ("/", rf"(?<![\d/.]){_M}/{_D}(?=\s?\([월화수목금토일]\))", _day),
        (":", r"(?<![\d,.:])(?:(?P<part>오전|오후|새벽|아침|저녁|밤|낮)\s?)?(?P<hour>[01]?\d|2[0-4]):(?P<minute>[0-5]\d)(?!\d|:)"
              r"(?:\s?(?P<side>[ap])\.?\s?m\b\.?)?", _clock),
        ("시", r"(?:(?P<part>오전|오후|새벽|아침|저녁|밤|낮|정오)\s?)?(?:(?<![\d.,])(?P<hour>2[0-4]|1\d|0?\d)|"
               rf"(?<![가-힣])(?P<word>{'|'.join(sorted(_HOURS, key=len, reverse=True))})(?=\s?시(?:\s|에|부터|까지|반|$|[.,~])))"
               r"\s?시(?!간|즌|리|도|장|군|민|설|\s?소재)"
               r"(?:\s?(?:(?P<minute>[0-5]?\d)\s?분|(?P<spoken>[이삼사오]?십오?|오)\s?분|(?P<thirty>반)))?", _clock),
        ("[AaPp]", r"(?<![\d:.])(?P<hour>1[0-2]|0?[1-9])\s?(?P<side>[ap])\.?\s?m\b\.?", _clock),
        (r"\d{4}", rf"(?:{_BEFORE_YEAR}){_BARE}", _years("calendar year")),
        (r"\(", r"(?:(?<=\()|(?<=\(1\d{3}[–-]))(?P<year>1\d{3}|20\d\d)(?=\)|[–-](?:1\d{3}|20\d\d)\))", _years("calendar year")),
        (r"and|to|[–-]", rf"(?:{_YEAR_LINKED}){_BARE}", _years("calendar year")),
    )
)  # fmt: skip


def written_moments(text: str) -> list[Moment]:
    """Every date, time and period as it stands in the text, none inside another, in no order."""
    found: list[Moment] = []
    for hint, pattern, reader in _PATTERNS:
        if not hint.search(text):
            continue
        for match in pattern.finditer(text):
            if any(match.start() < other.end and other.start < match.end() for other in found):
                continue
            read = reader({name: group for name, group in match.groupdict().items() if group is not None})
            if read and not re.match(r"may\b", match.group()):
                found.append(Moment(match.start(), match.end(), *read))
    return found
