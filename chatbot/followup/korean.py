"""Korean questions that lean on the one before: seen by their pronouns and gaps, completed from it by rules."""

from __future__ import annotations

import re

from chatbot.followup.korean_phrases import Eojeol, eojeols, name_in, phrases, with_particle, with_particle_of
from chatbot.followup.korean_pronouns import (
    DATE,
    RELATIVE,
    KoreanEarlier,
    kinship,
    replace_moment,
    replace_pointed,
    replace_pronoun,
)

_CONNECTIVE = re.compile(
    r"^(?:(?:아|음|네|예|응)[,\s]+)?(?:그럼|그러면|그렇다면|그리고|그런데|근데|그러니까|또|또한|혹시|아니면|반면)(?:은|는|요)?[,\s]+"
)
# Words of requests about the answer itself: with nothing else said, more of the same is wanted.
_ABOUT_THE_ANSWER = frozenset(
    "더 좀 조금 자세히 자세하 상세히 상세하 상세 구체 구체적 간단히 간단하 간단 쉽 쉬 짧 길 다시 계속 이어서 추가 추가로 "
    "설명 알리 말 말하 하 주 보 드리 부탁 요약 정리 예 예시 예제 사례 들 출처 근거 정말 진짜 확실 확실하 맞 사실 내용 말씀 "
    "번 한번 풀 쓰 알 싶 있 되".split()
)
_SMALL_TALK = re.compile(
    r"^(?:안녕|고마|고맙|감사|반가|반갑|미안|죄송|수고|알겠|알았|좋아|좋네|그래|네|응|아니|ㅎ|ㅋ|하이|헬로|잘\s?가|도와)"
)
_AMONG = re.compile(
    r"^(?:그|이)\s?중(?:에서|에)?\s+|^(?=(?:첫|두|세|네|다섯|마지막)\s?번째|나머지|다른\s(?:것|거|건|하나))"
)
_HOW = re.compile(
    r"\s*(?:은|는)?\s*(?:어때|어떤데|어떤가|어떠니|어떻게\s돼|어떻게\s되|어떻습니까|어떠한가)(?:요|나요|죠)?$"
)
_AMOUNT = re.compile(
    r"(?<![\d.,])\d[\d,.]*\s?(?:[만억조천]\s?)?([가-힣a-zA-Z%]{1,3}?)(?=$|[은는이가을를의에도로과와면\s])"
)
_FRAGMENT_END = re.compile(
    r"(?:에서는|에게는|에는|에서도|에도|에서|에게|엔|은요|는요|은|는|이요|요|도|에|의\s?경우(?:는|에는|엔)?|이면|면|이라면|라면)?$"
)
# Kiwi numbers words that it does not know, and particles of them, below this.
_DICTIONARY = 100
# Nearness from which two nouns are of one kind: of 16 such pairs (연차, 병가) 13 are nearer, of 12 others (연차, 휴관일) 1 is.
_ONE_KIND = 0.45
# Longer questions bring their own subject, in characters; 3 % of KorQuAD's are longer.
_LONGEST = 60


def earlier(question: str, answer: str) -> KoreanEarlier:
    """What a Korean question leaves behind for the next one."""
    asks_who = re.search(r"누구|누가|사람은|인물은|이름은", question)
    asks_when = re.search(r"언제|몇\s?년|몇\s?월|날짜|연도|시기", question)
    dates = DATE.findall(question) or (DATE.findall(answer) if asks_when else [])
    name = name_in(answer, question)
    return KoreanEarlier(question, tuple(phrases(question)), name if asks_who else "", dates[0] if dates else "", name)


def rewrite(question: str, before: KoreanEarlier) -> str | None:
    """The question completed, or None when it stands alone (or nothing can be said for it)."""
    bare = question.strip().rstrip("?？.!~… ")
    said = _CONNECTIVE.sub("", bare, count=1)
    if not said or len(said) > _LONGEST or _SMALL_TALK.match(said):
        return None
    parts = eojeols(said)
    for rule in (
        _among,
        replace_pronoun,
        replace_pointed,
        replace_moment,
        _more,
        _asking_only,
        _fragment,
        _attribute,
        _no_subject,
    ):
        completed = rule(said, parts, before)
        if completed and completed != bare:
            return completed.rstrip("?") + "?" if question.rstrip().endswith(("?", "？")) else completed
    return None


# -- completing -------------------------------------------------------------------------------------------------------


def _among(said: str, parts: list[Eojeol], before: KoreanEarlier) -> str | None:
    if _AMONG.match(said) and before.topic and len(parts) <= 5:
        return f"{before.topic} 중 {_AMONG.sub('', said, count=1)}"
    return None


def _more(said: str, parts: list[Eojeol], before: KoreanEarlier) -> str | None:
    words = [word for part in parts for word in part.words]
    # "근거가 뭐야?" asks for it as "근거는?" does.
    told = [word for word in words if word not in ("뭐", "무엇", "무어", "어디")]
    if told and all(word in _ABOUT_THE_ANSWER for word in told):
        return f"{before.question.rstrip('?？ ')}? {said}"
    return None


def _asking_only(said: str, parts: list[Eojeol], before: KoreanEarlier) -> str | None:
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


def _fragment(said: str, parts: list[Eojeol], before: KoreanEarlier) -> str | None:
    """ "그럼 부산은?", "2023년에는?": takes the place of its like in the question before."""
    said = _HOW.sub("", said)
    stem = _FRAGMENT_END.sub("", said, count=1)
    parts = eojeols(said)
    if not parts or any(part.kind != "noun" for part in parts) or len(parts) > 3 or not stem:
        return None
    for pattern in (DATE, _AMOUNT):
        if pattern.fullmatch(stem):
            return _swap_figure(stem, pattern, before)
    if any(part.particle == "의" for part in parts):
        return None
    like = _like(parts, before, stem)
    if like is not None:
        return with_particle_of(before.question, *like, stem)
    return f"{before.entity}의 {said}" if _owned(parts, before) else None


def _swap_figure(stem: str, pattern: re.Pattern[str], before: KoreanEarlier) -> str | None:
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
    return f"{stem}{'' if RELATIVE.match(stem) else '에'} {asked}"


def _like(parts: list[Eojeol], before: KoreanEarlier, stem: str) -> tuple[int, int] | None:
    """Span of the noun in the question before that is of one kind with this one."""
    best, span = 0.0, None
    for part in eojeols(before.question):
        if part.kind != "noun" or DATE.fullmatch(before.question[part.start : part.nouns]):
            continue
        near = kinship(parts[-1].head, part.head)
        if parts[-1].proper and part.proper:
            near = max(near, _ONE_KIND + 0.01)
        if near > best and before.question[part.start : part.nouns] != stem:
            best, span = near, (part.start, part.nouns)
    return span if best >= _ONE_KIND else None


def _owned(parts: list[Eojeol], before: KoreanEarlier) -> bool:
    """Whether a plain noun can be an attribute of what the question before was about."""
    has_owner = any(phrase.owner or phrase.proper for phrase in before.phrases)
    known = len(parts) == 1 and not parts[0].proper and parts[0].head >= _DICTIONARY
    return known and has_owner and bool(before.entity)


def _attribute(said: str, parts: list[Eojeol], before: KoreanEarlier) -> str | None:
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


def _no_subject(said: str, parts: list[Eojeol], before: KoreanEarlier) -> str | None:
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
    return bool(DATE.fullmatch(word)) or word in (
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
