"""Edits of one sentence that keep it true, and edits that make it false, in Korean and English."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from itertools import pairwise

True_ = Callable[[str, random.Random], str | None]
False_ = Callable[[str, str, random.Random], str | None]

_MONTHS = "January February March April May June July August September October November December".split()
_KO_DATE = re.compile(r"(\d{4})년 (\d{1,2})월 (\d{1,2})일")
_EN_DATE = re.compile(rf"\b({'|'.join(_MONTHS)}) (\d{{1,2}}), (\d{{4}})\b")
_NUMBER = re.compile(r"(?<![\d.,A-Za-z~\-])(\d{1,3}(?:,\d{3})+|\d+)(?![\d,]|\.\d)(?!년|월|일(?!\w)|[-/]\d|st|nd|rd|th)")
_POLITE = [
    (r"(하|되|있|없|않|였|었|았|했|됐|렸|났|졌|갔|왔|섰|봤|켰|혔|겼|셨|웠|꿨|뒀)다\.$", None),
    (r"이다\.$", "입니다."),
    (r"한다\.$", "합니다."),
    (r"된다\.$", "됩니다."),
]
_KO_COUNT = {2: "두", 3: "세", 4: "네", 5: "다섯", 6: "여섯", 7: "일곱", 8: "여덟", 9: "아홉", 10: "열"}
_EN_COUNT = {n: w for n, w in enumerate("two three four five six seven eight nine ten eleven twelve".split(), 2)}
_KO_SYNONYMS = [
    ("때문에", "탓에"), ("사망했다", "숨졌다"), ("사망하였다", "숨졌다"), ("시작했다", "개시했다"), ("만들었다", "제작했다"),
    ("발표했다", "공개했다"), ("사용되", "쓰이"), (" 약 ", " 대략 "), ("가장 ", "제일 "), ("이후", "그 뒤"), ("매우", "아주"),
    ("거주하", "살"), ("개최되었다", "열렸다"), ("건설했다", "지었다"), ("획득했다", "얻었다"), ("하지만", "그러나"),
]  # fmt: skip
_EN_SYNONYMS = [
    ("began", "started"), ("built", "constructed"), ("large", "big"), ("approximately", "about"), ("such as", "like"),
    ("many", "numerous"), ("often", "frequently"), ("mainly", "primarily"), ("however", "but"), ("received", "got"),
    ("created", "made"), ("located", "situated"), ("used", "employed"), ("because", "since"), ("also", "too"),
]  # fmt: skip


_SUBJECT_QUESTION = re.compile(
    r"(?:Who|Which \w+|What (?:company|group|team|person|city|country|organization)) "
    r"((?!did|does|do|is the|was the|are the|were the)[a-z]\w+ .*)\?"
)
_NO_NOUNS = frozenset("이것 그것 그들 이들 자신 우리 그녀 당시 이후 현재 하지 있지".split())
_NAME = re.compile(
    r"(?<=[a-z,] )(?:[A-Z][a-z]+(?: [A-Z][a-z]+)*)|^(?!The |In |It |A |This |He |She )[A-Z][a-z]+(?: [A-Z][a-z]+)+"
)
_LISTED = re.compile(r"\b(?:and|or|with|between|is|was|are|were)\b|[,(]")


def kind_of_answer(question: str, answer: str) -> str:
    """date, number, person, place or other, by the answer's writing and what the question asks."""
    if re.search(r"\d+\s?년|\d+월|\b1\d{3}\b|\b20\d\d\b|" + "|".join(_MONTHS), answer):
        return "date"
    if re.search(r"\d", answer):
        return "number"
    if re.search(r"누구|인물|사람은|\bwho\b|\bwhom\b", question, re.IGNORECASE):
        return "person"
    if re.search(r"어디|곳은|나라|도시|지역|장소|\bwhere\b|\bcity\b|\bcountry\b", question, re.IGNORECASE):
        return "place"
    return "other"


def differ(first: str, second: str) -> bool:
    """Whether two names share no word, and the first is a name at all (an answer may be "itself" or "the four")."""
    if not re.search(r"[가-힣]", first) and not re.search(r"[A-Z0-9]|\b(?!the |itself|four)[a-z]{5,}", first):
        return False
    return not set(re.findall(r"\w+", first.lower())) & set(re.findall(r"\w+", second.lower())) and not (
        first.lower() in second.lower() or second.lower() in first.lower()
    )


