"""How far an answer agrees with the expected ones: containment, exact match and F1, for Korean as well.

Exact match and F1 are those of SQuAD 1.1 (Rajpurkar et al., 2016, arXiv:1606.05250): lower case, no punctuation, no English
articles, then the bag of words. Where the expected answer is in Hangul, kana or Han characters the units are characters, as
in KorQuAD 1.0 (Lim et al., 2019, arXiv:1909.07005): particles hang on the word, so that "경주에" against "경주" would score 0
in words. Spaces do not count there, because many Korean words may be written with or without one.
"""

from __future__ import annotations

import re
import string
import unicodedata
from collections import Counter
from collections.abc import Sequence

_ARTICLE = re.compile(r"\b(?:a|an|the)\b")
_UNSPACED = re.compile(r"[\u1100-\u11ff\u3040-\u30ff\u3130-\u318f\u3400-\u9fff\uac00-\ud7a3]")
# The numbers that mark citations in an answer.
_CITED = re.compile(r"\s*\[\d+\]")


def contains(text: str, answer: str) -> bool:
    """Whether ``answer`` stands in ``text``, whatever its case and spaces; a number only as a whole number, so that 200
    does not stand in 1,200.
    """
    letters = "".join(_folded(answer).split())
    if not letters:
        return False
    pattern = r"\s*".join(map(re.escape, letters))
    before = r"(?<!\d)(?<!\d,)" if letters[0].isdigit() else ""
    after = r"(?!\d)(?!,\d)" if letters[-1].isdigit() else ""
    return re.search(before + pattern + after, _folded(text)) is not None


def exact_match(answer: str, expected: Sequence[str]) -> bool:
    """Whether the whole answer, without citation numbers, is one of the expected ones after normalization."""
    return any(_units(answer, one) == _units(one, one) for one in expected)


def f1(answer: str, expected: Sequence[str]) -> float:
    """The best F1, 0 to 1, of the answer's units, without citation numbers, against those of an expected answer."""
    return max((_f1(_units(answer, one), _units(one, one)) for one in expected), default=0.0)


def _f1(found: list[str], wanted: list[str]) -> float:
    if not found or not wanted:
        return float(found == wanted)
    common = sum((Counter(found) & Counter(wanted)).values())
    return 2 * common / (len(found) + len(wanted))


def _units(text: str, expected: str) -> list[str]:
    plain = "".join(character for character in _folded(_CITED.sub("", text)) if not _is_punctuation(character))
    if _UNSPACED.search(expected):
        return [character for character in plain if not character.isspace()]
    return _ARTICLE.sub(" ", plain).split()


def _is_punctuation(character: str) -> bool:
    return character in string.punctuation or unicodedata.category(character).startswith("P")


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
