"""English questions that lean on the one before: seen by their pronouns and gaps, completed from it by rules."""

from __future__ import annotations

import re

from chatbot.followup.english_phrases import (
    AUXILIARY,
    DATE,
    DETERMINERS,
    FUNCTION,
    PREPOSITIONS,
    WH,
    names_of,
    topic_of,
)
from chatbot.followup.english_pronouns import PRONOUN, EnglishEarlier, lowered, replace_pronoun

_LONGEST_WORDS = 16
_CONNECTIVE = re.compile(
    r"^(?:(?:ok|okay|and|so|but|then|or|also|well|great|thanks)[,\s]+)*(?:(?:what|how) about\s+|what if (?=\w+\W*$))?",
    re.IGNORECASE,
)
_ABOUT_THE_ANSWER = frozenset(
    "tell me more details detail in please explain explained elaborate go on continue further example examples for give an a "
    "can could you say that this it again are sure really what do does mean summarize summarise shorter simpler simply the "
    "source sources why think how know about some any show which clarify repeat expand be specific with i want would like to "
    "is correct right next else anything other".split()
)
_DEMANDS = frozenset(
    "more details detail explain elaborate continue further example examples again sure really mean summarize summarise "
    "shorter simpler source sources clarify repeat expand specific correct else".split()
)
_SMALL_TALK = re.compile(
    r"^(?:hi|hello|hey|thanks?|thank you|bye|good (?:morning|evening|afternoon)|ok|okay|great)\b[\s!.,]*$", re.I
)
_DATED = re.compile(
    rf"(?:(?P<preposition>in|on|at|for|during|since|by|from|until)\s+)?(?P<date>{DATE.pattern})", re.IGNORECASE
)
_AMOUNT = re.compile(r"\d[\d,.]*\s?(?P<unit>%|[a-z]+)?", re.IGNORECASE)
_ATTRIBUTES = frozenset(
    "price cost fee size weight height length width depth population area capital name date age address phone number email "
    "deadline reason author director ceo founder owner president mayor manager chair head location distance speed capacity "
    "budget revenue salary limit penalty purpose colour color language currency duration temperature website password hours "
    "title rank score winner requirements rules exceptions benefits cause result results effect".split()
)
_ORDINAL = re.compile(
    r"\b(?:the )?(?:first|second|third|fourth|fifth|last|other|next|former|latter|largest|smallest) ones?\b|\bwhich ones?\b",
    re.I,
)
_ASKED_ALONE = re.compile(
    r"(?:by|for|to|with|from|since|until|in|on|at) (?:whom|who|what|where|when|which \w+)|(?:how (?:many|much)|which|whose) \w+",
    re.IGNORECASE,
)
_OTHERS = re.compile(r"^(?:the )?(?:others?|rest|first|second|third|fourth|fifth|last|former|latter)$", re.IGNORECASE)


def earlier(question: str, answer: str) -> EnglishEarlier:
    """What an English question leaves behind for the next one."""
    names = tuple(names_of(question))
    topic = topic_of(question) or (names[0] if names else "")
    entity = topic.rsplit(" of ", 1)[1] if " of " in topic else (names[-1] if names else topic)
    person = ""
    if re.match(r"\W*(?:who|whose|whom|what (?:is|was) the name)\b", question, re.IGNORECASE):
        person = next((name for name in names_of(re.sub(r"\[\d+\]", "", answer)) if name not in question), "")
    dates = [found.group() for found in DATE.finditer(question)]
    if not dates and re.match(r"\W*(?:when|(?:in )?(?:what|which) (?:year|date|day|month))\b", question, re.IGNORECASE):
        dates = [found.group() for found in DATE.finditer(answer)]
    return EnglishEarlier(question, topic, entity, names, person, dates[0] if dates else "")


def rewrite(question: str, before: EnglishEarlier) -> str | None:
    """The question completed, or None when it stands alone (or nothing can be said for it)."""
    bare = question.strip().rstrip("?!. ")
    words = re.findall(r"[\w'’-]+", bare)
    if not words or len(words) > _LONGEST_WORDS or _SMALL_TALK.match(bare):
        return None
    connected = _CONNECTIVE.match(bare)
    said = bare[connected.end() :] if connected else bare
    linked = said != bare
    for rule in (_more, _asking_only, _one_of):
        completed = rule(said or bare, before)
        if completed:
            return _finished(completed, question)
    completed = _fragment(said, before, linked, "?" in question) or replace_pronoun(said, before)
    return _finished(completed, question) if completed and completed != bare else None


def _finished(text: str, question: str) -> str:
    text = text[0].upper() + text[1:]
    return text.rstrip("? ") + "?" if question.rstrip().endswith("?") and not text.endswith("?") else text


# -- completing -------------------------------------------------------------------------------------------------------


def _more(said: str, before: EnglishEarlier) -> str | None:
    words = re.findall(r"[a-z']+", said.lower())
    if words and all(word in _ABOUT_THE_ANSWER for word in words) and any(word in _DEMANDS for word in words):
        return f"{before.question.rstrip('? ')}? {said[0].upper()}{said[1:]}"
    return None


