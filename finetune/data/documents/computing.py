"""Questions about a table that a program answers; each program is run, and its result compared with our own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from chatbot.errors import ChatbotError
from chatbot.programs.answering import shown_value
from chatbot.programs.need import needs_computing
from chatbot.programs.tables import Table
from chatbot.programs.variables import Variables, run_with, variables
from chatbot.prompt import documents_messages, language_of, program_rules
from finetune.data.content import Neutral
from finetune.data.documents.particle import subject, topic
from finetune.data.errors import RowError
from finetune.data.program import ProgramsOff, same, spoken
from finetune.data.row import Row, Source, Split
from ingest.hit import Hit
from ingest.library import Library

_NOT_SUMMED = frozenset(("text", "year", "date", "time", "reference", "period"))


@dataclass(frozen=True)
class Computation:
    """``body`` is the program's with {table} for the table's name; ``expected`` was computed here, from the cells."""

    question: str
    plan: str
    body: str
    expected: Any
    rule: str


def computations(table: Table, title: str) -> Iterator[Computation]:
    """What can be computed over each column of numbers of a table that is there whole."""
    if not table.complete:
        return
    for column in range(1, len(table.header)):
        cells = [row.cells[column] for row in table.rows if not row.total]
        values = [one.value for one in cells if one is not None and isinstance(one.value, int | float)]
        kinds = {one.kind for one in cells if one is not None}
        if len(values) < 3 or len(values) < len(cells) or kinds & _NOT_SUMMED or len(kinds) > 1:
            continue
        labels = [row.cells[0].text if row.cells[0] else "" for row in table.rows if not row.total]
        yield from _over(
            table.header[column], table.header[0], labels, values, title, sums="%" not in table.units[column]
        )


def _over(
    column: str, first: str, labels: Sequence[str], values: Sequence[float], title: str, sums: bool
) -> Iterator[Computation]:
    korean = language_of(column + "".join(labels[:3])) == "ko"
    each = f"row[{column!r}] for row in {{table}}"
    if sums:
        yield Computation(
            f"'{title}'에서 {column}의 합계는 얼마인가요?" if korean else f"What is the total {column} in {title}?",
            f"표의 '{column}' 열을 모두 더합니다." if korean else f"I add up the column '{column}' of the table.",
            f"return sum({each})", sum(values), "total",
        )  # fmt: skip
    yield Computation(
        f"'{title}'에서 {column}의 평균은 얼마인가요?" if korean else f"What is the average {column} in {title}?",
        f"'{column}' 열의 합을 행의 수로 나눕니다." if korean else f"I divide the sum of '{column}' by the number of rows.",
        f"values = [{each}]\n    return sum(values) / len(values)", sum(values) / len(values), "average",
    )  # fmt: skip
    for name, word, highest in (("max", "큰", "highest"), ("min", "작은", "lowest")):
        best = max(values) if name == "max" else min(values)
        if list(values).count(best) == 1 and all(labels) and len(set(labels)) == len(labels):
            yield Computation(
                f"'{title}'에서 {subject(column)} 가장 {word} {topic(first)} 무엇인가요?" if korean
                else f"Which {first} has the {highest} {column} in {title}?",
                f"'{column}' 값이 가장 {word} 행을 찾습니다." if korean
                else f"I look for the row with the {highest} '{column}'.",
                f"row = {name}({{table}}, key=lambda row: row[{column!r}])\n    return row[{first!r}]",
                labels[list(values).index(best)], name,
            )  # fmt: skip


def computed_row(
    asked: Computation, table: Table, hits: Sequence[Hit], split: Split, library: Library, neutral: Neutral
) -> Row:
    """The row of one computation with its passages, of which one holds rows of the table. Raises RowError when the chat would
    not compute here, the program fails or its result is another; ProgramsOff."""
    if not needs_computing(asked.question):
        raise RowError("the chat would not let a program answer its question")
    given = variables(hits, asked.question, library)
    name = _name(given, table)
    program = f"def solution():\n    {asked.body.format(table=name)}"
    value = _run(program, given)
    if not same(value, asked.expected):
        raise RowError(
            f"its program gives another result than the table: {shown_value(value)[:40]}, not {asked.expected!s:.40}"
        )
    language, marks = language_of(asked.question), neutral.control_tokens
    rules = program_rules(language, given.lines(), False, marks)
    source = Source(table.document, None, table.rows[0].start, table.rows[-1].end, asked.rule)
    question = neutral(asked.question, "question")
    said = neutral(spoken(asked.plan, program), "answer")
    return Row(
        "program", tuple(documents_messages(question, hits, marks, (), rules)), said, question, (shown_value(value),),
        source, language, "program", table.document, split,
    )  # fmt: skip


def _name(given: Variables, table: Table) -> str:
    for one in given.tables:
        if one.document == table.document and one.rows[0].start == table.rows[0].start:
            return one.name
    raise RowError("its table is not among those that the chat shows")


def _run(program: str, given: Variables) -> Any:
    from chatbot.programs.sandbox import shared

    try:
        result = run_with(shared(), program, given.values())
    except ChatbotError as error:
        raise ProgramsOff(f"its program could not be verified: {error}") from error
    if not result.ok:
        raise RowError(f"its program fails: {(result.error or '')[:120]}")
    return result.value
