"""What the rules for Korean questions read in them: words with their particles, noun phrases, names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from ingest.analyzer import load_kiwi

_ASKING = frozenset("무엇 무어 뭐 뭘 누구 어디 언제 몇 어느 어떤 무슨 얼마 어떻 왜 얼마나 어떠 어째서 어떻게".split())
_POINTING = frozenset(("그", "이", "저", "해당", "그런", "이런", "그러한", "이러한"))


@dataclass(frozen=True)
class Eojeol:
    """``text[start:end]`` without punctuation; ``nouns`` ends where the particle begins (``start`` where none stands).

    ``kind``: noun, predicate, asking, pointing (그, 이 before a noun), other. ``head`` is Kiwi's number of the last noun, 0
    without one; ``proper``: a proper name or foreign word is in it; ``modifies``: it belongs to the noun that follows;
    ``counter``: only what is counted with (명, 개).
    """

    start: int
    end: int
    nouns: int
    kind: str
    particle: str
    words: tuple[str, ...]
    head: int
    proper: bool
    modifies: bool
    counter: bool


@dataclass(frozen=True)
class Phrase:
    """Neighbouring nouns ``text[start:end]`` and the particle behind them; ``owner`` ends the part before the last 의."""

    text: str
    start: int
    end: int
    particle: str
    owner: str
    head: int
    proper: bool
    clause: bool


def eojeols(text: str) -> list[Eojeol]:
    """The words of a Korean text with their nouns and particles."""
    groups: dict[int, list[Any]] = {}
    for morpheme in load_kiwi().tokenize(text):
        if morpheme.tag[0] != "S" or morpheme.tag in ("SL", "SH", "SN"):
            groups.setdefault(morpheme.word_position, []).append(morpheme)
    return [_eojeol(text, group) for group in groups.values()]


def _eojeol(text: str, morphemes: list[Any]) -> Eojeol:
    start, end = morphemes[0].start, max(m.start + m.len for m in morphemes)
    content = [m for m in morphemes if m.tag[0] not in "JE" and m.tag not in ("VCP", "XSV", "XSA", "XSA-R", "XSA-I")]
    words = tuple(m.form for m in content)
    nouns = [m for m in content if m.tag in ("NNG", "NNP", "NNB", "NR", "NP", "SL", "SH", "SN", "XSN", "XR")]
    ends = [m.tag for m in morphemes if m.tag[0] in "EV" or m.tag.startswith("XS")]
    verbal = any((tag[0] == "V" and tag != "VCP") or tag.startswith(("XSV", "XSA", "EP", "EF", "EC")) for tag in ends)
    kind = "other"
    if any(word in _ASKING for word in words):
        kind = "asking"
    elif text[start:end] in _POINTING:
        kind = "pointing"
    elif verbal or "VCP" in ends or "ETM" in ends:
        kind = "predicate"
    elif nouns:
        kind = "noun"
    last = nouns[-1].start + nouns[-1].len if nouns else start
    particle = "".join(m.form for m in morphemes if m.tag[0] == "J")
    return Eojeol(
        *(start, end, last, kind, {"ᆫ": "은", "ᆯ": "을"}.get(particle, particle), words),
        *(int(nouns[-1].id) if nouns else 0, any(m.tag in ("NNP", "SL") for m in nouns), "ETM" in ends),
        all(m.tag == "NNB" for m in nouns),
    )


def phrases(text: str) -> list[Phrase]:
    """Noun phrases in order: "A의 B", "A B" are one; a clause before its noun ("A가 만든 B") belongs to it."""
    found: list[Phrase] = []
    run: list[Eojeol] = []
    clause = -1
    for part in eojeols(text):
        if part.kind == "noun" and (run or not part.counter):
            run.append(part)
            if part.particle in ("", "의"):
                continue
            found.append(_phrase(text, run, clause))
            clause = -1
        elif part.modifies and found and not run:
            clause = found[0].start
        elif run:
            found.append(_phrase(text, run, clause))
            clause = -1
        run = []
    return [*found, _phrase(text, run, clause)] if run else found


def _phrase(text: str, run: list[Eojeol], clause: int) -> Phrase:
    last = run[-1]
    owners = [part for part in run[:-1] if part.particle == "의"]
    start = clause if clause >= 0 else run[0].start
    owner = text[run[0].start : owners[-1].nouns] if owners and clause < 0 else ""
    proper = any(part.proper for part in run)
    return Phrase(text[start : last.nouns], start, last.nouns, last.particle, owner, last.head, proper, clause >= 0)


def name_in(answer: str, question: str) -> str:
    """The first proper name of an answer that the question did not hold."""
    name = ""
    text = re.sub(r"\[\d+\]", "", answer)[:300]
    for morpheme in load_kiwi().tokenize(text):
        form = text[morpheme.start : morpheme.start + morpheme.len]
        if morpheme.tag == "NNP" and form not in question:
            name = f"{name} {form}".strip() if name and text[morpheme.start - 1].isspace() else name + form
        elif name:
            return name
    return name


_PAIRS = {"은": "은는", "는": "은는", "이": "이가", "가": "이가", "을": "을를", "를": "을를", "과": "과와", "와": "과와",
          "이랑": ("이랑", "랑"), "랑": ("이랑", "랑"), "이라는": ("이라는", "라는"), "라는": ("이라는", "라는"),
          "으로": ("으로", "로"), "로": ("으로", "로")}  # fmt: skip


def with_particle(noun: str, particle: str) -> str:
    """The noun with the particle in the form that its last sound asks for."""
    pair = _PAIRS.get(particle)
    if not pair:
        return noun + particle
    final = _final(noun)
    closed = final not in (0, 8) if pair[0] == "으로" else final != 0
    return noun + pair[0 if closed else 1]


def with_particle_of(text: str, start: int, end: int, noun: str) -> str:
    """``text`` with ``noun`` in place of ``text[start:end]``, the particle behind it adapted."""
    following = re.match(r"(?:이랑|랑|이라는|라는|으로|은|는|이|가|을|를|과|와|로)(?=$|[\s?,.])", text[end:])
    particle = following.group() if following else ""
    return text[:start] + with_particle(noun, particle) + text[end + len(particle) :]


# Final consonants (0 none, 8 ㄹ) with which digits and Latin letters are read out: 영 일 삼 육 칠 팔, 엘 알, 엠 엔.
_READ_OUT = {**dict(zip("013678", (21, 8, 16, 1, 8, 8), strict=True)), "l": 8, "r": 8, "m": 16, "n": 4}


def _final(noun: str) -> int:
    last = noun.rstrip("\"'”’)》> ")[-1:].lower()
    return (ord(last) - ord("가")) % 28 if "가" <= last <= "힣" else _READ_OUT.get(last, 0)
