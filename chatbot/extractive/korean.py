"""What the network reads of a Korean sentence: how each eojeol meets the question, and what it could name."""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from chatbot.extractive.passage import Floats, Idf
from chatbot.extractive.question import LONGEST
from chatbot.extractive.units import FLAGS, Unit, Word, korean_units
from ingest.analyzer import load_kiwi

if TYPE_CHECKING:
    from kiwipiepy import Kiwi

# Nouns whose nearness says what a noun names; Kiwi's language model holds the nearness.
LANDMARKS = (
    "사람", "남자", "여자", "아버지", "아들", "아내", "친구", "배우", "가수", "감독", "작가", "교수", "대통령",
    "장관", "의원", "왕", "장군", "선수", "기자", "의사", "나라", "도시", "지역", "마을", "산", "강", "섬", "바다",
    "대학교", "학교", "회사", "은행", "정당", "단체", "위원회", "법원", "병원", "교회", "군대", "팀", "영화",
    "드라마", "노래", "앨범", "소설", "책", "신문", "방송", "게임", "프로그램", "법", "조약", "사건", "전쟁", "대회",
    "상", "직업", "역할", "별명", "연도", "날짜", "시간", "나이", "인구", "돈", "길이", "비율", "개", "명", "동물",
    "음식", "무기", "비행기", "배", "언어", "종교", "학문", "기술", "질병", "색", "이유", "목적", "방법", "결과",
)  # fmt: skip
ROLES = ("focus", "verb", "subject", "object", "place", "other", "digit")
LONGEST_UNITS = 48
_ASKING = frozenset(
    ["무엇", "뭐", "누구", "어디", "언제", "몇", "어느", "어떤", "무슨", "얼마", "어떻", "왜", "것", "무어"]
)
_SPECIAL = 100  # Kiwi's morpheme numbers below this are particles, marks and unknown words.


@dataclass(frozen=True)
class Sought:
    """A question's content words with normalized weights, the part each plays, and its focus (what is asked for)."""

    words: tuple[Word, ...]
    weights: Floats
    roles: tuple[str, ...]
    tails: tuple[str, ...]
    focus: Word | None
    asking: str
    squeezed: str


def read_question(text: str, idf: Idf) -> Sought:
    """Splits the question into words by role; words that only ask weigh nothing."""
    units = korean_units(text)[:LONGEST]
    words: list[Word] = []
    roles: list[str] = []
    tails: list[str] = []
    asking = ""
    focus = _focus(units)
    for unit in units:
        for word in unit.words:
            if word.form in _ASKING:
                asking = asking or word.form
                if word.form != "것":
                    continue
            words.append(word)
            roles.append("focus" if word is focus else _role(word, unit))
            tails.append(unit.tail)
    weights = np.array([0.0 if w.form in _ASKING else idf(w.form) for w in words], np.float32)
    weights /= max(float(weights.sum()), 1e-6)
    return Sought(tuple(words), weights, tuple(roles), tuple(tails), focus, asking, re.sub(r"\s+", "", text).lower())


def _focus(units: Sequence[Unit]) -> Word | None:
    """ "어느 나라" asks for a country; else the last noun is asked for ("…한 날은?", "…의 이름은 무엇인가?")."""
    for unit, following in pairwise(units):
        if any(word.form in ("어느", "어떤", "무슨", "몇") for word in unit.words):
            inside = [w for w in unit.words if w.form not in _ASKING and w.tag.startswith("N")]
            if inside:
                return inside[-1]
            return following.head
        if unit.tail == "" and unit.words and unit.words[-1].form in ("어느", "어떤", "무슨", "몇"):
            return following.head
    nouns = [w for unit in units for w in unit.words if w.tag in ("NNG", "NNP", "NNB", "SL") and w.form not in _ASKING]
    return nouns[-1] if nouns else None


def _role(word: Word, unit: Unit) -> str:
    if word.tag in ("SN", "NR"):
        return "digit"
    if word.tag in ("VV", "VA") or "verb" in unit.flags:
        return "verb"
    for role in ("subject", "topic", "object", "place"):
        if role in unit.flags:
            return "subject" if role == "topic" else role
    return "other"


