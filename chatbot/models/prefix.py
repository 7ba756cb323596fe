"""What the model has read lately, so that a conversation's next prompt is not read from its beginning again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

# Shared beginnings shorter than this are read anew: a copy costs as much.
_SHORTEST = 16


@dataclass
class _Entry:
    ids: list[int]
    cache: Any


class PrefixCache:
    """Keys and values of the last prompts and answers, ``limit`` tokens at most, the oldest dropped first.

    Not safe from several threads: the model's turnstile lets one in at a time. Greedy answers are the same with and
    without it, but for ties within the rounding of the model's number format: keys and values read in other pieces
    differ in the last bits.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._entries: list[_Entry] = []

    @property
    def tokens(self) -> int:
        """Tokens whose keys and values are kept."""
        return sum(len(entry.ids) for entry in self._entries)

    def take(self, ids: Sequence[int]) -> tuple[Any, int]:
        """A ``DynamicCache`` of the longest kept beginning of ``ids``, and its length, below ``len(ids)``; (None, 0)
        when there is none worth it.

        An entry of which more than half is shared is handed over, as its conversation goes on; else its beginning is
        copied, so that another conversation with the same instructions does not take it away.
        """
        best, length = None, 0
        for entry in self._entries:
            shared = min(_shared(entry.ids, ids), len(ids) - 1)
            if shared >= max(_SHORTEST, length):
                best, length = entry, shared
        if best is None:
            return None, 0
        if 2 * length > len(best.ids):
            self._entries.remove(best)
            best.cache.crop(length - len(best.ids))
            return best.cache, length
        return _copied(best.cache, length), length

    def put(self, ids: Sequence[int], cache: Any) -> None:
        """Keeps ``cache``, which may have read less than ``ids`` or more."""
        read = cache.get_seq_length()
        length = min(read, len(ids))
        if not _SHORTEST <= length <= self._limit or not is_croppable(cache):
            return
        cache.crop(length - read)
        self._entries = [entry for entry in self._entries if _shared(entry.ids, ids) < len(entry.ids)]
        self._entries.append(_Entry(list(ids[:length]), cache))
        while self.tokens > self._limit:
            del self._entries[0]

    def clear(self) -> None:
        """Forgets everything."""
        self._entries.clear()


def is_croppable(cache: Any) -> bool:
    """Whether tokens can be taken off the end: every layer keeps all it read (no sliding window, no running state)."""
    from transformers.cache_utils import DynamicLayer

    return all(type(layer) is DynamicLayer for layer in cache.layers)


def _shared(first: Sequence[int], second: Sequence[int]) -> int:
    """Length of the common beginning."""
    for position, (one, other) in enumerate(zip(first, second, strict=False)):
        if one != other:
            return position
    return min(len(first), len(second))


def _copied(cache: Any, length: int) -> Any:
    from transformers import DynamicCache

    copied = DynamicCache()
    for index, layer in enumerate(cache.layers):
        copied.update(layer.keys[..., :length, :], layer.values[..., :length, :], index)
    return copied