def _asking_only(said: str, before: EnglishEarlier) -> str | None:
    """ "Why?" takes the place of what the question before asked for; "by whom?" asks for more of the same."""
    asked = before.question.rstrip("? ")
    if _ASKED_ALONE.fullmatch(said):
        return f"{asked}? {said[0].upper()}{said[1:]}"
    if not re.fullmatch(
        r"(?:why|when|where|how|who|how (?:much|many|long|often|so|come)|why (?:not|so)|since when|which|what)",
        said,
        re.I,
    ):
        return None
    verb = re.search(rf"\b(?:{'|'.join(sorted(AUXILIARY, key=len, reverse=True))})\b", asked, re.IGNORECASE)
    word = said.split()[0] if said.lower() in ("how so", "why so", "why not") else said
    if (
        verb
        and said.lower() not in ("who", "which", "what", "how come", "how many")
        and (verb.start() == 0 or asked.split()[0].lower() in WH)
    ):
        return f"{word} {verb.group().lower()}{asked[verb.end() :]}"
    return f"{asked}? {said}"


def _one_of(said: str, before: EnglishEarlier) -> str | None:
    """ "the second one", "which one is larger": one of what was asked about."""
    match = _ORDINAL.search(said)
    if (
        match
        and before.topic
        and not names_of(said)
        and len(said.split()) <= 9
        and not said[match.end() :].startswith(" of ")
    ):
        return f"{said[: match.end()]} of {before.topic}{said[match.end() :]}"
    if _OTHERS.match(said) and before.topic:
        return f"{said} of {before.topic}"
    return None


def _fragment(said: str, before: EnglishEarlier, linked: bool, asked: bool) -> str | None:
    """ "And in 2023?", "What about Busan?": takes the place of its like in the question before."""
    words = said.lower().split()
    if not words or len(words) > 6 or not (linked or asked) or any(w in AUXILIARY or w in WH for w in words):
        return None
    if dated := _DATED.fullmatch(said):
        return _swap_date(dated, before)
    amount = _AMOUNT.fullmatch(said)
    if amount:
        same = next(
            (m for m in _AMOUNT.finditer(before.question) if m["unit"] == amount["unit"] and not DATE.match(m.group())),
            None,
        )
        return _put(before.question, same.start(), same.end(), said) if same else None
    if words[0] in PREPOSITIONS and words[0] not in ("of", "than", "as"):
        return _swap_object(said, before)
    if PRONOUN.search(said):
        return None
    noun = words[-1]
    if noun in _ATTRIBUTES and before.entity and len(words) <= 3:
        article = "" if words[0] in DETERMINERS else "the "
        return f"What is {article}{said} of {lowered(before.entity)}"
    names = names_of(f". {said}") if said[0].isupper() else []
    if names and before.names:
        return _swap(before.question, before.names[-1], said)
    return _swap(before.question, before.entity, said) if linked and before.entity else None


def _swap_date(dated: re.Match[str], before: EnglishEarlier) -> str:
    asked = before.question.rstrip("? ")
    found = list(_DATED.finditer(asked))
    shape = re.sub(r"[\w]", "w", re.sub(r"\d", "0", dated["date"]))
    old = next(
        (m for m in found if re.sub(r"[\w]", "w", re.sub(r"\d", "0", m["date"])) == shape), found[0] if found else None
    )
    if old:
        return _put(asked, old.start("date"), old.end("date"), dated["date"])
    preposition = dated["preposition"] or ("" if re.match(r"last|this|next|yesterday|today|tomorrow", dated["date"], re.I) else
                                           "on" if re.search(r"day", dated["date"], re.I) else "in")  # fmt: skip
    return f"{asked} {preposition} {dated['date']}".replace("  ", " ")


def _swap_object(said: str, before: EnglishEarlier) -> str:
    asked = before.question.rstrip("? ")
    preposition = said.split()[0].lower()
    old = re.search(
        rf"\b{preposition}\s+(?:(?:the|a|an|our|my)\s+)?[\w'’-]+(?:\s+(?!(?:{'|'.join(FUNCTION)})\b)[\w'’-]+)*",
        asked,
        re.I,
    )
    return _put(asked, old.start(), old.end(), said) if old else f"{asked} {said}"


def _swap(asked: str, old: str, new: str) -> str | None:
    """The question with one noun phrase for another; an article stays where the new one brings none of its own."""
    at = asked.rfind(old)
    if not old or at < 0:
        return None
    start = at
    bare = re.sub(r"^(?:the|a|an|our|my)\s+", "", old, flags=re.IGNORECASE)
    if new.split()[0].lower() not in DETERMINERS and not new[0].isupper() and bare != old and not new.endswith("s"):
        start = at + len(old) - len(bare)
    elif new[0].isupper() or new.split()[0].lower() in DETERMINERS:
        before = re.search(r"\b(?:the|a|an)\s+$", asked[:at], re.IGNORECASE)
        start = before.start() if before and new.split()[0].lower() in DETERMINERS else at
    return _put(asked, start, at + len(old), new)


def _put(asked: str, start: int, end: int, new: str) -> str:
    return f"{asked[:start]}{new}{asked[end:]}"
