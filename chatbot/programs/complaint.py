"""What was wrong with a program, said as CPython says it, with the line as the program's author wrote it."""

from __future__ import annotations

from typing import Any

from pydantic_monty import MontySyntaxError

from chatbot.programs.language import Program
from chatbot.programs.limits import ProgramLimits
from chatbot.programs.prelude import PREFIX

# Feed 0 is the prelude, feed 1 the program; the interpreter names them so.
_PROGRAM = "<python-input-1>"
_KIND, _LENGTH = 100, 2000
_AVAILABLE = (
    "programs can import math, datetime, statistics, fractions, decimal, collections, itertools, functools, re, json, "
    "random, calendar, string, operator, heapq, bisect, numpy (plain arithmetic) and a few more"
)


def kind_of(raised: Any) -> str:
    """The name of the exception that a program ended with."""
    return "SyntaxError" if isinstance(raised, MontySyntaxError) else str(raised)[:_KIND].split(":")[0]


def complaint(raised: Any, program: Program, limits: ProgramLimits) -> str:
    """The error on one line: ``ZeroDivisionError: division by zero (line 3, in solution: return a / b)``."""
    # Shortened before anything else is done with it: a program may raise megabytes.
    name, text = kind_of(raised), str(raised)[:_LENGTH]
    if not isinstance(raised, MontySyntaxError):
        text = text.removeprefix(name).removeprefix(": ")
    name, text = _plainly(name, text, limits)
    frames = [frame for frame in raised.traceback() if frame.filename == _PROGRAM]
    if not frames:
        return f"{name}: {text}" if text else name
    line = program.line_of(frames[-1].line)
    function = frames[-1].function_name or ""
    function = function.removeprefix(f"{PREFIX}run_")
    where = f"line {line}" + (f", in {function}" if function.isidentifier() and not function.startswith(PREFIX) else "")
    source = program.text_of(line)
    return (f"{name}: {text}" if text else name) + f" ({where}{': ' + source if source else ''})"


def _plainly(name: str, text: str, limits: ProgramLimits) -> tuple[str, str]:
    if name == "TimeoutError" and "limit" in text:
        return name, f"the program ran longer than {limits.seconds:g} s"
    if name == "MemoryError":
        return name, f"the program needs more than {limits.memory_bytes >> 20} MB"
    if name == "ModuleNotFoundError":
        return name, f"{text}; {_AVAILABLE}"
    if name == "KeyError" and text and not text.startswith(("'", '"')) and not text.lstrip("-").isdigit():
        return name, repr(text)
    if "monty syntax parser does not yet support " in text:
        what = text.split("does not yet support ", 1)[1]
        return name, f"programs cannot use {what}; write it with functions, lists and dicts"
    return name, text.replace("Internal error in monty: ", "").replace(" (unknown location)", "")
