"""How far a span supports a sentence: compared item by item, then as a whole."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from chatbot.claims import lexicon, table, unit
from chatbot.claims.alignment import Alignment, align
from chatbot.claims.evidence import Evidence, Window
from chatbot.claims.item import Item, Reading
from chatbot.claims.structure import doubts
from chatbot.reply import Support

# Share of a sentence's weight that must stand in the span, else there is nothing to speak of.
_LITTLE = 0.35
# From this share on another name or number is a contradiction and not another statement; two sentences need more.
_MOSTLY, _NEARLY = 0.45, 0.75
_KIND_WEIGHT = {"word": 1.0, "name": 1.5, "number": 1.5, "date": 1.5}
_LOOKS = re.compile(r"[\s.,!?。！？…\"'“”‘’*_`~|\-–—()\[\]]+")


@dataclass(frozen=True)
class Finding:
    """``score`` in [0, 1] orders the spans of one sentence. ``contradictions`` and ``doubts`` say what was found."""

    window: Window
    support: Support
    score: float
    coverage: float
    contradictions: tuple[str, ...]
    doubts: tuple[str, ...]


def compare(claim: Reading, window: Window, evidence: Evidence) -> Finding:
    """The support that one span lends to one sentence."""
    if _looks(claim.text) == _looks(window.reading.text):
        return Finding(window, "verified", 1.0, 1.0, (), ())
    span = window.reading
    if claim.korean != span.korean:
        return _across_languages(claim, window)
    weights = [_weight(item, evidence) for item in claim.items]
    aligned = align(claim.items, span.items, weights)
    resolved = _resolved(claim, window, aligned)
    missing = [c for c, s in enumerate(aligned.place) if s is None and c not in resolved and weights[c] > 0]
    total = sum(weights)
    coverage = 1 - sum(weights[c] for c in missing) / total if total else 0.0
    against = _contradictions(claim, window, aligned, missing, coverage, evidence)
    wrong_years, open_years = _years(claim, window, aligned)
    against += wrong_years
    doubtful = [f"missing:{claim.items[c].key or claim.items[c].kind}" for c in missing]
    if window.is_row:
        doubtful += table.doubts(claim, span, aligned, window.columns)
    else:
        doubtful += doubts(claim, span, window.borders, aligned)
    doubtful += _left_out(claim, span, aligned)
    doubtful += _emptied(claim, span, aligned)
    doubtful += _bounds(claim, span, aligned) + open_years
    if sum(weight > 0 for weight in weights) < 2:
        doubtful.append("short")
    support: Support = "partial"
    if against or coverage < _LITTLE:
        support = "unsupported"
    elif not doubtful:
        support = "verified"
    size = 0.15 * (window.last - window.first) + 0.002 * abs(len(span.items) - len(claim.items))
    torn = 0.25 * any(doubt.startswith("border") for doubt in doubtful)
    score = coverage - 0.05 * len(against) - 0.03 * min(len(doubtful), 5) - size - torn
    return Finding(window, support, score, coverage, tuple(against), tuple(doubtful))


def _across_languages(claim: Reading, window: Window) -> Finding:
    """Only numbers, dates and names in Latin letters can be compared: all found is partial support, and no more."""
    items = [
        item for item in claim.items if item.kind in ("number", "date") or (item.kind == "name" and item.key.isascii())
    ]
    found = align(items, window.reading.items, [1.0] * len(items)).place
    share = sum(place is not None for place in found) / len(items) if items else 0.0
    missing = tuple(f"missing:{claim.text[i.start : i.end]}" for i, s in zip(items, found, strict=True) if s is None)
    support: Support = "partial" if share == 1 else "unsupported"
    return Finding(window, support, share - 0.1, share, (), ("language", *missing))


def _looks(text: str) -> str:
    return _LOOKS.sub("", unicodedata.normalize("NFKC", text)).lower()


def _weight(item: Item, evidence: Evidence) -> float:
    if item.light:
        return 0.0
    rarity = evidence.rarity(item.key) if item.key else 1.0
    return _KIND_WEIGHT[item.kind] * rarity


def _resolved(claim: Reading, window: Window, aligned: Alignment) -> set[int]:
    """Items that the span does not repeat because title, heading or the sentence before has named them."""
    matched = [s for s in aligned.place if s is not None]
    if not matched:
        return set()
    first_claimed = next(c for c, s in enumerate(aligned.place) if s is not None)
    span = window.reading.items
    used = set(matched)
    has_other = any(
        (item.kind == "name" or item.case in ("topic", "subject")) and n not in used and not item.light
        for n, item in enumerate(span[: min(matched)])
    )
    subject_free = not has_other and not any(
        item.case == "topic" and n not in used and not item.light for n, item in enumerate(span)
    )
    topics = _topics(window.before)
    found: set[int] = set()
    for c, s in enumerate(aligned.place):
        item = claim.items[c]
        if s is not None or item.light:
            continue
        named = item.key in window.known
        opening = c < first_claimed and subject_free and _may_be_subject(claim, item)
        if (named and item.kind == "word") or (opening and (named or item.key in topics)):
            found.add(c)
    return found


def _may_be_subject(claim: Reading, item: Item) -> bool:
    return bool(item.key) and (not claim.korean or item.case in ("topic", "subject", "도"))


def _topics(before: Sequence[Item]) -> frozenset[str]:
    """The names that the sentence before is about: its topic's, or its first words' where no particle tells."""
    topics = frozenset(item.key for item in before if item.case == "topic")
    if topics:
        return topics
    names: list[str] = []
    for item in before[:4]:
        if item.kind != "name":
            break
        names.append(item.key)
    return frozenset(names)


def _contradictions(
    claim: Reading, window: Window, aligned: Alignment, missing: Sequence[int], coverage: float, evidence: Evidence
) -> list[str]:
    span = window.reading
    found = []
    for c, s in enumerate(aligned.place):
        if s is not None and claim.items[c].negated != span.items[s].negated:
            found.append(f"negation:{claim.items[c].key}")
    # Two sentences together have words enough to look like the claim and yet be about something else.
    if coverage < (_MOSTLY if window.first == window.last else _NEARLY):
        return found
    used = {s for s in aligned.place if s is not None}
    free = [item for n, item in enumerate(span.items) if n not in used]
    for c in missing:
        item = claim.items[c]
        if item.kind in ("number", "date"):
            if any(_same_measure(item, other) for other in free):
                found.append(f"{item.kind}:{claim.text[item.start : item.end]}")
        elif any(lexicon.opposite(item.key, other.key) for other in free if other.key):
            found.append(f"opposite:{item.key}")
        elif (
            item.kind == "name"
            and _replaced(claim, span, aligned, c)
            and (
                # A name that the passage knows may be meant by its pronoun; in a table each row has its own.
                window.is_row or not evidence.mentions(window.hit, item.key)
            )
        ):
            found.append(f"name:{item.key}")
    return found


def _same_measure(item: Item, other: Item) -> bool:
    if item.date is not None and other.date is not None:
        return bool(dict(item.date.parts).keys() & dict(other.date.parts).keys())
    if item.quantity is not None and other.quantity is not None:
        return unit.agree(item.quantity.unit, other.quantity.unit)
    return False


def _replaced(claim: Reading, span: Reading, aligned: Alignment, c: int) -> bool:
    """Whether another name stands in the span where the claim has this one: between the same neighbours."""
    low, high = _neighbours(aligned, c, len(span.items))
    used = {s for s in aligned.place if s is not None}
    return any(span.items[n].kind == "name" and n not in used for n in range(low + 1, max(low + 1, high)))


def _emptied(claim: Reading, span: Reading, aligned: Alignment) -> list[str]:
    """Light words that stand where the span says something of weight (그 사람, 대상 for a name)."""
    used = {s for s in aligned.place if s is not None}
    found = []
    for c, item in enumerate(claim.items):
        if aligned.place[c] is not None or not item.light or not item.noun or not item.case:
            continue
        low, high = _neighbours(aligned, c, len(span.items))
        inside = (n for n in range(low + 1, high) if n not in used)
        if any(span.items[n].noun and not span.items[n].light and span.items[n].case == item.case for n in inside):
            found.append(f"light:{item.key}")
    return found


def _neighbours(aligned: Alignment, c: int, end: int) -> tuple[int, int]:
    """The places of the nearest items before and behind ``c`` that were met; -1 and ``end`` at the borders."""
    before = next((place for n in range(c - 1, -1, -1) if (place := aligned.place[n]) is not None), -1)
    behind = range(c + 1, len(aligned.place))
    return before, next((place for n in behind if (place := aligned.place[n]) is not None), end)


def _left_out(claim: Reading, span: Reading, aligned: Alignment) -> list[str]:
    """Words of the span that change what it says (not, only, 만약, 주장), and that the sentence does not have."""
    used = {s for s in aligned.place if s is not None}
    if not used:
        return []
    hedges = {item.key for item in claim.items if item.hedge}
    low, high = min(used), max(used)
    # Korean says what becomes of a statement behind it, up to the end of its clause; English in front of it or in it.
    ends = (n for n in range(high, len(span.items)) if span.items[n].coordinate)
    first, last = (low, next(ends, len(span.items))) if claim.korean else (low - 3, high)
    found = []
    for n, item in enumerate(span.items):
        near = first <= n <= last
        if n not in used and near and (item.negated or (item.hedge and item.key not in hedges)):
            found.append(f"left out:{item.key}")
    added = [
        item.key for c, item in enumerate(claim.items) if aligned.place[c] is None and (item.negated or item.hedge)
    ]
    return found + [f"added:{key}" for key in added]


def _bounds(claim: Reading, span: Reading, aligned: Alignment) -> list[str]:
    found = []
    for c, s in enumerate(aligned.place):
        first, second = claim.items[c].quantity, None if s is None else span.items[s].quantity
        if first is not None and second is not None and first.bound != second.bound:
            found.append(f"bound:{first.value}")
    return found


def _years(claim: Reading, window: Window, aligned: Alignment) -> tuple[list[str], list[str]]:
    """Contradictions and doubts of dates whose year the span leaves to what was said before ("같은 해 6월 30일")."""
    wrong, unknown = [], []
    for c, s in enumerate(aligned.place):
        date, other = claim.items[c].date, None if s is None else window.reading.items[s].date
        if s is None or date is None or other is None or date.within(other):
            continue
        place = window.start + window.reading.items[s].start
        last = max((stated for stated in window.years if stated[0] < place), default=None)
        if last is None:
            unknown.append("year")
        elif last[1] != date.part("year"):
            wrong.append(f"year:{date.part('year')}")
    return wrong, unknown
