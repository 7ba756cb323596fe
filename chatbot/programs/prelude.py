"""The text that a program finds already run: only what it uses of ``supplied``, out of reach of its own names.

Models call variables ``sum``, ``max`` or ``list``. So each supplied module stands in a function of its own that takes the
builtins it uses as defaults, at a time when the program has not yet given them other values.
"""

from __future__ import annotations

import ast
import builtins
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path

_FOLDER = Path(__file__).parent / "supplied"
# Read now: the process that prepares programs can read no files later.
_TEXTS = {file.stem: file.read_text(encoding="utf-8") for file in _FOLDER.glob("[a-z]*.py")}
_BUILTINS = frozenset(dir(builtins))
PREFIX = "_sd_"
# Files with what the interpreter's own module of that name lacks; the others stand for a whole module.
ADDITIONS = frozenset(("functools", "collections", "typing", "sys", "datetime", "dataclasses"))

Need = tuple[str, str]
"""(file in supplied, name in it)"""


def known_as(need: Need) -> str:
    """The name of a supplied thing in the program."""
    return f"{PREFIX}{need[0]}_{need[1]}"


@cache
def names(module: str) -> frozenset[str]:
    """What a supplied module offers, empty where there is none."""
    if module not in _TEXTS:
        return frozenset()
    return frozenset(name for name in _source(module).defined if not name.startswith("_"))


def found(module: str, name: str) -> Need | None:
    """The supplied thing that is ``module.name``: a name that would hide a builtin has an underscore behind it."""
    for spelled in (name, f"{name}_"):
        if spelled in names(module):
            return (module, spelled)
    return None


@lru_cache(maxsize=256)
def text(needs: frozenset[Need]) -> str:
    """Source that defines every need and all that they need themselves."""
    wanted: dict[str, set[str]] = {}
    uses: dict[str, set[str]] = {}
    for module, name in sorted(needs):
        _want(module, name, wanted, uses)
    order: list[str] = []
    for module in sorted(wanted):
        _after_what_it_uses(module, uses, order)
    return "\n".join(_loader(module, wanted[module]) for module in order)


@dataclass
class _Source:
    """A supplied file, cut into its statements."""

    statements: list[ast.stmt] = field(default_factory=list)
    defined: dict[str, ast.stmt] = field(default_factory=dict)
    imports: dict[str, tuple[str, str | None]] = field(default_factory=dict)
    """name here: (module, name there); None for the module itself"""


@cache
def _source(module: str) -> _Source:
    source = _Source()
    for statement in ast.parse(_TEXTS[module]).body:
        if isinstance(statement, ast.Import):
            source.imports |= {alias.name: (alias.name, None) for alias in statement.names}
        elif isinstance(statement, ast.ImportFrom):
            source.imports |= {alias.name: (str(statement.module), alias.name) for alias in statement.names}
        elif not isinstance(statement, ast.Expr):
            source.statements.append(statement)
            source.defined |= dict.fromkeys(_defined(statement), statement)
    return source


def _defined(statement: ast.stmt) -> list[str]:
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        return [statement.name]
    assert isinstance(statement, ast.Assign)
    return [node.id for target in statement.targets for node in ast.walk(target) if isinstance(node, ast.Name)]


@cache
def _mentioned(module: str, name: str) -> tuple[frozenset[str], frozenset[Need]]:
    """The names that a definition reads, and the supplied things of other modules among them."""
    source = _source(module)
    statement = source.defined[name]
    read = {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}
    elsewhere: set[Need] = set()
    for node in ast.walk(statement):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            there, thing = source.imports.get(node.value.id, ("", ""))
            if thing is None and there not in ADDITIONS and node.attr in names(there):
                elsewhere.add((there, node.attr))
        elif isinstance(node, ast.Name) and node.id in source.imports:
            there, thing = source.imports[node.id]
            if thing is not None and thing in names(there):
                elsewhere.add((there, thing))
    return frozenset(read), frozenset(elsewhere)


def _want(module: str, name: str, wanted: dict[str, set[str]], uses: dict[str, set[str]]) -> None:
    here = wanted.setdefault(module, set())
    if name in here:
        return
    here.add(name)
    read, elsewhere = _mentioned(module, name)
    uses.setdefault(module, set()).update(there for there, _ in elsewhere)
    for need in sorted(elsewhere):
        _want(*need, wanted, uses)
    for other in sorted(read & set(_source(module).defined)):
        _want(module, other, wanted, uses)


def _after_what_it_uses(module: str, uses: dict[str, set[str]], order: list[str]) -> None:
    for other in sorted(uses[module]):
        _after_what_it_uses(other, uses, order)
    if module not in order:
        order.append(module)


def _loader(module: str, wanted: set[str]) -> str:
    source = _source(module)
    given = sorted(name for name in wanted if not name.startswith("_"))
    read = set().union(*(_mentioned(module, name)[0] for name in wanted))
    taken = sorted((read & _BUILTINS) - set(source.defined) - {"NotImplemented", "None", "True", "False"})
    lines = [f"def {PREFIX}load_{module}({', '.join(f'{name}={name}' for name in taken)}):"]
    for name, (there, thing) in sorted(source.imports.items()):
        if name in read:
            lines += _brought(name, there, thing)
    kept = [statement for statement in source.statements if wanted & set(_defined(statement))]
    assigned = {id(one) for one in kept}
    body = [_bare(module, one) for one in source.statements if id(one) in assigned]
    lines += [f"    {line}" for one in body for line in one.split("\n")]
    lines.append(f"    return [{', '.join(given)}]")
    lines.append(f"[{', '.join(known_as((module, name)) for name in given)}] = {PREFIX}load_{module}()")
    return "\n".join(lines)


def _brought(name: str, there: str, thing: str | None) -> list[str]:
    if thing is not None:
        return [f"    {name} = {known_as((there, thing))}"]
    if names(there) and there not in ADDITIONS:  # its names are spelled out where they stand
        return []
    return [f"    import {name}"]


@cache
def _bare_text(module: str, index: int) -> str:
    source = _source(module)
    return ast.unparse(_Spelled(source).visit(_without_docstrings(source.statements[index])))


def _bare(module: str, statement: ast.stmt) -> str:
    return _bare_text(module, _source(module).statements.index(statement))


def _without_docstrings(statement: ast.stmt) -> ast.stmt:
    for node in ast.walk(statement):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:] or [ast.Pass()]
    return statement


class _Spelled(ast.NodeTransformer):
    """``calendar.isleap`` of a supplied calendar becomes the name that it is known as."""

    def __init__(self, source: _Source) -> None:
        self._source = source

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        self.generic_visit(node)
        if isinstance(node.value, ast.Name):
            there, thing = self._source.imports.get(node.value.id, ("", ""))
            if thing is None and there not in ADDITIONS and node.attr in names(there):
                return ast.copy_location(ast.Name(known_as((there, node.attr)), ast.Load()), node)
        return node
