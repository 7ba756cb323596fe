"""Whether the items of a sentence stand to each other as they do in the span: who did what to whom, when and where."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from chatbot.claims import cleft
from chatbot.claims.alignment import Alignment
from chatbot.claims.item import Item, Reading

_SUBJECTS = frozenset(["subject", "topic", "도", "complement"])
_BARE = frozenset(["", "genitive"])
# Particles that may stand for each other without another meaning.
_ALIKE = (
    _SUBJECTS, _BARE, frozenset(["에", "에서"]), frozenset(["로", "으로서", "로서"]), 
    frozenset(["에게", "에"]), frozenset(["와", ""]), frozenset(["copula", ""]), frozenset(["object", "도"]),
)  # fmt: skip
# Prepositions that say who did it, from where, or to where: never the same as none.
_TELLING = frozenset("by from to into onto toward towards against".split())
_BORDER = re.compile(
    r"\b(?:and|but|or|which|who|whom|whose|that|while|when|where|because|although|though|if)\b|[,;:]", re.I
)
_JOINING = re.compile(r"[,;:]|\b(?:and|but|while|which|who)\b", re.IGNORECASE)
_SUBORDINATE = frozenset("when while because although though after before if since as during".split())


def doubts(claim: Reading, span: Reading, borders: Sequence[int], aligned: Alignment) -> list[str]:
    """What speaks against the sentence saying the same as the span, though all its items stand there. ``borders`` are
    the span's items that begin another sentence."""
    turned = cleft.find(claim.items, claim.text) if claim.korean else None
    holds = turned is not None and cleft.holds(turned, claim.items, span.items, aligned, claim.text)
    free = frozenset(turned.named if turned and holds else ())
    found = list(_case_doubts(claim, span, aligned, free))
    found += [f"border:{border}" for border in borders if not _joined(claim, aligned, border)]
    if claim.korean:
        found += _korean_doubts(claim.items, span.items, aligned, free)
    else:
        found += _order_doubts(claim, span, aligned)
        found += _gap_doubts(claim, span, aligned)
    return found


def _joined(claim: Reading, aligned: Alignment, border: int) -> bool:
    """Whether the sentence takes what stands before the border first, then joins what stands after it as a clause."""
    before = [c for c, s in enumerate(aligned.place) if s is not None and s < border]
    after = [c for c, s in enumerate(aligned.place) if s is not None and s >= border]
    if not before or not after:
        return True
    if max(before) > min(after):
        return False
    last = claim.items[max(before)]
    if claim.korean:
        return last.predicate and not last.modifier
    between = re.sub(r"\([^)]*\)", "", claim.text[last.end : claim.items[min(after)].start])
    return _JOINING.search(between) is not None


def _case_doubts(claim: Reading, span: Reading, aligned: Alignment, free: frozenset[int]) -> Iterator[str]:
    for c, s in enumerate(aligned.place):
        if s is None or c in free or claim.items[c].light:
            continue
        if claim.items[c].predicate and (claim.items[c].case != "copula" or claim.items[c].kind == "number"):
            continue
        first, second = claim.items[c], span.items[s]
        agree = _korean_cases_agree(first, second) if claim.korean else _prepositions_agree(first, second)
        if not agree:
            yield f"role:{first.key or first.kind}"


def _korean_cases_agree(first: Item, second: Item) -> bool:
    if first.case == second.case:
        return True
    if first.case == "copula":
        # What a sentence says something is, the span must say too: 수도는 서울이다, 수도인 서울.
        return second.predicate or (second.case in _BARE and not second.direct)
    if second.predicate:
        return True
    if first.kind in ("date", "number"):
        # A date in front of other nouns has their particle only because it stands in their run.
        cases = {item.case if item.direct else "" for item in (first, second)}
        return len(cases) == 1 or cases <= {"", "에", "genitive", "topic", "부터", "copula"}
    return any(first.case in group and second.case in group for group in _ALIKE)


def _prepositions_agree(first: Item, second: Item) -> bool:
    if first.case == second.case:
        return True
    if first.direct and second.direct and first.case and second.case:
        return {first.case, second.case} <= {"in", "on", "at", "of", "within", "for"}
    telling = {case for item, case in ((first, first.case), (second, second.case)) if item.direct and case in _TELLING}
    return not telling


def _korean_doubts(
    claim: Sequence[Item], span: Sequence[Item], aligned: Alignment, free: frozenset[int]
) -> Iterator[str]:
    """Each noun must belong to the same predicate or head noun in both."""
    for c, s in enumerate(aligned.place):
        item = claim[c]
        if s is None or c in free or item.light or item.predicate or not item.noun:
            continue
        if item.kind in ("number", "date") and c in aligned.moved and not _moved_along(aligned, c, s):
            yield f"moved:{item.kind}"
        elif not _same_governor(claim, span, aligned, c, s):
            yield f"governor:{item.key or item.kind}"


