"""What the interpreter lacks of Python's names: builtins, methods, comparisons, modules with another way to go."""

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
from inspect import getattr_static
from types import ClassMethodDescriptorType

_TYPES: tuple[type, ...] = (
    *(str, list, dict, set, frozenset, tuple, int, float, complex, bytes, Counter, deque, decimal.Decimal),
    *(datetime.date, datetime.datetime, datetime.timedelta, datetime.time, re.Match, re.Pattern),
)
# Methods that may be passed as values.
METHODS = frozenset(
    name for kind in _TYPES for name in dir(kind) if not name.startswith("_") and callable(getattr(kind, name))
)
# Those that belong to the type: ``date.fromisoformat``.
CLASS_METHODS = frozenset(
    name
    for kind in _TYPES
    for name in dir(kind)
    if not name.startswith("_")
    and isinstance(getattr_static(kind, name), classmethod | staticmethod | ClassMethodDescriptorType)
)
# What ``from module import *`` brings.
STARS = {
    module.__name__: frozenset(name for name in dir(module) if not name.startswith("_"))
    for module in (math, random, itertools, functools, collections, datetime, decimal, re, bisect, typing)
}
DUNDERS = {"__getitem__": "o[k]", "__contains__": "k in o", "__add__": "o + k", "__mul__": "o * k"}
TYPE_NAMES = frozenset(("str", "list", "dict", "set", "frozenset", "tuple", "int", "float", "bytes"))
# Called on their type, these are the interpreter's own.
OWN_CLASS_METHODS = frozenset(("fromkeys",))
# Files of supplied that are no modules.
NO_MODULES = frozenset(("basics", "methods", "attributes", "rich"))
INSTEAD = {
    "pandas": "write rows as a list of dicts and use plain Python",
    "scipy": "compute it with math or statistics",
    "matplotlib": "print or return the numbers instead of drawing them",
    "requests": "a program has no network; its values are given to it",
    "torch": "use plain Python",
    "sklearn": "use plain Python",
}
COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Lt: "lt", ast.Gt: "gt", ast.LtE: "le", ast.GtE: "ge", ast.Eq: "eq", ast.NotEq: "ne",
}  # fmt: skip
# Builtins that are supplied under their name with an underscore.
BASICS = (
    "input", "exit", "quit", "callable", "issubclass", "delattr", "bytearray", "ascii", "vars", "round",
)  # fmt: skip
RICH_BUILTINS = ("sorted", "max", "min", "len")
MISSING_EXCEPTIONS = (
    "EOFError", "UnicodeError", "ConnectionError", "BufferError", "GeneratorExit", "FloatingPointError", "ReferenceError",
    "Warning", "UserWarning", "DeprecationWarning", "RuntimeWarning", "StopAsyncIteration",
)  # fmt: skip