def exchange(text: str, old: str, new: str) -> str:
    """``old`` replaced by ``new``, the Korean particle behind it made to fit."""
    place = text.index(old)
    before, after = text[:place], text[place + len(old) :]
    return before + new + _fitting(new, after)


_PAIRS = [
    ("은", "는"),
    ("이", "가"),
    ("을", "를"),
    ("과", "와"),
    ("으로", "로"),
    ("이라", "라"),
    ("이다", "다"),
    ("이며", "며"),
]


def _fitting(word: str, after: str) -> str:
    last = word[-1]
    if not "가" <= last <= "힣":
        return after
    closed = (ord(last) - 0xAC00) % 28
    for with_final, without in _PAIRS:
        for form in (with_final, without):
            if re.match(rf"{form}(?![가-힣])" if len(form) == 1 else form, after):
                wants = with_final if closed and not (with_final == "으로" and closed == 8) else without
                return wants + after[len(form) :]
    return after


def statement(question: str, answer: str) -> str | None:
    """The question with its answer as a statement: "…한 날은?" and "Who …?" only."""
    question = question.strip()
    korean = re.fullmatch(r"(.*[가-힣])(은|는)\??", question)
    if korean and not re.search(r"무엇|누구|어디|언제|몇|어떤|어느", question):
        last = answer[-1]
        closed = "가" <= last <= "힣" and (ord(last) - 0xAC00) % 28
        return f"{korean[1]}{korean[2]} {answer}{'이다' if closed or not '가' <= last <= '힣' else '다'}."
    english = _SUBJECT_QUESTION.fullmatch(question)
    if english:
        return f"{answer[0].upper()}{answer[1:]} {english[1]}."
    return None


# Korean, true.
def polite(text: str, chance: random.Random) -> str | None:
    for pattern, ending in _POLITE:
        found = re.search(pattern, text)
        if found and ending:
            return text[: found.start()] + ending
        if found:
            stem = found[1]
            if stem in "하되":
                return text[: found.start()] + chr(ord(stem) + 17) + "니다."
            return text[: found.start()] + stem + "습니다."
    return None


def ko_connective(text: str, chance: random.Random) -> str | None:
    return chance.choice(["또한 ", "문서에 따르면 ", "한편 ", "특히 "]) + text


def ko_order(text: str, chance: random.Random) -> str | None:
    """A date or place in front of the topic goes behind it, or the other way round."""
    words = text.split(" ")
    if len(words) < 5:
        return None
    front = re.match(r"((?:\d+년 ?)?(?:\d+월 ?)?(?:\d+일)?(?:에)?,?) (\S+(?:은|는)) ", text)
    if front and re.search(r"\d", front[1]):
        return f"{front[2]} {front[1].rstrip(',')} {text[front.end() :]}"
    behind = re.match(r"(\S+(?:은|는)) ((?:\d+년 ?)(?:\d+월 ?)?(?:\d+일)?(?:에)?) ", text)
    if behind:
        return f"{behind[2]} {behind[1]} {text[behind.end() :]}"
    adverb = re.match(r"(\S+[가-힣](?:은|는)) (\S+(?:에서|에게|로부터)) ", text)
    if adverb:
        return f"{adverb[2]} {adverb[1]} {text[adverb.end() :]}"
    return None


def drop_brackets(text: str, chance: random.Random) -> str | None:
    changed = re.sub(r"\s?\([^()]*\)", "", text)
    return changed if changed != text else None


def ko_drop_clause(text: str, chance: random.Random) -> str | None:
    """Everything up to a first clause that ends in -고, or -며, where what follows has a subject of its own."""
    found = re.match(r"[^,]{8,}(?:고|며|으나|지만), (?=\S+(?:은|는|이|가) )", text)
    if found and len(text) - found.end() > 15:
        return text[found.end() :]
    return None


