"""The units that a number may stand with: money, measures, Korean counters, each with the names that mean the same."""

from __future__ import annotations

import re

# Seconds in a unit of time and centimetres (inches) in a length: what may be added up in one expression.
SECONDS = {"week": 604_800, "day": 86_400, "hour": 3_600, "minute": 60, "second": 1}
MONTHS = {"year": 12, "month": 1}
INCHES = {"foot": 12, "inch": 1}
OUNCES = {"lb": 16, "ounce": 1}
MONEY = frozenset("won dollar euro pound yen yuan cent".split())
PERCENT = frozenset(["%", "%p", "basis point", "‰"])
DURATIONS = frozenset([*SECONDS, *MONTHS, "night", "millisecond"])
REFERENCES = frozenset("article paragraph subparagraph chapter section part ordinal".split())
SIGNS = {"$": "dollar", "€": "euro", "£": "pound", "¥": "yen", "₩": "won"}
CODES = {
    "USD": "dollar", "US$": "dollar", "EUR": "euro", "GBP": "pound", "JPY": "yen", "KRW": "won", "CNY": "yuan",
    "RMB": "yuan",
}  # fmt: skip
# Names of one Hangul syllable, where another word may begin with it: only a particle or the end may follow.
_KOREAN = {
    "won": "원정|원(?!인)", "dollar": "달러|불", "euro": "유로", "pound": "파운드", "yen": "엔", "yuan": "위안", "cent": "센트",
    "%p": "퍼센트\\s?포인트", "%": "퍼센트|프로", "‰": "퍼밀",
    "person": "명|사람|인", "household": "가구|세대", "piece": "개(?!인|선|발|최|정)", "case": "건", "kind": "가지|종류|종|품목",
    "place": "군데|개소|곳", "country": "개국|개\\s나라|나라", "company": "개사", "animal": "마리", "vehicle": "대(?!로|\\s?\\d)",
    "ship": "척", "volume": "권", "sheet": "장|매", "bottle": "병", "cup": "잔", "pair": "켤레|쌍", "floor": "층",
    "round": "차례|회(?!의(?!\\s))|번|차(?!이)", "times": "배", "age": "살|세",
    "age group": "대(?=\\s?(?:남|여|청년|초반|중반|후반|인구|비율))",
    "grade": "학년", "point": "점", "vote": "표", "seat": "석", "page": "페이지|쪽", "pyeong": "평", "credit": "학점",
    "semester": "학기", "class": "학급|교시", "line": "줄", "team": "팀", "issue": "호",
    "year": "개년|주년|년차|년(?!대)", "month": "개월|달", "week": "주일|주(?!의|도)", "day": "영업일|일",
    "hour": "시간", "minute": "분",
    "second": "초", "night": "박", "quarter": "분기",
    "km/h": "킬로미터\\s?매\\s?시", "km": "킬로미터|킬로(?!그램|와트|칼로리|바이트)", "m": "미터", "cm": "센티미터|센티",
    "mm": "밀리미터", "mile": "마일", "foot": "피트", "inch": "인치",
    "km²": "제곱킬로미터|평방킬로미터", "m²": "제곱미터|평방미터", "m³": "세제곱미터|입방미터|루베", "hectare": "헥타르",
    "kg": "킬로그램", "g": "그램", "mg": "밀리그램", "ton": "톤", "L": "리터", "mL": "밀리리터", "degree": "도(?!로|시)",
    "kcal": "킬로칼로리", "cal": "칼로리", "kWh": "킬로와트시", "kW": "킬로와트", "W": "와트", "ordinal": "번째|째|위|(?<=\\d)등",
}  # fmt: skip
# Case matters where letters are few (mW, MW, m, M); names in full are found in any case.
_SYMBOLS = {
    "won": "KRW", "dollar": "USD", "euro": "EUR", "pound": "GBP", "yen": "JPY", "yuan": "CNY|RMB", "cent": "¢",
    "%p": "%p|%\\s?(?:포인트|[Pp]oints?)|pp|p\\.p\\.", "%": "%", "‰": "‰",
    "basis point": "bps?", "times": "[xX×]", "km/h": "km/h|㎞/h|kph|㎞/시", "m/s": "m/s", "mph": "mph",
    "km²": "km²|km2|㎢|sq\\.?\\s?km", "m²": "m²|m2|㎡|sq\\.?\\s?m", "square foot": "sq\\.?\\s?ft|ft²", "cm²": "cm²|㎠",
    "m³": "m³|m3|㎥", "km": "km|㎞", "cm": "cm|㎝", "mm": "mm|㎜", "m": "m", "mile": "mi", "foot": "ft", "inch": "″",
    "hectare": "ha|㏊", "kg": "kg|㎏|Kg|KG", "mg": "mg|㎎", "g": "g", "ton": "t", "lb": "lbs?", "ounce": "oz",
    "mL": "m[lL]|㎖|㏄|cc", "L": "[lL]|ℓ", "°C": "°\\s?C|℃", "°F": "°\\s?F|℉", "degree": "°",
    "kWh": "kWh", "MWh": "MWh", "kW": "kW|㎾", "MW": "MW", "GW": "GW", "W": "W", "V": "V", "kcal": "kcal|㎉",
    "KB": "[kK]B", "MB": "MB", "GB": "GB", "TB": "TB", "Hz": "Hz", "kHz": "kHz", "MHz": "MHz", "GHz": "GHz",
    "hour": "hrs?|h", "minute": "mins?|m(?=\\s?\\d+\\s?s\\b)", "second": "secs?|s", "millisecond": "ms", "year": "yrs?",
}  # fmt: skip
_ENGLISH = {
    "won": "won", "dollar": "(?:us\\s)?dollars?", "euro": "euros?", "pound": "pounds?(?:\\ssterling)?", "yen": "yen",
    "yuan": "yuan", "cent": "cents?", "%p": "percentage[\\s-]points?", "%": "percent|per\\scent|pct",
    "basis point": "basis\\spoints?", "times": "times|fold", "person": "people|persons?", "household": "households?",
    "age": "years?\\sold|years?\\sof\\sage|year-olds?|-year-olds?", "year": "years?", "month": "months?", "week": "weeks?",
    "day": "days?", "hour": "hours?", "minute": "minutes?", "second": "seconds?", "night": "nights?",
    "quarter": "quarters", "km": "kilomet(?:er|re)s?", "m": "met(?:er|re)s?", "cm": "centimet(?:er|re)s?",
    "mm": "millimet(?:er|re)s?", "mile": "miles?", "foot": "feet|foot", "inch": "inch(?:es)?", "yard": "yards?",
    "mph": "miles\\s(?:per|an)\\shour", "km/h": "kilomet(?:er|re)s\\s(?:per|an)\\shour",
    "km²": "square\\skilomet(?:er|re)s?", "m²": "square\\smet(?:er|re)s?", "square foot": "square\\s(?:feet|foot)",
    "square mile": "square\\smiles?|sq\\.?\\smi", "m³": "cubic\\smet(?:er|re)s?", "hectare": "hectares?", "acre": "acres?",
    "kg": "kilograms?|kilos?", "g": "grams?", "mg": "milligrams?", "ton": "tons?|tonnes?", "lb": "lbs?", "ounce": "ounces?",
    "L": "lit(?:er|re)s?", "mL": "millilit(?:er|re)s?", "gallon": "gallons?", "degree": "degrees?",
    "°C": "degrees?\\s(?:celsius|centigrade)", "°F": "degrees?\\sfahrenheit", "kcal": "kilocalories?", "cal": "calories?",
    "cup": "cups?", "bottle": "bottles?", "pair": "pairs?", "page": "pages?", "floor": "floors?|stor(?:e?y|ies)",
    "point": "points?", "vote": "votes?", "seat": "seats?", "volume": "volumes?", "sheet": "sheets?", "animal": "animals?",
    "vehicle": "vehicles?", "ship": "ships?", "credit": "credits?",
}  # fmt: skip
# What may stand right behind a Korean unit: a particle, the copula, or a word that belongs to the count. Anything else is
# the rest of another word (2 원칙, 3 배우).
_FOLLOWING = (
    "은|는|이(?!야기)|가|을|를|에|의|로|으로|와|과|도|만|부터|까지|씩|당(?!시)|간|째|정도|짜리|나|며|고|인|였|입니다|다|일(?!반|본|요)|후|전|뒤|동안|"
    "내|미만|초과|가량|쯤|안팎|보다|밖|중|마다|들|뿐|께|처럼|같|라|랑|넘|남짓|어치|대|여|선|분(?!기)|규모|상당|이상|이하|제|용|형|급|꼴|하고|"
    "한테|및|또|반(?![가-힣])|차|생|권(?!리)|할인|지급|무료"
)


