"""What the rules for English questions read in them, without a dictionary: names, dates, the subject."""

from __future__ import annotations

import re

AUXILIARY = frozenset(
    "is are was were am be been do does did has have had can could will would shall should may might must isn't aren't "
    "wasn't weren't doesn't don't didn't can't won't".split()
)
WH = frozenset("what which who whom whose when where why how".split())
DETERMINERS = frozenset(
    "the a an my our your this that these those each every any some all no his her its their".split()
)
PREPOSITIONS = frozenset(
    "of in on at to for from by with about as into onto over under after before during since until between among per than "
    "via within without through against".split()
)
FUNCTION = (
    AUXILIARY | WH | DETERMINERS | PREPOSITIONS
    | frozenset("and or but if so not i you he she it we they me him us them there then when that than too also ever still "
                "yet already first only just".split())
)  # fmt: skip
DATE = re.compile(
    r"(?:(?:early|late|mid) )?(?:(?:Q[1-4]|the (?:first|second|third|fourth) quarter)(?: of)? ?)?"
    r"(?:(?:January|February|March|April|May"
    r"|June|July|August|September|October|November|December)(?: \d{1,2}(?:st|nd|rd|th)?,?)?(?: \d{4})?|\b(?:1[5-9]|20)\d\d\b)"
    r"|Q[1-4]|(?:last|this|next) (?:year|month|week|quarter)|yesterday|today|tomorrow"
    r"|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)days?|weekends?|weekdays?",
    re.IGNORECASE,
)
_NAME = re.compile(r"(?:[A-Z][\w'&.-]*|\d+)(?:\s+(?:of(?: the)?\s+)?(?:[A-Z][\w'&.-]*|\d+))*")


def names_of(text: str) -> list[str]:
    """Proper names in order; a capital at the start of a sentence counts when the word is no common one."""
    found = []
    for match in _NAME.finditer(text):
        name = re.sub(r"['’]s?$", "", match.group().rstrip(".,'"))
        first, _, rest = name.partition(" ")
        opens = match.start() == 0 or text[: match.start()].rstrip().endswith((".", "!", "?", '"'))
        if opens and (first.lower() in FUNCTION or (not rest and first.lower() in COMMON)):
            name = rest
        if name and not name[0].isdigit() and not DATE.fullmatch(name) and name != "I":
            found.append(name)
    return found


# Verbs that follow a subject without an article ("Can interns take ..."); what is no word of these ends a subject as well.
_VERBS = frozenset(
    "take get have make use apply need pay work go come give find see want say ask try call keep let begin start show hear run "
    "move live believe bring happen write provide sit stand lose add change play send build stay fall cut reach kill remain "
    "suggest raise pass sell require report decide pull return receive join buy earn request submit cancel renew borrow rent "
    "open close cover include offer accept contain allow help meet read spend grow win lead serve cost last vote attend".split()
)
_BE_AND_HAVE = frozenset("is are was were has have had isn't aren't wasn't weren't".split())
COMMON = frozenset(
    "name list give tell show explain describe besides according during after before there many most".split()
)


def topic_of(question: str) -> str:
    """The subject of a question, else its first noun phrase, with what an "of" adds."""
    words = list(re.finditer(r"[\w'’-]+", question))
    lower = [word.group().lower() for word in words]
    first = next((i for i, word in enumerate(lower) if word in AUXILIARY), -1)
    starts = [first + 1] if first >= 0 else []
    starts += [i for i, word in enumerate(lower) if word in ("the", "a", "an", "our", "my", "your")]
    for start in starts:
        phrase = _phrase(question, words, lower, start, first)
        if phrase:
            return phrase
    return ""


def _phrase(question: str, words: list[re.Match[str]], lower: list[str], start: int, auxiliary: int) -> str:
    """The noun phrase that begins at a word, "" where none does."""
    begin = start + (start < len(lower) and lower[start] in DETERMINERS)
    end = _run(question, words, begin)
    if 0 <= auxiliary <= start and not _goes_on(lower, end):
        end = _before_verb(lower, begin, end, auxiliary)
    if end == begin:
        return ""
    while _goes_on(lower, end):
        after = end + 1 + (end + 1 < len(lower) and lower[end + 1] in DETERMINERS)
        stop = _run(question, words, after)
        if stop == after:
            break
        end = stop
    return re.sub(r"['’]s$", "", question[words[start].start() : words[end - 1].end()])


def _run(question: str, words: list[re.Match[str]], begin: int) -> int:
    """Where the words end that are neither grammar nor parted by a comma."""
    end = begin
    while end < len(words) and words[end].group().lower() not in FUNCTION and not _parted(question, words, end, begin):
        end += 1
    return end


def _before_verb(lower: list[str], begin: int, end: int, auxiliary: int) -> int:
    """Where a subject ends that a verb follows without a break ("Can interns take", "did the summer school start")."""
    verb = next((place for place in range(begin + 1, end) if lower[place] in _VERBS), None)
    if verb is not None and lower[auxiliary] not in _BE_AND_HAVE:
        return verb
    return end - 1 if end - begin >= 2 and _ends_in_verb(lower, end, auxiliary) else end


def _parted(question: str, words: list[re.Match[str]], index: int, begin: int) -> bool:
    return index > begin and "," in question[words[index - 1].end() : words[index].start()]


def _goes_on(lower: list[str], end: int) -> bool:
    return end < len(lower) and lower[end] == "of"


def _ends_in_verb(lower: list[str], end: int, auxiliary: int) -> bool:
    """After do and the modals a verb follows the subject; after be a participle or an adjective may."""
    if lower[auxiliary] in _BE_AND_HAVE:
        return bool(
            re.search(
                r"(?:ed|en|ing|built|made|held|sold|open|free|available|closed|famous|born|known|like)$", lower[end - 1]
            )
        )
    return True
