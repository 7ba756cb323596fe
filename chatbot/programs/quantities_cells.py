"""The value of a table's cell: accounts' negatives, and units that stand in the column's name or above the table."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time
from fractions import Fraction

from chatbot.programs import quantities_units as units
from chatbot.programs.quantities import Quantity, number, quantities

CellValue = int | float | date | time | str | None


@dataclass(frozen=True)
class Scale:
    """``factor`` times what a cell says, in ``unit``; ``text`` is where that stands: "천원", "Million won"."""

    unit: str
    factor: int
    text: str


@dataclass(frozen=True)
class Reading:
    """What a cell says. Text that is no quantity is its own value; a dash or N/A is None. ``note`` says what was done."""

    value: CellValue
    unit: str = ""
    kind: str = "text"
    note: str = ""


_KOREAN_FACTORS = {
    "십": 10, "백": 10**2, "천": 10**3, "만": 10**4, "십만": 10**5, "백만": 10**6, "천만": 10**7, "억": 10**8, "십억": 10**9,
    "백억": 10**10, "천억": 10**11, "조": 10**12,
}  # fmt: skip
_ENGLISH_FACTORS = {"hundred": 10**2, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12, "000": 10**3,
                    "k": 10**3, "m": 10**6, "mn": 10**6, "bn": 10**9}  # fmt: skip
_BRACKETS = re.compile(r"[(\[（〔<]([^()\[\]（）〔〕<>]{1,40})[)\]）〕>]")
_UNIT_WORD = re.compile(r"^\s*(?:단위|unit|units)\s*[:：]?\s*", re.IGNORECASE)
_KOREAN = re.compile(rf"({'|'.join(sorted(_KOREAN_FACTORS, key=len, reverse=True))})?\s?(.+)")
_ENGLISH = re.compile(
    r"(?:in\s+)?(?:(?P<first>hundred|thousand|million|billion|trillion)s?\s*(?:of\s+)?(?P<unit>\D+)?"
    r"|(?P<unit2>[$€£¥₩]|[A-Za-z$]+)\s?(?P<second>hundreds?|thousands?|millions?|billions?|000|k|mn?|bn)(?:['’]s)?)",
    re.IGNORECASE,
)
_NEGATIVE = re.compile(r"\(\s*([$€£¥₩]?\s?[0-9][0-9,.]*\s?%?)\s*\)|[▲△]\s*([$€£¥₩]?\s?[0-9].*)")
_NOTHING = re.compile(r"[-–—―…·.]+|n/?a|nil|해당\s?없음|미상|없음|×", re.IGNORECASE)
_CODE = re.compile(r"0[0-9]+|[0-9]{20,}")
_LONGEST = 120  # characters; a longer cell is a text with numbers in it
_SHARE = re.compile(r"율|률|비중|퍼센트|%|\brate\b|\bratio\b|\bshare\b|\bpercent", re.IGNORECASE)
_COUNT = re.compile(
    r"인원|명수|사람|수량|연도|년도|순위|번호|구분|비고|건수|횟수|회수|개수|나이|기간|\b(?:no|year|rank|number|count|quantity|people|"
    r"employees|days|id)\b",
    re.IGNORECASE,
)
_MONEY = re.compile(
    r"액|금|비(?!율|중|고)|원가|매출|예산|결산|이익|손익|자산|부채|자본|가격|수입|지출|단가|\b(?:cost|price|revenue|income|amount|budget|profit|loss|"
    r"sales|assets|expense|fee|total)s?\b",
    re.IGNORECASE,
)
_PERSON = re.compile(
    r"인원|명|사람|참여자|이용자|회원|직원|인구|학생|환자|\b(?:people|members|staff|employees|population)\b",
    re.IGNORECASE,
)


def scales_of(text: str) -> tuple[Scale, ...]:
    """The units that a caption or a column's name gives: "(단위: 천원, %)", "예산(원)", "Million won", "($ millions)"."""
    bare = _UNIT_WORD.match(text) or _ENGLISH.fullmatch(text.strip())
    parts = [
        part for given in (*_BRACKETS.findall(text), *([text] if bare else ())) for part in re.split("[,，/·]", given)
    ]
    found = [_scale(_UNIT_WORD.sub("", part).strip()) for part in parts]
    return tuple(scale for scale in found if scale is not None)


