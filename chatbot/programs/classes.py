"""Classes beyond the interpreter's: inheritance, properties, static and class methods, named tuples, enumerations.

A class that inherits gets copies of the methods that it does not define itself; exceptions of a program's own become their
built-in parent.
"""

from __future__ import annotations

import ast
import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from chatbot.programs import prelude
from chatbot.programs.facts import decorates_property

if TYPE_CHECKING:
    from chatbot.programs.rewriting_objects import ObjectRewriting

_NO_PARENTS = frozenset(("object", "ABC", "Generic", "Protocol"))
_DROPPED = frozenset(("abstractmethod", "lru_cache", "cache", "override", "final", "total_ordering", "wraps"))
_ENUMS = frozenset(("Enum", "IntEnum", "StrEnum", "Flag", "IntFlag"))


@dataclass
class Merged:
    """A class with all that it inherits, as it was written: name of a method or field -> its definition."""

    name: str
    members: dict[str, ast.stmt] = field(default_factory=dict)
    above: list[str] = field(default_factory=list)
    """Names of the classes it inherits from, nearest first."""


def rewritten(
    rewriter: ObjectRewriting, node: ast.ClassDef, known: dict[str, Merged], exceptions: set[str]
) -> list[ast.stmt]:
    """The statements that stand for a class."""
    bases = [name for name in map(_base_name, node.bases) if name not in _NO_PARENTS]
    if not bases:
        return _plain(rewriter, node, known, [])
    if bases[0] in exceptions:
        exceptions.add(node.name)
        return [ast.Assign([ast.Name(node.name, ast.Store())], ast.Name(bases[0], ast.Load()))]
    if bases[0] == "NamedTuple":
        return [_named_tuple(node)]
    if bases[0] == "TypedDict":
        return [ast.Assign([ast.Name(node.name, ast.Store())], ast.Name("dict", ast.Load()))]
    if bases[0] in _ENUMS:
        return _enumeration(rewriter, node)
    missing = [name for name in bases if name not in known]
    if missing:
        raise SyntaxError(f"class {node.name}({missing[0]}) is not available; inherit from a class of the program")
    return _plain(rewriter, node, known, bases)


def _base_name(base: ast.expr) -> str:
    if isinstance(base, ast.Subscript):
        base = base.value
    return base.attr if isinstance(base, ast.Attribute) else getattr(base, "id", ast.unparse(base))


def _plain(rewriter: ObjectRewriting, node: ast.ClassDef, known: dict[str, Merged], bases: list[str]) -> list[ast.stmt]:
    merged = Merged(node.name)
    for base in reversed(bases):
        merged.members |= {name: copy.deepcopy(one) for name, one in known[base].members.items()}
        merged.above = [base, *known[base].above, *merged.above]
    inherited = dict(merged.members)
    for one in node.body:
        for name in _member_names(one):
            merged.members[name] = one
    known[node.name] = merged
    _keep_overridden(merged, inherited, node)
    members = copy.deepcopy(merged.members)
    # Fields before methods, so that a dataclass has the parent's fields first.
    node.body = list(members.values()) or [ast.Pass()]
    node.bases, node.keywords = [], []
    node.decorator_list = [one for one in node.decorator_list if _decorator_name(one) not in _DROPPED]
    before, after = _members_apart(rewriter, node)
    rewriter.visit_body(node)
    out: list[ast.stmt] = [*before, node, *after, *_order(rewriter, node)]
    if bases:
        parents = ast.List([ast.Name(base, ast.Load()) for base in bases], ast.Load())
        out.append(ast.Expr(rewriter.call("basics", "descends", ast.Constant(node.name), parents)))
    return out


def _member_names(one: ast.stmt) -> list[str]:
    if isinstance(one, ast.FunctionDef):
        setter = any(isinstance(d, ast.Attribute) and d.attr == "setter" for d in one.decorator_list)
        return [f"{one.name} setter" if setter else one.name]
    if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name):
        return [one.target.id]
    if isinstance(one, ast.Assign) and isinstance(one.targets[0], ast.Name):
        return [one.targets[0].id]
    if isinstance(one, ast.Expr | ast.Pass):
        return []
    raise SyntaxError("a class may hold methods and simple variables only")


