"""What a question asks for: its content tokens, and the type of answer that it expects."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

from chatbot.extractive.units import korean_units
from ingest.analyzer import Analyzer, has_korean

# Types of answer that can be seen in a sentence without knowing the world.
TYPES = ("time", "number", "person", "place", "reason", "manner", "thing")

_KOREAN_TYPES = (
    ("reason", r"왜|이유|까닭|원인|계기|목적|때문"),
    (
        "number",
        r"몇\s?(?!년|월|일|시|세기)|얼마|인구|면적|길이|높이|나이|비율|금액|가격|횟수|점수|퍼센트|관객|숫자|개수|순위"
        r"|수는|금은|액은|량은|율은",
    ),
    (
        "time",
        r"언제|몇\s?(?:년|월|일|시|세기)|년도|연도|날짜|일자|시기|시점|기간|연대|요일|세기"
        r"|(?:날|해|때|년|월|일)[은는이가]?\s*[?]?$",
    ),
    (
        "person",
        r"누구|사람|인물|감독|배우|가수|작가|저자|장군|대통령|총리|황제|선수|학자|의원|장관|담당"
        r"|[가-힣](?:왕|자)[은는이가]?\s*[?]?$",
    ),
    ("place", r"어디|장소|지역|도시|나라|국가|위치|곳[은는이가]?\s*[?]?$|고향|출신지|출생지|수도"),
    ("manner", r"어떻게|방법|방식|절차"),
)
_ENGLISH_TYPES = (
    ("reason", r"\bwhy\b|what (?:was the )?(?:reason|cause|purpose)"),
    ("number", r"\bhow (?:many|much|long|old|large|big|far|fast|tall|high|often)\b|what (?:percent|number|amount)"),
    ("time", r"\bwhen\b|\b(?:what|which|in what) (?:year|date|day|month|century|decade|time|era)\b"),
    ("person", r"\bwho(?:se|m)?\b|what (?:is|was) the name of the (?:man|woman|person)"),
    ("place", r"\bwhere\b|\b(?:what|which) (?:\w+ )?(?:city|country|state|place|region|location|county|area)\b"),
    ("manner", r"\bhow\b"),
)
# Tokens of a question that count; a text pasted as a question has its point near the beginning, or none.
LONGEST = 100
# Words that ask; they say nothing about where the answer stands.
_ASKING = frozenset([
    "무엇", "무어", "뭐", "누구", "어디", "언제", "몇", "어느", "어떤", "무슨", "얼마", "어떻", "왜", "것", "수", "때",
    "알리", "말하",
    "what", "which", "who", "whom", "whose", "when", "where", "why", "how", "do", "did", "doe", "is", "are", "was",
    "were", "be", "been", "the", "a", "an", "of", "to", "in", "on", "for", "by", "and", "or", "that", "it", "with", "as",
    "at", "from", "has", "have", "had",
])  # fmt: skip


@dataclass(frozen=True)
class Question:
    """``tokens`` are the distinct lexical tokens in order, ``asking`` tells which of them only ask; ``keywords`` is set
    where nothing is asked: words typed as into a search box ("환불 규정", "refund policy").
    """

    text: str
    language: str
    tokens: tuple[str, ...]
    asking: tuple[bool, ...]
    expected: str
    keywords: bool


@functools.cache
def _analyzer() -> Analyzer:
    return Analyzer()


def is_grammar(word: str) -> bool:
    """Whether an English word only asks or binds."""
    return word.lower() in _ASKING or not any(character.isalnum() for character in word)


@functools.lru_cache(maxsize=20_000)
def token_of(word: str) -> str:
    """The lexical token of one word, empty where it has none."""
    return next(iter(_analyzer().tokens(word)), "")


def parse_question(text: str) -> Question:
    """The question as the scorer sees it; ``language`` is "ko" with any Hangul, else "en"."""
    korean = has_korean(text)
    tokens = tuple(dict.fromkeys(_analyzer().tokens(text)))[:LONGEST]
    patterns = _KOREAN_TYPES if korean else _ENGLISH_TYPES
    lowered = text.lower().strip()
    expected = next((name for name, pattern in patterns if re.search(pattern, lowered)), "thing")
    asking = tuple(token in _ASKING for token in tokens)
    keywords = "?" not in text and not any(asking) and (not korean or _bare(text))
    return Question(text, "ko" if korean else "en", tokens, asking, expected, keywords)


def _bare(text: str) -> bool:
    """Whether Korean nouns stand without particles and endings, but for 의."""
    units = korean_units(text)
    return all(unit.tail in ("", "의") and not unit.flags & {"verb", "copula"} for unit in units)
