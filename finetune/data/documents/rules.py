"""Questions about a passage without a model: what it asks itself, its sentences, its heading, the cells of its tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from chatbot.programs.tables import Table, tables
from chatbot.prompt import language_of
from finetune.data.documents import english, korean
from finetune.data.documents.draft import Draft, ended, sentence_text
from finetune.data.documents.particle import topic
from ingest.analyzer import Sentence
from ingest.hit import Hit
from ingest.library import Library

_LONGEST_CELL = 60
# A question and its answer that the splitter takes for one sentence: **Are there lockers?** There are 40.
_BOTH = re.compile(r"\W{0,4}(?P<question>[^?*|]{6,150}\?)[*_ \n]+(?P<answer>[^?|]{6,300})")
# Marks of markup and of tables, which no sentence has.
_MARKS = re.compile(r"\*\*| \| |`")


def rule_drafts(hit: Hit, library: Library, new_heading: bool) -> Iterator[Draft]:
    """Questions that ``hit`` answers, those that read best first. ``new_heading``: its heading begins with it."""
    prose = [one for one in hit.sentences if not one.heading]
    found = [(table, cells) for table in tables([hit], library) for cells in [list(_cells(table, hit))] if cells]
    rows = [(row.start, row.end) for table, _ in found for row in table.rows]
    prose = [one for one in prose if not any(start <= one.start < end for start, end in rows)]
    yield from _asked_there(hit, prose)
    for _, cells in found:
        yield from cells
    for sentence in prose:
        text = sentence_text(hit, sentence)
        if _MARKS.search(text):
            continue
        yield from (korean if language_of(text) == "ko" else english).drafts(text, sentence.start)
    if new_heading and hit.heading and prose:
        yield from _under_heading(hit, prose[0])


def _asked_there(hit: Hit, prose: list[Sentence]) -> Iterator[Draft]:
    """A question that the document asks, with what stands after it."""
    for sentence in prose:
        if both := _BOTH.fullmatch(text := sentence_text(hit, sentence)):
            question, start, said = " ".join(both["question"].split()), both.start("answer"), ended(both["answer"])
            place = sentence.start + start, sentence.start + len(text)
            yield Draft(question, said, (said,), *place, "asked there", language_of(question))
    for asking, following in pairwise(prose):
        question, answer = " ".join(sentence_text(hit, asking).split()), sentence_text(hit, following)
        if (
            question.endswith("?")
            and 6 <= len(question) <= 150
            and 6 <= len(answer) <= 300
            and not answer.endswith("?")
        ):
            yield Draft(
                question,
                ended(answer),
                (ended(answer),),
                following.start,
                following.end,
                "asked there",
                language_of(question),
            )


def _under_heading(hit: Hit, first: Sentence) -> Iterator[Draft]:
    name, text = hit.heading.split(" > ")[-1].strip(), sentence_text(hit, first)
    if (
        not 4 <= len(name) <= 60
        or not 15 <= len(text) <= 300
        or name.endswith("?")
        or _MARKS.search(text)
        or text.endswith("?")
    ):
        return
    language = language_of(f"{name} {text}")
    asked = {
        "ko": f"문서에 '{name}'에 대해 무엇이라고 쓰여 있나요?",
        "en": f'What do the documents say about "{name}"?',
    }
    yield Draft(asked[language], ended(text), (ended(text),), first.start, first.end, "heading", language, name)


def _cells(table: Table, hit: Hit) -> Iterator[Draft]:
    """Of each row of the table that the passage shows, what stands in its columns beside its name."""
    names = [row.cells[0].text if row.cells[0] is not None else "" for row in table.rows]
    for row, name in zip(table.rows, names, strict=True):
        if not (hit.start <= row.start and row.end <= hit.end) or row.total:
            continue
        if not 1 < len(name) <= _LONGEST_CELL or names.count(name) > 1:
            continue
        for column, cell in zip(table.header[1:], row.cells[1:], strict=True):
            if cell is not None and 0 < len(cell.text) <= _LONGEST_CELL:
                yield _cell(name, column, cell.text, cell.kind, row.start, row.end)


def _cell(name: str, column: str, value: str, kind: str, start: int, end: int) -> Draft:
    if language_of(name + column) == "ko":
        asked = "얼마인가요" if kind not in ("text", "date", "year", "time") else "무엇인가요"
        question, said = f"{name}의 {topic(column)} {asked}?", f"{name}의 {topic(column)} {value}입니다."
        return Draft(question, said, (value,), start, end, "cell", "ko")
    column = column if column[1:2].isupper() else column[0].lower() + column[1:]
    be = "are" if column.endswith("s") and not column.endswith("ss") else "is"
    question, said = f"What {be} the {column} of {name}?", f"The {column} of {name} {be} {value}."
    return Draft(question, said, (value,), start, end, "cell", "en")