def _scale(text: str) -> Scale | None:
    match = _ENGLISH.fullmatch(text)
    if match:
        word = (match["first"] or match["second"]).lower()
        factor = _ENGLISH_FACTORS.get(word) or _ENGLISH_FACTORS[word.rstrip("s")]
        name = (match["unit"] or match["unit2"] or "").strip()
        unit = units.named(name.lower()) or units.named(name)
        return Scale(unit, factor, text) if unit or not name else None
    for factor_name, name in ((None, text), *((found[1], found[2]) for found in _KOREAN.finditer(text) if found[1])):
        unit = units.named(name.strip())
        if unit:
            return Scale(unit, _KOREAN_FACTORS.get(factor_name or "", 1), text)
    return None


def scale_for(column: str, caption: Sequence[Scale]) -> Scale | None:
    """The unit of a column's bare numbers: its own, else the one of the caption that fits its name."""
    own = scales_of(column)
    if own:
        return own[-1]
    if _SHARE.search(column):
        return next((scale for scale in caption if scale.unit in units.PERCENT), None)
    rest = [scale for scale in caption if scale.unit not in units.PERCENT]
    if len(rest) == 1:
        bare_count = rest[0].unit in units.MONEY and _COUNT.search(column)
        return None if bare_count else rest[0]
    for pattern, fits in ((_PERSON, {"person"}), (_MONEY, units.MONEY)):
        if pattern.search(column):
            return next((scale for scale in rest if scale.unit in fits), None)
    return None


def bare_name(column: str) -> str:
    """The column's name without the brackets that hold its unit; "amount" for a name that is a unit ("Million won")."""
    if _ENGLISH.fullmatch(column.strip()) and scales_of(column):
        return "amount"
    for match in _BRACKETS.finditer(column):
        if scales_of(match.group()):
            column = column.replace(match.group(), " ")
    return " ".join(column.split())


def read_cell(text: str, scale: Scale | None = None) -> Reading:
    """The value of a whole cell; ``scale`` is the column's unit, for numbers that have none of their own."""
    text = text.strip()
    if len(text) > _LONGEST:
        return Reading(text)
    if not text or _NOTHING.fullmatch(text):
        return Reading(None)
    negative = _NEGATIVE.fullmatch(text)
    if negative:
        text = (negative[1] or negative[2]).strip()
    if _CODE.fullmatch(text):
        return Reading(text)
    quantity = _only(text, quantities(text))
    if quantity is None or quantity.kind == "period" or quantity.unit == "month-day":
        return Reading(text)
    reading = _scaled(quantity, scale)
    if negative and isinstance(reading.value, int | float):
        return Reading(-reading.value, reading.unit, reading.kind, reading.note)
    return reading


def _only(text: str, found: Iterable[Quantity]) -> Quantity | None:
    """The one quantity that the cell is: it stands in front and no other digits follow (50 won a page, 7권)."""
    held = list(found)
    if len(held) != 1:
        return None
    before, after = text[: held[0].start].strip(), text[held[0].end :]
    if re.search(r"\d", after) or len(after) > 30 or before not in ("", "약", "총", "about", "~", "만", "+"):
        return None
    return None if re.match(r"[-/:]", after.strip()) else held[0]


def _scaled(quantity: Quantity, scale: Scale | None) -> Reading:
    value = quantity.value
    if scale is None or quantity.unit or not isinstance(value, int | float):
        return Reading(value, quantity.unit, quantity.kind, quantity.note)
    exact = number(Fraction(str(value)) * scale.factor)
    note = f"times {scale.factor:,}: {scale.text}" if scale.factor > 1 else ""
    return Reading(exact, scale.unit, units.kind_of(scale.unit), note)
