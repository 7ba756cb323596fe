"""What programs come to: values, and errors that name the author's lines."""

from __future__ import annotations

from typing import Any

import pytest

from chatbot.programs.sandbox import Sandbox


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("ans = 1 + 1", 2),
        ("answer = [1, (2, 3)]", [1, [2, 3]]),
        ("result = {2019: 1.5, (1, 2): None}", {"2019": 1.5, "(1, 2)": None}),
        ("x = 4\nx * 2", 8),
        ("def solution():\n    return {3, 1, 2}", [1, 2, 3]),
        ("def total():\n    return 5", 5),
        ("def solution():\n    return 9\nans = 1", 1),
        ("result = 3\nresult * 2", 6),
        ("print(12.5)", 12.5),
        ("print('a', 2)", "a 2"),
        ("def main():\n    print(3)\nmain()", 3),
        ("def solution():\n    return 7\nif __name__ == '__main__':\n    print(solution())", 7),
        ("from decimal import Decimal\nDecimal('2.50')", 2.5),
        ("from decimal import Decimal\nDecimal('3.00')", 3),
        ("from fractions import Fraction\nFraction(3, 4)", 0.75),
        ("from fractions import Fraction\n[Fraction(6, 3)]", [2]),
        ("import datetime\ndatetime.date(2024, 5, 1)", "2024-05-01"),
        ("import datetime\ndatetime.datetime(2024, 5, 1, 9, 30)", "2024-05-01 09:30:00"),
        ("import datetime\ndatetime.timedelta(days=2, hours=3)", "2 days, 3:00:00"),
        ("float('nan')", "nan"),
        ("-float('inf')", "-inf"),
        ("1 + 2j", "(1+2j)"),
        ("b'ab'", "ab"),
        ("import numpy as np\nnp.array([[1, 2], [3, 4]])", [[1, 2], [3, 4]]),
        ("class P:\n    def __init__(self):\n        self.x = 1\nP()", {"x": 1}),
        ("class P:\n    def __str__(self):\n        return 'p'\nP()", "p"),
        ("2 ** 100", 2**100),
        ("exit()", None),
        ("import sys\nans = 3\nsys.exit(1)", 3),
        ("", None),
    ],
)
def test_results(sandbox: Sandbox, source: str, value: Any) -> None:
    result = sandbox.run(source)
    assert (result.ok, result.value, result.error) == (True, value, None)
    assert type(result.value) is type(value)


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("a = 1\nb = a / 0", "ZeroDivisionError: division by zero (line 2: b = a / 0)"),
        (
            "def solution():\n    x = [1]\n\n    return x[3]",
            "IndexError: list index out of range (line 4, in solution: return x[3])",
        ),
        (
            "d = {'a': 1}\nbest = max(d, key=d.get)\n\n# a comment\nd['b']",
            "KeyError: 'b' (line 5: d['b'])",
        ),
        ("x = (1,\n     2,\n     missing)", "NameError: name 'missing' is not defined (line 3: missing))"),
        ("x = (", "SyntaxError: '(' was never closed (line 1: x = ()"),
        (
            "if True:\nx = 1",
            "IndentationError: expected an indented block after 'if' statement on line 1 (line 2: x = 1)",
        ),
        ("return 3", "SyntaxError: 'return' outside function (line 1: return 3)"),
        ("\0", "SyntaxError: source code string cannot contain null bytes"),
        ("assert 1 == 2, 'not so'", "AssertionError: not so (line 1: assert 1 == 2, 'not so')"),
        ("raise ValueError('a', 2)", "ValueError: ('a', 2) (line 1: raise ValueError('a', 2))"),
        ("-" * 50_000 + "1", "SyntaxError: the program is nested too deeply"),
        ("10 ** 5000", "ValueError: Exceeds the limit (4300 digits) for integer string conversion"),
    ],
)
def test_errors_are_cpythons_with_the_authors_lines(sandbox: Sandbox, source: str, error: str) -> None:
    result = sandbox.run(source)
    assert not result.ok
    assert result.value is None
    assert result.error is not None and result.error.startswith(error)


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("import pandas as pd", "list of dicts"),
        ("import requests", "no network"),
        ("import subprocess", "programs can import math"),
        ("import numpy as np\nnp.fft.fft([1])", "module 'numpy' has no attribute 'fft'"),
        ("input('?')", "input() has nothing to read"),
        ("class B(dict):\n    pass", "inherit from a class of the program"),
        ("def g():\n    while True:\n        yield 1\nsum(g())", "at most 10000 values"),
        ("while True:\n    print('x' * 1000)", "printed more than"),
        ("'x' * 5_000_000", "too large"),
        ("[0] * 450_000", "larger than"),
    ],
)
def test_errors_say_what_to_do(sandbox: Sandbox, source: str, says: str) -> None:
    result = sandbox.run(source)
    assert result.error is not None and says in result.error
