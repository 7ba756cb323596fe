"""A spreadsheet's numbers as a person reads them: dates, percent, thousands, currency."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import lru_cache

# The built-in codes of ECMA-376 part 1, 18.8.30 that change what is shown.
_BUILT_IN = {
    1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 14: "yyyy-mm-dd", 15: "d-mmm-yy", 16: "d-mmm",
    17: "mmm-yy", 18: "h:mm", 19: "h:mm:ss", 20: "h:mm", 21: "h:mm:ss", 22: "yyyy-mm-dd h:mm", 37: "#,##0", 38: "#,##0",
    39: "#,##0.00", 40: "#,##0.00", 41: "#,##0", 42: "#,##0", 43: "#,##0.00", 44: "#,##0.00", 45: "mm:ss",
    46: "[h]:mm:ss", 47: "mm:ss",
    27: "yyyy-mm-dd", 28: "yyyy-mm-dd", 29: "yyyy-mm-dd", 30: "yyyy-mm-dd", 31: 'yyyy"년" mm"월" dd"일"', 32: "h:mm",
    33: "h:mm:ss", 36: "yyyy-mm-dd", 50: "yyyy-mm-dd", 57: "yyyy-mm-dd", 58: "yyyy-mm-dd",
}  # fmt: skip
_LITERAL = re.compile(r'"([^"]*)"|\\(.)|_.|\*.')
_CURRENCY = re.compile(r"\[\$([^\]-]*)(?:-[^\]]*)?\]")
_BRACKET = re.compile(r"\[(?!h|m|s|hh|mm|ss\])[^\]]*\]", re.IGNORECASE)
_EPOCH = datetime(1899, 12, 30)
_EPOCH_1904 = datetime(1904, 1, 1)
_LAST_DAY = 2_958_465  # 9999-12-31


def built_in_code(identity: int) -> str:
    """The format code of a built-in number format, "General" where it shows a number as it is."""
    return _BUILT_IN.get(identity, "General")


def number_text(value: float, code: str, date1904: bool = False) -> str:
    """What a cell with this value and format code shows."""
    shape = _shape(code)
    if shape.is_elapsed:
        minutes = round(value * 24 * 60 * 60) // 60
        return f"{minutes // 60}:{minutes % 60:02d}"
    if shape.has_date or shape.has_time:
        return _date_text(value, shape, date1904)
    if shape.percent:
        return f"{value * 100:,.{shape.decimals}f}%" if shape.fixed else f"{_plain(value * 100)}%"
    if shape.fixed:
        number = f"{abs(value):,.{shape.decimals}f}" if shape.thousands else f"{abs(value):.{shape.decimals}f}"
        sign = "-" if value < 0 and float(number.replace(",", "")) else ""
        return f"{sign}{shape.before}{number}{shape.after}"
    return _plain(value)


class _Shape:
    """What a format code asks for, read from its first section (that of positive numbers)."""

    def __init__(self, code: str) -> None:
        section = code.split(";")[0]
        section = _CURRENCY.sub(lambda match: f'"{match.group(1)}"', section)
        bare = _BRACKET.sub("", _LITERAL.sub("", section))
        lower = bare.lower()
        self.is_elapsed = bool(re.search(r"\[h+\]", lower))
        general = "general" in lower
        self.has_date = not general and bool(re.search(r"[yd]|mmm", lower) or re.fullmatch(r"m+", lower.strip()))
        self.has_time = not general and bool(re.search(r"[hs]", lower))
        self.has_day = "d" in lower
        self.has_year = "y" in lower
        self.korean = "년" in section or "월" in section
        self.percent = "%" in bare
        digits = re.search(r"[#0?][#0?,.]*", bare)
        self.fixed = digits is not None and not general and "e+" not in lower and "/" not in bare
        self.decimals = 0 if digits is None else len(re.sub(r"[^0#?]", "", digits.group().partition(".")[2]))
        self.thousands = digits is not None and bool(re.search(r"[#0?],[#0?]", digits.group()))
        if digits is not None and digits.group().endswith(","):
            self.fixed = False  # shown in thousands or millions; the number itself is the safer thing to quote
        self.before, self.after = _around(section)


def _around(section: str) -> tuple[str, str]:
    """The literal text before and after the digits, such as a currency sign or a unit."""
    shown = _BRACKET.sub("", _LITERAL.sub(lambda match: match.group(1) or match.group(2) or "", section))
    match = re.search(r"[#0?][#0?,.]*", shown)
    if match is None:
        return "", ""
    return shown[: match.start()].strip(" ()-_*"), shown[match.end() :].strip("()-_*").rstrip()


@lru_cache(maxsize=512)
def _shape(code: str) -> _Shape:
    return _Shape(code)


def _date_text(value: float, shape: _Shape, date1904: bool) -> str:
    if not 0 <= value <= _LAST_DAY or (value == 0 and shape.has_date):
        return _plain(value)  # a zero shown as a date is an empty date
    moment = (_EPOCH_1904 if date1904 else _EPOCH) + timedelta(seconds=round(value * 86_400))
    if not date1904 and value < 60:
        moment += timedelta(days=1)  # 1900 was no leap year, but spreadsheets count it as one
    clock = f"{moment:%H:%M}" if moment.second == 0 else f"{moment:%H:%M:%S}"
    if not shape.has_date:
        return clock
    if shape.korean:
        parts = [f"{moment.year}년"] if shape.has_year else []
        parts += [f"{moment.month}월"] + ([f"{moment.day}일"] if shape.has_day else [])
        day = " ".join(parts)
    elif shape.has_year and not shape.has_day:
        day = f"{moment:%Y-%m}"
    else:
        day = f"{moment:%Y-%m-%d}"
    return f"{day} {clock}" if shape.has_time else day


def _plain(value: float) -> str:
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return f"{value:.15g}"