def _moved_along(aligned: Alignment, c: int, s: int) -> bool:
    """Whether a number moved together with the word next to it, or as the whole first or last thing said."""
    beside = [(c + step, s + step) for step in (-1, 1)]
    along = any(0 <= n < len(aligned.place) and aligned.place[n] == place for n, place in beside)
    return along or c == 0 or s == 0


def _same_governor(claim: Sequence[Item], span: Sequence[Item], aligned: Alignment, c: int, s: int) -> bool:
    own = governor(claim, c)
    if own is None:
        return True
    target = aligned.place[own]
    if target is None:
        # The predicate is a light one or another word (했다, 이다): the item's own order must do.
        return c not in aligned.moved
    step = s
    crossed_subject = False
    while step is not None and step < target:
        following = governor(span, step)
        if following is None or following <= step:
            return False
        if following == target:
            return not crossed_subject
        if following > target:
            return False
        passable = span[following].modifier and _is_short(span, step, following)
        if not (passable or item_is_topic(span[s])):
            return False
        if item_is_topic(span[s]) and _has_subject(span, step + 1, following):
            crossed_subject = True
        step = following
    return step == target


def item_is_topic(item: Item) -> bool:
    """Whether a noun may belong to any later predicate of its sentence."""
    return item.case in ("topic", "subject", "도")


def _has_subject(span: Sequence[Item], first: int, last: int) -> bool:
    return any(item.case in ("topic",) and not item.light for item in span[first:last])


def _is_short(span: Sequence[Item], step: int, following: int) -> bool:
    return following - step <= 2


def governor(items: Sequence[Item], index: int) -> int | None:
    """What a noun belongs to: the next word of its chunk, the noun after a genitive, else the next predicate."""
    case = items[index].case
    for other in range(index + 1, len(items)):
        item = items[other]
        if item.aside and not items[index].aside:
            continue
        if case in _BARE and items[index].kind in ("word", "name") and (item.noun or item.predicate):
            return other
        if item.predicate:
            return other
    return None


def _order_doubts(claim: Reading, span: Reading, aligned: Alignment) -> Iterator[str]:
    """English tells roles by order: one adverbial may move, or subject and object change places with "by"."""
    moved = [c for c in sorted(aligned.moved) if not claim.items[c].light]
    if not moved:
        return
    blocks = _blocks(moved, aligned)
    if len(blocks) > 1 or not _may_move(claim, span, aligned, blocks[0]):
        yield "order"


def _blocks(moved: Sequence[int], aligned: Alignment) -> list[list[int]]:
    blocks: list[list[int]] = []
    for c in moved:
        if blocks and c == blocks[-1][-1] + 1 and (aligned.place[c] or 0) > (aligned.place[c - 1] or 0):
            blocks[-1].append(c)
        else:
            blocks.append([c])
    return blocks


def _may_move(claim: Reading, span: Reading, aligned: Alignment, block: Sequence[int]) -> bool:
    """Whether the block, or what it changed places with, is an adverbial at the sentence's end or start in both."""
    first, last = block[0], block[-1]
    if first and claim.items[first - 1].key in _SUBORDINATE:
        first -= 1
    if first > 0 and last < len(claim.items) - 1:
        return False
    rest = [p for c, p in enumerate(aligned.place) if p is not None and not first <= c <= last]
    own = [p for c, p in enumerate(aligned.place) if p is not None and first <= c <= last]
    if not rest or not own or not (max(own) < min(rest) or min(own) > max(rest)):
        return False
    other = last + 1 if first == 0 else 0
    return _is_adverbial(claim, span, aligned, first, rest) or _is_adverbial(claim, span, aligned, other, own)


def _is_adverbial(claim: Reading, span: Reading, aligned: Alignment, head: int, crossed: Sequence[int]) -> bool:
    """Whether the words from ``head`` on begin with the same preposition or connective in both, or with a date, and
    pass over one clause only (the span's items ``crossed``)."""
    place = aligned.place[head]
    if place is None:
        return False
    item, other = claim.items[head], span.items[place]
    if item.key in _SUBORDINATE:
        return item.key == other.key
    same = bool(item.case) and item.direct and other.direct and item.case == other.case
    if not (same or item.date is not None):
        return False
    between = span.text[span.items[min(crossed)].start : span.items[max(crossed)].end]
    return not re.search(r"\b(?:and|but|which|who|that)\b", between)


def _gap_doubts(claim: Reading, span: Reading, aligned: Alignment) -> Iterator[str]:
    """What was left out between two words must not have ended the clause that the first one stood in."""
    pairs = [(c, s) for c, s in enumerate(aligned.place) if s is not None and c not in aligned.moved]
    for (c1, s1), (c2, s2) in pairwise(pairs):
        if s2 <= s1 + 1:
            continue
        gap = re.sub(r"\([^)]*\)", "", span.text[span.items[s1].end : span.items[s2].start])
        own = claim.text[claim.items[c1].end : claim.items[c2].start]
        stripped = gap.strip()
        if stripped.startswith((",", "—", "–")) and stripped.endswith((",", "—", "–")) and len(stripped) > 1:
            continue
        if len(_BORDER.findall(gap)) > len(_BORDER.findall(own)):
            yield "gap"
