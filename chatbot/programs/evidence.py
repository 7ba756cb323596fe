"""Values of the retrieved passages as named inputs of a program, each with the place that says so."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from chatbot.programs.evidence_names import identifier, nearest_nouns
from chatbot.programs.quantities import Quantity, Value, quantities
from chatbot.programs.tables import Table, TableRow, source, tables
from ingest.analyzer import Analyzer, Sentence
from ingest.hit import Hit

# What a question seldom computes with comes after the rest that is as near to it.
_WEIGHTS = {"reference": 0.3, "year": 0.6, "time": 0.8, "period": 0.6}
_BEFORE = 24  # characters of the sentence that are shown in front of a value


@dataclass(frozen=True)
class EvidenceLimits:
    """At most ``inputs`` values, of which ``unrelated`` may share no word with the question, and whose lines in the prompt
    have at most ``characters`` together."""

    inputs: int = 40
    unrelated: int = 12
    characters: int = 3_500


@dataclass(frozen=True)
class Input:
    """``name`` is bound to ``value`` (``unit``) before the program runs; ``document_text[start:end] == quote``.

    ``passage`` is the number of the passage, from 1; ``page`` and ``heading`` are the passage's. ``row`` and ``column``
    name a table's cell and are "" elsewhere. ``note`` says what was assumed or multiplied, "" for nothing;
    ``before`` is the end of the text in front of the quote in its sentence, "" in a table.
    """

    name: str
    value: Value
    unit: str
    kind: str
    document: str
    start: int
    end: int
    quote: str
    passage: int
    page: int | None = None
    heading: str = ""
    row: str = ""
    column: str = ""
    note: str = ""
    approximate: bool = False
    before: str = ""


@dataclass(frozen=True)
class _Found:
    """An input without its name; ``words`` are what the name is made of, ``context`` the tokens that it is chosen by."""

    input: Input
    context: tuple[str, ...]
    words: tuple[str, ...]
    sentence: tuple[str, int] | None = None  # text and offset, for the nouns around a value in running text


def evidence(
    hits: Sequence[Hit],
    question: str,
    found_tables: Sequence[Table] = (),
    limits: EvidenceLimits | None = None,
    reference: date | None = None,
    analyzer: Analyzer | None = None,
) -> list[Input]:
    """The quantities of the passages that are nearest to the question, in the order of the passages, with unique names.

    The same passages and question give the same names. ``found_tables``: what tables() made of the same passages; cells
    take their units from there, for a passage may not show the table's head. ``reference``: the day that "today" and 올해
    count from; None leaves such words out.
    """
    limits = limits or EvidenceLimits()
    analyzer = analyzer or Analyzer()
    found = _unique(
        [one for index, hit in enumerate(hits) for one in _of_passage(index, hit, found_tables, analyzer, reference)]
    )
    nearness = _Nearness([one.context for one in found], analyzer.tokens(question))
    order = sorted(range(len(found)), key=lambda index: (-nearness.score(found[index]), index))
    names = {table.name for table in found_tables} | {f"{table.name}_totals" for table in found_tables}
    return [_with_name(found[index], names) for index in sorted(_chosen(found, order, nearness, limits))]


def _chosen(found: Sequence[_Found], order: Sequence[int], nearness: _Nearness, limits: EvidenceLimits) -> list[int]:
    chosen: list[int] = []
    room, unrelated = limits.characters, limits.unrelated
    for index in order:
        shares = nearness.shared(found[index]) > 0
        unrelated -= not shares
        # The name is not made yet; it has at most 40 characters.
        room -= len(described(found[index].input)) + 40
        if room < 0 or len(chosen) == limits.inputs:
            break
        if shares or (unrelated >= 0 and found[index].input.kind != "reference"):
            chosen.append(index)
    return chosen


def described(one: Input) -> str:
    """A line for a prompt: ``시설비_예산 = 236000000  # won, "236,000,000" [2]``."""
    about = ", about" if one.approximate else ""
    note = f", {one.note}" if one.note else ""
    unit = f"{one.unit}, " if one.unit else ""
    quote = " ".join(f"{one.before}{one.quote}".split())
    return f'{one.name} = {source(one.value)}  # {unit}"{quote}"{about}{note} [{one.passage}]'


def _of_passage(
    index: int, hit: Hit, found_tables: Sequence[Table], analyzer: Analyzer, reference: date | None
) -> Iterator[_Found]:
    sentences = hit.sentences or _split(hit, analyzer)
    rows: list[tuple[int, int]] = []
    for table in [*(table for table in found_tables if table.document == hit.document), *tables([hit])]:
        for row in table.rows:
            if hit.start <= row.start and row.end <= hit.end and not _overlaps(row.start, row.end, rows):
                inside = [s.tokens for s in sentences if row.start <= s.start and s.end <= row.end]
                text = hit.text[row.start - hit.start : row.end - hit.start]
                tokens = tuple(token for held in inside for token in held) or tuple(analyzer.tokens(text))
                yield from _of_row(index, hit, table, row, tokens)
        rows += [(row.start, row.end) for row in table.rows]
    for sentence in sentences:
        text = hit.text[sentence.start - hit.start : sentence.end - hit.start]
        held = quantities(text, reference)
        for quantity in held:
            if not _overlaps(sentence.start + quantity.start, sentence.start + quantity.end, rows):
                yield from _of_sentence(index, hit, sentence, text, quantity, held)


