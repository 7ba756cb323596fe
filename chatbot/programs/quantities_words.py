"""Numbers written as words: 세 명, 이백오십만 원, 3분의 2, 절반, 사흘; three dozen, two and a half, a quarter, twice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from chatbot.claims.numeral import sino_value
from chatbot.programs import quantities_units as units


@dataclass(frozen=True)
class Written:
    """``text[start:end]`` says ``value``. ``unit`` is None where it still stands behind the number; ``scale`` is the last
    multiplier (만, million), which a range shares: 3~5만."""

    start: int
    end: int
    value: Fraction
    unit: str | None = None
    scale: int = 1


_TENS = {"열": 10, "스물": 20, "스무": 20, "서른": 30, "마흔": 40, "쉰": 50, "예순": 60, "일흔": 70, "여든": 80,
         "아흔": 90}  # fmt: skip
_ONES = {"하나": 1, "한": 1, "둘": 2, "두": 2, "셋": 3, "석": 3, "세": 3, "넷": 4, "넉": 4, "네": 4, "다섯": 5,
         "여섯": 6, "일곱": 7, "여덟": 8, "아홉": 9}  # fmt: skip
_PAIRS = {"한두": (1, 2, 1), "두세": (2, 3, 1), "두서너": (2, 4, 1), "서너": (3, 4, 1), "네댓": (4, 5, 1), "너댓": (4, 5, 1),
          "대여섯": (5, 6, 1), "예닐곱": (6, 7, 1), "일고여덟": (7, 8, 2)}  # fmt: skip
_DAYS = {"하루": 1, "이틀": 2, "사흘": 3, "나흘": 4, "닷새": 5, "엿새": 6, "이레": 7, "여드레": 8, "아흐레": 9,
         "열흘": 10, "보름": 15}  # fmt: skip
_NATIVE = re.compile(
    rf"(?<![가-힣])(?:(?P<tens>{'|'.join(_TENS)})(?P<ones>{'|'.join(_ONES)})?|(?P<one>{'|'.join(_ONES)}))"
)
_PAIR = re.compile(rf"(?<![가-힣])(?:{'|'.join(_PAIRS)})")
_DAY = re.compile(rf"(?<![가-힣])(?:{'|'.join(_DAYS)})(?!하루|빨리|아침|살이|달|이상하)")
_SINO = re.compile(
    r"(?<![가-힣\d])(?:[일이삼사오육칠팔구]?[십백천만억조]){1,12}[일이삼사오육칠팔구]?|(?<![가-힣\d])[일삼사오육칠팔구]"
)
_DIGIT = "일이삼사오육칠팔구"
_FRACTION = re.compile(
    rf"(?<![\d.,])(?:(?P<below>\d+)|(?<![가-힣])(?P<below_word>[{_DIGIT}십백천만]+))\s?분의\s?(?:(?P<above>\d+(?:\.\d+)?)|"
    rf"(?P<above_word>[{_DIGIT}십백천만]+))"
)
_HALL = re.compile(r"(?<![\d.,])(?P<tenth>\d)할(?!머|아)(?:\s?(?P<hundredth>\d)푼)?(?:\s?(?P<thousandth>\d)리)?")
_HALF = re.compile(r"절반|(?<=의\s)반(?=\s|[을은이에만도.,으]|$)|(?<![가-힣])반(?=\s?년)")
_DOUBLE = re.compile(r"(?:갑절|곱절)")
# Written together, a numeral of one syllable and its counter are often another word: 세대, 열차, 만일.
_TOGETHER = re.compile(r"(?:명|개|배|살|달|권|마리|시간|가지|사람|번째|곳|병|번)")
_SINGLE_UNITS = frozenset("year month week minute second floor grade class %".split())

_ENGLISH_ONES = {
    word: value
    for value, word in enumerate(
        "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen".split(),
        1,
    )
} | {"zero": 0}
_ENGLISH_TENS = {
    word: 10 * value for value, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)
}
SCALES = {"hundred": 100, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12, "dozen": 12}
_ORDINALS = {
    word: value
    for value, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
        "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth".split(),
        1,
    )
} | {"thirtieth": 30, "fortieth": 40, "fiftieth": 50, "hundredth": 100}
_PARTS = {"half": 2, "halve": 2, "third": 3, "quarter": 4, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8,
          "ninth": 9, "tenth": 10, "hundredth": 100}  # fmt: skip
_CARDINAL = "|".join(sorted([*_ENGLISH_ONES, *_ENGLISH_TENS, *SCALES], key=len, reverse=True))
_ORDINAL = "|".join(sorted(_ORDINALS, key=len, reverse=True))
_PART = "|".join(_PARTS)
_MANY = "|".join(SCALES)
_ENGLISH = re.compile(
    rf"\b(?:(?P<twice>twice|thrice|doubled?|triple[ds]?|quadruple[ds]?)"
    rf"|(?P<above>an?|{'|'.join(_ENGLISH_ONES)})[\s-](?P<part>{_PART})s?(?=\s(?:of|an?|the)\b|[^\w\s]|\s?$|(?<=quarter)|(?<=half)|(?<=s))"
    rf"|half\s(?:of\s)?an?\s(?P<halved>{_MANY})|(?P<half>half)(?:\san?)?"
    rf"|(?P<words>(?:an?[\s-](?={_MANY}))?(?:{_CARDINAL})(?:(?:[\s-]+(?:and\s+)?)(?:{_CARDINAL}|{_ORDINAL}))*"
    rf"(?P<mixed>\s+and\s+an?\s+(?:half|quarter)(?:\s(?:{_MANY}))?)?|{_ORDINAL}))(?P<fold>[\s-]?fold)?\b",
    re.IGNORECASE,
)
_TWICE = {"twice": 2, "double": 2, "doubled": 2, "thrice": 3}
_NO_ORDINAL_SECOND = re.compile(r"(?:\bper|\beach|\bevery|\bsplit|\d|\ba)[\s-]$", re.IGNORECASE)


def shares(text: str) -> Iterator[Written]:
    """Parts of one that are written with digits: 3분의 2, 3할 5푼. To be taken before the digits themselves."""
    for match in _FRACTION.finditer(text):
        below = Fraction(match["below"] or sino_value(match["below_word"]))
        above = Fraction(match["above"] or sino_value(match["above_word"]))
        if below:
            yield Written(match.start(), match.end(), above / below, "")
    for match in _HALL.finditer(text):
        digits = (match["tenth"], match["hundredth"] or "0", match["thousandth"] or "0")
        yield Written(match.start(), match.end(), Fraction(int("".join(digits)), 1000), "")


def numerals(text: str) -> Iterator[Written]:
    """Each number word, those that are parts of other words left out; may overlap, the first of them counts."""
    if re.search(r"[A-Za-z]", text):
        yield from _english(text)
    if re.search(r"[가-힣]", text):
        yield from _halves(text)
        yield from _days(text)
        yield from _pairs(text)
        yield from _native(text)
        yield from _sino(text)


def _halves(text: str) -> Iterator[Written]:
    for match in _HALF.finditer(text):
        yield Written(
            match.start(), match.end(), Fraction(1, 2), "" if text.startswith(("절", "반 "), match.start()) else None
        )
    for match in _DOUBLE.finditer(text):
        yield Written(match.start(), match.end(), Fraction(2), "times")


def _days(text: str) -> Iterator[Written]:
    for match in _DAY.finditer(text):
        yield Written(match.start(), match.end(), Fraction(_DAYS[match.group()]), "day")


def _pairs(text: str) -> Iterator[Written]:
    for match in _PAIR.finditer(text):
        unit, end = units.read(text, match.end())
        if unit:
            low, high, length = _PAIRS[match.group()]
            border = match.start() + length
            yield Written(match.start(), border, Fraction(low), unit)
            yield Written(border, end, Fraction(high), unit)


def _native(text: str) -> Iterator[Written]:
    for match in re.finditer(r"(?<![가-힣])(?:첫|처음)\s?(?:번째|째)", text):
        yield Written(match.start(), match.end(), Fraction(1), "ordinal")
    for match in _NATIVE.finditer(text):
        value = _TENS.get(match["tens"] or "", 0) + _ONES.get(match["ones"] or match["one"] or "", 0)
        end = match.end()
        unit, _ = units.read(text, end)
        apart = text[end : end + 1].isspace()
        if unit and (apart or end - match.start() > 1 or _TOGETHER.match(text, end)):
            yield Written(match.start(), end, Fraction(value))


def _sino(text: str) -> Iterator[Written]:
    for match in _SINO.finditer(text):
        for end in range(match.end(), match.start(), -1):
            word = text[match.start() : end]
            unit, _ = units.read(text, end)
            if unit and _is_number(word, unit, text[end : end + 1]):
                scale = max((10 ** (4 * place) for place, sign in enumerate("만억조", 1) if sign in word), default=1)
                yield Written(match.start(), end, Fraction(sino_value(word)), scale=scale)
                break


def _is_number(word: str, unit: str, following: str) -> bool:
    """Whether the syllables are a number: 백 명 and 만원, and not 만일, 이 주, 사회."""
    if len(word) > 1:
        return any(sign in word for sign in "십백천만억조")
    if word in "십백천만":
        return following.isspace() or unit == "won" or (following == "명" and word != "천")
    return word in _DIGIT and unit in _SINGLE_UNITS and (following.isspace() or (word, unit) == ("일", "week"))


def _english(text: str) -> Iterator[Written]:
    for match in _ENGLISH.finditer(text):
        found = _english_number(match, text)
        if found is not None:
            yield found


def _english_number(match: re.Match[str], text: str) -> Written | None:
    start, end = match.span()
    if match["twice"]:
        word = match["twice"].lower()
        return Written(start, end, Fraction(_TWICE.get(word, 3 if word.startswith("tri") else 4)), "times")
    if match["part"]:
        above = _ENGLISH_ONES.get(match["above"].lower(), 1)
        return Written(start, end, Fraction(above, _PARTS[match["part"].lower()]), "")
    if match["halved"]:
        scale = SCALES[match["halved"].lower()]
        return Written(start, end, Fraction(scale, 2), scale=scale)
    if match["half"]:
        return _half(match, text)
    return _worded(match, text)


def _half(match: re.Match[str], text: str) -> Written | None:
    """ "half", "half an hour"; not "the first half" or "half past two"."""
    if re.search(r"(?:first|second|other)\s$", text[: match.start()], re.IGNORECASE) or text.startswith(
        (" past", "-"), match.end()
    ):
        return None
    counted = match.group().lower() != "half"
    unit, _ = units.read(text, match.end())
    if counted and unit:
        return Written(match.start(), match.end(), Fraction(1, 2))
    return Written(match.start(), match.start() + 4, Fraction(1, 2), "")


def _worded(match: re.Match[str], text: str) -> Written | None:
    start, end = match.span("words")
    mixed = match["mixed"] or ""
    words = re.split(r"[\s-]+", match["words"][: len(match["words"]) - len(mixed)].lower())
    words = [word for word in words if word not in ("and", "a", "an")]
    unit = "times" if match["fold"] else None
    end = match.end("fold") if match["fold"] else end
    if words == ["one"] and not mixed and not units.read(text, end)[0]:
        return None
    if words == ["second"] and _NO_ORDINAL_SECOND.search(text[max(0, start - 8) : start]):
        return None
    value, scale = _value(words), 1
    if mixed:
        value += Fraction(1, 2) if "half" in mixed else Fraction(1, 4)
        scale = SCALES.get(mixed.split()[-1].lower(), 1)
    elif words[-1] in SCALES:
        scale = SCALES[words[-1]]
    if words[-1] in _ORDINALS:
        unit = "ordinal"
    return Written(start, end, value * (scale if mixed else 1), unit, scale)


def _value(words: list[str]) -> Fraction:
    total = section = 0
    for word in words:
        scale = SCALES.get(word)
        if scale is None:
            section += _ENGLISH_ONES.get(word) or _ENGLISH_TENS.get(word) or _ORDINALS.get(word) or 0
        elif scale <= 100:
            section = (section or 1) * scale
        else:
            total += (section or 1) * scale
            section = 0
    return Fraction(total + section)
