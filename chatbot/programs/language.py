"""The language of programs: Python as models write it, prepared for the interpreter."""

from __future__ import annotations

import ast
import builtins
import warnings
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from chatbot.programs import prelude
from chatbot.programs.facts import Facts, facts
from chatbot.programs.rewriting import Rewriter

_VALUE = f"{prelude.PREFIX}value"
_SHOWN = prelude.known_as(("basics", "shown"))
# What programs forget to import, with the import that was meant.
_FORGOTTEN = {
    "math": "import math", "statistics": "import statistics", "itertools": "import itertools", "re": "import re",
    "functools": "import functools", "collections": "import collections", "random": "import random", "json": "import json",
    "calendar": "import calendar", "np": "import numpy as np", "numpy": "import numpy",
    "Counter": "from collections import Counter", "defaultdict": "from collections import defaultdict",
    "deque": "from collections import deque", "namedtuple": "from collections import namedtuple",
    "timedelta": "from datetime import timedelta", "date": "from datetime import date",
    "Decimal": "from decimal import Decimal", "Fraction": "from fractions import Fraction",
    "relativedelta": "from dateutil.relativedelta import relativedelta", "reduce": "from functools import reduce",
    "sqrt": "from math import sqrt", "ceil": "from math import ceil", "floor": "from math import floor",
    "gcd": "from math import gcd", "pi": "from math import pi",
}  # fmt: skip


class Unreadable(Exception):
    """The program is no Python, or uses what cannot be rewritten. The message is its error, as CPython's."""


@dataclass(frozen=True)
class Candidate:
    """Where the result may be: ``code`` gives it."""

    code: str
    is_needed: bool = False
    """An exception in it is the program's."""
    is_again: bool = False
    """It runs a part of the program a second time, whose output nobody needs twice."""


@dataclass(frozen=True)
class Program:
    """A program that is ready to run: first ``prelude``, then ``source``; then the first candidate that has a value."""

    prelude: str
    source: str
    results: tuple[Candidate, ...]
    _written: tuple[str, ...] = field(repr=False, default=())
    _lines: tuple[tuple[int, int], ...] = field(repr=False, default=())
    """(line in source, line as written), rising; empty where they are the same"""

    def line_of(self, line: int) -> int:
        """The line as the author wrote it."""
        if not self._lines:
            return line
        at = bisect_right(self._lines, (line, 1 << 30)) - 1
        return self._lines[max(at, 0)][1]

    def text_of(self, line: int) -> str:
        """What stands there, shortened."""
        text = self._written[line - 1].strip() if 0 < line <= len(self._written) else ""
        return text if len(text) <= 120 else text[:119] + "…"


def prepared(source: str, given: Sequence[str] = ()) -> Program:
    """``source`` for the interpreter; ``given`` are names that it will find set. Raises Unreadable."""
    source = source.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff")
    written = tuple(source.split("\n"))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _prepared(source, written, frozenset(given))
    except SyntaxError as error:
        raise Unreadable(_syntax_error(error, written)) from None
    except ValueError as error:  # null bytes
        raise Unreadable(f"SyntaxError: {error}") from None
    except (RecursionError, MemoryError):
        raise Unreadable("SyntaxError: the program is nested too deeply") from None


def _syntax_error(error: SyntaxError, written: tuple[str, ...]) -> str:
    text = f"{type(error).__name__}: {error.msg}"
    if not error.lineno:
        return text
    line = written[error.lineno - 1].strip()[:120] if error.lineno <= len(written) else ""
    return f"{text} (line {error.lineno}{': ' + line if line else ''})"


def _prepared(source: str, written: tuple[str, ...], given: frozenset[str]) -> Program:
    tree = ast.parse(source)
    found = facts(tree)
    # A second look by the compiler: `return` outside of a function and the like.
    compile(tree, "program", "exec", dont_inherit=True)
    forgotten = _remember_imports(tree, found, given)
    results, needs = _results(tree, found)
    last = _last_expression(tree)
    span = (last.lineno, last.col_offset, last.end_lineno, last.end_col_offset) if last is not None else None
    rewriter = Rewriter(found)
    tree = rewriter.visit(tree)
    needs |= rewriter.needs | {("basics", "shown")}
    lines: tuple[tuple[int, int], ...] = ()
    if rewriter.changed or forgotten:
        source, lines = _unparsed(tree, span is not None)
    elif span is not None:
        source = _value_kept(source, span)
    replaced = dict(rewriter.builtins)
    if ("basics", "printed") in needs:
        replaced["print"] = ("basics", "print_")
        needs.add(("basics", "print_"))
    start = prelude.text(frozenset(needs))
    start += "".join(f"\n{name} = {prelude.known_as(need)}" for name, need in sorted(replaced.items()))
    return Program(start, source + "\nNone", results, written, lines)


