"""The program in what a model wrote."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

_FENCE = re.compile(r"```[ \t]*(?:python3?|py)?[ \t]*\r?\n(.*?)(?:^```|\Z)", re.IGNORECASE | re.DOTALL | re.MULTILINE)
_OPEN = re.compile(r"^```[ \t]*(?:python3?|py)\b|^def solution\(", re.IGNORECASE | re.MULTILINE)
_STATEMENTS = (
    ast.Assign,
    ast.AugAssign,
    ast.AnnAssign,
    ast.FunctionDef,
    ast.For,
    ast.While,
    ast.Import,
    ast.ImportFrom,
)


@dataclass(frozen=True)
class Written:
    """``plan`` is what stands before the program, ``source`` the program without its fence."""

    plan: str
    source: str


def written_program(text: str) -> Written | None:
    """The first program in a model's text: in a fence, or the whole text where it is Python with at least one statement
    that prose is not; None when there is none."""
    fenced = _FENCE.search(text)
    if fenced and (_is_program(fenced.group(1)) or _is_meant(fenced.group(1))):
        return Written(text[: fenced.start()].strip(), fenced.group(1).strip("\n"))
    start = re.search(r"^(?:def solution\(|import |from \w+ import )", text, re.MULTILINE)
    for plan, source in (("", text), *([(text[: start.start()], text[start.start() :])] if start else [])):
        if _is_program(source):
            return Written(plan.strip(), source.strip("\n"))
    return None


def begins_program(text: str) -> bool:
    """Whether a program has begun in the text so far: from there on nothing is shown as an answer. One without a fence is
    told by its lines, of which the last may still be growing."""
    whole_lines = text.rpartition("\n")[0]
    return bool(_OPEN.search(text)) or _is_program(whole_lines) or _is_program(text)


def _is_program(source: str) -> bool:
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return any(isinstance(node, _STATEMENTS) for node in tree.body)


def _is_meant(source: str) -> bool:
    """Whether a fence holds a program with a mistake, whose error the model is to see."""
    return bool(re.search(r"^\s*(?:def |return |\w+ = |import )", source, re.MULTILINE))