def ko_number(text: str, chance: random.Random) -> str | None:
    myriad = re.search(r"(?<![\d,.])(\d{1,4})만 ?(\d)천(?= ?[가-힣])", text)
    if myriad:
        return f"{text[: myriad.start()]}{int(myriad[1]) * 10000 + int(myriad[2]) * 1000:,}{text[myriad.end() :]}"
    plain = re.search(r"(?<![\d,.])(\d{1,4})만(?= ?(?:명|원|달러|개|톤|대|부|권|장|표))", text)
    if plain:
        return f"{text[: plain.start()]}{int(plain[1]) * 10000:,}{text[plain.end() :]}"
    comma = re.search(r"(?<![\d,.])(\d{1,3}),(\d{3})(?![\d,.])", text)
    if comma:
        return text[: comma.start()] + comma[1] + comma[2] + text[comma.end() :]
    count = re.search(
        r"(?<![\d,.년월일시 ~제])(?<!\d )(\d{1,2}) ?(명|개|번|곳|가지|마리|살|권|대)(?=[가-힣 ,.])", " " + text
    )
    if count and int(count[1]) in _KO_COUNT:
        return (" " + text)[1 : count.start()] + f" {_KO_COUNT[int(count[1])]} {count[2]}" + (" " + text)[count.end() :]
    return None


def ko_date(text: str, chance: random.Random) -> str | None:
    found = _KO_DATE.search(text)
    if not found:
        return None
    year, month, day = map(int, found.groups())
    form = chance.choice([f"{year}-{month:02}-{day:02}", f"{year}. {month}. {day}.", f"{year}.{month}.{day}"])
    return text[: found.start()] + form + text[found.end() :]


def ko_synonym(text: str, chance: random.Random) -> str | None:
    for old, new in _KO_SYNONYMS:
        if old in text:
            return text.replace(old, new, 1)
    return None


# English, true.
def _lower_first(text: str) -> str:
    first = text.split(" ", 1)[0]
    return text[0].lower() + text[1:] if first in _LOWERABLE else text


_LOWERABLE = frozenset(
    "The A An In On At It This These Those They He She His Her Their There By For With As From After Before During When "
    "While Some Most Many All Such Its Other Another Each Since Although However".split()
)


def en_connective(text: str, chance: random.Random) -> str | None:
    return chance.choice(["According to the passage, ", "In addition, ", "Moreover, "]) + _lower_first(text)


def en_order(text: str, chance: random.Random) -> str | None:
    """An adverbial of time or place goes to the other end of the sentence."""
    front = re.match(r"((?:In|On|During|After|Before|By|At) [^,;:]{3,40}), ([^;:]+)\.$", text)
    if front and not re.search(r"\b(?:and|but|which|who|that)\b", front[2]):
        return f"{front[2][0].upper()}{front[2][1:]} {front[1][0].lower()}{front[1][1:]}."
    back = re.match(r"([^,;:]+) ((?:in|on) (?:\w+ )?(?:\d{1,2}, )?\d{4})\.$", text)
    if back and not re.search(r"\b(?:and|but|which|who|that)\b", back[1]):
        return f"{back[2][0].upper()}{back[2][1:]}, {_lower_first(back[1])}."
    clause = re.match(r"((?:When|While|Although|Because|If) [^,;:]+), ([^,;:]+)\.$", text)
    if clause:
        return f"{clause[2][0].upper()}{clause[2][1:]} {clause[1][0].lower()}{clause[1][1:]}."
    return None


def en_contraction(text: str, chance: random.Random) -> str | None:
    changed = re.sub(r"\b(is|was|are|were|did|does|do|has|have|had|could|would|should) not\b", r"\1n't", text, count=1)
    if changed == text:
        changed = re.sub(r"\b(It|There|He|She|That) is\b", r"\1's", text, count=1)
    if changed == text:
        changed = re.sub(r"\bcannot\b", "can't", text, count=1)
    return changed if changed != text else None


def en_drop_clause(text: str, chance: random.Random) -> str | None:
    relative = re.search(r", (?:which|who|whose|where)\b[^,;:()]*(?=, |\.$)", text)
    if relative:
        rest = text[relative.end() :].removeprefix(",")
        return text[: relative.start()] + rest
    trailing = re.search(r", (?:including|such as|while|although|with|leading|making|causing|\w+ing) [^;:()]*\.$", text)
    if trailing and trailing.start() > 30:
        return text[: trailing.start()] + "."
    return None


