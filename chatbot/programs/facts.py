"""What a program uses, found in one walk over its tree: which names it reads and sets, what it imports and defines."""

from __future__ import annotations

import ast
import builtins
from dataclasses import dataclass, field

from chatbot.programs import prelude

EXCEPTIONS = frozenset(
    name for name, value in vars(builtins).items() if isinstance(value, type) and issubclass(value, BaseException)
)
_COMPARING = frozenset(("__lt__", "__gt__", "__le__", "__ge__", "__ne__", "__len__"))
_RICH_MODULES = frozenset(("numpy", "fractions", "sympy"))


@dataclass
class Facts:
    """About one program."""

    loads: set[str] = field(default_factory=set)
    stores: set[str] = field(default_factory=set)
    """Names that it sets in any way but import."""
    aliases: dict[str, str] = field(default_factory=dict)
    """name here: dotted path of a supplied module or of one with supplied additions"""
    imported: set[str] = field(default_factory=set)
    """Names that stand for any module."""
    modules: set[str] = field(default_factory=set)
    """First parts of all imported modules."""
    attributes: set[str] = field(default_factory=set)
    classes: dict[str, ast.ClassDef] = field(default_factory=dict)
    methods: set[str] = field(default_factory=set)
    """Names of functions defined in its classes."""
    properties: set[str] = field(default_factory=set)
    nodes: set[type[ast.AST]] = field(default_factory=set)

    @property
    def is_rich(self) -> bool:
        """Whether it has objects that define their own order or length."""
        names = {"cmp_to_key"} & self.attributes | {"cmp_to_key"} & self.stores
        return bool(self.modules & _RICH_MODULES or self.methods & _COMPARING or names or self._ordered_dataclass())

    @property
    def is_endless(self) -> bool:
        """Whether an iterator without an end may be at hand."""
        return "itertools" in self.modules

    def _ordered_dataclass(self) -> bool:
        return any(isinstance(one, ast.Call) for node in self.classes.values() for one in node.decorator_list)


def facts(tree: ast.Module) -> Facts:
    """The facts of a program."""
    found = Facts()
    for node in ast.walk(tree):
        found.nodes.add(type(node))
        _look(node, found)
    return found


def _look(node: ast.AST, found: Facts) -> None:
    if isinstance(node, ast.Name):
        (found.loads if isinstance(node.ctx, ast.Load) else found.stores).add(node.id)
    elif isinstance(node, ast.Attribute):
        found.attributes.add(node.attr)
    elif isinstance(node, ast.arg):
        found.stores.add(node.arg)
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        found.stores.add(node.name)
    elif isinstance(node, ast.ClassDef):
        _look_at_class(node, found)
    elif (isinstance(node, ast.ExceptHandler) and node.name) or (
        isinstance(node, ast.MatchAs | ast.MatchStar) and node.name
    ):
        found.stores.add(node.name)
    elif isinstance(node, ast.Global | ast.Nonlocal):
        found.stores.update(node.names)
    elif isinstance(node, ast.Import | ast.ImportFrom):
        _look_at_import(node, found)


def _look_at_class(node: ast.ClassDef, found: Facts) -> None:
    found.stores.add(node.name)
    found.classes[node.name] = node
    for one in node.body:
        if isinstance(one, ast.FunctionDef):
            found.methods.add(one.name)
            if any(decorates_property(decorator) for decorator in one.decorator_list):
                found.properties.add(one.name)


def decorates_property(decorator: ast.expr) -> bool:
    name = decorator.attr if isinstance(decorator, ast.Attribute) else getattr(decorator, "id", "")
    return name in ("property", "cached_property")


def _look_at_import(node: ast.Import | ast.ImportFrom, found: Facts) -> None:
    if isinstance(node, ast.ImportFrom):
        _look_at_names(node, found)
        return
    for alias in node.names:
        _look_at_module(alias, found)


def _look_at_module(alias: ast.alias, found: Facts) -> None:
    first = alias.name.split(".")[0]
    here = alias.asname or first
    found.modules.add(first)
    found.imported.add(here)
    if prelude.names(first):
        found.aliases[here] = alias.name if alias.asname else first


def _look_at_names(node: ast.ImportFrom, found: Facts) -> None:
    path = node.module or ""
    first = path.split(".")[0]
    found.modules.add(first)
    for alias in node.names:
        inside = f"{path}.{alias.name}"
        if is_submodule(inside):
            found.imported.add(alias.asname or alias.name)
            found.aliases[alias.asname or alias.name] = inside
        else:
            found.stores.add(alias.asname or alias.name)


def is_submodule(path: str) -> bool:
    """Whether ``a.b`` is a supplied module inside a supplied module."""
    first, _, inside = path.partition(".")
    return (
        bool(inside)
        and any(name.startswith(inside.replace(".", "_") + "_") for name in prelude.names(first))
        and not (prelude.found(first, inside.replace(".", "_")))
    )
