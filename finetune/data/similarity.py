"""Near duplicates, found exactly: all pairs of texts whose sets of character trigrams have a Jaccard index of at least a
threshold.

Prefix filtering (Chaudhuri, Ganti and Kaushik, ICDE 2006; Bayardo, Ma and Srikant, WWW 2007): with trigrams in the order of
how rare they are, two sets of Jaccard index t or more share one of their first n - ceil(t n) + 1 trigrams, so only rows that
meet there are compared.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

# Longer texts are compared by their beginning and end, of this many characters each.
_END = 100
_SEPARATORS = re.compile(r"[\W_]+")


def folded(text: str) -> str:
    """A text as duplicates are told: compatibility forms, lower case, letters and digits only, without spaces (they may or
    may not stand in Korean); the text itself where nothing of that is in it."""
    return _SEPARATORS.sub("", unicodedata.normalize("NFKC", text).casefold()) or text.strip()


def trigrams(text: str) -> NDArray[np.uint32]:
    """The distinct trigrams of a folded text, hashed to 32 bits, ascending, (n,); at least one."""
    if len(text) > 2 * _END:
        text = text[:_END] + text[-_END:]
    codes = np.frombuffer(f" {text} ".encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    mixed = (codes[:-2] * 0x9E3779B1 + codes[1:-1]) * 0x85EBCA77 + codes[2:]
    mixed ^= mixed >> np.uint64(29)
    return np.unique((mixed * np.uint64(0xBF58476D1CE4E5B9) >> np.uint64(32)).astype(np.uint32))


class Clusters:
    """Rows 0..n-1 joined to clusters (union-find)."""

    def __init__(self, count: int) -> None:
        self._above = np.arange(count)

    def of(self, row: int) -> int:
        """The cluster of a row: the number of its first row."""
        root = row
        while self._above[root] != root:
            root = int(self._above[root])
        while self._above[row] != root:
            self._above[row], row = root, int(self._above[row])
        return root

    def join(self, first: int, second: int) -> None:
        one, other = sorted((self.of(first), self.of(second)))
        self._above[other] = one


def clusters(sets: Sequence[NDArray[np.uint32]], keys: Iterable[bytes], threshold: float) -> Clusters:
    """Rows of equal keys, and rows whose trigrams are alike, in one cluster; ``threshold`` 0 compares keys only, as does an
    empty set of trigrams."""
    found = Clusters(len(sets))
    first: dict[bytes, int] = {}
    for row, key in enumerate(keys):
        found.join(first.setdefault(key, row), row)
    distinct = [row for row in sorted(first.values()) if len(sets[row])]
    if threshold > 0 and distinct:
        for one, other in _pairs([sets[row] for row in distinct], threshold, found, distinct):
            found.join(distinct[one], distinct[other])
    return found


def _pairs(
    sets: Sequence[NDArray[np.uint32]], threshold: float, found: Clusters, rows: Sequence[int]
) -> Iterator[tuple[int, int]]:
    """Pairs of places in ``sets`` that are alike, but for those that are in one cluster already."""
    ranked = _by_rarity(sets)
    posted: dict[int, list[int]] = {}
    for place in sorted(range(len(ranked)), key=lambda one: (len(ranked[one]), one)):
        own = ranked[place].tolist()
        prefix = own[: len(own) - math.ceil(threshold * len(own)) + 1]
        held = set(own)
        seen: set[int] = set()
        for gram in prefix:
            for other in posted.get(gram, ()):
                # Sets come by size: one that is too small for this one is too small for all that follow.
                if other in seen or len(ranked[other]) < threshold * len(own):
                    continue
                seen.add(other)
                if found.of(rows[other]) != found.of(rows[place]) and _alike(held, ranked[other], threshold):
                    yield place, other
            posted.setdefault(gram, []).append(place)


def _alike(held: set[int], other: NDArray[np.int32], threshold: float) -> bool:
    shared = sum(gram in held for gram in other.tolist())
    return shared >= threshold * (len(held) + len(other) - shared)


def _by_rarity(sets: Sequence[NDArray[np.uint32]]) -> list[NDArray[np.int32]]:
    """Each set with its trigrams numbered by how many sets have them, the rarest first."""
    grams, places, counts = np.unique(np.concatenate(sets), return_inverse=True, return_counts=True)
    rank = np.empty(len(grams), dtype=np.int32)
    rank[np.argsort(counts, kind="stable")] = np.arange(len(grams), dtype=np.int32)
    numbered = rank[places]
    ends = np.cumsum([len(one) for one in sets])[:-1]
    return [np.sort(one) for one in np.split(numbered, ends)]