def _keep_overridden(merged: Merged, inherited: dict[str, ast.stmt], node: ast.ClassDef) -> None:
    """What ``super()`` calls stays there under another name."""
    for name, parent in inherited.items():
        own = merged.members[name]
        if own is not parent and isinstance(parent, ast.FunctionDef) and isinstance(own, ast.FunctionDef):
            hidden = copy.deepcopy(parent)
            hidden.name = _above(node.name, name)
            merged.members[hidden.name] = hidden
    for member in node.body:
        for one in ast.walk(member):
            if isinstance(one, ast.Call) and isinstance(one.func, ast.Name) and one.func.id == "super":
                one.func.id = f"super {node.name}"


def _above(owner: str, method: str) -> str:
    return f"{prelude.PREFIX}above_{owner}_{method}"


def super_call(rewriter: ObjectRewriting, node: ast.Call) -> ast.expr | None:
    """``super().m(...)`` of a class that was just merged, None for any other call."""
    function = node.func
    if not isinstance(function, ast.Attribute) or not isinstance(function.value, ast.Call):
        return None
    inner = function.value.func
    if not isinstance(inner, ast.Name) or not inner.id.startswith("super "):
        return None
    owner = inner.id.split()[1]
    merged = rewriter.merged(owner)
    hidden = _above(owner, function.attr)
    arguments = [rewriter.visit(one) for one in node.args]
    keywords = [ast.keyword(one.arg, rewriter.visit(one.value)) for one in node.keywords]
    if hidden in merged.members:
        return ast.Call(ast.Attribute(ast.Name("self", ast.Load()), hidden, ast.Load()), arguments, keywords)
    if function.attr in merged.members:
        return ast.Call(ast.Attribute(ast.Name("self", ast.Load()), function.attr, ast.Load()), arguments, keywords)
    return ast.Constant(None)


def _decorator_name(decorator: ast.expr) -> str:
    if isinstance(decorator, ast.Call):
        decorator = decorator.func
    return decorator.attr if isinstance(decorator, ast.Attribute) else getattr(decorator, "id", "")


def _members_apart(rewriter: ObjectRewriting, node: ast.ClassDef) -> tuple[list[ast.stmt], list[ast.stmt]]:
    """Takes decorated and generating methods apart; what must stand before and after the class."""
    before: list[ast.stmt] = []
    body: list[ast.stmt] = []
    for one in node.body:
        if isinstance(one, ast.FunctionDef):
            body.append(_method(rewriter, node, one, before))
        elif not isinstance(one, ast.Expr):
            body.append(one)
    node.body = body or [ast.Pass()]
    return before, []


def _method(rewriter: ObjectRewriting, owner: ast.ClassDef, node: ast.FunctionDef, before: list[ast.stmt]) -> ast.stmt:
    names = [_decorator_name(one) for one in node.decorator_list]
    node.decorator_list = []
    hidden = f"{prelude.PREFIX}of_{owner.name}_{node.name}"
    if any(isinstance(one, ast.Yield | ast.YieldFrom) for one in ast.walk(node)):
        name, node.name = node.name, hidden
        moved = rewriter.visit(node)
        before.extend(moved if isinstance(moved, list) else [moved])
        return ast.parse(f"def {name}(self, *a, **k): return {hidden}(self, *a, **k)").body[0]
    if "staticmethod" in names or "classmethod" in names:
        name, node.name = node.name, hidden
        before.append(rewriter.visit(node))
        function: ast.expr = ast.Name(hidden, ast.Load())
        if "classmethod" in names:
            function = ast.parse(f"lambda *a, **k: {hidden}({owner.name}, *a, **k)", mode="eval").body
        return ast.Assign([ast.Name(name, ast.Store())], rewriter.call("basics", "static", function))
    if "setter" in names:
        node.name = _setter(node.name)
    elif any(decorates_property(ast.Name(name)) for name in names):
        node.name = _getter(node.name)
    return node