def _overlaps(start: int, end: int, spans: Sequence[tuple[int, int]]) -> bool:
    return any(start < last and first < end for first, last in spans)


def _of_row(index: int, hit: Hit, table: Table, row: TableRow, tokens: tuple[str, ...]) -> Iterator[_Found]:
    label, first = _row_label(table, row)
    for column, (name, cell) in enumerate(zip(table.header, row.cells, strict=True)):
        if column < first or cell is None or cell.kind == "text" or cell.value is None:
            continue
        given = Input(
            "", cell.value, cell.unit, cell.kind, hit.document, cell.start, cell.end, cell.text, index + 1, hit.page,
            hit.heading, label, name, cell.note,
        )  # fmt: skip
        yield _Found(given, (*tokens, name.lower()), (label, name))


def _row_label(table: Table, row: TableRow) -> tuple[str, int]:
    """What the row is called, and the first column that is no part of it: the texts in front of the first number (결혼 본인),
    or the number that the row begins with and its column (Phase 1)."""
    texts: list[str] = []
    for cell in row.cells:
        if cell is not None and cell.kind != "text":
            break
        if cell is not None and cell.text:
            texts.append(cell.text[:30])
    if texts or row.cells[0] is None:
        return " ".join(texts[:2]), 0
    return f"{table.header[0]} {row.cells[0].text[:20]}", 1


def _of_sentence(
    index: int, hit: Hit, sentence: Sentence, text: str, quantity: Quantity, held: Sequence[Quantity]
) -> Iterator[_Found]:
    start, end = sentence.start + quantity.start, sentence.start + quantity.end
    before = text[max(0, quantity.start - _BEFORE) : quantity.start]
    given = Input(
        "", quantity.value, quantity.unit, quantity.kind, hit.document, start, end,
        text[quantity.start : quantity.end], index + 1, hit.page, hit.heading, note=quantity.note,
        approximate=quantity.approximate, before=before,
    )  # fmt: skip
    spot = (text, sentence.start)
    if quantity.last is None:
        yield _Found(given, sentence.tokens, _year_before(quantity, held), spot)
        return
    yield _Found(replace(given, note="first day"), sentence.tokens, ("start",), spot)
    yield _Found(replace(given, value=quantity.last, note="last day"), sentence.tokens, ("end",), spot)


def _year_before(quantity: Quantity, held: Sequence[Quantity]) -> tuple[str, ...]:
    """The year that the sentence speaks of when it comes to the value: 2023년 204,310명, 2024년 218,430명."""
    if quantity.kind in ("year", "date", "time", "reference"):
        return ()
    years = [str(other.value) for other in held if other.kind == "year" and other.end <= quantity.start]
    return tuple(years[-1:])


def _unique(found: Sequence[_Found]) -> list[_Found]:
    """Passages may overlap; a place in a document counts once for each value."""
    kept = {(one.input.document, one.input.start, one.input.end, str(one.input.value)): one for one in reversed(found)}
    return list(reversed(kept.values()))


class _Nearness:
    """How much a sentence or row shares with the question, rare words counting more."""

    def __init__(self, contexts: Sequence[tuple[str, ...]], wanted: Sequence[str]) -> None:
        distinct = set(contexts)
        seen = Counter(token for context in distinct for token in set(context))
        self._weights = {
            token: max(0.1, math.log((1 + len(distinct)) / (0.5 + seen[token]))) for token in wanted
        }  # fmt: skip

    def shared(self, one: _Found) -> float:
        held, column = set(one.context), one.input.column.lower()
        return sum(
            weight * ((token in held) + 0.5 * (token in column)) for token, weight in self._weights.items()
        )  # fmt: skip

    def score(self, one: _Found) -> float:
        return (self.shared(one) + 1 / one.input.passage) * _WEIGHTS.get(one.input.kind, 1.0)


def _with_name(found: _Found, names: set[str]) -> Input:
    words = found.words
    if found.sentence is not None:
        text, offset = found.sentence
        counts = found.input.kind == "number" and not found.input.unit
        nouns = nearest_nouns(text, found.input.start - offset, found.input.end - offset, counts)
        words = (*(nouns or (found.input.unit,)), *words, *(("date",) if found.input.kind == "date" and nouns else ()))
    name = identifier(words, names, found.input.kind)
    names.add(name)
    return replace(found.input, name=name)


def _split(hit: Hit, analyzer: Analyzer) -> tuple[Sentence, ...]:
    found = next(iter(analyzer.sentences([hit.text])))
    return tuple(replace(s, start=s.start + hit.start, end=s.end + hit.start) for s in found)
