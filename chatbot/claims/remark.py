"""Sentences of an answer that state nothing about the documents, and those that say the documents have no answer."""

from __future__ import annotations

import re

_MARKUP = re.compile(r"^(?:[\s>*_~`]|[-+•·]\s|\(?\d{1,3}[.)]\s)+|[*_~`\s]+$")
_HEADING = re.compile(r"\s{0,3}#{1,6}\s|\s*(?:\*\*|__)[^*_]{1,80}(?:\*\*|__)\s*:?\s*$")
_RULE = re.compile(r"[\s|:=*_–—-]*$")
_WHERE_KO = r"(?:문서|자료|본문|지문|제공된|주어진|제시된|컨텍스트|발췌|글|내용|텍스트|구절|단락)"
_ABSENT_KO = re.compile(
    rf"{_WHERE_KO}(?:들)?(?:에는|에서는|에서|에|만으로는|만으로|으로는|에게는|내에는|내에서는|상에는|은|는|이|가)"
    r"(?!\s?(?:따르|의하|의거|근거))(?![가-힣])[^.]{0,60}?(?:없습니다|없다|없어요|없음|없네요|"
    r"찾을 수 없|찾지 못|나와 ?있지 않|나오지 않|포함(?:되어|하고) ?있지 않|"
    r"포함되지 않|언급(?:되어|하고)? ?(?:있지|되지|하지) ?않|명시(?:되어|되지)[^.]{0,6}않|알 수 없|확인할 수 없|확인되지 않|"
    r"다루(?:고 있지|지) 않|기재되어 있지 않|설명(?:되어|하고) 있지 않|답할 수 없|답변할 수 없|답변드릴 수 없)"
)
_UNKNOWN_KO = re.compile(
    r"(?:^|[.\s])(?:알 수 없습니다|모르겠습니다|답변(?:드리기|하기) 어렵습니다|답을 찾(?:지 못|을 수 없))"
)
_WHERE_EN = (
    r"(?:(?:provided|given|retrieved|available|your|the|these|any|supplied|cited)\s+){1,3}"
    r"(?:documents?|passages?|contexts?|texts?|sources?|materials?|excerpts?|information|content|library|files?)"
)
_ABSENT_EN = re.compile(
    rf"\b{_WHERE_EN}\s+(?:\w+\s+)?(?:do|does|did)(?:\s+not|n['’]t)\s+(?:\w+\s+)?(?:contain|mention|say|include|provide|state|"
    rf"specify|describe|discuss|address|give|answer|cover|explain|have|indicate|tell)"
    rf"|\bnot\s+(?:\w+\s+)?(?:mentioned|found|stated|contained|included|specified|provided|given|available|in|addressed|"
    rf"answered|described|present)\s+(?:\w+\s+)?(?:in|by|from|within)?\s*{_WHERE_EN}"
    rf"|\bno\s+(?:\w+\s+)?(?:information|mention|answer|evidence|details?|data)\b[^.]{{0,80}}\b(?:in|within|from)\s+{_WHERE_EN}"
    rf"|\b{_WHERE_EN}\s+(?:contains?|has|have|provides?|includes?|gives?)\s+no\s"
    r"|\bI\s+(?:could|can|did|do|was|am)\s*(?:not|n['’]t|unable)[^.]{0,60}\b(?:find|answer|determine|locate)\b"
    r"|\bI\s+(?:do\s+not|don['’]t)\s+know\b|\bcannot\s+be\s+(?:answered|determined|found)\b",
    re.IGNORECASE,
)
_FURTHER = re.compile(r"\b(?:but|however|although|though|except)\b|;|지만|으나|니다만|다만|는데,", re.IGNORECASE)
_REMARK_KO = re.compile(
    r"^(?:안녕하세요|반갑습니다|네|예|물론(?:입니다|이죠|이에요)?|알겠습니다|좋은 질문(?:입니다|이네요|이에요)?|"
    r"감사합니다|고맙습니다|"
    r"죄송합니다(?:만)?|도움이 (?:되었|됐)[^.]*|더 (?:궁금|필요|알고)[^.]*|추가(?:로|적으로|적인)? (?:궁금|질문|문의)[^.]*|"
    r"언제든(?:지)? [^.]*|[^.]{0,40}(?:다음과|아래와) 같(?:습니다|다|아요)|[^.]{0,30}(?:답변|설명|말씀|정리)(?:해|을|을 해)? ?"
    r"드리(?:겠습니다|자면)|(?:질문|문의)(?:해|에)[^.]{0,20}(?:감사|답변)[^.]*|요약하(?:면|자면)|결론적으로)[\s,.!~:]*$"
)
_REMARK_EN = re.compile(
    r"^(?:hello|hi|hey|sure|certainly|of course|yes|no|okay|ok|thanks?(?: you)?|thank you[^.]{0,40}|great question|"
    r"good question|(?:i['’]m |i am )?sorry|you['’]re welcome|i hope (?:this|that|it) helps[^.]*|let me know[^.]*|"
    r"feel free[^.]*|please (?:let me know|feel free|ask)[^.]*|if you (?:have|need)[^.]{0,80}|here (?:is|are|['’]s)[^.]{0,60}|"
    r"based on (?:the|these|your) (?:\w+ )?(?:documents?|passages?|context|text|sources?|information)|in summary|to summarize|"
    r"in conclusion|(?:the )?answer(?: is)?(?: as follows)?|i(?:['’]d be| am| would be|['’]m)? happy to[^.]*)[\s,.!:]*$",
    re.IGNORECASE,
)
_REFERENCES = re.compile(
    r"^\W*(?:출처|참고(?:\s?(?:문헌|자료|문서))?|인용|references?|sources?|citations?)\W*$", re.IGNORECASE
)


def says_absent(text: str) -> bool:
    """Whether a sentence says that the documents do not have the answer, and nothing else behind a "but"."""
    return not _FURTHER.search(text) and any(pattern.search(text) for pattern in (_ABSENT_KO, _UNKNOWN_KO, _ABSENT_EN))


def opens_references(text: str) -> bool:
    """Whether a line is the heading of a list of sources: what follows names documents and states nothing."""
    return _REFERENCES.match(text) is not None


def bare(text: str) -> str:
    """A line without list marks and emphasis around it."""
    return _MARKUP.sub("", text)


def states_nothing(text: str) -> bool:
    """Whether a sentence is a heading, a rule, a question, a greeting, or leads in what follows."""
    content = bare(text)
    if _RULE.match(text) or _HEADING.match(text) or content.endswith((":", "：", "?", "？")):
        return True
    return bool(_REMARK_KO.match(content) or _REMARK_EN.match(content))
