"""Which item of a sentence stands where in a span: the best chain in the same order, then what was moved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chatbot.claims import lexicon, unit
from chatbot.claims.item import Item

# Gains that choose between equal items: the same part in the sentence, the same neighbour.
_SAME_CASE, _NEIGHBOUR = 0.15, 0.08
_SYNONYM = 0.85


@dataclass(frozen=True)
class Alignment:
    """``place[i]`` is the index of the span's item for the claim's item ``i``, or None. ``moved`` are the claim's items
    that stand outside the common order. ``soft`` are those met by a synonym only."""

    place: tuple[int | None, ...]
    moved: frozenset[int]
    soft: frozenset[int]

    def claimed(self, index: int) -> int | None:
        """The claim's item that is met by the span's item ``index``."""
        return next((number for number, place in enumerate(self.place) if place == index), None)


def meets(claim: Item, span: Item) -> float:
    """1 where the two items say the same, less for a synonym, 0 where they do not meet."""
    if claim.date is not None or claim.quantity is not None:
        return float(_measures_meet(claim, span))
    if span.date is not None or span.quantity is not None or not claim.key:
        return 0.0
    if claim.key == span.key:
        return 1.0
    if claim.whole and claim.whole == span.whole and (claim.key in span.key or span.key in claim.key):
        return 0.95
    if claim.kind == "name" and _same_name(claim.key, span.key):
        return 0.95
    if claim.kind == span.kind == "word" and lexicon.same(claim.key, span.key):
        return _SYNONYM
    return 0.0


def _same_name(first: str, second: str) -> bool:
    """The analyzer leaves a particle on a name it does not know (송요찬이, 랭크다)."""
    short, long = sorted((first, second), key=len)
    return len(short) >= 2 and long[:-1] == short and long[-1] in "이다가은는의을를"


def _measures_meet(claim: Item, span: Item) -> bool:
    if claim.date is not None and span.date is not None:
        if claim.date.within(span.date):
            return True
        # "같은 해 6월 30일": the year was said before, and is compared there.
        return span.date.part("year") is None and claim.date.without_year().within(span.date)
    if claim.quantity is not None and span.quantity is not None:
        first, second = claim.quantity, span.quantity
        return first.value == second.value and unit.agree(first.unit, second.unit)
    date, quantity = claim.date or span.date, claim.quantity or span.quantity
    if date is None or quantity is None or len(date.parts) != 1:
        return False
    # Four digits alone may be a year or a number; 37년 a year or a time of 37 years.
    return quantity.value == date.parts[0][1] and (date.bare or not quantity.unit or quantity.unit == date.parts[0][0])


def align(claim: Sequence[Item], span: Sequence[Item], weights: Sequence[float]) -> Alignment:
    """``weights`` are those of the claim's items."""
    pairs = [(c, s, meets(a, b)) for c, a in enumerate(claim) for s, b in enumerate(span)]
    pairs = [pair for pair in pairs if pair[2] > 0]
    chain = _chain(claim, span, weights, pairs)
    place: list[int | None] = [None] * len(claim)
    for c, s, _ in chain:
        place[c] = s
    strength = {(c, s): value for c, s, value in pairs}
    moved = _fill(claim, span, pairs, place)
    soft = frozenset(c for c, s in enumerate(place) if s is not None and strength.get((c, s), 1.0) <= _SYNONYM)
    _share_whole(claim, span, place)
    return Alignment(tuple(place), frozenset(moved), soft)


def _chain(
    claim: Sequence[Item], span: Sequence[Item], weights: Sequence[float], pairs: list[tuple[int, int, float]]
) -> list[tuple[int, int, float]]:
    """The heaviest run of pairs that goes forward on both sides."""
    best = [0.0] * len(pairs)
    back = [-1] * len(pairs)
    for i, (c, s, value) in enumerate(pairs):
        own = value * (weights[c] + 0.1) + _SAME_CASE * (claim[c].case == span[s].case)
        best[i] = own
        for j in range(i):
            pc, ps, _ = pairs[j]
            if pc < c and ps < s:
                total = best[j] + own + _NEIGHBOUR * (pc + 1 == c and ps + 1 == s)
                if total > best[i]:
                    best[i], back[i] = total, j
    chain = []
    at = max(range(len(pairs)), key=best.__getitem__, default=-1)
    while at >= 0:
        chain.append(pairs[at])
        at = back[at]
    return chain[::-1]


def _fill(
    claim: Sequence[Item], span: Sequence[Item], pairs: list[tuple[int, int, float]], place: list[int | None]
) -> set[int]:
    """Gives items that the chain left out what is still free on the other side, the same case and near places first."""
    used = {s for s in place if s is not None}
    moved: set[int] = set()
    for c, item in enumerate(claim):
        if place[c] is not None:
            continue
        free = [(s, value) for pc, s, value in pairs if pc == c and s not in used]
        if free:
            s, _ = max(free, key=lambda pair: (pair[1], span[pair[0]].case == item.case, -abs(pair[0] - c)))
            place[c] = s
            used.add(s)
            moved.add(c)
    return moved


def _share_whole(claim: Sequence[Item], span: Sequence[Item], place: list[int | None]) -> None:
    """The analyzer may cut one written-together run of nouns differently in two sentences."""
    wholes = {item.whole: s for s, item in reversed(list(enumerate(span))) if item.whole}
    for c, item in enumerate(claim):
        if place[c] is None and len(item.whole) > len(item.key) and item.whole in wholes:
            neighbours = [
                place[n] for n, other in enumerate(claim) if other.whole == item.whole and place[n] is not None
            ]
            place[c] = neighbours[0] if neighbours else wholes[item.whole]
