"""Sentences as sequences of units (Korean eojeol, other words): what each means, and the particle or ending it bears."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import Any

from ingest.analyzer import load_kiwi

# A meaning is a key that a lexicon compares: Kiwi's morpheme number for Korean, 0 for a form it does not know.
_NOUNS = frozenset(["NNG", "NNP", "NNB", "NR", "NP", "SL", "SH", "SN", "XR"])
_CONTENT = _NOUNS | frozenset(["VV", "VA", "VV-R", "VV-I", "VA-R", "VA-I", "MAG"])
_PARTICLE = re.compile(r"^(?:J|E|VCP|XS|EP)")
FLAGS = ("name", "noun", "number", "foreign", "hanja", "bound", "verb", "opens", "closes", "bracket", "comma", "stop",
         "subject", "object", "topic", "place", "genitive", "modifier", "copula", "connective")  # fmt: skip
_ROLES = {
    "JKS": "subject", "JKC": "subject", "JKO": "object", "JX": "topic", "JKB": "place", "JKG": "genitive",
    "ETM": "modifier", "VCP": "copula", "EC": "connective",
}  # fmt: skip


@dataclass(frozen=True)
class Word:
    """One content morpheme or word: its form, Kiwi tag (or "EN"), and meaning key."""

    form: str
    tag: str
    meaning: int


@dataclass(frozen=True)
class Unit:
    """One eojeol or word ``text[start:end]``; ``tail`` is its particle or ending, ``flags`` index FLAGS."""

    start: int
    end: int
    words: tuple[Word, ...]
    tail: str
    flags: frozenset[str]

    @property
    def head(self) -> Word | None:
        """The last noun (the one that carries the unit's type), else the last word."""
        for word in reversed(self.words):
            if word.tag in _NOUNS or word.tag == "EN":
                return word
        return self.words[-1] if self.words else None


@functools.lru_cache(maxsize=4096)
def korean_units(text: str) -> tuple[Unit, ...]:
    """The eojeol of a Korean text."""
    groups: list[list[Any]] = []
    place = None
    for morpheme in load_kiwi().tokenize(text):
        if morpheme.word_position != place:
            groups.append([])
            place = morpheme.word_position
        groups[-1].append(morpheme)
    return tuple(_unit(group) for group in groups)


def _unit(morphemes: list[Any]) -> Unit:
    words: list[Word] = []
    tail: list[str] = []
    flags: set[str] = set()
    for morpheme in morphemes:
        tag = morpheme.tag
        if tag in _CONTENT:
            form = morpheme.form.replace(",", "") if tag == "SN" else morpheme.form.lower()
            words.append(Word(form, tag.split("-")[0], int(morpheme.id)))
            tail = []
        elif _PARTICLE.match(tag):
            tail.append(morpheme.form)
        flags.update(_flags(tag, morpheme.form))
    return Unit(
        morphemes[0].start, morphemes[-1].start + morphemes[-1].len, tuple(words), "".join(tail), frozenset(flags)
    )


def _flags(tag: str, form: str) -> list[str]:
    found = {
        "NNP": "name", "NNG": "noun", "SN": "number", "NR": "number", "SL": "foreign", "SH": "hanja", "NNB": "bound",
        "VV": "verb", "VA": "verb", "XSV": "verb", "SF": "stop", "SSO": "opens", "SSC": "closes",
    }.get(tag)  # fmt: skip
    flags = [found] if found else []
    if form in "()[]（）":
        flags.append("bracket")
    if tag == "SP":
        flags.append("comma")
    if tag in _ROLES:
        flags.append(_ROLES[tag])
    return flags
