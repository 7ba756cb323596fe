"""The language: realistic programs give CPython's values, lines stay those of the author, rounding is CPython's."""

from __future__ import annotations

import random

import pytest

from chatbot.programs import language
from chatbot.programs.facts import facts
from chatbot.programs.sandbox import Sandbox
from tests.chatbot.programs.same import agree, by_cpython, realistic, same
from tests.chatbot.programs.variants import varied


def test_realistic_programs_give_cpythons_values(sandbox: Sandbox) -> None:
    programs = realistic()
    assert len(programs) >= 300
    expected = by_cpython(list(programs.values()))
    assert [name for name, want in zip(programs, expected, strict=True) if not want["ok"]] == []
    wrong = {
        name: (result.value, result.error, want["value"])
        for (name, source), want in zip(programs.items(), expected, strict=True)
        if not agree(result := sandbox.run(source), want)
    }
    assert wrong == {}


def test_rounding_near_halves_is_cpythons(sandbox: Sandbox) -> None:
    chance = random.Random(7)
    numbers = [(chance.randrange(-20_000, 20_000) * 5 + 5) / 10 ** chance.randrange(1, 5) for _ in range(1_500)]
    pairs = [[number, chance.randrange(0, 4)] for number in numbers]
    source = "[[round(n, d), round(n), round(int(n), -d)] for n, d in pairs]"
    result = sandbox.run(source, {"pairs": pairs})
    assert result.value == [[round(n, d), round(n), round(int(n), -d)] for n, d in pairs]


@pytest.mark.parametrize(
    "source",
    [
        "x = 1",
        "ans = max([1, 2]) + len('abc')",
        "def f(a):\n    return a.upper()\nans = f('x')",
        "import math\nmath.pi",
    ],
)
def test_programs_that_need_nothing_stay_as_they_are(source: str) -> None:
    prepared = language.prepared(source)
    assert prepared.source.replace("_sd_value = (math.pi)", "math.pi") == source + "\nNone"


def test_lines_of_rewritten_programs_are_the_authors() -> None:
    source = (
        "import numpy as np\n\n\ndef f(x):\n    # about x\n    y = (x +\n         1)\n    del x\n    return y\n\nf(1)"
    )
    prepared = language.prepared(source)
    rewritten = prepared.source.split("\n")
    for text, line in (("def f", 4), ("y = ", 6), ("return y", 9), ("_sd_value", 11)):
        at = next(number for number, one in enumerate(rewritten, 1) if text in one)
        assert prepared.line_of(at) == line
    assert prepared.text_of(9) == "return y"


@pytest.mark.parametrize(
    ("source", "forgotten"),
    [
        ("ans = math.sqrt(4)", 2.0),
        ("ans = np.mean([1, 2])", 1.5),
        ("ans = datetime(2020, 1, 31).strftime('%d')", "31"),
        ("ans = datetime.date(2020, 1, 31).day", 31),
        ("ans = Counter('aab')['a']", 2),
        ("ans = str(Fraction(2, 4))", "1/2"),
        ("ans = statistics.median([1, 2, 9])", 2),
        ("ans = (date(2020, 1, 31) + relativedelta(months=1)).day", 29),
    ],
)
def test_forgotten_imports_are_added(sandbox: Sandbox, source: str, forgotten: object) -> None:
    assert sandbox.run(source).value == forgotten


def test_names_of_the_program_win_over_supplied_ones(sandbox: Sandbox) -> None:
    assert sandbox.run("math = 3\nround = 4\nans = math + round").value == 7
    assert (
        sandbox.run("def mean(x):\n    return 1\nimport statistics\nans = mean([5]) + statistics.mean([5])").value == 6
    )
    assert sandbox.run("ans = math * 2", {"math": 4}).value == 8
    assert sandbox.run(
        "import string\ndef f(string):\n    return string.upper()\nans = f('a') + string.digits"
    ).value == ("A0123456789")


def test_facts_of_a_program() -> None:
    import ast

    found = facts(
        ast.parse("import numpy as np\nfrom dateutil import parser\nclass A:\n    def f(self):\n        return x")
    )
    assert found.aliases == {"np": "numpy", "parser": "dateutil.parser"}
    assert found.methods == {"f"}
    assert "x" in found.loads
    assert found.is_rich


