"""A program in Python -> the same program in the interpreter's subset, with what it needs of the supplied modules.

Everything here runs in the confined process, on the tree of a program that nobody has read. docs/programs.md lists what is
rewritten, and how it differs from CPython.
"""

from __future__ import annotations

import ast
import bisect
import collections
import datetime
import decimal
import functools
import itertools
import math
import random
import re
import typing
from collections import Counter, deque
from collections.abc import Callable
from inspect import getattr_static
from types import ClassMethodDescriptorType
from typing import Any

from chatbot.programs import classes, prelude
from chatbot.programs.facts import EXCEPTIONS, Facts, is_submodule
from chatbot.programs.prelude import Need

_TYPES: tuple[type, ...] = (
    *(str, list, dict, set, frozenset, tuple, int, float, complex, bytes, Counter, deque, decimal.Decimal),
    *(datetime.date, datetime.datetime, datetime.timedelta, datetime.time, re.Match, re.Pattern),
)
# Methods that may be passed as values.
_METHODS = frozenset(
    name for kind in _TYPES for name in dir(kind) if not name.startswith("_") and callable(getattr(kind, name))
)
# Those that belong to the type: ``date.fromisoformat``.
_CLASS_METHODS = frozenset(
    name
    for kind in _TYPES
    for name in dir(kind)
    if not name.startswith("_")
    and isinstance(getattr_static(kind, name), classmethod | staticmethod | ClassMethodDescriptorType)
)
# What ``from module import *`` brings.
_STARS = {
    module.__name__: frozenset(name for name in dir(module) if not name.startswith("_"))
    for module in (math, random, itertools, functools, collections, datetime, decimal, re, bisect, typing)
}
_DUNDERS = {"__getitem__": "o[k]", "__contains__": "k in o", "__add__": "o + k", "__mul__": "o * k"}
_TYPE_NAMES = frozenset(("str", "list", "dict", "set", "frozenset", "tuple", "int", "float", "bytes"))
# Called on their type, these are the interpreter's own.
_OWN_CLASS_METHODS = frozenset(("fromkeys",))
# Files of supplied that are no modules.
_NO_MODULES = frozenset(("basics", "methods", "attributes", "rich"))
_INSTEAD = {
    "pandas": "write rows as a list of dicts and use plain Python",
    "scipy": "compute it with math or statistics",
    "matplotlib": "print or return the numbers instead of drawing them",
    "requests": "a program has no network; its values are given to it",
    "torch": "use plain Python",
    "sklearn": "use plain Python",
}
_COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Lt: "lt", ast.Gt: "gt", ast.LtE: "le", ast.GtE: "ge", ast.Eq: "eq", ast.NotEq: "ne",
}  # fmt: skip
# Builtins that are supplied under their name with an underscore.
_BASICS = (
    "input", "exit", "quit", "callable", "issubclass", "delattr", "bytearray", "ascii", "vars", "round",
)  # fmt: skip
_RICH_BUILTINS = ("sorted", "max", "min", "len")
_MISSING_EXCEPTIONS = (
    "EOFError", "UnicodeError", "ConnectionError", "BufferError", "GeneratorExit", "FloatingPointError", "ReferenceError",
    "Warning", "UserWarning", "DeprecationWarning", "RuntimeWarning", "StopAsyncIteration",
)  # fmt: skip


