"""Any number of hostile variants and of random programs, each from its own number."""

from __future__ import annotations

import ast
import base64
import copy
import random
import textwrap
import zlib

from tests.chatbot.programs.hostile import Hostile, hostile
from tests.chatbot.programs.same import realistic

_QUICK = ("attributes", "builtins", "imports", "files", "environment", "network", "processes", "forged", "palchain")


def variant(number: int) -> Hostile:
    """A hostile program in another dress: encoded, hidden in other constructs, several layers deep."""
    chance = random.Random(number)
    base = chance.choice([program for program in hostile() if program.kind in _QUICK])
    source = base.source
    for _ in range(chance.randrange(1, 4)):
        source = chance.choice(_DRESSES)(source, chance)
    return Hostile(base.kind, f"variant-{number}-{base.name}", source)


def _text(source: str, chance: random.Random) -> str:
    """An expression that is ``source``, whose canaries can still be filled in."""
    whole = _has_places(source)
    half = len(source) // 2
    ways = [
        repr(source),
        repr(source) if whole else f"{source[::-1]!r}[::-1]",
        " + ".join(repr(part) for part in _parts(source, chance)),
        f"''.join({_parts(source, chance)!r})",
        repr(source) if whole else f"'%s%s' % ({source[:half]!r}, {source[half:]!r})",
        repr(source) if whole else f"bytes.fromhex({source.encode().hex()!r}).decode()",
    ]
    return chance.choice(ways)


def _has_places(source: str) -> bool:
    return any(place in source for place in ("SECRET", "WRITE", "FOLDER", "MINE", "PORT", "VICTIM", "NAME"))


def _parts(source: str, chance: random.Random) -> list[str]:
    """Pieces of the source, cut at spaces so that no canary's place is cut."""
    words = source.split(" ")
    cut = chance.randrange(1, len(words) + 1)
    return [" ".join(words[:cut]) + (" " if words[cut:] else ""), " ".join(words[cut:])]


def _executed(source: str, chance: random.Random) -> str:
    return f"exec({_text(source, chance)})"


def _compiled(source: str, chance: random.Random) -> str:
    return f"exec(compile({_text(source, chance)}, '<x>', 'exec'))"


def _evaluated(source: str, chance: random.Random) -> str:
    return f"eval({f'exec({source!r})'!r})"


def _in_function(source: str, chance: random.Random) -> str:
    body = textwrap.indent(source, "    ")
    return f"def solution():\n    global ans\n{body}\n    return ans\nsolution()"


def _in_class(source: str, chance: random.Random) -> str:
    return f"class A:\n    def __init__(self):\n        exec({source!r}, globals())\nA()"


def _in_lambda(source: str, chance: random.Random) -> str:
    return f"(lambda f: f({_text(source, chance)}))(exec)"


def _mapped(source: str, chance: random.Random) -> str:
    return f"list(map(exec, [{_text(source, chance)}]))"


def _in_comprehension(source: str, chance: random.Random) -> str:
    return f"[exec(s, globals()) for s in [{_text(source, chance)}]]"


def _in_try(source: str, chance: random.Random) -> str:
    return f"try:\n    1 / 0\nexcept ZeroDivisionError:\n{textwrap.indent(source, '    ')}"


def _in_finally(source: str, chance: random.Random) -> str:
    return f"try:\n    pass\nfinally:\n{textwrap.indent(source, '    ')}"


def _in_loop(source: str, chance: random.Random) -> str:
    return f"for _ in range(1):\n{textwrap.indent(source, '    ')}"


def _decorated(source: str, chance: random.Random) -> str:
    return f"def d(f):\n    exec({source!r}, globals())\n    return f\n@d\ndef g():\n    return 1"


def _packed(source: str, chance: random.Random) -> str:
    if _has_places(source):
        return _executed(source, chance)
    data = base64.b64encode(zlib.compress(source.encode())).decode()
    return f"import base64, zlib\nexec(zlib.decompress(base64.b64decode({data!r})).decode())"


def _sorted(source: str, chance: random.Random) -> str:
    return f"sorted([1], key=lambda _: exec({source!r}, globals()) or 0)"


def _in_generator(source: str, chance: random.Random) -> str:
    return f"def g():\n    yield exec({source!r}, globals())\nlist(g())"


def _in_string(source: str, chance: random.Random) -> str:
    return f"S = {source!r}\n" + 'f"{exec(S, globals())}"'


