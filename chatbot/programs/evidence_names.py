"""Readable names of values: from the row and column of a table, or from the nouns that stand nearest in the sentence."""

from __future__ import annotations

import builtins
import keyword
import re
import unicodedata
from collections.abc import Iterable, Sequence

from ingest.analyzer import has_korean, load_kiwi

_LONGEST = 40
# Names that a program or the sandbox gives a meaning of its own.
_RESERVED = frozenset([*keyword.kwlist, *keyword.softkwlist, *dir(builtins)]) | frozenset(
    "solution search answer ans result date datetime time timedelta math statistics decimal re json inputs".split()
)
_NOUN_TAGS = frozenset(["NNG", "NNP", "SL", "SH", "XR", "XSN", "XPN"])
_SKIPPED = frozenset("약 총 각각 모두 매 당 평균 이상 이하 중 가운데 현재 각 대략 한편 때 것 수 등 및".split())
_WORD = re.compile(r"[A-Za-z]+(?:['’][a-z]+)?")
_STOP = frozenset(
    (
        "a an the of at to in on for is was were are be been has have had by with from about over under than and or but rose "
        "fell grew reached totalled totaled which that this these those it its as per each every only up down more less "
        "most not no nor so such their his her our your my they he she we you i there will would can could may might must "
        "shall approximately around nearly almost roughly some between within during after before until since"
    ).split()
)
_BEYOND = 60  # characters; a noun farther away belongs to something else


def identifier(words: Iterable[str], taken: set[str], otherwise: str) -> str:
    """A name of letters, digits and underscores that is not in ``taken``; Hangul stays, for that is what people read."""
    joined = "_".join(dict.fromkeys(words))
    text = unicodedata.normalize("NFC", "".join(map(_plain, unicodedata.normalize("NFC", joined))))
    name = re.sub(r"[^a-z0-9가-힣ぁ-んァ-ヶ一-龥]+", "_", text.lower()).strip("_")
    if len(name) > _LONGEST:
        cut = name[:_LONGEST]
        name = cut.rpartition("_")[0] or cut
    name = name or otherwise
    if name[0].isdigit():
        name = f"v{name}"
    if name in _RESERVED:
        name = f"{name}_"
    unique, count = name, 1
    while unique in taken or not unique.isidentifier():
        count += 1
        unique = f"{name}_{count}"
    return unique


def _plain(character: str) -> str:
    """é as e; what has no plain letter stays."""
    base = unicodedata.normalize("NFKD", character)[:1]
    return base if base.isascii() and base.isalnum() else character


def nearest_nouns(sentence: str, start: int, end: int, counts: bool) -> tuple[str, ...]:
    """The nouns that say what the quantity at ``sentence[start:end]`` is of, at most three; none where none is near.
    ``counts``: it has no unit of its own, so that an English noun behind it is what is counted."""
    if has_korean(sentence):
        return _korean(sentence, start, end)
    return _english(sentence, start, end, counts)


def _korean(sentence: str, start: int, end: int) -> tuple[str, ...]:
    runs: list[list[tuple[int, str]]] = []
    last = -1
    for token in load_kiwi().tokenize(sentence):
        if token.tag in _NOUN_TAGS and token.form not in _SKIPPED and not _inside(token.start, start, end):
            if runs and sentence[last : token.start].strip() == "" and not (last <= start < token.start):
                runs[-1].append((token.start, token.form))
            else:
                runs.append([(token.start, token.form)])
            last = token.start + token.len
    before = [run for run in runs if start - _BEYOND <= run[0][0] < start]
    after = [run for run in runs if end <= run[0][0] < end + _BEYOND]
    chosen = before[-1] if before else (after[0] if after else [])
    return _joined(sentence, chosen[-3:])


def _joined(sentence: str, run: Sequence[tuple[int, str]]) -> tuple[str, ...]:
    """The forms of a run, written together where the sentence writes them together."""
    words: list[str] = []
    last = -1
    for start, form in run:
        if words and start == last:
            words[-1] += form
        else:
            words.append(form)
        last = start + len(form)
    return tuple(words)


def _inside(place: int, start: int, end: int) -> bool:
    return start <= place < end


def _english(sentence: str, start: int, end: int, counts: bool) -> tuple[str, ...]:
    if counts and (behind := _behind(sentence[end : end + _BEYOND], r"\s")):
        return behind
    if of := _behind(sentence[end : end + _BEYOND], r"\s+of\s"):
        return of
    clause = re.split(r"[.;:!?,]\s|\n|\d", sentence[max(0, start - _BEYOND) : start])[-1]
    words = [word.lower() for word in _WORD.findall(clause)]
    content = [word for word in words if word not in _STOP]
    return tuple(content[-3:]) or _behind(sentence[end : end + _BEYOND], r"\s")


def _behind(text: str, first: str) -> tuple[str, ...]:
    match = re.match(first, text)
    if match is None:
        return ()
    words: list[str] = []
    previous = match.end()
    for found in _WORD.finditer(text, previous):
        word = found.group().lower()
        gap = text[previous : found.start()]
        if word in _STOP or gap.strip() or len(words) == 2:
            break
        words.append(word)
        previous = found.end()
    return tuple(words)