class Rewriter(ast.NodeTransformer):
    """Rewrites one tree. ``needs`` is what the result uses; ``changed`` whether it is another program at all."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self.needs: set[Need] = set()
        self.builtins: dict[str, Need] = {}
        """Builtins that the prelude replaces: name and what stands for it."""
        self.changed = False
        self._rich = facts.is_rich
        self._endless = facts.is_endless or ast.Yield in facts.nodes
        self._bases: dict[str, classes.Merged] = {}
        self._exceptions = set(EXCEPTIONS)
        self._replace_builtins()

    def use(self, module: str, name: str) -> ast.Name:
        """The supplied thing, as an expression."""
        self.needs.add((module, name))
        self.changed = True
        return ast.Name(prelude.known_as((module, name)), ast.Load())

    def call(self, module: str, name: str, *arguments: ast.expr) -> ast.Call:
        return ast.Call(self.use(module, name), list(arguments), [])

    # Names and imports

    def _replace_builtins(self) -> None:
        free = self._facts.loads - self._facts.stores - self._facts.imported
        for name in free.intersection(_BASICS):
            self._replace(name, ("basics", {"quit": "exit_"}.get(name, f"{name}_")))
        for name in free.intersection(_MISSING_EXCEPTIONS):
            self._replace(name, ("basics", "EOFError_"))
        if self._rich:
            for name in free.intersection(_RICH_BUILTINS):
                self._replace(name, ("rich", f"{name}_"))

    def _replace(self, name: str, need: Need) -> None:
        self.needs.add(need)
        self.builtins[name] = need

    def visit_Import(self, node: ast.Import) -> Any:
        kept: list[ast.alias] = []
        out: list[ast.stmt] = []
        for alias in node.names:
            first = alias.name.split(".")[0]
            if self._is_supplied(first):
                self.changed = True
                if self._module_attributes(alias.asname or first) or (alias.asname or first) in self._facts.stores:
                    continue
                out.append(ast.Assign([ast.Name(alias.asname or first, ast.Store())], ast.Constant(f"module {first}")))
            elif first in _INSTEAD:
                out.append(self._absent_module(first))
            else:
                kept.append(alias)
        if len(kept) == len(node.names):
            return node
        if kept:
            out.append(ast.Import(kept))
        return self._at(node, out or [ast.Pass()])

    def _module_attributes(self, name: str) -> bool:
        return name in self._facts.loads

    def visit_ImportFrom(self, node: ast.ImportFrom) -> Any:
        path = node.module or ""
        first = path.split(".")[0]
        if path == "__future__":
            self.changed = True
            return self._at(node, [ast.Pass()])
        if first in _INSTEAD:
            return self._at(node, [self._absent_module(first)])
        if path in _STARS and [alias.name for alias in node.names] == ["*"]:
            free = sorted((self._facts.loads - self._facts.stores) & _STARS[path])
            self.changed = True
            return self._at(node, [ast.ImportFrom(path, [ast.alias(name) for name in free], 0) if free else ast.Pass()])
        if not prelude.names(first) or first in _NO_MODULES or node.level:
            return node
        kept: list[ast.alias] = []
        out: list[ast.stmt] = []
        for alias in self._spelled_out(node, first):
            need = self._supplied(path, alias.name)
            if is_submodule(f"{path}.{alias.name}"):
                continue
            if need is not None:
                self._take(out, alias.asname or alias.name, self.use(*need))
            elif first in prelude.ADDITIONS:
                kept.append(alias)
            else:
                absent = self.call("basics", "absent", ast.Constant(path), ast.Constant(alias.name))
                self._take(out, alias.asname or alias.name, absent)
        if len(kept) == len(node.names):
            return node
        self.changed = True
        if kept:
            out.append(ast.ImportFrom(path, kept, 0))
        return self._at(node, out or [ast.Pass()])

    def _spelled_out(self, node: ast.ImportFrom, first: str) -> list[ast.alias]:
        """``from x import *`` with its names, of which only those that are read count."""
        if [alias.name for alias in node.names] != ["*"] or first in prelude.ADDITIONS:
            return node.names
        free = self._facts.loads - self._facts.stores
        return [ast.alias(name) for name in sorted(free) if self._supplied(node.module or "", name)]

    def _take(self, out: list[ast.stmt], name: str, value: ast.expr) -> None:
        if name == "cmp_to_key" or not self._is_class_marker(name):
            out.append(ast.Assign([ast.Name(name, ast.Store())], value))

    def _is_class_marker(self, name: str) -> bool:
        """Names that only stand in class headers, which are rewritten."""
        return (
            name in ("NamedTuple", "TypedDict", "ABC", "Enum", "IntEnum", "StrEnum") and name not in self._facts.stores
        )

    def _absent_module(self, first: str) -> ast.stmt:
        return ast.Expr(self.call("basics", "absent_module", ast.Constant(first), ast.Constant(_INSTEAD[first])))

    def _is_supplied(self, first: str) -> bool:
        return bool(prelude.names(first)) and first not in prelude.ADDITIONS | _NO_MODULES

    def _supplied(self, path: str, name: str) -> Need | None:
        first, _, inside = path.partition(".")
        prefix = inside.replace(".", "_") + "_" if inside else ""
        return None if first in _NO_MODULES else prelude.found(first, prefix + name)

    # Attributes: of modules, methods as values, what the interpreter's types lack

    def visit_Attribute(self, node: ast.Attribute) -> Any:
        module = self._module_path(node.value)
        if module is not None and isinstance(node.ctx, ast.Load):
            return self._of_module(node, module)
        self.generic_visit(node)
        if not isinstance(node.ctx, ast.Load):
            return node
        return self._of_object(node)

    def _module_path(self, node: ast.expr) -> str | None:
        """``a.b`` of supplied modules, None for anything else."""
        if isinstance(node, ast.Name):
            return self._facts.aliases.get(node.id)
        if isinstance(node, ast.Attribute):
            outer = self._module_path(node.value)
            if outer is not None and is_submodule(f"{outer}.{node.attr}"):
                return f"{outer}.{node.attr}"
        return None

    def _of_module(self, node: ast.Attribute, path: str) -> ast.expr:
        need = self._supplied(path, node.attr)
        if need is not None:
            return self._in_place(node, self.use(*need))
        first = path.split(".")[0]
        root = node.value
        while isinstance(root, ast.Attribute):
            root = root.value
        shadowed = isinstance(root, ast.Name) and root.id in self._facts.stores
        if first in prelude.ADDITIONS or shadowed:
            return node
        return self._in_place(node, self.call("basics", "absent", ast.Constant(path), ast.Constant(node.attr)))

    def _of_object(self, node: ast.Attribute) -> ast.expr:
        name = node.attr
        if name == "__class__":
            self.changed = True
            return self._in_place(node, ast.Call(ast.Name("type", ast.Load()), [node.value], []))
        if name == "__name__":
            return self._in_place(node, self.call("basics", "name_of", node.value))
        if name in self._facts.properties:
            return self._in_place(node, classes.property_read(self, node))
        if name in _DUNDERS and name not in self._facts.methods:
            function = ast.parse(f"lambda o, k: {_DUNDERS[name]}", mode="eval").body
            return self._in_place(node, self.call("basics", "method", node.value, ast.Constant(name), function))
        if name in prelude.names("attributes") and (name != "T" or "numpy" in self._facts.modules):
            return self._in_place(node, self.call("attributes", name, node.value))
        if name in _METHODS | prelude.names("methods") and not self._is_module(node.value):
            return self._in_place(node, self._bound(node))
        return node

    def _is_module(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Name) and node.id in self._facts.imported and node.id not in self._facts.stores

    def _bound(self, node: ast.Attribute) -> ast.expr:
        """A method as a value: a function that calls it."""
        inside = ast.parse(f"lambda o, *a, **k: o.{node.attr}(*a, **k)", mode="eval").body
        assert isinstance(inside, ast.Lambda) and isinstance(inside.body, ast.Call)
        inside.body = self._call_of_method(inside.body)
        helper = "class_method" if node.attr in _CLASS_METHODS else "method"
        return self.call("basics", helper, node.value, ast.Constant(node.attr), inside)

    # Calls

    def visit_Call(self, node: ast.Call) -> Any:
        if isinstance(node.func, ast.Attribute) and self._module_path(node.func.value) is None:
            return self._visit_method_call(node, node.func)
        self.generic_visit(node)
        if isinstance(node.func, ast.Name):
            self._visit_function_call(node, node.func)
        return node

    def _visit_method_call(self, node: ast.Call, function: ast.Attribute) -> ast.expr:
        replaced = classes.super_call(self, node)
        if replaced is not None:
            return self._in_place(node, replaced)
        function.value = self.visit(function.value)
        node.args = [self.visit(one) for one in node.args]
        for keyword in node.keywords:
            keyword.value = self.visit(keyword.value)
        if function.attr in self._facts.properties:
            node.func = self._in_place(function, classes.property_read(self, function))
            return node
        return self._in_place(node, self._call_of_method(node))

    def _call_of_method(self, node: ast.Call) -> ast.Call:
        assert isinstance(node.func, ast.Attribute)
        owner, name = node.func.value, node.func.attr
        if name == "sort" and self._rich:
            return ast.Call(self.use("rich", "sort"), [owner, *node.args], node.keywords)
        if name in prelude.names("methods") and name not in self._facts.methods and not self._is_module(owner):
            return ast.Call(self.use("methods", name), [owner, *node.args], node.keywords)
        is_type = isinstance(owner, ast.Name) and owner.id in _TYPE_NAMES - self._facts.stores
        if is_type and name not in _OWN_CLASS_METHODS and node.args and not isinstance(node.args[0], ast.Starred):
            if name in ("fromhex", "__new__", "__init__"):
                return node
            self.changed = True
            return ast.Call(ast.Attribute(node.args[0], name, ast.Load()), node.args[1:], node.keywords)
        return node

    def _visit_function_call(self, node: ast.Call, function: ast.Name) -> None:
        name, arguments = function.id, node.args
        if name in self._facts.stores:
            return
        if name == "object" and not arguments:
            node.func = self.use("basics", "object_")
        elif name == "isinstance" and self._bases:
            node.func = self.use("basics", "isinstance_")
        elif name == "next" and arguments and isinstance(arguments[0], ast.GeneratorExp):
            arguments[0] = self._lazy(arguments[0])

    def visit_GeneratorExp(self, node: ast.GeneratorExp) -> Any:
        self.generic_visit(node)
        return self._lazy(node) if self._endless else node

    def _lazy(self, node: ast.expr) -> ast.expr:
        """The interpreter runs a generator expression to its end at once."""
        if not isinstance(node, ast.GeneratorExp) or len(node.generators) != 1:
            return node
        loop = node.generators[0]
        value, condition = _function(loop.target, node.elt), ast.Constant(None)
        if loop.ifs:
            test = loop.ifs[0] if len(loop.ifs) == 1 else ast.BoolOp(ast.And(), loop.ifs)
            condition = _function(loop.target, test)  # type: ignore[assignment]
        return self._in_place(node, self.call("basics", "Lazy", value, condition, loop.iter))

    def visit_Compare(self, node: ast.Compare) -> Any:
        self.generic_visit(node)
        names = [_COMPARISONS.get(type(operator)) for operator in node.ops]
        if not self._rich or None in names:
            return node
        functions = [self.use("rich", str(name)) for name in names]
        if len(functions) == 1:
            return self._in_place(node, ast.Call(functions[0], [node.left, node.comparators[0]], []))
        values = ast.List([node.left, *node.comparators], ast.Load())
        return self._in_place(node, self.call("rich", "chain", ast.List(list(functions), ast.Load()), values))

    # Statements

    def visit_Delete(self, node: ast.Delete) -> Any:
        self.generic_visit(node)
        self.changed = True
        return self._at(node, [self._deleted(target) for target in node.targets])

    def _deleted(self, target: ast.expr) -> ast.stmt:
        if isinstance(target, ast.Subscript):
            if isinstance(target.slice, ast.Slice):
                place = ast.Subscript(target.value, target.slice, ast.Store())
                return ast.Assign([place], ast.List([], ast.Load()))
            return ast.Expr(self.call("basics", "delete", target.value, target.slice))
        if isinstance(target, ast.Attribute):
            return ast.Expr(self.call("basics", "delattr_", target.value, ast.Constant(target.attr)))
        if isinstance(target, ast.Name):
            return ast.Assign([ast.Name(target.id, ast.Store())], ast.Constant(None))
        raise SyntaxError("del of several things at once in brackets is not available; use one del each")

    def visit_Raise(self, node: ast.Raise) -> Any:
        self.generic_visit(node)
        made = node.exc
        if isinstance(made, ast.Call) and isinstance(made.func, ast.Name) and made.func.id in self._exceptions:
            plain = len(made.args) == 1 and not made.keywords and isinstance(made.args[0], ast.Constant | ast.JoinedStr)
            if made.args and not (plain and not isinstance(getattr(made.args[0], "value", ""), int | float)):
                made.args = [self.call("basics", "message", *made.args)]
                made.keywords = []
            if made.func.id == "SystemExit" and not made.args:
                made.args = [ast.Constant("")]
                self.changed = True
        elif isinstance(made, ast.Name) and made.id == "SystemExit":
            node.exc = ast.Call(made, [ast.Constant("")], [])
            self.changed = True
        return ast.fix_missing_locations(node)

    def visit_Assign(self, node: ast.Assign) -> Any:
        target = node.targets[0]
        if len(node.targets) == 1 and isinstance(target, ast.Attribute) and target.attr in self._facts.properties:
            target.value, node.value = self.visit(target.value), self.visit(node.value)
            return self._at(node, [classes.property_write(self, target, node.value)])
        self.generic_visit(node)
        return node

    def visit_AugAssign(self, node: ast.AugAssign) -> Any:
        target = node.target
        if isinstance(target, ast.Attribute) and target.attr in self._facts.properties:
            read = ast.Attribute(target.value, target.attr, ast.Load())
            written = ast.Assign([target], ast.BinOp(read, node.op, node.value))
            return self.visit_Assign(ast.copy_location(written, node))
        self.generic_visit(node)
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> Any:
        self.generic_visit(node)
        if _yields(node):
            return self._at(node, self.generator(node))
        return node

    def generator(self, node: ast.FunctionDef) -> list[ast.stmt]:
        """A function that collects what it yields, and one of the old name that starts it."""
        inner = f"{prelude.PREFIX}run_{node.name}"
        out = ast.Name(f"{prelude.PREFIX}out", ast.Load())
        node.body = [_Collecting(self, out).visit(one) for one in node.body]
        node.args.args.insert(0, ast.arg(out.id))
        if node.args.posonlyargs:
            node.args.posonlyargs.insert(0, node.args.args.pop(0))
        name, node.name = node.name, inner
        decorators, node.decorator_list = node.decorator_list, []
        collected = prelude.known_as(("basics", "collected"))
        self.use("basics", "collected")
        outer = ast.parse(f"def {name}(*a, **k): return {collected}({inner}, a, k)").body[0]
        assert isinstance(outer, ast.FunctionDef)
        outer.decorator_list = decorators
        return [node, outer]

    def visit_ClassDef(self, node: ast.ClassDef) -> Any:
        self.changed = True
        return self._at(node, classes.rewritten(self, node, self._bases, self._exceptions))

    def merged(self, name: str) -> classes.Merged:
        """A class of the program that was visited before."""
        return self._bases[name]

    def visit_body(self, node: ast.AST) -> None:
        self.generic_visit(node)

    def _in_place(self, old: ast.AST, new: Any) -> Any:
        ast.copy_location(new, old)
        return ast.fix_missing_locations(new)

    def _at(self, old: ast.stmt, new: list[ast.stmt]) -> list[ast.stmt]:
        for one in new:
            if not hasattr(one, "lineno"):
                ast.copy_location(one, old)
            elif one is not old and one.lineno < old.lineno:
                ast.increment_lineno(one, old.lineno - one.lineno)
            ast.fix_missing_locations(one)
        return new


def _function(target: ast.expr, body: ast.expr) -> ast.expr:
    """``lambda target: body``; a target of several names is taken apart."""
    if isinstance(target, ast.Name):
        return ast.Lambda(_arguments([target.id]), body)
    names = [node.id for node in ast.walk(target) if isinstance(node, ast.Name)]
    simple = isinstance(target, ast.Tuple) and all(isinstance(one, ast.Name) for one in target.elts)
    if not simple:
        raise SyntaxError("a generator expression over nested names is not available here; use a loop")
    whole = ast.Name(f"{prelude.PREFIX}one", ast.Load())
    inner = ast.Call(ast.Lambda(_arguments(names), body), [ast.Starred(whole, ast.Load())], [])
    return ast.Lambda(_arguments([whole.id]), inner)


def _arguments(names: list[str]) -> ast.arguments:
    return ast.arguments([], [ast.arg(name) for name in names], None, [], [], None, [])


def _yields(function: ast.FunctionDef) -> bool:
    return any(isinstance(node, ast.Yield | ast.YieldFrom) for node in _own(function))


def _own(function: ast.FunctionDef) -> list[ast.AST]:
    """The nodes of a function, those of functions inside it left out."""
    out: list[ast.AST] = []
    left: list[ast.AST] = list(function.body)
    while left:
        node = left.pop()
        out.append(node)
        if not isinstance(node, ast.FunctionDef | ast.Lambda | ast.ClassDef):
            left.extend(ast.iter_child_nodes(node))
    return out


class _Collecting(ast.NodeTransformer):
    """``yield x`` becomes a call that keeps x."""

    def __init__(self, rewriter: Rewriter, out: ast.Name) -> None:
        self._rewriter, self._out = rewriter, out
        self._leave: Callable[[ast.AST], ast.AST] = lambda node: node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        return self._leave(node)

    def visit_Lambda(self, node: ast.Lambda) -> ast.AST:
        return self._leave(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        return self._leave(node)

    def visit_Yield(self, node: ast.Yield) -> ast.AST:
        self.generic_visit(node)
        value = node.value or ast.Constant(None)
        return ast.copy_location(self._rewriter.call("basics", "put", self._out, value), node)

    def visit_YieldFrom(self, node: ast.YieldFrom) -> ast.AST:
        self.generic_visit(node)
        return ast.copy_location(self._rewriter.call("basics", "put_all", self._out, node.value), node)
