"""Korean lines broken inside words: whether a space stood where a line ends that kept none.

Korean may be broken after any syllable, and what writes a PDF often drops the space at a line's end. What tells the
two apart is what is written elsewhere in the document, and how words of Korean begin and end.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import pairwise

USUAL_AT_BREAKS = 0.38  # the share of a Korean text's breaks between two syllables at which there is a space
_USUAL = 0.3  # the share of its syllables that end a word
_LONGEST_WORD = 60
_MAX_CHARS = 60_000  # enough to know a document by; the counts take about 500 bytes a character
_HANGUL = re.compile(r"[가-힣]+")

# Syllables by how often a word ends in them, and by how often one begins with them.
_ENDINGS = {
    0.9: "을를",
    0.75: "은는의며와과및",
    0.55: "에고도서로던년월게",
    0.4: "가이인한된할될면지만일들적",
    0.12: "습하되었았했있없대관공부전시",
}
_BEGINNINGS = {
    0.02: "을를습였었겠됐졌켰렸랐럽",
    0.05: "는은의에며와과들았했된될됩",
    0.12: "로서고다니도만면까부터지던적률율력성형화",
    0.55: "그것수있없및때또많않같및어여새각약첫큰",
    0.4: "이위통모다른두세네열",
}
_BEFORE_VERBS = "게야지록고아어"  # behind which 하다 and 되다 are words of their own
_SHORT_WORDS = frozenset(
    "그이저수것등및때중한두세네각전후첫못안잘더또몇제새약총현구신대만백천년월일곳바데채점간당본내위앞뒤옆밖속말집책물불"
)
# What follows a word without a space: forms of 이다 and 하다, endings and particles. Whole: only with nothing behind it,
# for other words begin so too.
_TAIL = re.compile(
    r"(?:습니다|습니까|입니다|입니까|합니다|합니까|됩니다|됩니까|십시오|셨습|하였|되었|했[다고던을는으지]|됐[다고던을는으지]|였[다고던을는으지]|었[다고던을는으지]"
    r"|았[다고던을는으지]|한다[.고는며면]?$|된다[.고는며면]?$|하고$|하며$|하여$|하는$|하기$|하게$|하지$|하면$|되고$|되며$|되어$|되는$|되지$|되면$|적으로|적인"
    r"|니다|으로|에서|에게|에는|에도|에만|부터|까지|보다$|처럼|마다$|밖에|조차|이라고|이라는|라고|라는|이며$|이고$|이다$|이나$|이란|이지만"
    r"|들이$|들은$|들을$|들의|들에|들과|면서|지만$|도록|는데|은데|려고|더라|므로|[은는이가을를의에와과도로]$|만$)"
)


class KoreanGaps:
    """What the lines of a document say about its spaces. ``words`` counts its words but for those at lines' ends."""

    def __init__(self, lines: Iterable[str], words: Counter[str]) -> None:
        self._lines = lines
        self._words = words

    def probability(self, before: str, after: str) -> float:
        """That a space stood between two lines' ends; both end and begin with a syllable of Hangul."""
        first, last = _run_at_end(before), _run_at_start(after)
        whole = self._words[first + last]
        apart = min(self._words[first], self._words[last])
        is_tail = bool(_TAIL.match(last)) and not (last[0] in "하한했되된됐" and first[-1] in _BEFORE_VERBS)
        if is_tail or whole > apart:
            return 0.02 + 0.13 * self._of_syllables(first, last) * (not whole)
        if apart > 1 + whole:
            return 0.98
        odds = _odds(self._of_syllables(first, last)) * (4.0 if self._words[first] and len(first) > 1 else 1.0)
        odds *= 2.0 if self._words[last] and len(last) > 1 else 1.0
        if first not in _SHORT_WORDS and len(first) == 1 and not before[-2:-1].isdigit():
            odds *= 0.3
        if len(last) == 1 and last not in _SHORT_WORDS:
            odds *= 0.3
        return odds / (1 + odds)

    def _of_syllables(self, first: str, last: str) -> float:
        """From the usual use of the two syllables to their use in this document, with ever more around them."""
        counts = self._counts
        ends = _mixed(_usual(_ENDINGS, first[-1]), counts[f"{first[-1]} "], counts[f"{first[-1]}_"], 6)
        begins = _mixed(_usual(_BEGINNINGS, last[0]), counts[f" {last[0]}"], counts[f"_{last[0]}"], 6)
        if len(first) > 1:
            ends = _mixed(ends, counts[f"{first[-2:]} "], counts[f"{first[-2:]}_"], 2)
        if len(last) > 1:
            begins = _mixed(begins, counts[f" {last[:2]}"], counts[f"_{last[:2]}"], 2)
        odds = _odds(ends) * _odds(begins) / _odds(_USUAL)
        chance = odds / (1 + odds)
        for left, right, trust in ((1, 1, 2.0), (2, 1, 1.0), (1, 2, 1.0), (2, 2, 0.7)):
            if len(first) >= left and len(last) >= right:
                apart = counts[f"{first[-left:]} {last[:right]}"]
                chance = _mixed(chance, apart, counts[first[-left:] + last[:right]], trust)
        return chance

    @cached_property
    def _counts(self) -> Counter[str]:
        """Runs of two to five characters inside the document's lines; "_" stands for a syllable."""
        counts: Counter[str] = Counter()
        for line in _some(self._lines):
            for length in (2, 3, 4, 5):
                counts.update(line[at : at + length] for at in range(len(line) - length + 1))
            for here, following in pairwise(line):
                if _is_hangul(here) and _is_hangul(following):
                    counts[f"{here}_"] += 1
                    counts[f"_{following}"] += 1
            for at in range(len(line) - 2):
                if _HANGUL.fullmatch(line, at, at + 3):
                    counts[f"{line[at : at + 2]}_"] += 1
                    counts[f"_{line[at + 1 : at + 3]}"] += 1
        return counts


def _some(lines: Iterable[str]) -> Iterator[str]:
    room = _MAX_CHARS
    for line in lines:
        line = line.strip()
        room -= len(line)
        if room < 0:
            return
        yield line


def _mixed(before: float, spaces: int, joins: int, trust: float) -> float:
    return (spaces + trust * before) / (spaces + joins + trust)


def _odds(chance: float) -> float:
    return chance / (1 - chance)


def _usual(table: dict[float, str], syllable: str) -> float:
    return next((share for share, syllables in table.items() if syllable in syllables), _USUAL)


def _run_at_end(text: str) -> str:
    runs = _HANGUL.findall(text[-_LONGEST_WORD:])
    return str(runs[-1])


def _run_at_start(text: str) -> str:
    found = _HANGUL.match(text)
    return found.group()[:_LONGEST_WORD] if found else ""


def _is_hangul(char: str) -> bool:
    return "\uac00" <= char <= "\ud7a3"