def en_number(text: str, chance: random.Random) -> str | None:
    comma = re.search(r"(?<![\d,.])(\d{1,3}),(\d{3})(?![\d,.])", text)
    if comma:
        return text[: comma.start()] + comma[1] + comma[2] + text[comma.end() :]
    million = re.search(r"(?<![\d,.])(\d+(?:\.\d)?) million\b", text)
    if million:
        return f"{text[: million.start()]}{round(float(million[1]) * 1_000_000):,}{text[million.end() :]}"
    for number, word in _EN_COUNT.items():
        if re.search(rf"(?<![\w,.$£\-]){number}(?![\d,.%\-:])(?= [a-z])", text):
            return re.sub(rf"(?<![\w,.$£\-]){number}(?![\d,.%\-:])(?= [a-z])", word, text, count=1)
        if re.search(rf"\b{word} [a-z]", text):
            return re.sub(rf"\b{word}(?= [a-z])", str(number), text, count=1)
    return None


def en_date(text: str, chance: random.Random) -> str | None:
    found = _EN_DATE.search(text)
    if not found:
        return None
    month, day, year = found[1], int(found[2]), int(found[3])
    iso = f"{year}-{_MONTHS.index(month) + 1:02}-{day:02}"
    form = chance.choice([f"{day} {month} {year}", iso, f"{month[:3]} {day}, {year}"])
    return text[: found.start()] + form + text[found.end() :]


def en_synonym(text: str, chance: random.Random) -> str | None:
    for old, new in _EN_SYNONYMS:
        if re.search(rf"\b{old}\b", text):
            return re.sub(rf"\b{old}\b", new, text, count=1)
    return None


def en_active(text: str, chance: random.Random) -> str | None:
    found = re.match(r"([A-Z][^,;:]{3,60}?) (?:was|were) (\w+ed) by ([^,;:]{3,60}?)( in \d{4})?\.$", text)
    if found and not re.search(r"\b(?:and|which|who|that)\b", found[1] + found[3]):
        return f"{found[3][0].upper()}{found[3][1:]} {found[2]} {_lower_first(found[1])}{found[4] or ''}."
    return None


# False, both languages.
def number_changed(text: str, passage: str, chance: random.Random) -> str | None:
    """One number (no date) becomes another: one digit changed, or another number of the passage."""
    found = list(_NUMBER.finditer(text))
    found = [m for m in found if not (len(m[1]) == 4 and m[1][:2] in ("17", "18", "19", "20"))]
    if not found:
        return None
    match = chance.choice(found)
    value = int(match[1].replace(",", ""))
    others = [int(m[1].replace(",", "")) for m in _NUMBER.finditer(passage)]
    others = [
        other for other in others if other != value and len(str(other)) == len(str(value)) and str(other) not in text
    ]
    new = chance.choice(others) if others and chance.random() < 0.5 else _near(value, chance)
    written = f"{new:,}" if "," in match[1] else str(new)
    return text[: match.start()] + written + text[match.end() :]


