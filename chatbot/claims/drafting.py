"""Generated text, piece by piece, to sentences with the citation markers that belong to each."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from chatbot.claims import marker
from ingest.analyzer import Analyzer

_ENDED = re.compile(r"[.!?。！？…]+[\"'”’」』)\]）*_~`]*$")
_CJK_ENDED = re.compile(r"[。！？]+[」』”’）]*$")
# Inside a code span: `a[1]`. A backtick with words behind it is a quotation mark.
_CODE = re.compile(r"^[^`]*(?:`[^`]*`[^`]*)*`[^`\s]+$")
_LIST_NUMBER = re.compile(r"\s*(?:[#>*\-+•]\s*)*\**\(?(?:\d{1,3}|[가-하]|[A-Za-z]|[ivxIVX]{1,4})[.)]\**$")
_FENCE = re.compile(r"\s*(?:```|~~~)")

_LONGEST_QUOTE = 300
# So much of the next word tells whether a sentence starts with it.
_WORD = 12


@dataclass(frozen=True)
class Draft:
    """One sentence or line as shown, without markers; ``marks`` are (offset in ``text``, passage numbers).

    ``first_row``: the first line of a table, which names its columns. ``code``: a line of a fenced block.
    """

    text: str
    marks: tuple[tuple[int, tuple[int, ...]], ...]
    first_row: bool = False
    code: bool = False


class DraftStream:
    """Splits text as it comes; what it gives back does not depend on where the pieces were cut.

    ``cite`` is called with each complete sentence and gives the text of its markers, which is put behind it. Only white
    space, the beginning of what may be a marker, and the word after what may be a sentence's end are held back.
    """

    def __init__(self, analyzer: Analyzer, cite: Callable[[Draft], str]) -> None:
        self._analyzer = analyzer
        self._cite = cite
        self._pending = ""
        self._text = ""
        self._gap = ""
        self._gap_before_mark: str | None = None
        self._marks: list[tuple[int, tuple[int, ...]]] = []
        self._code = False
        self._after_row = False

    def feed(self, piece: str) -> str:
        """The text that may be shown now."""
        self._pending += piece
        return self._consume(final=False)

    def finish(self) -> str:
        """What is left, the last sentence's markers included."""
        return self._consume(final=True) + self._end() + self._take_gap("", ended=True)

    def _consume(self, final: bool) -> str:
        shown = []
        while self._pending:
            part = self._step(final)
            if part is None:
                break
            shown.append(part)
        return "".join(shown)

    def _step(self, final: bool) -> str | None:
        """Consumes at least one character of the pending text, or None when more of it is needed."""
        first = self._pending[0]
        in_row = self._text.startswith("|") and "\n" not in self._gap
        if first.isspace() or (first == "|" and in_row):
            self._pending = self._pending[1:]
            self._gap += first
            return ""
        if marker.opens(first) and not self._code and not _CODE.search(self._text):
            return self._bracket(final)
        return self._visible(final)

    def _bracket(self, final: bool) -> str | None:
        found = marker.MARKER.match(self._pending)
        if not found:
            return None if not final and marker.may_grow(self._pending) else self._visible(final)
        ended = ""
        if self._text and "\n" in self._gap:
            # A marker alone on its line belongs to the sentence above, one with text behind it to that text.
            run = re.match(rf"(?:{marker.MARKER.pattern}|[ \t])+", self._pending, re.IGNORECASE)
            after = self._pending[run.end() :] if run else ""
            if not final and (not after or (marker.opens(after[0]) and marker.may_grow(after))):
                return None
            if after and after[0] != "\n":
                ended = self._end() + self._take_gap("", ended=True)
            else:
                self._gap = ""
        self._marks.append((len(self._text), marker.numbers(found.group())))
        self._pending = self._pending[found.end() :]
        if self._gap_before_mark is None:
            self._gap_before_mark = self._gap
        self._gap = ""
        return ended

    def _visible(self, final: bool) -> str | None:
        ended = self._ends_here(final)
        if ended is None:
            return None
        shown = self._end() + self._take_gap("", ended=True) if ended else ""
        first = self._pending[0]
        self._pending = self._pending[1:]
        gap = self._take_gap(first)
        if self._text:
            self._text += gap
        self._text += first
        return shown + gap + first

    def _ends_here(self, final: bool) -> bool | None:
        """Whether the sentence ended before the pending visible character; None when the next word is not complete."""
        if not self._text or "\n" in self._gap:
            return bool(self._text)
        separated = bool(self._gap) or self._gap_before_mark is not None
        if not (_CJK_ENDED.search(self._text) or (separated and _ENDED.search(self._text))):
            return False
        if self._code or _LIST_NUMBER.fullmatch(self._text) or self._quoting():
            return False
        if self._marks and self._marks[-1][0] >= len(self._text) - 1:
            # A marker at the full stop is where a sentence ends.
            return True
        word = self._pending[:_WORD].split(maxsplit=1)[0]
        if len(word) == len(self._pending) < _WORD and not final:
            return None
        if word[0].isdigit() and self._text[-1:] == "." and self._text[-2:-1].isdigit():
            # A date in numbers (2024. 3. 5.).
            return False
        return self._agreed(word)

    def _quoting(self) -> bool:
        """Whether a quotation or a bracket is open; one that does not close soon was none."""
        text = self._text
        opened = max(text.rfind("“"), text.rfind('"') if text.count('"') % 2 else -1)
        if opened > text.rfind("”") and len(text) - opened < _LONGEST_QUOTE:
            return True
        bracket = text.rfind("(")
        return bracket > text.rfind(")") and len(text) - bracket < _LONGEST_QUOTE

    def _agreed(self, word: str) -> bool:
        """Whether the analyzer too lets a sentence start with the word."""
        line = f"{self._text} {word}"
        spans = next(self._analyzer.sentences([line]))
        return any(span.start == len(self._text) + 1 for span in spans)

    def _end(self) -> str:
        if not self._text and not self._marks:
            return ""
        row = self._text.startswith("|")
        fence = _FENCE.match(self._text) is not None
        draft = Draft(self._text, tuple(self._marks), row and not self._after_row, self._code or fence)
        if fence:
            self._code = not self._code
        self._after_row = row
        self._text, self._marks = "", []
        return self._cite(draft)

    def _take_gap(self, following: str, ended: bool = False) -> str:
        """The white space to show before ``following``: one side's where a marker was taken out."""
        gap, before = self._gap, self._gap_before_mark
        self._gap, self._gap_before_mark = "", None
        if before is None or ended:
            return gap
        if not self._text:
            return before
        return gap if gap or following in ".,!?;:。，！？)" else before
