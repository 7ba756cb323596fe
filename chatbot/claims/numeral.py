"""Numbers written as words: Korean (세 명, 스물두 살, 삼십 년, 십만 명) and English (twenty-five, third, two million)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

_TENS = {"열": 10, "스물": 20, "스무": 20, "서른": 30, "마흔": 40, "쉰": 50, "예순": 60, "일흔": 70, "여든": 80,
         "아흔": 90}  # fmt: skip
_ONES = {"한": 1, "하나": 1, "두": 2, "둘": 2, "세": 3, "셋": 3, "석": 3, "네": 4, "넷": 4, "넉": 4, "다섯": 5,
         "여섯": 6, "일곱": 7, "여덟": 8, "아홉": 9}  # fmt: skip
_COUNTERS = (
    "명|사람|개월|개국|개|번째|번|차례|살|시간|시|달|해|가지|곳|군데|마리|대|권|장|채|척|쌍|배|분|그루|송이|벌|잔|병|"
    "줄|편|팀|나라|도시|종류|종|경기|골|집|학기|아들|딸|자녀|형제|자매|부분|단계|차원|글자|자루|주"
)
_NATIVE = re.compile(
    rf"(?<![가-힣])(?P<tens>{'|'.join(_TENS)})?(?P<ones>{'|'.join(_ONES)})?(?=\s?(?:{_COUNTERS})|째|\s[가-힣])"
)
_NEEDS_COUNTER = re.compile(rf"\s?(?:{_COUNTERS})|째")
# 한편, 한때, 세대, 세시 are words of their own.
_GLUED = re.compile(r"\s|째|(?:명|사람|개|가지|곳|마리|번째|배(?!우|경)|살|달|시간|팀|나라|번(?!영|역|호))")
_FIRST = re.compile(r"(?<![가-힣])(?:첫|처음)(?=\s?(?:번째|째|번|\s[가-힣]))")
_SINO_DIGITS = {digit: value for value, digit in enumerate("영일이삼사오육칠팔구")}
_SINO_SCALES = {"십": 10, "백": 100, "천": 1000, "만": 10**4, "억": 10**8, "조": 10**12}
_SINO = re.compile(
    r"(?<![가-힣])(?P<prefix>제\s?)?(?P<number>[일이삼사오육칠팔구십백천만억조]*[십백천만억][일이삼사오육칠팔구]?|"
    r"(?<=제)[일이삼사오육칠팔구십])(?=\s?(?:여\s?)?(?:명|개|년|원|달러|킬로|미터|퍼센트|프로|세기|대|회|차|위|인|권|톤|"
    r"시간|분|초|일|월|세|살|가지|곳|배|번|장|조|주년|주|마리|척|층|평|킬로그램|호))"
)

_ENGLISH_ONES = {
    word: value
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen".split()
    )
}
_ENGLISH_TENS = {
    word: 10 * value for value, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)
}
_ENGLISH_SCALES = {"hundred": 100, "thousand": 10**3, "million": 10**6, "billion": 10**9, "dozen": 12}
_ORDINALS = {
    word: value
    for value, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
        "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth".split(),
        1,
    )
} | {"thirtieth": 30, "hundredth": 100}
_CARDINAL = "|".join([*_ENGLISH_ONES, *_ENGLISH_TENS, *_ENGLISH_SCALES])
_ENGLISH = re.compile(
    rf"\b(?:(?:{_CARDINAL})(?:(?:[\s-]+(?:and\s+)?)(?:{_CARDINAL}|{'|'.join(_ORDINALS)}))*|{'|'.join(_ORDINALS)})\b",
    re.IGNORECASE,
)
# "one" alone is mostly no number ("one of", "no one"), "second" may be a time, both are compared as words.
_NO_NUMBER = frozenset(["one", "zero"])


def numerals(text: str) -> Iterator[tuple[int, int, Fraction, bool]]:
    """(start, end, value, whether it is an ordinal) of each number word."""
    yield from _english(text)
    yield from _native(text)
    yield from _sino(text)


def _english(text: str) -> Iterator[tuple[int, int, Fraction, bool]]:
    for match in _ENGLISH.finditer(text):
        words = [word for word in re.split(r"[\s-]+", match.group().lower()) if word != "and"]
        if len(words) == 1 and words[0] in _NO_NUMBER:
            continue
        yield match.start(), match.end(), Fraction(_english_value(words)), words[-1] in _ORDINALS


def _english_value(words: list[str]) -> int:
    total = section = 0
    for word in words:
        scale = _ENGLISH_SCALES.get(word)
        if scale is None:
            section += _ENGLISH_ONES.get(word) or _ENGLISH_TENS.get(word) or _ORDINALS.get(word) or 0
        elif scale <= 100:
            section = (section or 1) * scale
        else:
            total += (section or 1) * scale
            section = 0
    return total + section


def _native(text: str) -> Iterator[tuple[int, int, Fraction, bool]]:
    for match in _FIRST.finditer(text):
        yield match.start(), match.end(), Fraction(1), True
    for match in _NATIVE.finditer(text):
        if not match.group():
            continue
        counted = _NEEDS_COUNTER.match(text, match.end())
        if counted and len(match.group()) == 1 and not _GLUED.match(text, match.end()):
            continue
        # "한", "네" and "석" alone are other words; "두 나라" counts without a counter.
        if not counted and match.group() in ("한", "네", "석", "넉", "세", "열", "쉰", "하나", "둘", "셋", "넷"):
            continue
        value = _TENS.get(match["tens"] or "", 0) + _ONES.get(match["ones"] or "", 0)
        ordinal = counted is not None and counted.group().strip() in ("번째", "째")
        yield match.start(), match.end(), Fraction(value), ordinal


def _sino(text: str) -> Iterator[tuple[int, int, Fraction, bool]]:
    for match in _SINO.finditer(text):
        yield match.start("number"), match.end(), Fraction(sino_value(match["number"])), bool(match["prefix"])


def sino_value(text: str) -> int:
    """The value of a Sino-Korean number: "이백오십" is 250, "천구백팔십" 1980."""
    total = section = digit = 0
    for character in text:
        scale = _SINO_SCALES.get(character)
        if scale is None:
            digit = _SINO_DIGITS[character]
        elif scale < 10**4:
            section += (digit or 1) * scale
            digit = 0
        else:
            total += (section + digit or 1) * scale
            section = digit = 0
    return total + section + digit
