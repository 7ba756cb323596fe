"""The passages as sentences that a claim may be aligned to, read once each."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from chatbot.claims import table
from chatbot.claims.dates import dates
from chatbot.claims.english import EnglishReader
from chatbot.claims.item import Item, Reading
from chatbot.claims.korean import read_korean
from ingest.analyzer import Analyzer, Sentence, has_korean
from ingest.hit import Hit


@dataclass(frozen=True)
class Window:
    """Neighbouring sentences ``first`` to ``last`` (inclusive) of passage ``hit`` (index).

    ``start`` and ``end`` are offsets in the document; ``reading.items`` have offsets in ``reading.text``, the verbatim
    span. ``borders`` are the indices of the items that begin a sentence after the first. ``years`` are (offset in the
    document, year) of the passage's dates. ``before`` are the items of the sentence in front, ``known`` the words of
    title, heading and a table's first row, ``columns`` those of each column when the span is a row.
    """

    hit: int
    first: int
    last: int
    start: int
    end: int
    reading: Reading
    borders: tuple[int, ...]
    years: tuple[tuple[int, int], ...]
    before: tuple[Item, ...]
    known: frozenset[str]
    columns: tuple[frozenset[str], ...]

    @property
    def is_row(self) -> bool:
        """Whether the span is one row of a table."""
        return self.first == self.last and table.is_row(self.reading.text)


class Evidence:
    """The sentences of the passages that one question found."""

    def __init__(self, passages: Sequence[Hit], analyzer: Analyzer) -> None:
        self._hits = passages
        self._analyzer = analyzer
        self._english = EnglishReader(analyzer)
        self._sentences = [hit.sentences or self._split(hit) for hit in passages]
        self._tokens = [[frozenset(s.tokens) for s in sentences] for sentences in self._sentences]
        self._readings: dict[tuple[int, int], Reading] = {}
        self._dated: dict[int, tuple[tuple[int, int], ...]] = {}
        self._known: dict[int, frozenset[str]] = {}
        counted = Counter(token for passage in self._tokens for tokens in passage for token in tokens)
        self._seen = counted
        self._total = max(1, sum(map(len, self._tokens)))

    def __len__(self) -> int:
        return len(self._hits)

    def read(self, text: str) -> Reading:
        """The items of a sentence."""
        return read_korean(text) if has_korean(text) else self._english.read(text)

    def rarity(self, token: str) -> float:
        """0.3 for a token in every sentence of the passages to 1 for one in none."""
        share = math.log(1 + self._total / (0.5 + self._seen[token])) / math.log(1 + self._total / 0.5)
        return 0.3 + 0.7 * min(1.0, share)

    def nearest(self, text: str, among: Iterable[int], limit: int) -> list[tuple[int, int]]:
        """(passage, sentence) of the sentences that share most with the text, rare tokens counting more, best first."""
        wanted = {token: self.rarity(token) for token in self._analyzer.tokens(text)}
        scored = []
        for hit in among:
            for index, tokens in enumerate(self._tokens[hit]):
                score = sum(wanted[token] for token in tokens if token in wanted)
                if score > 0:
                    # Among equals the shorter one says more of it.
                    scored.append((score / (1 + 0.004 * len(tokens)), -hit, -index))
        return [(-hit, -index) for _, hit, index in sorted(scored, reverse=True)[:limit]]

    def window(self, hit: int, first: int, last: int) -> Window:
        """Sentences ``first`` to ``last`` of a passage as one span."""
        passage, sentences = self._hits[hit], self._sentences[hit]
        start, end = sentences[first].start, sentences[last].end
        items: list[Item] = []
        borders = []
        for number in range(first, last + 1):
            shift = sentences[number].start - start
            borders.append(len(items))
            items += [
                replace(item, start=item.start + shift, end=item.end + shift)
                for item in self._reading(hit, number).items
            ]
        text = passage.text[start - passage.start : end - passage.start]
        reading = Reading(text, has_korean(text), tuple(items))
        before = self._reading(hit, first - 1).items if first else ()
        columns = self._columns(hit, first) if first == last else ()
        said = (self._years(hit), before, self._context(hit), columns)
        return Window(hit, first, last, start, end, reading, tuple(borders[1:]), *said)

    def windows(self, hit: int, index: int) -> list[Window]:
        """The sentence with the one before, and with the one after."""
        last = len(self._sentences[hit]) - 1
        if table.is_row(self._text(hit, index)):
            return []
        spans = [(index - 1, index)] if index else []
        return [self.window(hit, *span) for span in [*spans, *([(index, index + 1)] if index < last else [])]]

    def mentions(self, hit: int, key: str) -> bool:
        """Whether a name stands anywhere in a passage or in what it is called."""
        passage = self._hits[hit]
        return key in f"{passage.title}\n{passage.heading}\n{passage.text}".lower()

    def _reading(self, hit: int, index: int) -> Reading:
        known = self._readings.get((hit, index))
        if known is None:
            passage, sentence = self._hits[hit], self._sentences[hit][index]
            text = passage.text[sentence.start - passage.start : sentence.end - passage.start]
            known = self._readings[hit, index] = self.read(text)
        return known

    def _years(self, hit: int) -> tuple[tuple[int, int], ...]:
        known = self._dated.get(hit)
        if known is None:
            passage = self._hits[hit]
            years = [(passage.start + date.start, date.part("year")) for date in dates(passage.text)]
            known = self._dated[hit] = tuple((start, year) for start, year in years if year is not None)
        return known

    def _context(self, hit: int) -> frozenset[str]:
        known = self._known.get(hit)
        if known is None:
            passage = self._hits[hit]
            texts = [passage.title, passage.heading.replace(">", " ")]
            texts += [
                self._text(hit, number)
                for number, sentence in enumerate(self._sentences[hit])
                if sentence.heading or self._is_first_row(hit, number)
            ]
            keys = {item.key for text in texts if text for item in self.read(text).items if item.key}
            known = self._known[hit] = frozenset(keys)
        return known

    def _is_first_row(self, hit: int, index: int) -> bool:
        return table.is_row(self._text(hit, index)) and (index == 0 or not table.is_row(self._text(hit, index - 1)))

    def _columns(self, hit: int, index: int) -> tuple[frozenset[str], ...]:
        """The words that name each column, for a row below the first of its table; else nothing."""
        first = index
        while first and table.is_row(self._text(hit, first)) and table.is_row(self._text(hit, first - 1)):
            first -= 1
        if first == index:
            return ()
        text = self._text(hit, first)
        return tuple(frozenset(i.key for i in self.read(text[a:b]).items if i.key) for a, b in table.cells(text))

    def _text(self, hit: int, index: int) -> str:
        passage, sentence = self._hits[hit], self._sentences[hit][index]
        return passage.text[sentence.start - passage.start : sentence.end - passage.start]

    def _split(self, hit: Hit) -> tuple[Sentence, ...]:
        """For a passage that came without its sentences; a row of a table is one by itself."""
        found: list[Sentence] = []
        start = hit.start
        for part in re.split(r"(?<=\n)" if _has_rows(hit.text) else r"(?!)", hit.text):
            found += [
                replace(sentence, start=sentence.start + start, end=sentence.end + start)
                for sentence in next(iter(self._analyzer.sentences([part])))
            ]
            start += len(part)
        return tuple(found)


def _has_rows(text: str) -> bool:
    return any(table.is_row(line) for line in text.split("\n"))
