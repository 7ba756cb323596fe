"""Numbers written in digits: signs, groups of three, Korean and English multipliers, fractions, and what is no number."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

from chatbot.claims.quantity import korean_value
from chatbot.programs import quantities_units as units
from chatbot.programs.quantities_words import SCALES, Written

# More digits are a code, not a quantity; Python itself refuses integers of more than 4,300.
_LONGEST = 40
_NUMBER = r"(?:[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])|[0-9]+)(?:\.[0-9]+)?"
_KOREAN = (
    r"(?:[십백천]{0,2}(?:[만억]|조(?=\s?[0-9]|\s?여?\s?(?:원|달러|유로|엔|위안)|[^가-힣(\s]|\s[^제(]|$))|[십백천]{1,2})"
)
_DIGITS = re.compile(
    r"(?P<sign>(?:(?<![0-9A-Za-z가-힣)\]])[-−–]|△|▲|마이너스\s?|\bminus\s)(?=[$€£¥₩]?\s?[0-9]))?"
    r"(?:(?P<money>(?:US|A|C|HK)?[$€£¥₩]\s?|(?<![A-Za-z])(?:USD|EUR|GBP|JPY|KRW|CNY|RMB)\s?)|(?<![A-Za-z_0-9])(?<![0-9][.,]))"
    rf"(?P<inner>[-−△](?=[0-9]))?(?P<whole>(?(money)[0-9]{{1,3}}(?:\s[0-9]{{3}})+(?![0-9])|(?!))|\.[0-9]+(?![.\w])|{_NUMBER}"
    rf"(?P<scaled>{_KOREAN}(?:\s?{_NUMBER}{_KOREAN}|{_NUMBER})*(?:(?<=만)\s[0-9],?[0-9]{{3}}(?![0-9,]|\s?년))?)?)"
    r"(?:(?P<vulgar>[½¼¾⅓⅔])|\s(?P<above>[0-9]{1,2})/(?P<below>[0-9]{1,2})(?![0-9/]))?",
    re.IGNORECASE,
)
_LONE_FRACTION = re.compile(
    r"(?<![\w/.])(?<![0-9]\s)(?P<above>[0-9]{1,2})/(?P<below>[0-9]{1,3})(?![\w/(]|\.[0-9])|(?<![0-9])(?P<vulgar>[½¼¾⅓⅔])"
)
_VULGAR = {"½": (1, 2), "¼": (1, 4), "¾": (3, 4), "⅓": (1, 3), "⅔": (2, 3)}
_ENGLISH = re.compile(r"[\s-]?(hundred|thousand|million|billion|trillion|dozen)\b|\s?(bn|tn|mn)\b", re.IGNORECASE)
_LETTER = re.compile(r"([kKMB])(?![A-Za-z0-9/])|(m)(?![A-Za-z0-9²³/])")
_LETTERS = {"k": 10**3, "m": 10**6, "b": 10**9, "bn": 10**9, "tn": 10**12, "mn": 10**6}
_ORDINAL = re.compile(r"(?:st|nd|rd|th)\b", re.IGNORECASE)
_NOT_NUMBERS = re.compile(
    r"[(\[]?\s?단위\s?[:：]\s?[^)\]\n]{1,40}[)\]]?|https?://\S+|www\.\S+|(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,64}\.[\w.]+|(?<![\w.])v?[0-9]+(?:\.[0-9]+){2,}(?![0-9])"
    r"|(?<![\w-])[0-9]+(?:-[0-9]+){2,}(?![0-9A-Za-z])|(?<![\w-])0[0-9]+-[0-9]{3,}(?![\w-])|(?<![\w-])1[568][0-9]{2}-[0-9]{4}(?![\w-])"
    r"|\+[0-9]{1,3}(?:[ -][0-9]{2,4}){2,}"
    r"|(?<![0-9A-Za-z])(?!(?:k|c|m)?m[23](?![0-9A-Za-z]))[A-Za-z][A-Za-z0-9]{0,40}(?:[-_][A-Za-z0-9]{1,40}){0,4}-?[0-9][\w-]*"
    r"|(?<![0-9])\(?0[0-9]{1,2}\)\s?[0-9]{3,4}-[0-9]{4}|(?<![0-9.,])[0-9]+[A-Za-z]+[0-9][\w-]*|#[0-9A-Fa-f]{6}\b"
)
_KEPT_NAME = re.compile(r"(?:USD|EUR|GBP|JPY|KRW|CNY|RMB|US)\d", re.IGNORECASE)
_FOOT_BEFORE = re.compile(r"(?:ft|feet|foot)\.?,?\s?$")
_INCHES = re.compile(r"\s?in\b")
_REFERENCE = re.compile(
    r"(?P<je>제\s?)$|\b(?:(?P<article>articles?|art\.)|(?P<section>sections?|§)|(?P<chapter>chapters?)|(?P<page>pages?|pp?\.)"
    r"|(?P<part>figures?|fig\.|tables?|rooms?|no\.|number|appendix|volume|vol\.|part|step|grade|level|phase))\s$",
    re.IGNORECASE,
)
_KOREAN_REFERENCES = (
    ("article", "조"), ("paragraph", "항"), ("subparagraph", "호"), ("chapter", "장"), ("section", "절|관"), ("part", "편|부"),
    ("ordinal", "회|차|대|번|위|기|권|과|단계|세대|종|급|세"),
)  # fmt: skip
_NAMED = tuple((key, re.compile(rf"\s?(?:{names})")) for key, names in _KOREAN_REFERENCES)
_BRANCH = re.compile(r"의\s?[0-9]{1,2}")
_COLD = re.compile(r"(?:영하|마이너스)\s?(?:약\s?)?$")
_SPEED = re.compile(r"(시속|초속)\s?(?:약\s?|최고\s?)?$")
_SPEEDS = {("시속", "km"): "km/h", ("초속", "m"): "m/s", ("시속", "mile"): "mph"}
_SCALE_OF_TEMPERATURE = re.compile(r"(섭씨|화씨)\s?(?:영하\s?|영상\s?)?$")


def identifiers(text: str) -> Iterator[tuple[int, int]]:
    """Spans of addresses, telephone numbers, versions and names with digits in them, which are no quantities."""
    for match in _NOT_NUMBERS.finditer(text):
        if not _KEPT_NAME.match(match.group()):
            yield match.span()


def written(text: str) -> Iterator[tuple[Written, int]]:
    """Each number in digits with its unit, and where the digits end."""
    for match in _LONE_FRACTION.finditer(text):
        share = _fraction(match)
        if share is not None:
            yield _with_unit(text, match.start(), match.end(), share, 1, "")
    for match in _DIGITS.finditer(text):
        if match.end("whole") - match.start("whole") > _LONGEST:
            continue
        found = _whole(text, match)
        if found is not None:
            yield found


def _fraction(match: re.Match[str]) -> Fraction | None:
    if match["vulgar"]:
        return Fraction(*_VULGAR[match["vulgar"]])
    above, below = int(match["above"]), int(match["below"])
    return Fraction(above, below) if 0 < above < below else None


def _whole(text: str, match: re.Match[str]) -> tuple[Written, int] | None:
    start, end = match.start("money" if match["money"] else "whole"), match.end()
    whole = re.sub(r"(?<=[0-9])\s(?=[0-9]{3}(?![0-9]))", "", match["whole"]) if match["money"] else match["whole"]
    value = korean_value(f"0{whole}" if whole.startswith(".") else whole)
    scale = _last_scale(match["scaled"] or "")
    if reference := _REFERENCE.search(text[max(0, start - 12) : start]):
        found = _reference(text, match, reference)
        if found is not None:
            return found
    if match["vulgar"] or match["below"]:
        added = _fraction(match)
        end = end if added is not None else match.end("whole")
        value += added or 0
    if match["sign"] or match["inner"]:
        start, value = min(start, match.start("sign") if match["sign"] else start), -value
    money = _currency(match["money"])
    value, scale, end = _multiplied(text, value, scale, end, money)
    found = _with_unit(text, start, end, value, scale, money)
    # 3D and 4G are names.
    return None if found[0].unit == "" and re.match("[A-Za-z]", text[end : end + 1]) else found


def _reference(text: str, match: re.Match[str], before: re.Match[str]) -> tuple[Written, int] | None:
    """제3조, 제12회, Article 3, page 12; the 조 of an article is no multiplier."""
    digits = re.match(r"[0-9]+", match["whole"])
    start, end = match.start("whole"), match.start("whole") + (digits.end() if digits else 0)
    number = Fraction(int(text[start:end]))
    if before["je"]:
        for key, names in _NAMED:
            if name := names.match(text, end):
                # 제3조의2 is an article of its own; its number is that of the article it was put behind.
                last = _BRANCH.match(text, name.end())
                stop = last.end() if last else name.end()
                return Written(start - len(before["je"]), stop, number, key), stop
        return None
    if match["scaled"] or match["sign"] or match["money"] or match.end("whole") > end:
        return None
    key = next(name for name, found in before.groupdict().items() if found)
    return Written(start, end, number, key), end


def _currency(sign: str | None) -> str:
    if not sign:
        return ""
    return units.CODES.get(sign.strip().upper()) or units.SIGNS[sign.strip()[-1]]


def _last_scale(scaled: str) -> int:
    """The multiplier of the last digits: 10,000 for 1억 2,300만."""
    found = re.search(r"([십백천]*)([만억조]?)$", scaled)
    signs = found.group() if found else ""
    return int(korean_value(f"1{signs}")) if signs else 1


def _multiplied(text: str, value: Fraction, scale: int, end: int, money: str) -> tuple[Fraction, int, int]:
    while match := _ENGLISH.match(text, end):
        by = SCALES.get((match[1] or "").lower()) or _LETTERS[match[2].lower()]
        value, scale, end = value * by, scale * by, match.end()
    match = _LETTER.match(text, end)
    if match and (money or match[1] in ("k", "K", "M")) and scale == 1:
        by = _LETTERS[match.group().lower()]
        return value * by, by, match.end()
    return value, scale, end


def _with_unit(text: str, start: int, end: int, value: Fraction, scale: int, money: str) -> tuple[Written, int]:
    if suffix := _ORDINAL.match(text, end):
        return Written(start, suffix.end(), value, "ordinal"), suffix.end()
    unit, last = (money, end) if money else units.read(text, end)
    if not unit and _INCHES.match(text, end) and _FOOT_BEFORE.search(text[max(0, start - 8) : start]):
        unit, last = "inch", end + len(_INCHES.match(text, end).group())  # type: ignore[union-attr]
    before = text[max(0, start - 10) : start]
    if (cold := _COLD.search(before)) and unit in ("degree", "°C", "°F") and value > 0:
        start, value = start - len(cold.group()), -value
    if unit == "degree" and (kind := _SCALE_OF_TEMPERATURE.search(before)):
        unit = "°C" if kind[1] == "섭씨" else "°F"
    if speed := _SPEED.search(before):
        unit = _SPEEDS.get((speed[1], unit), unit)
    return Written(start, last, value, unit, scale), end
