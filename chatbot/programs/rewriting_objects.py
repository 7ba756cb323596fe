"""Attributes, calls and comparisons: methods as values, methods that the interpreter's types lack, endless iterators."""

from __future__ import annotations

import ast
from typing import Any

from chatbot.programs import classes, prelude
from chatbot.programs.facts import EXCEPTIONS, Facts
from chatbot.programs.lacking import CLASS_METHODS, COMPARISONS, DUNDERS, METHODS, OWN_CLASS_METHODS, TYPE_NAMES
from chatbot.programs.rewriting_loops import LoopRewriting

_EARLY = frozenset(("any", "all", "next"))


class ObjectRewriting(LoopRewriting):
    """Expressions."""

    def __init__(self, facts: Facts) -> None:
        super().__init__(facts)
        self._rich = facts.is_rich
        self.bases: dict[str, classes.Merged] = {}
        self.exceptions = set(EXCEPTIONS)
        """Names of exceptions, the program's own among them."""

    def merged(self, name: str) -> classes.Merged:
        """A class of the program that was visited before."""
        return self.bases[name]

    def visit_body(self, node: ast.ClassDef) -> None:
        """Visits what is inside of a class, not the class."""
        self.generic_visit(node)

    def visit_Attribute(self, node: ast.Attribute) -> Any:
        module = self._module_path(node.value)
        if module is not None and isinstance(node.ctx, ast.Load):
            return self._of_module(node, module)
        self.generic_visit(node)
        if not isinstance(node.ctx, ast.Load):
            return node
        return self._of_object(node)

    def _of_object(self, node: ast.Attribute) -> ast.expr:
        name = node.attr
        if name == "__class__":
            self.changed = True
            return self.in_place(node, ast.Call(ast.Name("type", ast.Load()), [node.value], []))
        if name == "__name__":
            return self.in_place(node, self.call("basics", "name_of", node.value))
        if name in self.facts.properties:
            return self.in_place(node, classes.property_read(self, node))
        if name in DUNDERS and name not in self.facts.methods:
            function = ast.parse(f"lambda o, k: {DUNDERS[name]}", mode="eval").body
            return self.in_place(node, self.call("basics", "method", node.value, ast.Constant(name), function))
        if name in prelude.names("attributes") and (name != "T" or "numpy" in self.facts.modules):
            return self.in_place(node, self.call("attributes", name, node.value))
        if name in METHODS | prelude.names("methods") and not self._is_module(node.value):
            return self.in_place(node, self._bound(node))
        return node

    def _is_module(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Name) and node.id in self.facts.imported and node.id not in self.facts.stores

    def _bound(self, node: ast.Attribute) -> ast.expr:
        """A method as a value: a function that calls it."""
        inside = ast.parse(f"lambda o, *a, **k: o.{node.attr}(*a, **k)", mode="eval").body
        assert isinstance(inside, ast.Lambda) and isinstance(inside.body, ast.Call)
        inside.body = self._call_of_method(inside.body)
        helper = "class_method" if node.attr in CLASS_METHODS else "method"
        return self.call("basics", helper, node.value, ast.Constant(node.attr), inside)

    def visit_Call(self, node: ast.Call) -> Any:
        if isinstance(node.func, ast.Attribute) and self._module_path(node.func.value) is None:
            return self._visit_method_call(node, node.func)
        if isinstance(node.func, ast.Name) and node.func.id in _EARLY - self.facts.stores:
            self.stops_early(node, node.func.id)
        self.generic_visit(node)
        if isinstance(node.func, ast.Name):
            self._visit_function_call(node, node.func)
        return node

    def _visit_method_call(self, node: ast.Call, function: ast.Attribute) -> ast.expr:
        replaced = classes.super_call(self, node)
        if replaced is not None:
            return self.in_place(node, replaced)
        function.value = self.visit(function.value)
        node.args = [self.visit(one) for one in node.args]
        for keyword in node.keywords:
            keyword.value = self.visit(keyword.value)
        if function.attr in self.facts.properties:
            node.func = self.in_place(function, classes.property_read(self, function))
            return node
        return self.in_place(node, self._call_of_method(node))

    def _call_of_method(self, node: ast.Call) -> ast.Call:
        assert isinstance(node.func, ast.Attribute)
        owner, name = node.func.value, node.func.attr
        if name == "sort" and self._rich:
            return ast.Call(self.use("rich", "sort"), [owner, *node.args], node.keywords)
        if name in prelude.names("methods") and name not in self.facts.methods and not self._is_module(owner):
            return ast.Call(self.use("methods", name), [owner, *node.args], node.keywords)
        is_type = isinstance(owner, ast.Name) and owner.id in TYPE_NAMES - self.facts.stores
        if is_type and name not in OWN_CLASS_METHODS and node.args and not isinstance(node.args[0], ast.Starred):
            if name in ("fromhex", "__new__", "__init__"):
                return node
            self.changed = True
            return ast.Call(ast.Attribute(node.args[0], name, ast.Load()), node.args[1:], node.keywords)
        return node

    def _visit_function_call(self, node: ast.Call, function: ast.Name) -> None:
        name, arguments = function.id, node.args
        if name in self.exceptions and (name in self.facts.classes or name not in self.facts.stores):
            self._visit_exception(node, name)
        if name in self.facts.stores:
            return
        if name == "object" and not arguments:
            node.func = self.use("basics", "object_")
        elif name == "isinstance" and self.bases:
            node.func = self.use("basics", "isinstance_")
        elif name == "set" and len(arguments) == 1:
            node.func = self.use("basics", "set_")

    def _visit_exception(self, node: ast.Call, name: str) -> None:
        """The interpreter's exceptions take one text."""
        is_text = len(node.args) == 1 and (
            isinstance(node.args[0], ast.JoinedStr) or isinstance(getattr(node.args[0], "value", None), str)
        )
        if name == "SystemExit" and not node.args:
            node.args = [self.in_place(node, ast.Constant(""))]
            self.changed = True
        elif (node.args and not is_text) or node.keywords:
            node.args = [self.in_place(node, self.call("basics", "message", *node.args))]
            node.keywords = []

    def visit_Compare(self, node: ast.Compare) -> Any:
        self.generic_visit(node)
        names = [COMPARISONS.get(type(operator)) for operator in node.ops]
        if not self._rich or None in names:
            return node
        functions = [self.use("rich", str(name)) for name in names]
        if len(functions) == 1:
            return self.in_place(node, ast.Call(functions[0], [node.left, node.comparators[0]], []))
        values = ast.List([node.left, *node.comparators], ast.Load())
        return self.in_place(node, self.call("rich", "chain", ast.List(list(functions), ast.Load()), values))
