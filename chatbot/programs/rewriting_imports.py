"""Imports: of modules that are supplied whole, of additions to the interpreter's own, of what there is not."""

from __future__ import annotations

import ast
from typing import Any

from chatbot.programs import prelude
from chatbot.programs.facts import is_submodule
from chatbot.programs.lacking import INSTEAD, NO_MODULES, STARS
from chatbot.programs.prelude import Need
from chatbot.programs.rewriting_base import Rewriting

# Names that only stand in class headers, which are rewritten.
_IN_HEADERS = frozenset(("NamedTuple", "TypedDict", "ABC", "Enum", "IntEnum", "StrEnum"))


class ImportRewriting(Rewriting):
    """``import`` and ``from ... import``, and attributes of modules."""

    def visit_Import(self, node: ast.Import) -> Any:
        kept: list[ast.alias] = []
        out: list[ast.stmt] = []
        for alias in node.names:
            first = alias.name.split(".")[0]
            if self._is_supplied(first):
                self.changed = True
            elif first in INSTEAD:
                out.append(self._absent_module(first))
            else:
                kept.append(alias)
        if len(kept) == len(node.names):
            return node
        if kept:
            out.append(ast.Import(kept))
        return self.at(node, out or [ast.Pass()])

    def visit_ImportFrom(self, node: ast.ImportFrom) -> Any:
        path = node.module or ""
        first = path.split(".")[0]
        if path == "__future__":
            self.changed = True
            return self.at(node, [ast.Pass()])
        if first in INSTEAD:
            return self.at(node, [self._absent_module(first)])
        if path in STARS and [alias.name for alias in node.names] == ["*"]:
            return self._star(node, path)
        if not prelude.names(first) or first in NO_MODULES or node.level:
            return node
        kept, out = self._names(node, path, first)
        if len(kept) == len(node.names):
            return node
        self.changed = True
        if kept:
            out.append(ast.ImportFrom(path, kept, 0))
        return self.at(node, out or [ast.Pass()])

    def _names(self, node: ast.ImportFrom, path: str, first: str) -> tuple[list[ast.alias], list[ast.stmt]]:
        """What the interpreter's module has itself, and assignments of what is supplied."""
        kept: list[ast.alias] = []
        out: list[ast.stmt] = []
        for alias in self._spelled_out(node, first):
            if is_submodule(f"{path}.{alias.name}"):
                continue
            need = self._supplied(path, alias.name)
            if need is None and first in prelude.ADDITIONS:
                kept.append(alias)
                continue
            absent = ast.Constant(path), ast.Constant(alias.name)
            value = self.use(*need) if need is not None else self.call("basics", "absent", *absent)
            if alias.name not in _IN_HEADERS:
                out.append(ast.Assign([ast.Name(alias.asname or alias.name, ast.Store())], value))
        return kept, out

    def _star(self, node: ast.ImportFrom, path: str) -> Any:
        """``from math import *`` with the names that are read."""
        free = sorted((self.facts.loads - self.facts.stores) & STARS[path])
        self.changed = True
        return self.at(node, [ast.ImportFrom(path, [ast.alias(name) for name in free], 0) if free else ast.Pass()])

    def _spelled_out(self, node: ast.ImportFrom, first: str) -> list[ast.alias]:
        """``from x import *`` with its names, of which only those that are read count."""
        if [alias.name for alias in node.names] != ["*"] or first in prelude.ADDITIONS:
            return node.names
        free = self.facts.loads - self.facts.stores
        return [ast.alias(name) for name in sorted(free) if self._supplied(node.module or "", name)]

    def _absent_module(self, first: str) -> ast.stmt:
        return ast.Expr(self.call("basics", "absent_module", ast.Constant(first), ast.Constant(INSTEAD[first])))

    def _is_supplied(self, first: str) -> bool:
        return bool(prelude.names(first)) and first not in prelude.ADDITIONS | NO_MODULES

    def _supplied(self, path: str, name: str) -> Need | None:
        first, _, inside = path.partition(".")
        prefix = inside.replace(".", "_") + "_" if inside else ""
        return None if first in NO_MODULES else prelude.found(first, prefix + name)

    def _module_path(self, node: ast.expr) -> str | None:
        """``a.b`` of supplied modules, None for anything else."""
        if isinstance(node, ast.Name):
            return self.facts.aliases.get(node.id)
        if isinstance(node, ast.Attribute):
            outer = self._module_path(node.value)
            if outer is not None and is_submodule(f"{outer}.{node.attr}"):
                return f"{outer}.{node.attr}"
        return None

    def _of_module(self, node: ast.Attribute, path: str) -> ast.expr:
        need = self._supplied(path, node.attr)
        if need is not None:
            return self.in_place(node, self.use(*need))
        first = path.split(".")[0]
        root = node.value
        while isinstance(root, ast.Attribute):
            root = root.value
        shadowed = isinstance(root, ast.Name) and root.id in self.facts.stores
        if first in prelude.ADDITIONS or shadowed:
            return node
        return self.in_place(node, self.call("basics", "absent", ast.Constant(path), ast.Constant(node.attr)))