@pytest.mark.parametrize("seed", range(6))
def test_expressions_give_cpythons_values(sandbox: Sandbox, seed: int) -> None:
    """Random arithmetic and formatting, as a table program has it."""
    chance = random.Random(seed)
    sources = ["ans = " + expression(chance, 4) for _ in range(60)]
    for source, want in zip(sources, by_cpython(sources), strict=True):
        result = sandbox.run(source)
        assert result.ok == want["ok"], (source, result.error, want)
        if want["ok"]:
            assert same(result.value, want["value"]), (source, result.value, want["value"])
        else:
            assert result.error is not None
            assert result.error.split(":")[0] == want["error"].split(":")[0], source


def expression(chance: random.Random, depth: int) -> str:
    if depth == 0 or chance.random() < 0.15:
        return chance.choice(
            [str(chance.randrange(-50, 50)), f"{chance.uniform(-99, 99):.2f}", "7", "0.5", "1e3", "(3 // 2)"]
        )
    one, other = expression(chance, depth - 1), expression(chance, depth - 1)
    return chance.choice(
        [
            f"({one} + {other})", f"({one} - {other})", f"({one} * {other})", f"({one} / {other})", f"({one} // {other})",
            f"({one} % {other})", f"round({one}, 2)", f"abs({one})", f"max({one}, {other})", f"min({one}, {other})",
            f"sum([{one}, {other}])", f"int({one})", f"float({one})", f"({one} if {one} > {other} else {other})",
            f"float(f'{{{one}:.3f}}')", f"len(str({one}))", f"divmod({one}, 7)[1]", f"sorted([{one}, {other}])[0]",
            f"-{one}", f"(({one}) ** 2)",
        ]
    )  # fmt: skip


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("x = [1]\nall(x[i + 1] == 1 for i in range(-1, 5) if i < 0 or x[i] == 2)", None),
        ("x = [3]\nany(x[i] == 3 for i in range(9))", True),
        ("[n for n in range(2, 30) if all(n % d for d in range(2, n))]", [2, 3, 5, 7, 11, 13, 17, 19, 23, 29]),
        ("import itertools\nnext(n for n in itertools.count(1) if n * n > 50)", 8),
        ("next((c for c in 'abc' if c > 'x'), 'none')", "none"),
        ("f = lambda k: any(k == i for i in range(3))\n[f(1), f(7)]", [True, False]),
        ("rows = [[1, 2], [3]]\nall(any(v > 0 for v in row) for row in rows)", True),
        ("x = [1, 2]\nany(x > 1 for x in x)", True),
        ("def f(n):\n    return all(n > k for k in range(n))\n[f(3), f(0)]", [True, True]),
        ("def f():\n    if all(v for v in [0]):\n        return 1\n    elif any(v for v in [1]):\n        return 2\nf()", 2),
        ("next(x for x in [1] if x > 1)", None),
    ],
)  # fmt: skip
def test_generator_expressions_stop_early(sandbox: Sandbox, source: str, value: object) -> None:
    result = sandbox.run(source)
    if value is None:
        assert result.error is not None and result.error.split(" ")[0].strip(":(") in ("IndexError", "StopIteration")
    else:
        assert result.value == value


def test_whole_numbers_of_a_set_come_in_cpythons_order(sandbox: Sandbox) -> None:
    chance = random.Random(11)
    rows = [
        [chance.randrange(-50, 10 ** chance.randrange(1, 6)) for _ in range(chance.randrange(1, 40))]
        for _ in range(200)
    ]
    result = sandbox.run("[list(set(row)) for row in rows]", {"rows": rows})
    assert result.value == [list(set(row)) for row in rows]


def test_programs_with_other_numbers_give_cpythons_values(sandbox: Sandbox) -> None:
    sources = [source for source in map(varied, range(250)) if "sys.version" not in source]
    wants = by_cpython(sources)
    wrong = []
    for source, want in zip(sources, wants, strict=True):
        result = sandbox.run(source)
        if want["ok"] and not agree(result, want):
            wrong.append((source, result.value, result.error, want["value"]))
    assert sum(want["ok"] for want in wants) > 150
    assert wrong == []
