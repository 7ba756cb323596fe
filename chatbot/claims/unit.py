"""Units of measure and Korean counters, each with the names that mean the same."""

from __future__ import annotations

import re

SIGNS = {"$": "dollar", "€": "euro", "£": "pound", "¥": "yen", "₩": "won"}
# key: names, longest first where one begins another. Only what two languages or two spellings share needs a key.
_NAMES = {
    "point%": "%p|%포인트|퍼센트포인트|퍼센트 포인트|percentage points?|% points?",
    "%": "%|퍼센트|프로(?![가-힣])|percent|per cent|pct",
    "person": "명|사람|(?<=\\d)인(?![가-힣])|people|persons?",
    "won": "원(?![가-힣]{2})|KRW",
    "dollar": "달러|불(?![가-힣])|dollars?|USD",
    "euro": "유로|euros?|EUR",
    "yen": "엔(?![가-힣]{2})|yen|JPY",
    "kilometre": "킬로미터|km(?![²2/h])|㎞|kilomet(?:er|re)s?",
    "square kilometre": "제곱킬로미터|평방킬로미터|km²|km2|㎢|square kilomet(?:er|re)s?|sq\\.? ?km",
    "square metre": "제곱미터|평방미터|m²|㎡|square met(?:er|re)s?",
    "centimetre": "센티미터|cm|㎝|centimet(?:er|re)s?",
    "millimetre": "밀리미터|mm|㎜|millimet(?:er|re)s?",
    "kilogram": "킬로그램|kg|㎏|kilograms?|kilos?",
    "gram": "그램|grams?|g(?![a-z])",
    "ton": "톤|tons?|tonnes?",
    "metre": "미터|met(?:er|re)s?|m(?![a-z²/])",
    "mile": "마일|miles?|mi\\b",
    "foot": "피트|feet|foot|ft\\b",
    "degree": "도(?![가-힣])|°C|℃|°|degrees?",
    "ordinal": "번째|째(?![가-힣])|위(?![가-힣]{2})|회차",
    "round": "회(?![가-힣]{2}|의)|차(?![가-힣]{2}|례|량)",
    "times": "배(?![가-힣]{2}|우|경)|times\\b|-?fold\\b",
    "age": "살(?![가-힣]{2})|세(?![가-힣]|기)|years? old|years? of age",
    "year": "년(?!대|도)|years?\\b",
    "month": "개월|달(?!러)|months?\\b",
    "week": "주일|주(?![가-힣])|주간|weeks?\\b",
    "day": "일(?![가-힣]{2})|days?\\b",
    "hour": "시간|hours?\\b|hrs?\\b",
    "minute": "분(?![가-힣]{2}|기|의|야)|minutes?\\b|mins?\\b",
    "second": "초(?![가-힣]{2})|seconds?\\b|secs?\\b",
    "piece": "개(?![가-힣]{2})",
    "animal": "마리",
    "volume": "권(?![가-힣]{2})|volumes?\\b",
    "kind": "가지|종(?![가-힣]{2})|kinds?\\b|types?\\b",
    "place": "곳|군데",
    "vehicle": "대(?![가-힣]{2})|척",
    "fraction": "분의",
}
_UNITS = [(key, re.compile(rf"[\s-]?(?:{names})", re.IGNORECASE)) for key, names in _NAMES.items()]
_MORE = re.compile(r"\s?여(?=\s?[가-힣])")
# Kinds of counting that languages and writers use for one another.
_ALIKE = (
    frozenset(["ordinal", "round", "vehicle"]),
    frozenset(["age", "year"]),
    frozenset(["piece", "place", "kind", "person"]),
)


def read(text: str, position: int) -> tuple[str, int]:
    """The key of the unit that stands at ``position`` and where it ends; ("", position) where none does."""
    about = _MORE.match(text, position)
    start = about.end() if about else position
    best = ("", position)
    for key, names in _UNITS:
        match = names.match(text, start)
        if match and match.end() > best[1]:
            best = (key, match.end())
    return best


def agree(first: str, second: str) -> bool:
    """Whether two unit keys may name the same thing; a missing one agrees with any but money and percent."""
    if first == second or any(first in group and second in group for group in _ALIKE):
        return True
    return not first or not second
