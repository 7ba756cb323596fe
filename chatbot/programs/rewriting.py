"""A program in Python -> the same program in the interpreter's subset, with what it needs of the supplied modules.

Everything here runs in the confined process, on the tree of a program that nobody has read. docs/programs.md lists what is
rewritten, and how it differs from CPython.
"""

from __future__ import annotations

import ast
from typing import Any

from chatbot.programs import classes, prelude
from chatbot.programs.facts import Facts
from chatbot.programs.lacking import BASICS, MISSING_EXCEPTIONS, RICH_BUILTINS
from chatbot.programs.prelude import Need
from chatbot.programs.rewriting_objects import ObjectRewriting


class Rewriter(ObjectRewriting):
    """The whole: statements here, expressions and imports in its parents."""

    def __init__(self, facts: Facts) -> None:
        super().__init__(facts)
        self._replace_builtins()

    def _replace_builtins(self) -> None:
        free = self.facts.loads - self.facts.stores - self.facts.imported
        for name in free.intersection(BASICS):
            self._replace(name, ("basics", {"quit": "exit_"}.get(name, f"{name}_")))
        for name in free.intersection(MISSING_EXCEPTIONS):
            self._replace(name, ("basics", "EOFError_"))
        if self._rich:
            for name in free.intersection(RICH_BUILTINS):
                self._replace(name, ("rich", f"{name}_"))

    def _replace(self, name: str, need: Need) -> None:
        self.needs.add(need)
        self.builtins[name] = need

    def visit_Delete(self, node: ast.Delete) -> Any:
        self.generic_visit(node)
        self.changed = True
        return self.at(node, [self._deleted(target) for target in node.targets])

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
        if isinstance(node.exc, ast.Name) and node.exc.id == "SystemExit":
            node.exc = self.in_place(node.exc, ast.Call(node.exc, [ast.Constant("")], []))
            self.changed = True
        return node

    def visit_Assign(self, node: ast.Assign) -> Any:
        target = node.targets[0]
        if len(node.targets) == 1 and isinstance(target, ast.Attribute) and target.attr in self.facts.properties:
            target.value, node.value = self.visit(target.value), self.visit(node.value)
            return self.at(node, [classes.property_write(self, target, node.value)])
        self.generic_visit(node)
        return node

    def visit_AugAssign(self, node: ast.AugAssign) -> Any:
        target = node.target
        if isinstance(target, ast.Attribute) and target.attr in self.facts.properties:
            read = ast.Attribute(target.value, target.attr, ast.Load())
            written = ast.Assign([target], ast.BinOp(read, node.op, node.value))
            return self.visit_Assign(ast.copy_location(written, node))
        self.generic_visit(node)
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> Any:
        self.generic_visit(node)
        if _yields(node):
            return self.at(node, self.generator(node))
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
        return self.at(node, classes.rewritten(self, node, self.bases, self.exceptions))


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

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        return node

    def visit_Lambda(self, node: ast.Lambda) -> ast.AST:
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        return node

    def visit_Yield(self, node: ast.Yield) -> ast.AST:
        self.generic_visit(node)
        value = node.value or ast.Constant(None)
        return ast.copy_location(self._rewriter.call("basics", "put", self._out, value), node)

    def visit_YieldFrom(self, node: ast.YieldFrom) -> ast.AST:
        self.generic_visit(node)
        return ast.copy_location(self._rewriter.call("basics", "put_all", self._out, node.value), node)
