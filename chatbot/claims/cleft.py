"""Korean sentences that name one thing last: "그가 서울에서 만난 사람은 김 씨다" says "그가 서울에서 김 씨를 만났다"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from chatbot.claims.alignment import Alignment
from chatbot.claims.item import Item

_PERSON = frozenset("사람 인물 분 자 이 배우 감독 가수 작가 선수 의원 장군 왕 교수".split())
_TIME = frozenset("날 해 연도 년도 때 시기 날짜 시각 시간 년 월 일 달 연월일 당시".split())
_PLACE = frozenset("곳 장소 도시 나라 국가 지역 대학 대학교 학교 데 위치 국 마을 섬".split())
_ACTOR_CASES = frozenset(["subject", "topic", "object", "에게", "와", "complement", "도", "copula"])
_PLACE_CASES = frozenset(["에", "에서", "로"])
_PASSIVE = re.compile(r"되|된|됐|될|받|당[하한했]|[어아]지|[어아려]진")


@dataclass(frozen=True)
class Cleft:
    """Indices of a sentence's items: the ``predicate`` in front of the asked-for noun ``kind``, and what is ``named``."""

    predicate: int
    kind: int | None
    named: tuple[int, ...]


def find(items: Sequence[Item], text: str) -> Cleft | None:
    """The parts of such a sentence, None for any other."""
    named = _named(items)
    if not named:
        return None
    predicate = next((n for n in range(named[0] - 1, -1, -1) if items[n].predicate), None)
    if predicate is None or not items[predicate].modifier:
        return None
    between = [n for n in range(predicate + 1, named[0])]
    topic = text[items[predicate].end : items[named[0]].start].rstrip()
    if len(between) > 2 or not topic.endswith(("은", "는")):
        return None
    return Cleft(predicate, between[-1] if between else None, named)


def _named(items: Sequence[Item]) -> tuple[int, ...]:
    """The last chunk, when "이다" makes it what the sentence names."""
    last = len(items) - 1
    while last >= 0 and items[last].hedge and items[last].light:
        last -= 1
    if last < 0 or items[last].case != "copula" or items[last].negated:
        return ()
    first = last
    while first > 0 and items[first - 1].case == "copula":
        first -= 1
    return tuple(range(first, last + 1))


def holds(cleft: Cleft, claim: Sequence[Item], span: Sequence[Item], aligned: Alignment, text: str) -> bool:
    """Whether what is named plays a part with the predicate in the span that is still free in the sentence."""
    target = aligned.place[cleft.predicate]
    places = [place for n in cleft.named if (place := aligned.place[n]) is not None]
    if target is None or not places:
        return False
    named = span[max(places)]
    if not _reaches(span, max(places), target) or claim[cleft.predicate].negated != span[target].negated:
        return False
    said = text[claim[cleft.predicate].start : claim[cleft.named[0]].start]
    taken = {claim[n].case for n in range(cleft.predicate) if claim[n].noun and not claim[n].light}
    return _fits(named, text[claim[cleft.predicate].end : claim[cleft.named[0]].start], _free_cases(taken, said))


def _free_cases(taken: set[str], said: str) -> frozenset[str]:
    """The parts that what is asked for may play: who did it, unless the sentence says so; else to whom or what."""
    if taken & {"subject", "topic", "도"}:
        return (_ACTOR_CASES - {"subject", "topic"}) - (taken & {"object"})
    return frozenset(["subject", "topic", "도", "copula", *(["object"] if _PASSIVE.search(said) else [])])


def _reaches(span: Sequence[Item], place: int, target: int) -> bool:
    """Whether the item at ``place`` belongs to the predicate at ``target``: the next one, any for a topic, and for the
    only date of its sentence one behind predicates that describe nouns."""
    between = [item for item in span[place + 1 : max(place + 1, target)] if item.predicate and not item.aside]
    if place >= target:
        return False
    if not between or span[place].case == "topic":
        return True
    only_date = span[place].kind == "date" and sum(item.kind == "date" for item in span) == 1
    return only_date and all(item.modifier for item in between)


def _fits(named: Item, kind: str, cases: frozenset[str]) -> bool:
    """Whether what is named may be of the kind that the sentence asks for, by its particle in the span."""
    words = kind.rstrip("은는 ").split()
    noun = words[-1] if words else ""
    if named.kind == "date" or any(noun.endswith(word) for word in _TIME):
        return named.kind == "date" and any(noun.endswith(word) for word in _TIME)
    if any(noun.endswith(word) for word in _PLACE):
        return named.case in cases | _PLACE_CASES
    return named.case in cases
