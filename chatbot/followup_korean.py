"""Korean questions that lean on the one before: seen by their pronouns and gaps, completed from it by rules."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from chatbot.korean_phrases import Eojeol, Phrase, eojeols, name_in, phrases, with_particle, with_particle_of

_CONNECTIVE = re.compile(
    r"^(?:(?:아|음|네|예|응)[,\s]+)?(?:그럼|그러면|그렇다면|그리고|그런데|근데|그러니까|또|또한|혹시|아니면|반면)(?:은|는|요)?[,\s]+"
)
# Words of requests about the answer itself: with nothing else said, more of the same is wanted.
_ABOUT_THE_ANSWER = frozenset(
    "더 좀 조금 자세히 자세하 상세히 상세하 상세 구체 구체적 간단히 간단하 간단 쉽 쉬 짧 길 다시 계속 이어서 추가 추가로 설명 알리 말 말하 "
    "하 주 보 드리 부탁 요약 정리 예 예시 예제 사례 들 출처 근거 정말 진짜 확실 확실하 맞 사실 내용 말씀 번 한번 풀 쓰 알 싶 있 되".split()
)
_SMALL_TALK = re.compile(
    r"^(?:안녕|고마|고맙|감사|반가|반갑|미안|죄송|수고|알겠|알았|좋아|좋네|그래|네|응|아니|ㅎ|ㅋ|하이|헬로|잘\s?가|도와)"
)
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
_AMONG = re.compile(
    r"^(?:그|이)\s?중(?:에서|에)?\s+|^(?=(?:첫|두|세|네|다섯|마지막)\s?번째|나머지|다른\s(?:것|거|건|하나))"
)
_HOW = re.compile(
    r"\s*(?:은|는)?\s*(?:어때|어떤데|어떤가|어떠니|어떻게\s돼|어떻게\s되|어떻습니까|어떠한가)(?:요|나요|죠)?$"
)
_DATE = re.compile(
    r"(?:\d{4}년(?:\s?\d{1,2}월)?(?:\s?\d{1,2}일)?|\d{1,2}월(?:\s?\d{1,2}일)?|\d{1,2}일|(?:\d{4}년\s)?[1-4]\s?분기|(?<!\d)(?:19|20)\d\d(?!\d)"
    r"|재작년|작년|올해|내년|지난해|지난달|이번\s?달|다음\s?달|지난주|이번\s?주|다음\s?주|오늘|어제|내일|상반기|하반기|[월화수목금토일]요일|주말|평일)"
)
_RELATIVE = re.compile(r"^(?:재작년|작년|올해|내년|지난|이번|다음|오늘|어제|내일)")
_AMOUNT = re.compile(
    r"(?<![\d.,])\d[\d,.]*\s?(?:[만억조천]\s?)?([가-힣a-zA-Z%]{1,3}?)(?=$|[은는이가을를의에도로과와면\s])"
)
_FRAGMENT_END = re.compile(
    r"(?:에서는|에게는|에는|에서도|에도|에서|에게|엔|은요|는요|은|는|이요|요|도|에|의\s?경우(?:는|에는|엔)?|이면|면|이라면|라면)?$"
)
# Kiwi numbers words that it does not know, and particles of them, below this.
_DICTIONARY = 100
# Nearness from which two nouns are of one kind (Kiwi's language model: 연차 and 병가 0.6, 연차 and 휴관 below 0.4).
_ONE_KIND = 0.45


@dataclass(frozen=True)
class Earlier:
    """The question before, complete by itself; its phrases; what stood for ``누구`` in its answer; a date it answered."""

    question: str
    phrases: tuple[Phrase, ...]
    person: str
    date: str

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


def earlier(question: str, answer: str) -> Earlier:
    """What a Korean question leaves behind for the next one."""
    asks_who = re.search(r"누구|누가|사람은|인물은|이름은", question)
    asks_when = re.search(r"언제|몇\s?년|몇\s?월|날짜|연도|시기", question)
    dates = _DATE.findall(question) or (_DATE.findall(answer) if asks_when else [])
    return Earlier(
        question, tuple(phrases(question)), name_in(answer, question) if asks_who else "", dates[0] if dates else ""
    )


def rewrite(question: str, before: Earlier) -> str | None:
    """The question completed, or None when it stands alone (or nothing can be said for it)."""
    bare = question.strip().rstrip("?？.!~… ")
    said = _CONNECTIVE.sub("", bare, count=1)
    if not said or len(said) > _LONGEST or _SMALL_TALK.match(said):
        return None
    parts = eojeols(said)
    for rule in (_among, _pronoun, _pointed, _moment, _more, _asking_only, _fragment, _attribute, _no_subject):
        completed = rule(said, parts, before)
        if completed and completed != bare:
            return completed.rstrip("?") + "?" if question.rstrip().endswith(("?", "？")) else completed
    return None


# Longer questions bring their own subject: 97 % of KorQuAD's questions are longer than any follow-up of our table.
_LONGEST = 60


# -- completing -------------------------------------------------------------------------------------------------------


def _among(said: str, parts: list[Eojeol], before: Earlier) -> str | None:
    if _AMONG.match(said) and before.topic and len(parts) <= 5:
        return f"{before.topic} 중 {_AMONG.sub('', said, count=1)}"
    return None


def _pronoun(said: str, parts: list[Eojeol], before: Earlier) -> str | None:
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


def _pointed(said: str, parts: list[Eojeol], before: Earlier) -> str | None:
    """ "그 회사의 대표는": the noun that is pointed at gives way to what it stands for."""
    for index, part in enumerate(parts[:-1]):
        noun = parts[index + 1]
        if part.kind != "pointing" or noun.kind != "noun" or _named(parts[:index]):
            continue
        word = said[noun.start : noun.nouns]
        full = next((p.text for p in before.phrases if p.text.endswith(word)), "")
        if not full and word in _CLASSES and len(parts) <= 6:
            full = (before.person if word in _PEOPLE else "") or before.entity
        if full:
            return said[: part.start] + with_particle(full, said[noun.nouns : noun.end]) + said[noun.end :]
    return None


def _moment(said: str, parts: list[Eojeol], before: Earlier) -> str | None:
    if not parts or not _MOMENT.match(said[parts[0].start : parts[0].end]):
        return None
    when = before.date or (f"{before.entity} 당시" if before.entity else "")
    rest = said[parts[0].end :]
    return (
        f"{when}{'' if _RELATIVE.match(when) or when.endswith('당시') else '에'}{rest}"
        if when and rest.strip()
        else None
    )


def _more(said: str, parts: list[Eojeol], before: Earlier) -> str | None:
    words = [word for part in parts for word in part.words]
    if words and all(word in _ABOUT_THE_ANSWER for word in words):
        return f"{before.question.rstrip('?？ ')}? {said}"
    return None


def _asking_only(said: str, parts: list[Eojeol], before: Earlier) -> str | None:
    """ "왜?" takes the place of what the question before asked for."""
    if len(parts) != 1 or parts[0].kind != "asking" or not before.question:
        return None
    word = re.sub(r"(?:인가요|인가|인데|이야|이에요|예요|죠|지|야|요)$", "", said)
    asked = before.question.rstrip("?？ ")
    old = [part for part in eojeols(asked) if part.kind == "asking"]
    if old:
        # "몇 시에", "어느 도시에서": the noun is part of what was asked for.
        end = old[0].end
        if re.fullmatch("몇|어느|어떤|무슨", asked[old[0].start : end]):
            end = next((part.end for part in eojeols(asked) if part.start >= end), end)
        if end < len(asked):
            return asked[: old[0].start] + word + asked[end:]
    return f"{with_particle(before.topic, '은')} {said}" if before.topic else None


def _fragment(said: str, parts: list[Eojeol], before: Earlier) -> str | None:
    """ "그럼 부산은?", "2023년에는?": takes the place of its like in the question before."""
    said = _HOW.sub("", said)
    stem = _FRAGMENT_END.sub("", said, count=1)
    parts = eojeols(said)
    if not parts or any(part.kind != "noun" for part in parts) or len(parts) > 3 or not stem:
        return None
    for pattern in (_DATE, _AMOUNT):
        if pattern.fullmatch(stem):
            return _swap_figure(stem, pattern, before)
    if any(part.particle == "의" for part in parts):
        return None
    like = _like(parts, before, stem)
    if like is not None:
        return with_particle_of(before.question, *like, stem)
    return f"{before.entity}의 {said}" if _owned(parts, before) else None


def _swap_figure(stem: str, pattern: re.Pattern[str], before: Earlier) -> str | None:
    asked = before.question
    found = list(pattern.finditer(asked))
    unit = re.sub(r"[\d,.\s]", "", stem)
    same = [m for m in found if re.sub(r"[\d,.\s]", "", m.group()) == unit]
    if pattern is _AMOUNT and not same:
        return None
    if found:
        old = (same or found)[0]
        new = stem
        if old.group().endswith("년") and stem.isdigit():
            new = f"{stem}년"
        return with_particle_of(asked, old.start(), old.end(), new)
    return f"{stem}{'' if _RELATIVE.match(stem) else '에'} {asked}"


def _like(parts: list[Eojeol], before: Earlier, stem: str) -> tuple[int, int] | None:
    """Span of the noun in the question before that is of one kind with this one."""
    best, span = 0.0, None
    for part in eojeols(before.question):
        if part.kind != "noun" or _DATE.fullmatch(before.question[part.start : part.nouns]):
            continue
        near = _nearness(parts[-1].head, part.head)
        if parts[-1].proper and part.proper:
            near = max(near, _ONE_KIND + 0.01)
        if near > best and before.question[part.start : part.nouns] != stem:
            best, span = near, (part.start, part.nouns)
    return span if best >= _ONE_KIND else None


def _nearness(first: int, second: int) -> float:
    from chatbot.extractive.korean import nearness

    return nearness(first, second)


def _owned(parts: list[Eojeol], before: Earlier) -> bool:
    """Whether a plain noun can be an attribute of what the question before was about."""
    has_owner = any(phrase.owner or phrase.proper for phrase in before.phrases)
    known = len(parts) == 1 and not parts[0].proper and parts[0].head >= _DICTIONARY
    return known and has_owner and bool(before.entity)


def _attribute(said: str, parts: list[Eojeol], before: Earlier) -> str | None:
    """ "대표는 누구야?" after a question about one company."""
    if (
        2 <= len(parts) <= 3
        and parts[0].kind == "noun"
        and parts[1].kind == "asking"
        and parts[0].particle in ("은", "는", "이", "가")
    ):
        like = _like(parts[:1], before, said[parts[0].start : parts[0].nouns])
        if like is None and _owned(parts[:1], before):
            return f"{before.entity}의 {said}"
    return None


def _no_subject(said: str, parts: list[Eojeol], before: Earlier) -> str | None:
    """ "언제 생겼어?": says what of, in front."""
    named = [part for part in parts if part.kind == "noun" and not _counted(said, part)]
    bare_predicate = any(part.kind in ("predicate", "asking") for part in parts)
    subject = before.entity
    if named or not bare_predicate or not subject or len(parts) > 4 or any(part.kind == "pointing" for part in parts):
        return None
    if len(parts) == 1 and parts[0].kind == "predicate" and parts[0].proper:
        return None
    return f"{with_particle(subject, '은')} {said}"


def _counted(said: str, part: Eojeol) -> bool:
    """Counters and days are no subject ("몇 명", "오늘")."""
    word = said[part.start : part.nouns]
    return bool(_DATE.fullmatch(word)) or word in (
        "명",
        "개",
        "살",
        "번",
        "시",
        "년",
        "월",
        "일",
        "원",
        "층",
        "시간",
        "지금",
        "현재",
        "처음",
    )


def _named(parts: list[Eojeol]) -> bool:
    """Whether something was named that a pronoun behind it could mean."""
    return any(part.kind == "noun" or (part.kind == "predicate" and part.head) for part in parts)


def _any(_: Phrase) -> bool:
    return True


def _first(found: tuple[Phrase, ...], *wanted: Callable[[Phrase], bool]) -> Phrase | None:
    return next((phrase for test in wanted for phrase in found if test(phrase)), None)