_DRESSES = (
    _executed, _compiled, _evaluated, _in_function, _in_class, _in_lambda, _mapped, _in_comprehension, _in_try,
    _in_finally, _in_loop, _decorated, _packed, _sorted, _in_generator, _in_string,
)  # fmt: skip

_TOKENS = (
    *("x", "y", "ans", "f", "1", "0", "2.5", "'a'", "None", "True", "[]", "{}", "()", "(", ")", "[", "]", "{", "}", ":"),
    *(",", ".", "=", "==", "+", "-", "*", "**", "/", "//", "%", "<", ">", "!=", "@", "|", "&", "~", "->", ":=", "\n", "\n    "),
    *("def f():", "return", "yield", "lambda:", "for x in", "while True:", "if x:", "else:", "try:", "except:", "finally:"),
    *("class A:", "class A(B):", "import", "from math import *", "import numpy as np", "del", "global x", "nonlocal x"),
    *("pass", "break", "continue", "raise", "assert", "with", "as", "async", "await", "match x:", "case _:", "super()"),
    *("print(", "len(", "max(", "sorted(", "key=", ".get", ".append", ".is_integer()", "np.array(", "round(", "range(9)"),
    *("f'{x}'", "b'x'", "'''", "#", "\\", "\t", ";", "..", "...", "0x", "1e999", "9" * 50, "가", "\u2028", "\x0c", "\0"),
    *("__class__", "__import__", "_sd_value", "_sd_load_basics", "@property", "@staticmethod", "from __future__ import x"),
)  # fmt: skip


def noise(number: int) -> str:
    """A random program: tokens in a row, realistic ones cut up or grown together, most of them still Python."""
    chance = random.Random(number)
    known = list(realistic().values())
    kind = chance.randrange(8)
    if kind == 0:
        return " ".join(chance.choice(_TOKENS) for _ in range(chance.randrange(1, 60)))
    if kind == 1:
        lines = chance.choice(known).split("\n") + chance.choice(known).split("\n")
        chance.shuffle(lines)
        return "\n".join(lines[: chance.randrange(1, len(lines) + 1)])
    if kind == 2:
        return _scratched(chance.choice(known), chance)
    return _spliced(chance.choice(known), chance.choice(known), chance)


def varied(number: int) -> str:
    """A realistic program with other numbers."""
    chance = random.Random(number)
    tree = ast.parse(chance.choice(list(realistic().values())))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and type(node.value) in (int, float) and chance.random() < 0.4:
            value = node.value
            if isinstance(value, int):
                node.value = max(0, value + chance.choice([-2, -1, 1, 2, 3])) if value < 3_000 else value
            else:
                node.value = round(value * chance.uniform(0.5, 2), 2)
    return ast.unparse(tree)


def _scratched(source: str, chance: random.Random) -> str:
    for _ in range(chance.randrange(1, 6)):
        at = chance.randrange(len(source) + 1)
        end = min(len(source), at + chance.randrange(12))
        put = chance.choice(["", chance.choice(_TOKENS), source[at:end] * 2, chr(chance.randrange(1, 0x3000))])
        source = source[:at] + put + source[end:]
    return source


def _spliced(one: str, other: str, chance: random.Random) -> str:
    """One program with expressions and statements of another in places of its own."""
    tree, donor = ast.parse(one), ast.parse(other)
    values = [node for node in ast.walk(donor) if isinstance(node, ast.expr) and _is_read(node)]
    for _ in range(chance.randrange(1, 4)):
        holders = [
            (node, name, index)
            for node in ast.walk(tree)
            for name, field in ast.iter_fields(node)
            for index, child in enumerate(field if isinstance(field, list) else [field])
            if isinstance(child, ast.expr)
            and _is_read(child)
            and not isinstance(node, ast.JoinedStr | ast.FormattedValue)
        ]
        node, name, index = chance.choice(holders)
        field = getattr(node, name)
        if isinstance(field, list):
            field[index] = copy.deepcopy(chance.choice(values))
        else:
            setattr(node, name, copy.deepcopy(chance.choice(values)))
    if chance.random() < 0.5:
        tree.body.insert(chance.randrange(len(tree.body) + 1), chance.choice(donor.body))
    try:
        return ast.unparse(ast.fix_missing_locations(tree))
    except (ValueError, RecursionError):
        return one


def _is_read(node: ast.expr) -> bool:
    return isinstance(getattr(node, "ctx", ast.Load()), ast.Load) and not isinstance(node, ast.Starred | ast.JoinedStr)