def _remember_imports(tree: ast.Module, found: Facts, given: frozenset[str]) -> bool:
    """Adds imports that the program forgot; whether there are any."""
    free = found.loads - found.stores - found.imported - given - set(dir(builtins))
    wanted = [_FORGOTTEN[name] for name in sorted(free) if name in _FORGOTTEN]
    if "datetime" in free:
        as_module = {"timedelta", "date", "datetime"} & {
            node.attr
            for node in ast.walk(tree)
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "datetime"
        }
        wanted.append("import datetime" if as_module else "from datetime import datetime")
    if not wanted:
        return False
    added = ast.parse("\n".join(wanted))
    for statement in added.body:
        statement.lineno = statement.end_lineno = 1
    more = facts(added)
    found.aliases |= more.aliases
    found.imported |= more.imported
    found.modules |= more.modules
    found.stores |= more.stores
    tree.body[:0] = added.body
    return True


def _last_expression(tree: ast.Module) -> ast.expr | None:
    """The expression that the program ends in, unless it is a call of print."""
    last = tree.body[-1] if tree.body else None
    if not isinstance(last, ast.Expr) or _is_print(last.value):
        return None
    return last.value


def _is_print(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("print", "exit", "quit")


def _results(tree: ast.Module, found: Facts) -> tuple[tuple[Candidate, ...], set[prelude.Need]]:
    """Where the result may be, likeliest first: docs/programs.md has the rule."""
    out: list[Candidate] = []
    needs: set[prelude.Need] = set()
    top = _set_at_top(tree)

    def shown(name: str) -> Candidate:
        return Candidate(f"{_SHOWN}({name})")

    if "ans" in top:
        out.append(shown("ans"))
    if _last_expression(tree) is not None:
        out.append(shown(_VALUE))
    out += [shown(name) for name in ("answer", "result") if name in top]
    function = _function(tree)
    called = function is not None and _is_called_at_top(tree, function)
    printed = prelude.known_as(("basics", "printed"))
    if "print" in found.loads - found.stores:
        needs |= {("basics", "printed"), ("basics", "printed_object")}
        if called:
            out.append(Candidate(f"{prelude.known_as(('basics', 'printed_object'))}()"))
    if function is not None:
        out.append(Candidate(f"{_SHOWN}({function}())", is_needed=not called, is_again=called))
    if needs:
        out.append(Candidate(f"{_SHOWN}({printed}())"))
    return tuple(out), needs


def _set_at_top(tree: ast.Module) -> set[str]:
    """Names that the program sets outside of functions and classes, or declares global inside."""
    names: set[str] = set()
    left: list[ast.AST] = list(tree.body)
    while left:
        node = left.pop()
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Lambda):
            names.update(name for one in ast.walk(node) if isinstance(one, ast.Global) for name in one.names)
            continue
        left.extend(ast.iter_child_nodes(node))
    return names


def _function(tree: ast.Module) -> str | None:
    """`solution`, or the only function that can be called without arguments."""
    able = [node.name for node in tree.body if isinstance(node, ast.FunctionDef) and not _required(node.args)]
    if "solution" in able:
        return "solution"
    return able[0] if len(set(able)) == 1 else None


def _required(arguments: ast.arguments) -> bool:
    positional = len(arguments.posonlyargs) + len(arguments.args)
    return positional > len(arguments.defaults) or any(default is None for default in arguments.kw_defaults)


def _is_called_at_top(tree: ast.Module, name: str) -> bool:
    outside = (node for node in tree.body if not isinstance(node, ast.FunctionDef | ast.ClassDef))
    return any(
        isinstance(one, ast.Call) and isinstance(one.func, ast.Name) and one.func.id == name
        for node in outside
        for one in ast.walk(node)
    )


def _value_kept(source: str, span: tuple[int, int, int | None, int | None]) -> str:
    """The text with its last expression kept in a variable; every line stays where it is."""
    line, column, end_line, end_column = span
    assert end_line is not None and end_column is not None
    lines = source.encode().split(b"\n")
    lines[end_line - 1] = lines[end_line - 1][:end_column] + b")" + lines[end_line - 1][end_column:]
    lines[line - 1] = lines[line - 1][:column] + f"{_VALUE} = (".encode() + lines[line - 1][column:]
    return b"\n".join(lines).decode()


def _unparsed(tree: ast.Module, has_value: bool) -> tuple[str, tuple[tuple[int, int], ...]]:
    """Text of a rewritten tree, and which of its lines stand for which lines of the author's."""
    if has_value:
        last = tree.body[-1]
        assert isinstance(last, ast.Expr)
        kept = ast.Assign([ast.Name(_VALUE, ast.Store())], last.value)
        tree.body[-1] = ast.fix_missing_locations(ast.copy_location(kept, last))
    text = ast.unparse(tree)
    old = [node for node in ast.walk(tree) if isinstance(node, ast.stmt)]
    new = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.stmt)]
    if len(old) != len(new):  # not seen yet; then lines are those of the rewritten text
        return text, ()
    return text, tuple(sorted({(one.lineno, other.lineno) for one, other in zip(new, old, strict=True)}))
