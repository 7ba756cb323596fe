"""Generator expressions that stop early. The interpreter runs one to its end before anything looks at it.

``all(n % d for d in range(2, n))`` becomes a function with the loop in it, written before the statement.
"""

from __future__ import annotations

import ast
from typing import Any

from chatbot.programs import prelude
from chatbot.programs.facts import Facts
from chatbot.programs.rewriting_imports import ImportRewriting

_SCOPES = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_UNMOVABLE = (ast.NamedExpr, ast.Await, ast.Yield, ast.YieldFrom)


class LoopRewriting(ImportRewriting):
    """``any``, ``all`` and ``next`` of generator expressions; endless iterators."""

    def __init__(self, facts: Facts) -> None:
        super().__init__(facts)
        self._endless = facts.is_endless or ast.Yield in facts.nodes
        self._before: list[ast.stmt] = []
        self._around: list[set[str]] = []
        self._made = 0

    def visit(self, node: ast.AST) -> Any:
        """As ever, but functions that a statement needs come before it."""
        if isinstance(node, ast.Lambda | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
            self._around.append(_bound_by(node))
            try:
                return super().visit(node)
            finally:
                self._around.pop()
        if not isinstance(node, ast.stmt):
            return super().visit(node)
        outside, self._before = self._before, []
        new = super().visit(node)
        before, self._before = self._before, outside
        return [*before, *(new if isinstance(new, list) else [new])] if before else new

    def stops_early(self, node: ast.Call, name: str) -> None:
        """Rewrites the call in place where its first argument is a generator expression."""
        first = node.args[0] if node.args else None
        if not isinstance(first, ast.GeneratorExp) or node.keywords or len(node.args) > (2 if name == "next" else 1):
            return
        if any(isinstance(one, _UNMOVABLE) for one in ast.walk(first)) or any(one.is_async for one in first.generators):
            return
        self._made += 1
        self.changed = True
        function = f"{prelude.PREFIX}{name}_{self._made}"
        given = self._given(first)
        default = f"{prelude.PREFIX}default"
        rest = node.args[1:]
        body: list[ast.stmt] = [
            _nested(first.generators, _found(name, first.elt)),
            _ended(name, default if rest else None),
        ]
        arguments = [*given, *([default] if rest else [])]
        made = ast.parse(f"def {function}({', '.join(arguments)}): pass").body[0]
        assert isinstance(made, ast.FunctionDef)
        made.body = body
        self.at_line(first, made)
        # What was around it is given to it, and what is inside can be read there.
        around, self._around = self._around, []
        visited = [self.visit(one) for one in body]
        self._around = around
        made.body = [one for each in visited for one in (each if isinstance(each, list) else [each])]
        self._before.append(made)
        node.func = self.in_place(node.func, ast.Name(function, ast.Load()))
        node.args = [self.in_place(first, ast.Name(one, ast.Load())) for one in given] + rest

    def at_line(self, old: ast.expr, new: ast.stmt) -> None:
        """A new statement whose parts without a place get that of ``old``."""
        for node in ast.walk(new):
            if isinstance(node, ast.FunctionDef | ast.For | ast.If | ast.Return | ast.Raise):
                ast.copy_location(node, old)
        ast.fix_missing_locations(new)

    def _given(self, node: ast.GeneratorExp) -> list[str]:
        """Names that the function must be given: those of comprehensions and lambdas around it."""
        read = {one.id for one in ast.walk(node) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load)}
        around = set().union(*self._around)
        first = {one.id for one in ast.walk(node.generators[0].iter) if isinstance(one, ast.Name)}
        return sorted((read & around) - (_bound_by(node) - first) | _bound_by(node) & first)

    def visit_GeneratorExp(self, node: ast.GeneratorExp) -> Any:
        self.generic_visit(node)
        if not self._endless or len(node.generators) != 1:
            return node
        loop = node.generators[0]
        value, condition = _function(loop.target, node.elt), ast.Constant(None)
        if loop.ifs:
            test = loop.ifs[0] if len(loop.ifs) == 1 else ast.BoolOp(ast.And(), loop.ifs)
            condition = _function(loop.target, test)  # type: ignore[assignment]
        if value is None or condition is None:
            return node
        return self.in_place(node, self.call("basics", "Lazy", value, condition, loop.iter))


def _bound_by(node: ast.AST) -> set[str]:
    if isinstance(node, ast.Lambda):
        return {one.arg for one in ast.walk(node.args) if isinstance(one, ast.arg)}
    assert isinstance(node, _SCOPES)
    return {one.id for loop in node.generators for one in ast.walk(loop.target) if isinstance(one, ast.Name)}


def _nested(loops: list[ast.comprehension], body: list[ast.stmt]) -> ast.stmt:
    for loop in reversed(loops):
        for test in reversed(loop.ifs):
            body = [ast.If(test, body, [])]
        body = [ast.For(loop.target, loop.iter, body, [])]
    return body[0]


def _found(name: str, value: ast.expr) -> list[ast.stmt]:
    if name == "next":
        return [ast.Return(value)]
    test = value if name == "any" else ast.UnaryOp(ast.Not(), value)
    return [ast.If(test, [ast.Return(ast.Constant(name == "any"))], [])]


def _ended(name: str, default: str | None) -> ast.stmt:
    if name != "next":
        return ast.Return(ast.Constant(name == "all"))
    return ast.Return(ast.Name(default, ast.Load())) if default else ast.Raise(ast.Name("StopIteration", ast.Load()))


def _function(target: ast.expr, body: ast.expr) -> ast.expr | None:
    """``lambda target: body``; a target of several names is taken apart. None where that cannot be written."""
    if isinstance(target, ast.Name):
        return ast.Lambda(_arguments([target.id]), body)
    if not isinstance(target, ast.Tuple) or not all(isinstance(one, ast.Name) for one in target.elts):
        return None
    names = [node.id for node in target.elts if isinstance(node, ast.Name)]
    whole = ast.Name(f"{prelude.PREFIX}one", ast.Load())
    inner = ast.Call(ast.Lambda(_arguments(names), body), [ast.Starred(whole, ast.Load())], [])
    return ast.Lambda(_arguments([whole.id]), inner)


def _arguments(names: list[str]) -> ast.arguments:
    return ast.arguments([], [ast.arg(name) for name in names], None, [], [], None, [])
