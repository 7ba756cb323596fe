"""Chat templates come with the model and are programs: what may not stand in one.

transformers renders them in Jinja's sandbox; this check refuses, without rendering, what is only of use to break out of
it (https://jinja.palletsprojects.com/en/stable/sandbox/; CVE-2019-10906, CVE-2024-56201, CVE-2024-56326,
CVE-2025-27516).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from jinja2 import TemplateError, nodes, sandbox
from jinja2.ext import Extension

from chatbot.models.unsafe import Unsafe

if TYPE_CHECKING:
    from jinja2.parser import Parser

MAX_TEMPLATE = 1_000_000  # characters; the longest that are in use have about 30,000

_ADVICE = "do not use this model, or replace the template with one that you trust"
_INTERNAL = (
    sandbox.UNSAFE_FUNCTION_ATTRIBUTES
    | sandbox.UNSAFE_METHOD_ATTRIBUTES
    | sandbox.UNSAFE_GENERATOR_ATTRIBUTES
    | sandbox.UNSAFE_COROUTINE_ATTRIBUTES
    | sandbox.UNSAFE_ASYNC_GENERATOR_ATTRIBUTES
    | {"mro", "f_globals", "f_locals", "f_builtins", "f_back", "tb_frame", "tb_next", "func_globals", "func_code"}
)
_READS_ATTRIBUTES = {"groupby", "map", "max", "min", "rejectattr", "selectattr", "sort", "sum", "unique"}
_LOADS = (nodes.Import, nodes.FromImport, nodes.Include, nodes.Extends)
_FORMAT = ("format", "format_map")


class _Generation(Extension):
    """``{% generation %}``, which transformers adds to Jinja, is parsed as the block that it is."""

    tags = {"generation"}  # noqa: RUF012

    def parse(self, parser: Parser) -> nodes.Node:
        line = next(parser.stream).lineno
        return nodes.Scope(parser.parse_statements(("name:endgeneration",), drop_needle=True)).set_lineno(line)


def check_template(source: str, where: str) -> None:
    """Raises Unsafe when the template ``source`` (found in ``where``) reaches for Python's internals, loads another
    template, or cannot be read."""
    if len(source) > MAX_TEMPLATE:
        raise Unsafe(f"{where}: the chat template has {len(source)} characters; {_ADVICE}.")
    environment = sandbox.ImmutableSandboxedEnvironment(extensions=["jinja2.ext.loopcontrols", _Generation])
    try:
        tree = environment.parse(source)
        fault = next(_faults(tree), None)
    except (TemplateError, RecursionError) as error:
        raise Unsafe(f"{where}: the chat template cannot be read ({error}); {_ADVICE}.") from None
    if fault:
        raise Unsafe(f"{where}: the chat template {fault}, which can break out of the sandbox; {_ADVICE}.")


def _is_internal(name: object) -> bool:
    return isinstance(name, str) and any(part.startswith("_") or part in _INTERNAL for part in name.split("."))


def _faults(tree: nodes.Template) -> Iterator[str]:
    safe_formats = {id(call.node) for call in tree.find_all(nodes.Call) if _formats_plainly(call)}
    for node in tree.find_all(nodes.Node):
        if isinstance(node, _LOADS):
            yield "loads another template"
        elif isinstance(node, nodes.Getattr):
            yield from _attribute_faults(node.attr, id(node) in safe_formats)
        elif isinstance(node, nodes.Getitem):
            yield from _item_faults(node.arg)
        elif isinstance(node, nodes.Filter):
            yield from _filter_faults(node)
        elif isinstance(node, nodes.Name) and node.name.startswith("__"):
            yield f"uses the name {node.name}"
        elif isinstance(node, nodes.Const) and isinstance(node.value, str) and re.fullmatch(r"__\w+__", node.value):
            yield f"names the attribute {node.value}"


def _formats_plainly(call: nodes.Call) -> bool:
    """Whether the call is ``"…{}…".format(…)`` on a text that stands in the template and reads no attributes."""
    target = call.node
    if not (isinstance(target, nodes.Getattr) and target.attr == "format" and isinstance(target.node, nodes.Const)):
        return False
    return isinstance(target.node.value, str) and not re.search(r"\{[^{}]*[.\[]", target.node.value)


def _attribute_faults(name: str, safe_format: bool) -> Iterator[str]:
    if _is_internal(name):
        yield f"reads the attribute {name}"
    elif name in _FORMAT and not safe_format:
        yield f"hands out the method {name}"


def _item_faults(item: nodes.Node) -> Iterator[str]:
    if isinstance(item, nodes.Const):
        if _is_internal(item.value):
            yield f"reads the item {item.value}"
        elif item.value in _FORMAT:
            yield f"hands out the method {item.value}"
    else:
        parts = [item, *item.find_all(nodes.Node)]
        joined = any(isinstance(part, nodes.Concat | nodes.Add | nodes.Mod) for part in parts)
        texts = any(isinstance(part, nodes.Const) and isinstance(part.value, str) for part in parts)
        if joined and (texts or any(isinstance(part, nodes.Concat) for part in parts)):
            yield "puts the name of an item together from pieces"


def _filter_faults(node: nodes.Filter) -> Iterator[str]:
    values: list[nodes.Node] = [*node.args, *(keyword.value for keyword in node.kwargs)]
    if node.name == "attr" or any(isinstance(value, nodes.Const) and value.value == "attr" for value in values):
        yield "uses the filter attr"
    if node.name in _READS_ATTRIBUTES:
        # After the attribute, selectattr and rejectattr name a test and the value to compare with.
        for value in values[:1] if node.name.endswith("attr") else values:
            if isinstance(value, nodes.Const) and _is_internal(value.value):
                yield f"reads the attribute {value.value}"
        if any(k.key == "attribute" and not isinstance(k.value, nodes.Const) for k in node.kwargs):
            yield "computes the name of an attribute"