@functools.lru_cache(maxsize=200_000)
def nearness(first: int, second: int) -> float:
    """Cosine of two meanings in Kiwi's language model; 0 when either is no word of its dictionary."""
    return _similarity(load_kiwi(), first, second)


def _similarity(kiwi: Kiwi, first: int, second: int) -> float:
    if first < _SPECIAL or second < _SPECIAL:
        return 0.0
    near = float(kiwi.morpheme_similarity(first, second))
    return near if math.isfinite(near) else 0.0


@functools.cache
def _landmark_meanings() -> tuple[int, ...]:
    found = []
    for form in LANDMARKS:
        words = [w for unit in korean_units(form) for w in unit.words]
        found.append(words[0].meaning if words else 0)
    return tuple(found)


@functools.lru_cache(maxsize=50_000)
def landmarks(meaning: int) -> Floats:
    """Nearness to each landmark; about 0.1 ms for a meaning that was not met before."""
    kiwi = load_kiwi()
    return np.array([_similarity(kiwi, meaning, other) for other in _landmark_meanings()], np.float32)


UNIT_NUMBERS = 4 + len(ROLES) + 4 + len(FLAGS) + 3


def read_sentence(sought: Sought, text: str, local: dict[str, float]) -> tuple[Floats, Floats, list[str], list[str]]:
    """[U, UNIT_NUMBERS] numbers, [U, landmarks] of the heads, the units' tails and the heads' forms.

    ``local`` is the rarity of each question word among the candidates, summing to 1.
    """
    units = korean_units(text)[:LONGEST_UNITS]
    numbers = np.zeros((len(units), UNIT_NUMBERS), np.float32)
    kinds = np.zeros((len(units), len(LANDMARKS)), np.float32)
    quoted = bracket = 0.0
    for row, unit in enumerate(units):
        head = unit.head
        numbers[row, :-3] = _meet(sought, unit, head, text, local)
        if "opens" in unit.flags:
            quoted = 1.0
        numbers[row, -3:] = quoted, bracket, row / max(len(units) - 1, 1)
        if "closes" in unit.flags:
            quoted = 0.0
        if head is not None:
            kinds[row] = landmarks(head.meaning)
    return numbers, kinds, [unit.tail for unit in units], [unit.head.form if unit.head else "" for unit in units]


def _meet(sought: Sought, unit: Unit, head: Word | None, text: str, local: dict[str, float]) -> list[float]:
    exact = rare = soft = 0.0
    parts = dict.fromkeys(ROLES, 0.0)
    same_role = other_role = 0.0
    matched: set[int] = set()
    for word in unit.words:
        for number, asked in enumerate(sought.words):
            weight = float(sought.weights[number])
            if word.form == asked.form:
                strength = 1.0
                if number not in matched:
                    exact += weight
                    rare += local.get(asked.form, 0.0)
                    matched.add(number)
                    if unit.tail and sought.tails[number] == unit.tail:
                        same_role += weight
                    else:
                        other_role += weight
            else:
                strength = _near(word, asked)
                soft = max(soft, strength * weight)
            role = sought.roles[number]
            if strength > parts[role]:
                parts[role] = strength
    focus_head = focus_any = 0.0
    if sought.focus is not None:
        focus_head = nearness(head.meaning, sought.focus.meaning) if head else 0.0
        focus_any = max((nearness(w.meaning, sought.focus.meaning) for w in unit.words), default=0.0)
    surface = text[unit.start : unit.end].strip("\"'“”‘’《》<>(),.").lower()
    named = float(len(surface) > 1 and surface in sought.squeezed)
    flags = [float(flag in unit.flags) for flag in FLAGS]
    return [exact, rare, soft, named, *parts.values(), same_role, other_role, focus_head, focus_any, *flags]


def _near(word: Word, asked: Word) -> float:
    """Below 1: nearness of different words; 0.8 for a part of a compound; numbers and names do not resemble."""
    if word.tag in ("SN", "NR") or asked.tag in ("SN", "NR"):
        return 0.0
    if len(word.form) > 1 and len(asked.form) > 1 and (word.form in asked.form or asked.form in word.form):
        return 0.8
    near = nearness(word.meaning, asked.meaning)
    return near if near > 0.35 else 0.0
