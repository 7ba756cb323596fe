"""Korean words that point back (그건, 그 사람, 거기, 그때), and what stands instead of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from chatbot.followup.korean_phrases import Eojeol, Phrase, eojeols, with_particle

_PARTICLE = (
    r"(?:에서는|에게는|으로는|에는|에도|에서도|에게서|이라는|라는|에서|에게|한테|께서|으로|이랑|부터|까지|보다|처럼|만큼|은|는|이|가|을|를|의|에|로|와"
    r"|과|랑|도|만|엔|께|요)?"
)
# What stands for a thing, a person or a place named before; contractions carry their particle.
_CONTRACTED = {"건": "은", "게": "이", "걸": "을", "긴": "은", "걘": "은", "얜": "은"}
_THING = re.compile(rf"^(?:[그이저]것(?:들)?|[그이저]거)({_PARTICLE})$|^[그이저]([건게걸])(?:로)?$")
_PERSON = re.compile(rf"^(?:그녀|그들|그분|그이|걔네|걔|얘네|얘|쟤)({_PARTICLE})$|^([걘얜])$|^그({_PARTICLE[:-1]})$")
_PLACE = re.compile(rf"^(?:거기|여기|저기|그곳|이곳|저곳)({_PARTICLE})$|^[거여저](긴)$")
_MOMENT = re.compile(r"^그(?:때|날|해|무렵|시기|당시)(?:에는|에도|에|의|는|은)?$")
_CLASSES = frozenset(
    "사람 분 남자 여자 인물 곳 회사 기업 나라 국가 도시 지역 책 영화 작품 제품 물건 기관 단체 팀 학교 법 규정 제도 사건".split()
)
_PEOPLE = frozenset("사람 분 남자 여자 인물 아이 친구".split())
DATE = re.compile(
    r"(?:\d{4}년(?:\s?\d{1,2}월)?(?:\s?\d{1,2}일)?|\d{1,2}월(?:\s?\d{1,2}일)?|\d{1,2}일|(?:\d{4}년\s)?[1-4]\s?분기|(?<!\d)(?:19|20)\d\d(?!\d)"
    r"|재작년|작년|올해|내년|지난해|지난달|이번\s?달|다음\s?달|지난주|이번\s?주|다음\s?주|오늘|어제|내일|상반기|하반기|[월화수목금토일]요일|주말|평일)"
)
RELATIVE = re.compile(r"^(?:재작년|작년|올해|내년|지난|이번|다음|오늘|어제|내일)")


@dataclass(frozen=True)
class KoreanEarlier:
    """The question before, complete by itself; its phrases; what stood for ``누구`` in its answer; a date of it or of its
    answer; the first name that its answer brought."""

    question: str
    phrases: tuple[Phrase, ...]
    person: str
    date: str
    named: str = ""

    @property
    def topic(self) -> str:
        """What the question was about, with everything that belongs to it."""
        found = _first(self.phrases, lambda p: p.particle in ("은", "는"), lambda p: p.particle in ("이", "가"), _any)
        return found.text if found else ""

    @property
    def entity(self) -> str:
        """What the question was about, without the attribute that it asked for."""
        found = _first(
            self.phrases, lambda p: bool(p.owner), lambda p: p.proper, lambda p: p.particle in ("은", "는"), _any
        )
        return (found.owner or found.text) if found else ""


def replace_pronoun(said: str, parts: list[Eojeol], before: KoreanEarlier) -> str | None:
    for index, part in enumerate(parts):
        word = said[part.start : part.end]
        for pattern, meant in (
            (_THING, before.topic),
            (_PERSON, before.person or before.entity),
            (_PLACE, before.entity),
        ):
            match = pattern.match(word)
            if match and meant and not _named(parts[:index]):
                particle = next((group for group in match.groups() if group), "")
                return said[: part.start] + with_particle(meant, _CONTRACTED.get(particle, particle)) + said[part.end :]
    return None


def replace_pointed(said: str, parts: list[Eojeol], before: KoreanEarlier) -> str | None:
    """ "그 회사의 대표는": the noun that is pointed at gives way to what it stands for."""
    for index, part in enumerate(parts[:-1]):
        noun = parts[index + 1]
        if part.kind != "pointing" or noun.kind != "noun" or _named(parts[:index]):
            continue
        word = said[noun.start : noun.nouns]
        full = next((p.text for p in before.phrases if p.text.endswith(word)), "")
        if not full and word in _CLASSES and len(parts) <= 6:
            full = (before.person if word in _PEOPLE else "") or _of_class(word, before)
        if full:
            return said[: part.start] + with_particle(full, said[noun.nouns : noun.end]) + said[noun.end :]
    return None


def _of_class(word: str, before: KoreanEarlier) -> str:
    """What the question before was about, or what its answer named where that is nearer to the class ("도시": 서울)."""
    if not before.named:
        return before.entity
    kind, entity, named = (heads[-1] if (heads := [part.head for part in eojeols(text)]) else 0
                           for text in (word, before.entity, before.named))  # fmt: skip
    return before.named if kinship(kind, named) > kinship(kind, entity) else before.entity


def replace_moment(said: str, parts: list[Eojeol], before: KoreanEarlier) -> str | None:
    if not parts or not _MOMENT.match(said[parts[0].start : parts[0].end]):
        return None
    when = before.date or (f"{before.entity} 당시" if before.entity else "")
    rest = said[parts[0].end :]
    return (
        f"{when}{'' if RELATIVE.match(when) or when.endswith('당시') else '에'}{rest}"
        if when and rest.strip()
        else None
    )


def _named(parts: list[Eojeol]) -> bool:
    """Whether something was named that a pronoun behind it could mean."""
    return any(part.kind == "noun" or (part.kind == "predicate" and part.head) for part in parts)


def kinship(first: int, second: int) -> float:
    """How near the meanings of two nouns are, by Kiwi's numbers of them; 0 to 1."""
    from chatbot.extractive.korean import nearness

    return nearness(first, second)


def _any(_: Phrase) -> bool:
    return True


def _first(found: tuple[Phrase, ...], *wanted: Callable[[Phrase], bool]) -> Phrase | None:
    return next((phrase for test in wanted for phrase in found if test(phrase)), None)
