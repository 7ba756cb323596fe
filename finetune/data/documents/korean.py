"""Questions about Korean sentences by rules: definitions, dates, numbers, gaps."""

from __future__ import annotations

import re
from collections.abc import Iterator

from finetune.data.documents.draft import Draft, ended
from finetune.data.documents.particle import topic

_DEFINITION = re.compile(
    r"(?P<term>[가-힣A-Za-z0-9·'‘’\"“”「」()\- ]{2,30}?)(?:은|는|이란|란) (?P<gist>.{4,150}?)"
    r"(?:이다|입니다|(?:을|를) (?:말한다|말합니다|뜻한다|뜻합니다|가리킨다)|(?:이)?라고 한다)\."
)
# A sentence that begins so is about what stands before it.
_POINTING = re.compile(
    r"(?:이|그|저|이는|그는|그녀|이것|그것|이곳|그곳|여기|당시|이후|이때|우리|위|아래|다음|또|또한|그러나|하지만|그리고|따라서|"
    r"한편|특히|즉)(?:[은는이가에의도를]|에는|에서는?)?(?: |,|$)"
)
_DATE = re.compile(r"\d{4}년(?: \d{1,2}월)?(?: \d{1,2}일)?|\d{1,2}월 \d{1,2}일")
_QUANTITY = re.compile(
    r"(?P<number>\d[\d,]*(?:\.\d+)?) ?(?P<unit>명|개|권|대|층|곳|회|번|시간|분|일|개월|주|년간|세|살|마리|장|편|종|"
    r"만 명|만 원|억 원|원|%|퍼센트|km|kg|cm|m|g|평|톤|점|등급|위)"
)
_ENDINGS = (("이다", "인가요?"), ("한다", "하나요?"), ("된다", "되나요?"), ("있다", "있나요?"), ("없다", "없나요?"))
_QUOTED = re.compile(r"[‘“「『《〈]([^’”」』》〉]{2,30})[’”」』》〉]")
_NUMBERING = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮ -·•"
# The last syllable before 다 of a plain past tense has the final consonant ㅆ, number 20 of 28.
_PAST = 20


def drafts(text: str, start: int) -> Iterator[Draft]:
    """Questions that one sentence answers; ``start`` is its offset in the document."""
    if _POINTING.match(text) or not 12 <= len(text) <= 220:
        return
    yield from _definition(text, start)
    dated = list(_asked(text, start, _DATE, "date"))
    yield from dated
    numbered = list(_asked(text, start, _QUANTITY, "number"))
    yield from numbered
    if not dated and not numbered:
        yield from _gap(text, start)


def _definition(text: str, start: int) -> Iterator[Draft]:
    found = _DEFINITION.fullmatch(" ".join(text.split()))
    if found is None or _POINTING.match(found["term"]) or len(found["term"].split()) > 3:
        return
    if re.search(r"[며고지]만?, |\d", found["gist"]):
        return
    term = found["term"].strip()
    yield _draft(f"{topic(term)} 무엇인가요?", text, (found["gist"].strip(),), start, "definition")


def _asked(text: str, start: int, pattern: re.Pattern[str], rule: str) -> Iterator[Draft]:
    """The sentence as a question after its only date or its only quantity."""
    held = list(pattern.finditer(text))
    if len(held) != 1 or (rule == "number" and len(re.findall(r"\d+", _bare(text))) != 1):
        return
    [one] = held
    before, after = text[: one.start()], text[one.end() :]
    if rule == "date":
        if not re.match(r"에(?:는)? |부터|까지", after):
            return
        asked = f"{before}언제{re.sub('^에(?:는)?', '', after)}"
    else:
        if re.match(r"[가-힣]*(?:째|대 |차 )", after) or one["unit"] == "위":
            return
        asked = before + _how_many(one["unit"], after)
    question = as_question(" ".join(asked.split()).lstrip(_NUMBERING))
    if question is not None:
        yield _draft(question, text, (one.group(),), start, rule)


def _how_many(unit: str, after: str) -> str:
    """몇 명이, but 며칠이 and 얼마를."""
    if unit == "일":
        return f"며칠{after}"
    if unit.endswith("원"):
        particle = re.match("[을이은]", after)
        return f"얼마{'를가는'['을이은'.index(particle.group())] + after[1:] if particle else after.removeprefix('으')}"
    return f"몇 {unit}{after}"


def _bare(text: str) -> str:
    return text.replace(",", "").replace(".", "")


def as_question(sentence: str) -> str | None:
    """A statement as a polite question, None where its ending is not known: 열렸다. -> 열렸나요?"""
    body = sentence.rstrip(". ")
    if body.endswith("니다"):
        return f"{body[:-1]}까?"
    for ending, asking in _ENDINGS:
        if body.endswith(ending):
            return body[: -len(ending)] + asking
    if len(body) > 2 and body.endswith("다") and "가" <= body[-2] <= "힣" and (ord(body[-2]) - ord("가")) % 28 == _PAST:
        return f"{body[:-1]}나요?"
    return None


def _gap(text: str, start: int) -> Iterator[Draft]:
    held = _DATE.search(text) or _QUANTITY.search(text) or _QUOTED.search(text)
    if held is None:
        return
    first, last = held.span(1) if held.re is _QUOTED else held.span()
    gapped = " ".join(f"{text[:first]}____{text[last:]}".split())
    yield _draft(f"빈칸에 들어갈 말은 무엇인가요? {gapped}", text, (text[first:last],), start, "gap")


def _draft(question: str, text: str, answers: tuple[str, ...], start: int, rule: str) -> Draft:
    return Draft(question, ended(text), answers, start, start + len(text), rule, "ko")
