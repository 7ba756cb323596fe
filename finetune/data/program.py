"""Rows whose answer is a program, run and compared before anybody is trained on it."""

from __future__ import annotations

import ast
import math
import textwrap
from collections.abc import Mapping
from typing import Any

from chatbot.errors import ChatbotError
from chatbot.programs.answering import shown_value
from chatbot.prompt import documents_messages, language_of, program_rules
from finetune.data.content import Neutral, text_of
from finetune.data.errors import RowError
from finetune.data.row import Row, Source

PLAN = {
    "ko": "질문에 있는 수를 변수로 두고 차례로 계산합니다.",
    "en": "I set the numbers of the question as variables and compute step by step.",
}
# Results of floating point may differ in the last places.
_TOLERANCE = 1e-6


class ProgramsOff(RowError):
    """There is no sandbox here, so no program can be verified."""


def program_row(values: Mapping[str, Any], source: Source, group: str | None, neutral: Neutral) -> Row:
    """A row of ``question`` and ``program``, with ``context`` and the expected ``answer`` where they are given.

    Raises RowError for a program that fails, gives nothing, or gives another result than expected.
    """
    question = neutral(text_of(values["question"], "question"), "question")
    context = values.get("context")
    if context is not None and str(context).strip():
        question = f"{neutral(text_of(context, 'context'), 'passage')} {question}"
    program = as_solution(text_of(values["program"], "program"))
    value = verified(program, values.get("answer"))
    language = language_of(question)
    marks = neutral.control_tokens
    messages = documents_messages(question, (), marks, (), program_rules(language, (), True, marks))
    said = neutral(spoken(PLAN[language], program), "answer")
    return Row(
        "program", tuple(messages), said, question, (shown_value(value),), source, language, "program", group
    )  # fmt: skip


def spoken(plan: str, program: str) -> str:
    """Plan and program as the chat expects them from a model."""
    return f"{plan}\n\n```python\n{program}\n```"


def as_solution(program: str) -> str:
    """The program with a function solution(); one that only assigns returns what it assigns last. Raises RowError."""
    program = textwrap.dedent(program).strip()
    try:
        body = ast.parse(program).body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise RowError(f"its program is no Python: {error}") from error
    if any(isinstance(node, ast.FunctionDef) and node.name == "solution" for node in body):
        return program
    last = body[-1] if body else None
    if not isinstance(last, ast.Assign) or len(last.targets) != 1 or not isinstance(last.targets[0], ast.Name):
        raise RowError("its program neither defines solution() nor ends by setting a variable")
    return f"def solution():\n{textwrap.indent(program, '    ')}\n    return {last.targets[0].id}"


def verified(program: str, expected: Any = None) -> Any:
    """The result of a program. Raises RowError when it fails or gives another than ``expected``, ProgramsOff."""
    from chatbot.programs.sandbox import shared

    try:
        result = shared().run(program)
    except ChatbotError as error:
        raise ProgramsOff(f"its program could not be verified: {error}") from error
    if not result.ok:
        raise RowError(f"its program fails: {(result.error or '')[:120]}")
    if result.value is None or result.value == "" or result.value == []:
        raise RowError("its program gives no result")
    if expected is not None and str(expected).strip() and not same(result.value, expected):
        raise RowError(
            f"its program gives another result than expected: {shown_value(result.value)[:40]}, not {str(expected)[:40]}"
        )
    return result.value


def same(value: Any, expected: Any) -> bool:
    """Whether a result is the expected one: numbers within a millionth, other values as they are written."""
    try:
        return math.isclose(float(value), float(str(expected).replace(",", "")), rel_tol=_TOLERANCE, abs_tol=_TOLERANCE)
    except (TypeError, ValueError):
        return str(value).strip().casefold() == str(expected).strip().casefold()
