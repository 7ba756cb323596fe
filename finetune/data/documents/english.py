"""Questions about English sentences by rules: definitions, dates, numbers, gaps."""

from __future__ import annotations

import re
from collections.abc import Iterator

from finetune.data.documents.draft import Draft, ended

_MONTH = "(?:January|February|March|April|May|June|July|August|September|October|November|December)"
_DATE = rf"(?:{_MONTH} \d{{1,2}}, \d{{4}}|\d{{1,2}} {_MONTH}(?: \d{{4}})?|{_MONTH} \d{{4}}|{_MONTH} \d{{1,2}}|1[0-9]{{3}}|20\d\d)"
_NUMBER = r"(?:\d[\d,]*|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty)"
_POINTING = re.compile(
    r"(?:it|its|this|that|these|those|they|their|he|she|his|her|we|you|i|here|there|then|also|but|however|and|or|so|if|"
    r"some|one|both|each|others?|such|all|what|who|which|when|where)\b",
    re.IGNORECASE,
)
_THERE = re.compile(
    rf"There (?P<be>are|were) (?P<n>{_NUMBER}) (?P<what>[a-z][\w -]*?s)(?P<rest> (?:on|in|at|behind|with|for|of)\b.*)?[.;]"
)
_DEFINITION = re.compile(r"(?P<term>[\w’'\- ]{2,60}?) (?P<be>is|are|was|were) (?P<gist>(?:an?|the|one of) .{4,150})\.")
_WHEN = re.compile(
    rf"(?P<who>[\w’'\- ]{{2,70}}?) (?P<be>was|were|is|are|will be) (?P<did>[^,;]{{3,90}}?) (?:in|on|since|until) "
    rf"(?P<date>{_DATE})\."
)
_HAS = re.compile(
    rf"(?P<who>[\w’'\- ]{{2,60}}?) (?P<verb>has|have|had|holds|hold|held|contains|contain|lasts|last|costs|cost) "
    rf"(?P<n>{_NUMBER}) (?P<what>[a-z-]+s|won|people|percent)\b(?P<rest>[^,;:]*)\."
)
_BASE = {
    "has": ("does", "have"), "have": ("do", "have"), "had": ("did", "have"), "holds": ("does", "hold"), "hold": ("do", "hold"),
    "held": ("did", "hold"), "contains": ("does", "contain"), "contain": ("do", "contain"), "lasts": ("does", "last"),
    "last": ("do", "last"), "costs": ("does", "cost"), "cost": ("do", "cost"),
}  # fmt: skip
# What has one of these is no name but the beginning of a longer sentence.
_JOINING = re.compile(r" (?:and|or|who|that|which|with|because|when|if|than|as|not)\b")
_DETERMINERS = ("The ", "A ", "An ", "Any ", "Every ", "Each ", "Most ", "Many ", "Children ", "Members ")
_GAP = re.compile(rf"\b{_DATE}\b|(?<![\w.,])\d[\d,.]*\d(?![\w])|(?<!^)(?<![.!?] )\b[A-Z][a-z]+(?: [A-Z][a-z]+)+")


def drafts(text: str, start: int) -> Iterator[Draft]:
    """Questions that one sentence answers; ``start`` is its offset in the document."""
    line = " ".join(text.split())
    if not 20 <= len(line) <= 300:
        return
    made = list(_questions(line))
    for question, answer, rule in made:
        yield Draft(question, ended(text), (answer,), start, start + len(text), rule, "en")
    if made or _POINTING.match(line):
        return
    held = _GAP.search(line)
    if held is not None:
        gapped = f"{line[: held.start()]}____{line[held.end() :]}"
        question = f"Which words fill the gap? {gapped}"
        yield Draft(question, ended(text), (held.group(),), start, start + len(text), "gap", "en")


def _questions(line: str) -> Iterator[tuple[str, str, str]]:
    if found := _THERE.match(line):
        yield f"How many {found['what']} {found['be']} there{_clause(found['rest'])}?", found["n"], "number"
    if _POINTING.match(line):
        return
    if (
        (found := _DEFINITION.fullmatch(line))
        and len(found["term"].split()) <= 5
        and not _JOINING.search(found["term"])
    ):
        term = found["term"] if found["be"] in ("is", "was") else _uncapitalized(found["term"])
        yield f"What {found['be']} {_inside(term)}?", found["gist"], "definition"
    if found := _WHEN.fullmatch(line):
        yield _when(found["who"], found["be"], found["did"]), found["date"], "date"
    if found := _HAS.fullmatch(line):
        helper, base = _BASE[found["verb"]]
        question = f"How many {found['what']} {helper} {_inside(found['who'])} {base}{_clause(found['rest'])}?"
        yield question, found["n"], "number"


def _when(who: str, be: str, did: str) -> str:
    if be == "will be":
        return f"When will {_inside(who)} be {did}?"
    return f"When {be} {_inside(who)} {did}?"


def _inside(phrase: str) -> str:
    """A phrase that began a sentence as it stands inside one."""
    return phrase[0].lower() + phrase[1:] if phrase.startswith(_DETERMINERS) else phrase


def _uncapitalized(phrase: str) -> str:
    return phrase[0].lower() + phrase[1:] if phrase[1:2].islower() else phrase


def _clause(rest: str | None) -> str:
    return f" {' '.join(rest.split())}" if rest and rest.strip() else ""