def _compiled(names: dict[str, str], before: str, after: str, flags: int = 0) -> list[tuple[str, re.Pattern[str]]]:
    return [(key, re.compile(rf"{before}(?:{alternatives}){after}", flags)) for key, alternatives in names.items()]


_TABLES = (
    _compiled(_KOREAN, r"\s?", rf"(?:(?![가-힣])|(?={_FOLLOWING}))"),
    _compiled(_SYMBOLS, r"\s?", r"(?![A-Za-z0-9²³/])"),
    _compiled(_ENGLISH, r"(?:[\s-]|(?<=\d))", r"(?![A-Za-z])", re.IGNORECASE),
)
_MORE = re.compile(r"\s?여(?=\s?[가-힣%])")


def read(text: str, position: int) -> tuple[str, int]:
    """The key of the unit that stands at ``position`` and where it ends; ("", position) where none does."""
    start = position
    if (about := _MORE.match(text, position)) is not None:
        start = about.end()
    following = text[start : start + 2].lstrip()
    if not following:
        return "", position
    best = ("", position)
    for key, names in _tables_for(following[0]):
        match = names.match(text, start)
        if match and match.end() > best[1]:
            best = (key, match.end())
    return best


def _tables_for(character: str) -> list[tuple[str, re.Pattern[str]]]:
    if "가" <= character <= "힣":
        return _TABLES[0]
    return [*_TABLES[1], *_TABLES[2]]


def named(text: str) -> str:
    """The key of a unit that is the whole text ("원", "km", "USD"), "" where it is none."""
    key, end = read(f"1{text}", 1)
    if end == len(text) + 1:
        return key
    code = text.strip()
    return SIGNS.get(code) or CODES.get(code) or ""


def kind_of(unit: str) -> str:
    """What kind of quantity has this unit: money, percent, duration, reference, or number."""
    if unit in MONEY:
        return "money"
    if unit in PERCENT:
        return "percent"
    if unit in DURATIONS:
        return "duration"
    return "reference" if unit in REFERENCES else "number"