def _near(value: int, chance: random.Random) -> int:
    choices = [value + 1, value + 2, value * 10, value + 10 ** (len(str(value)) - 1)]
    if value > 2:
        choices += [value - 1, value // 2]
    return chance.choice([choice for choice in choices if choice != value])


def date_changed(text: str, passage: str, chance: random.Random) -> str | None:
    """One part of a date becomes another: the year, the month or the day; sometimes another year of the passage."""
    parts = list(re.finditer(r"(?<!\d)(1\d{3}|20\d\d)(?=년(?!대)|\b)|(?<!\d)\d{1,2}(?=월|일(?!간))", text))
    months = list(re.finditer(rf"\b({'|'.join(_MONTHS)})(?= \d)", text))
    if not parts and not months:
        return None
    match = chance.choice([*parts, *months])
    if match.group() in _MONTHS:
        new = chance.choice([month for month in _MONTHS if month != match.group()])
    elif len(match.group()) == 4:
        years = [y for y in re.findall(r"(?<!\d)(?:1\d{3}|20\d\d)(?!\d)", passage) if y not in text]
        near = str(int(match.group()) + chance.choice([-10, -3, -1, 1, 2, 10]))
        new = chance.choice(years) if years and chance.random() < 0.5 else near
    else:
        limit = 12 if text[match.end()] == "월" else 28
        new = str(chance.choice([n for n in range(1, limit + 1) if n != int(match.group())]))
    return text[: match.start()] + new + text[match.end() :]


_DENIALS = (
    (r"지 않았다\.$", None), (r"있다\.$", "있지 않다."), (r"없다\.$", "있다."), (r"이었다\.$", "이 아니었다."),
    (r"(하|되)(?:였|었)다\.$", r"\1지 않았다."), (r"했다\.$", "하지 않았다."), (r"됐다\.$", "되지 않았다."),
    (r"한다\.$", "하지 않는다."), (r"된다\.$", "되지 않는다."), (r"이다\.$", "이 아니다."), (r"졌다\.$", "지지 않았다."),
    (r"렸다\.$", "리지 않았다."), (r"났다\.$", "나지 않았다."),
)  # fmt: skip


def ko_negated(text: str, passage: str, chance: random.Random) -> str | None:
    """The last predicate is denied, or its denial taken away."""
    for pattern, new in _DENIALS:
        if re.search(pattern, text):
            return re.sub(pattern, new, text) if new else None
    return None


def en_negated(text: str, passage: str, chance: random.Random) -> str | None:
    """The first verb of the sentence that takes "not" is denied, or its denial taken away."""
    if re.search(r"\b(?:not|never|n't|no)\b", text):
        changed = re.sub(r"\b(is|was|are|were|has|have|had|could|would|can|did|does|do) not\b", r"\1", text, count=1)
        return changed if changed != text else None
    found = re.search(r"\b(is|was|are|were|has|have|had|could|would|can|will|may|should)\b(?! been)", text)
    if found:
        return text[: found.end()] + " not" + text[found.end() :]
    past = re.search(r"(?<=[a-z] )(\w{3,}?)ed\b(?= (?:the|a|an|in|to|on|at|his|its|their)\b)", text)
    return text[: past.start()] + f"did not {past[1]}" + text[past.end() :] if past else None


def ko_swapped(text: str, passage: str, chance: random.Random) -> str | None:
    """Two nouns of one sentence with different particles change places."""
    nouns = list(re.finditer(r"(?<![가-힣\d])([가-힣A-Za-z]{2,8})(은|는|이|가|을|를|에게)(?= )", text))
    nouns = [m for m in nouns if m[1] not in _NO_NOUNS]
    subjects = [m for m in nouns if m[2] in "은는이가"]
    objects = [m for m in nouns if m[2] in ("을", "를", "에게")]
    for first in subjects:
        for second in objects:
            if first[1] in second[1] or second[1] in first[1] or abs(first.start() - second.start()) < 4:
                continue
            low, high = sorted((first, second), key=lambda m: m.start())
            changed = text[: low.start()] + high[1] + _fitting(high[1], text[low.end(1) : high.start()])
            return changed + low[1] + _fitting(low[1], text[high.end(1) :])
    return None


def en_swapped(text: str, passage: str, chance: random.Random) -> str | None:
    """Two names of one sentence with a verb or preposition between them change places."""
    names = list(_NAME.finditer(text))
    for first, second in pairwise(names):
        between = text[first.end() : second.start()]
        if re.fullmatch(r"\W*(?:and|or|as well as|,|\()?\W*", between) or _LISTED.search(between):
            continue
        if not differ(first.group(), second.group()):
            continue
        return text[: first.start()] + second.group() + between + first.group() + text[second.end() :]
    return None


TRUE: dict[str, dict[str, True_]] = {
    "ko": {
        "ending": polite, "connective": ko_connective, "order": ko_order, "brackets_dropped": drop_brackets,
        "clause_dropped": ko_drop_clause, "number_format": ko_number, "date_format": ko_date, "synonym": ko_synonym,
    },
    "en": {
        "connective": en_connective, "order": en_order, "contraction": en_contraction, "brackets_dropped": drop_brackets,
        "clause_dropped": en_drop_clause, "number_format": en_number, "date_format": en_date, "synonym": en_synonym,
        "active": en_active,
    },
}  # fmt: skip
FALSE: dict[str, dict[str, False_]] = {
    "ko": {"number": number_changed, "date": date_changed, "negated": ko_negated, "roles_exchanged": ko_swapped},
    "en": {"number": number_changed, "date": date_changed, "negated": en_negated, "roles_exchanged": en_swapped},
}
