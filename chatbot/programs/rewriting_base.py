"""What every part of the rewriting shares: what the program is like, what it will need, how new nodes get their place."""

from __future__ import annotations

import ast
from typing import TypeVar

from chatbot.programs import prelude
from chatbot.programs.facts import Facts
from chatbot.programs.prelude import Need

_Node = TypeVar("_Node", bound=ast.AST)


class Rewriting(ast.NodeTransformer):
    """Rewrites one tree. ``needs`` is what the result uses; ``changed`` whether it is another program at all."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.needs: set[Need] = set()
        self.builtins: dict[str, Need] = {}
        """Builtins that the prelude replaces: name and what stands for it."""
        self.changed = False

    def use(self, module: str, name: str) -> ast.Name:
        """The supplied thing, as an expression."""
        self.needs.add((module, name))
        self.changed = True
        return ast.Name(prelude.known_as((module, name)), ast.Load())

    def call(self, module: str, name: str, *arguments: ast.expr) -> ast.Call:
        """A call of a supplied function."""
        return ast.Call(self.use(module, name), list(arguments), [])

    def in_place(self, old: ast.AST, new: _Node) -> _Node:
        """``new`` at the place of the expression ``old``."""
        ast.copy_location(new, old)
        return ast.fix_missing_locations(new)

    def at(self, old: ast.stmt, new: list[ast.stmt]) -> list[ast.stmt]:
        """``new`` at the place of the statement ``old``."""
        for one in new:
            if not hasattr(one, "lineno"):
                ast.copy_location(one, old)
            elif one is not old and one.lineno < old.lineno:
                ast.increment_lineno(one, old.lineno - one.lineno)
            ast.fix_missing_locations(one)
        return new