def _getter(name: str) -> str:
    return f"{prelude.PREFIX}get_{name}"


def _setter(name: str) -> str:
    return f"{prelude.PREFIX}set_{name}"


def property_read(rewriter: ObjectRewriting, node: ast.Attribute) -> ast.expr:
    """``o.name`` where some class has a property of that name."""
    getter = _getter(node.attr)
    get, plain = (ast.parse(text, mode="eval").body for text in (f"lambda o: o.{getter}()", f"lambda o: o.{node.attr}"))
    return rewriter.call("basics", "property_", node.value, ast.Constant(getter), get, plain)


def property_write(rewriter: ObjectRewriting, node: ast.Attribute, value: ast.expr) -> ast.stmt:
    setter = _setter(node.attr)
    put = ast.parse(f"lambda o, v: o.{setter}(v)", mode="eval").body
    plain = ast.parse(f"lambda o, v: setattr(o, {node.attr!r}, v)", mode="eval").body
    return ast.Expr(rewriter.call("basics", "property_set", node.value, ast.Constant(setter), put, plain, value))


def _order(rewriter: ObjectRewriting, node: ast.ClassDef) -> list[ast.stmt]:
    """A dataclass that wants an order gets its comparisons."""
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Call) and _decorator_name(decorator) == "dataclass":
            wanted = [one for one in decorator.keywords if one.arg == "order"]
            decorator.keywords = [one for one in decorator.keywords if one.arg not in ("order", "slots", "kw_only")]
            if wanted and getattr(wanted[0].value, "value", False):
                fields = [one.target.id for one in node.body if isinstance(one, ast.AnnAssign)]  # type: ignore[union-attr]
                own, other = (f"({''.join(f'{name}.{field}, ' for field in fields)})" for name in ("self", "other"))
                for name, sign in (("__lt__", "<"), ("__gt__", ">"), ("__le__", "<="), ("__ge__", ">=")):
                    node.body.append(ast.parse(f"def {name}(self, other): return {own} {sign} {other}").body[0])
    return []


def _named_tuple(node: ast.ClassDef) -> ast.stmt:
    fields = [one for one in node.body if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name)]
    if any(isinstance(one, ast.FunctionDef) for one in node.body):
        raise SyntaxError("a NamedTuple with methods is not available; use a dataclass")
    names = [one.target.id for one in fields]  # type: ignore[union-attr]
    defaults = ", ".join(ast.unparse(one.value) for one in fields if one.value is not None)
    text = f"{node.name} = __import__('collections').namedtuple({node.name!r}, {names!r}, defaults=[{defaults}])"
    text = text.replace("__import__('collections').", f"{prelude.PREFIX}collections.")
    whole = f"import collections as {prelude.PREFIX}collections\n{text}"
    both = ast.parse(f"if True:\n    {whole.splitlines()[0]}\n    {whole.splitlines()[1]}").body[0]
    return both


def _enumeration(rewriter: ObjectRewriting, node: ast.ClassDef) -> list[ast.stmt]:
    pairs: list[ast.expr] = []
    for number, one in enumerate((one for one in node.body if isinstance(one, ast.Assign)), 1):
        if not isinstance(one.targets[0], ast.Name):
            raise SyntaxError("an Enum may hold simple members only")
        value = ast.Constant(number) if ast.unparse(one.value) in ("auto()", "enum.auto()") else one.value
        pairs.append(ast.Tuple([ast.Constant(one.targets[0].id), value], ast.Load()))
    if any(isinstance(one, ast.FunctionDef) for one in node.body):
        raise SyntaxError("an Enum with methods is not available; use functions")
    made = rewriter.call("enum", "made", ast.Constant(node.name), ast.List(pairs, ast.Load()))
    return [ast.Assign([ast.Name(node.name, ast.Store())], made)]
