"""English questions that lean on the one before: seen by their pronouns and gaps, completed from it by rules."""

from __future__ import annotations

import re
from dataclasses import dataclass

from chatbot.english_phrases import (
    AUXILIARY,
    COMMON,
    DATE,
    DETERMINERS,
    FUNCTION,
    PREPOSITIONS,
    WH,
    names_of,
    topic_of,
)

_LONGEST_WORDS = 16
_CONNECTIVE = re.compile(
    r"^(?:(?:ok|okay|and|so|but|then|or|also|well|great|thanks)[,\s]+)*(?:(?:what|how) about\s+|what if (?=\w+\W*$))?",
    re.IGNORECASE,
)
_ABOUT_THE_ANSWER = frozenset(
    "tell me more details detail in please explain explained elaborate go on continue further example examples for give an a "
    "can could you say that this it again are sure really what do does mean summarize summarise shorter simpler simply the "
    "source sources why think how know about some any show which clarify repeat expand be specific with i want would like to "
    "is correct right happened next".split()
)
_DEMANDS = frozenset(
    "more details detail explain elaborate continue further example examples again sure really mean summarize summarise "
    "shorter simpler source sources clarify repeat expand specific correct".split()
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
_CLASSES = frozenset(
    "person man woman company firm organisation organization city country town place region book film movie song team school "
    "university law rule policy product device project program programme event game war king queen president building".split()
)
_PEOPLE = frozenset("he him his she her hers himself herself".split())
_PRONOUN = re.compile(
    r"\b(?P<subject>it|they|he|she)\b|\b(?P<object>them|him)\b|\b(?P<owner>its|their|his)\b|\b(?P<her>her)\b"
    r"|\b(?P<there>there)\b|\b(?P<then>then|at that time|that year|that day)\b|\b(?P<this>that|this|those|these)\b(?P<noun> [a-z]+)?",
    re.IGNORECASE,
)
_DUMMY_IT = re.compile(
    r"\bit\s+(?:\w+\s+){0,2}?(?:take|mean|possible|necessary|true|allowed|required|important|likely|called|safe|legal|cost|raining"
    r"|time|better|best|worth|okay|ok|common|said|known|believed)\b.*\b(?:to|for|that|when|if)\b|(?:what|which) (?:time|day) is it",
    re.IGNORECASE,
)
_MOVING = re.compile(r"\b(?:get|go|come|travel|drive|walk|fly|move|moved|went|send|sent|ship)\s+$", re.IGNORECASE)
_ORDINAL = re.compile(
    r"\b(?:the )?(?:first|second|third|fourth|fifth|last|other|next|former|latter|largest|smallest) ones?\b|\bwhich ones?\b",
    re.I,
)
_OTHERS = re.compile(r"^(?:the )?(?:others?|rest|first|second|third|fourth|fifth|last|former|latter)$", re.IGNORECASE)


@dataclass(frozen=True)
class Earlier:
    """The question before, complete by itself: its ``topic`` (with article), the ``entity`` behind its last "of", the
    ``names`` in it, who its answer named when it asked who, and a date of it or of its answer."""

    question: str
    topic: str
    entity: str
    names: tuple[str, ...]
    person: str
    date: str


def earlier(question: str, answer: str) -> Earlier:
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
    return Earlier(question, topic, entity, names, person, dates[0] if dates else "")


def rewrite(question: str, before: Earlier) -> str | None:
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
    completed = _fragment(said, before, linked, "?" in question) or _pronoun(said, before)
    return _finished(completed, question) if completed and completed != bare else None


def _finished(text: str, question: str) -> str:
    text = text[0].upper() + text[1:]
    return text.rstrip("? ") + "?" if question.rstrip().endswith("?") and not text.endswith("?") else text


# -- completing -------------------------------------------------------------------------------------------------------


def _more(said: str, before: Earlier) -> str | None:
    words = re.findall(r"[a-z']+", said.lower())
    if words and all(word in _ABOUT_THE_ANSWER for word in words) and any(word in _DEMANDS for word in words):
        return f"{before.question.rstrip('? ')}? {said[0].upper()}{said[1:]}"
    return None


def _asking_only(said: str, before: Earlier) -> str | None:
    """ "Why?" takes the place of what the question before asked for."""
    if not re.fullmatch(
        r"(?:why|when|where|how|who|how (?:much|many|long|often|so|come)|why (?:not|so)|since when|which|what)",
        said,
        re.I,
    ):
        return None
    asked = before.question.rstrip("? ")
    verb = re.search(rf"\b(?:{'|'.join(sorted(AUXILIARY, key=len, reverse=True))})\b", asked, re.IGNORECASE)
    word = said.split()[0] if said.lower() in ("how so", "why so", "why not") else said
    if (
        verb
        and said.lower() not in ("who", "which", "what", "how come", "how many")
        and (verb.start() == 0 or asked.split()[0].lower() in WH)
    ):
        return f"{word} {verb.group().lower()}{asked[verb.end() :]}"
    return f"{asked}? {said}"


def _one_of(said: str, before: Earlier) -> str | None:
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


def _fragment(said: str, before: Earlier, linked: bool, asked: bool) -> str | None:
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
    if _PRONOUN.search(said):
        return None
    noun = words[-1]
    if noun in _ATTRIBUTES and before.entity and len(words) <= 3:
        article = "" if words[0] in DETERMINERS else "the "
        return f"What is {article}{said} of {_lowered(before.entity)}"
    names = names_of(f". {said}") if said[0].isupper() else []
    if names and before.names:
        return _swap(before.question, before.names[-1], said)
    return _swap(before.question, before.entity, said) if linked and before.entity else None


def _swap_date(dated: re.Match[str], before: Earlier) -> str:
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


def _swap_object(said: str, before: Earlier) -> str:
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


def _pronoun(said: str, before: Earlier) -> str | None:
    if _DUMMY_IT.search(said):
        return None
    for match in _PRONOUN.finditer(said):
        kind = str(match.lastgroup if match.lastgroup != "noun" else "this")
        meant = _meant(kind, match, said, before)
        if meant and not _named(said[: match.start()], kind):
            text = _in_place(kind, match, said, meant)
            if text is None:
                continue
            return said[: match.start()] + (_lowered(text) if match.start() else text) + said[match.end() :]
    return None


def _meant(kind: str, match: re.Match[str], said: str, before: Earlier) -> str:
    if kind == "then":
        return before.date
    if match.group().lower() in _PEOPLE:
        return before.person or (before.names[-1] if before.names else before.topic)
    if kind == "there":
        return before.entity
    return before.topic


def _in_place(kind: str, match: re.Match[str], said: str, meant: str) -> str | None:
    """What stands instead of the pronoun; None where it is none ("the rule that applies", "is there a")."""
    after = said[match.end() :]
    match kind:
        case "subject" | "object":
            return meant
        case "owner":
            return _owner(meant)
        case "her":
            return _owner(meant) if re.match(r"\s+[a-z]", after) and after.split()[0].lower() not in FUNCTION else meant
        case "there":
            if after.strip() and not re.match(r"\s+(?:in|on|at|by)\s", after):
                return None
            return f"to {meant}" if _MOVING.search(said[: match.start()]) else f"in {meant}"
        case "then":
            return f"in {meant}" if re.search(r"\d", meant) else meant
        case _:
            return _instead_of_this(match, said, meant)


def _instead_of_this(match: re.Match[str], said: str, meant: str) -> str | None:
    noun = (match["noun"] or "").strip()
    leads = said[: match.start()].split()
    ends = not noun and not said[match.end() :].strip()
    opens = not leads or leads[-1].lower() in AUXILIARY | {"about", "of", "for", "after", "before", "to", "with"}
    if (
        (opens and noun in FUNCTION)
        or ends
        or (opens and not noun)
        or (opens and (leads and re.fullmatch(r"called|mean|apply|work|happen|cost|change", noun)))
    ):
        return f"{meant} {noun}".strip()
    # "that law" after a question about a law; else a class that anything may be called by.
    if noun == meant.split()[-1].lower() or noun in _CLASSES:
        return meant
    return None


def _named(text: str, kind: str) -> bool:
    """Whether something was named in front that a pronoun could mean."""
    words = re.findall(r"[\w'’-]+", text)
    lower = [word.lower() for word in words]
    if kind == "then":
        return False
    if any(word[0].isupper() and word != "I" for word in words[1:]):
        return True
    if words and lower[0] not in WH | AUXILIARY | PREPOSITIONS | COMMON and lower[0] not in FUNCTION:
        return True
    if any(word in ("the", "a", "an", "my", "our", "your", "this", "these", "those") for word in lower):
        return True
    first = next((i for i, word in enumerate(lower) if word in AUXILIARY), -1)
    if first >= 0 and first + 1 < len(lower) and lower[first + 1] not in FUNCTION:
        return True
    if kind == "there":
        return False
    # "Which university has its origins in": the one that is asked for.
    determined = len(lower) >= 2 and (
        lower[0] in ("which", "what", "whose") or lower[:2] in (["how", "many"], ["how", "much"])
    )
    return (
        determined and len(lower) >= 3 and lower[1] not in AUXILIARY and (kind == "owner" or lower[-1] not in AUXILIARY)
    )


def _owner(noun: str) -> str:
    return f"{noun}'" if noun.endswith("s") else f"{noun}'s"


def _lowered(noun: str) -> str:
    first, _, rest = noun.partition(" ")
    return f"{first.lower()} {rest}".strip() if first.lower() in DETERMINERS else noun
