"""English pronouns of a question and what stands instead of them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from chatbot.followup.english_phrases import AUXILIARY, COMMON, DETERMINERS, FUNCTION, PREPOSITIONS, WH

_CLASSES = frozenset(
    "person man woman company firm organisation organization city country town place region book film movie song team school "
    "university law rule policy product device project program programme event game war king queen president building".split()
)
_PEOPLE = frozenset("he him his she her hers himself herself".split())
PRONOUN = re.compile(
    r"\b(?P<subject>it|they|he|she)\b|\b(?P<object>them|him)\b|\b(?P<owner>its|their|his)\b|\b(?P<her>her)\b"
    r"|\b(?P<there>there)\b|\b(?P<then>then|at that time|that year|that day)\b"
    r"|\b(?P<this>that|this|those|these)\b(?P<noun> [a-z]+)?",
    re.IGNORECASE,
)
_DUMMY_IT = re.compile(
    r"\bit\s+(?:\w+\s+){0,2}?(?:take|mean|possible|necessary|true|allowed|required|important|likely|called|safe|legal|cost|raining"
    r"|time|better|best|worth|okay|ok|common|said|known|believed)\b.*\b(?:to|for|that|when|if)\b"
    r"|(?:what|which) (?:time|day) is it",
    re.IGNORECASE,
)
_MOVING = re.compile(r"\b(?:get|go|come|travel|drive|walk|fly|move|moved|went|send|sent|ship)\s+$", re.IGNORECASE)


@dataclass(frozen=True)
class EnglishEarlier:
    """The question before, complete by itself: its ``topic`` (with article), the ``entity`` behind its last "of", the
    ``names`` in it, who its answer named when it asked who, and a date of it or of its answer."""

    question: str
    topic: str
    entity: str
    names: tuple[str, ...]
    person: str
    date: str


def replace_pronoun(said: str, before: EnglishEarlier) -> str | None:
    if _DUMMY_IT.search(said):
        return None
    for match in PRONOUN.finditer(said):
        kind = str(match.lastgroup if match.lastgroup != "noun" else "this")
        meant = _meant(kind, match, said, before)
        if meant and not _named(said[: match.start()], kind):
            text = _in_place(kind, match, said, meant)
            if text is None:
                continue
            return said[: match.start()] + (lowered(text) if match.start() else text) + said[match.end() :]
    return None


def _meant(kind: str, match: re.Match[str], said: str, before: EnglishEarlier) -> str:
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
            exists = re.search(r"\b(?:is|are|was|were|be|been)\s+$", said[: match.start()])
            if exists or (after.strip() and not re.match(r"\s+(?:in|on|at|by)\s", after)):
                return None
            return f"to {meant}" if _MOVING.search(said[: match.start()]) else f"in {meant}"
        case "then":
            return f"in {meant}" if re.search(r"\d", meant) else meant
        case _:
            return _instead_of_this(match, said, meant)


def _instead_of_this(match: re.Match[str], said: str, meant: str) -> str | None:
    noun = (match["noun"] or "").strip()
    leads = said[: match.start()].split()
    opens = not leads or leads[-1].lower() in AUXILIARY | {"about", "of", "for", "after", "before", "to", "with"}
    ends = not noun and not said[match.end() :].strip()
    alone = not noun or noun in FUNCTION or (leads and re.fullmatch(r"called|mean|apply|work|happen|cost|change", noun))
    if ends or (opens and alone):
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
    happens = len(lower) >= 2 and re.search(r"ed$|^(?:came|comes|goes|went|happens|made|makes|follows)$", lower[1])
    determined = (
        len(lower) >= 2
        and not happens
        and (lower[0] in ("which", "what", "whose") or lower[:2] in (["how", "many"], ["how", "much"]))
    )
    return (
        determined and len(lower) >= 3 and lower[1] not in AUXILIARY and (kind == "owner" or lower[-1] not in AUXILIARY)
    )


def _owner(noun: str) -> str:
    return f"{noun}'" if noun.endswith("s") else f"{noun}'s"


def lowered(noun: str) -> str:
    first, _, rest = noun.partition(" ")
    return f"{first.lower()} {rest}".strip() if first.lower() in DETERMINERS else noun
