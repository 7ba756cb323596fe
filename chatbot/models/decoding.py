"""Generated ids -> text in pieces: no character cut in two, nothing of a stop string shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence

_UNFINISHED = "\ufffd"
# Tokens that one character can take at most: a token for each of its UTF-8 bytes.
_LONGEST_CHARACTER = 4


class Detokenizer:
    """Text of ids that come one by one; what ``push`` and ``flush`` return is, joined, the text of all of them."""

    def __init__(self, decode: Callable[[Sequence[int]], str]) -> None:
        self._decode = decode
        self._ids: list[int] = []
        # Ids from ``_start`` on are decoded again each time, as the text of a token depends on those before it; the
        # text of those before ``_read`` has been handed out.
        self._start = self._read = 0

    def push(self, index: int) -> str:
        """The text that became certain with this id, empty in the middle of a character."""
        self._ids.append(index)
        text = self._new()
        if text.endswith(_UNFINISHED) and len(self._ids) - self._read <= _LONGEST_CHARACTER:
            return ""
        self._start, self._read = self._read, len(self._ids)
        return text

    def flush(self) -> str:
        """What is left at the end: a character that never came to its end is shown as U+FFFD."""
        text = self._new()
        self._start = self._read = len(self._ids)
        return text

    def _new(self) -> str:
        known = self._decode(self._ids[self._start : self._read])
        return self._decode(self._ids[self._start :])[len(known) :]


class StopStrings:
    """Holds text back as long as it may be the beginning of a stop string."""

    def __init__(self, stops: Sequence[str]) -> None:
        self._stops = [stop for stop in stops if stop]
        self._held = ""
        self.found = False

    def push(self, text: str) -> str:
        """What can be shown now. ``found`` tells that a stop string came; the text before it is the last."""
        self._held += text
        places = [place for stop in self._stops if (place := self._held.find(stop)) >= 0]
        if places:
            self.found = True
            return self._let_go(min(places), "")
        keep = max((_overlap(self._held, stop) for stop in self._stops), default=0)
        return self._let_go(len(self._held) - keep, self._held[len(self._held) - keep :])

    def flush(self) -> str:
        """What was held back for nothing."""
        return self._let_go(len(self._held), "")

    def _let_go(self, end: int, held: str) -> str:
        text, self._held = self._held[:end], held
        return text


def _overlap(text: str, stop: str) -> int:
    """Length of the longest end of ``text`` that is a beginning of ``stop``, all of it excluded."""
    for length in range(min(len(text), len(stop) - 1), 0, -1):
        if text.endswith(stop[:length]):
            return length
    return 0
