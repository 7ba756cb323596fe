"""What a program came to, as JSON."""

from __future__ import annotations

import json
import math
from collections import deque
from collections.abc import Mapping
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

from pydantic_monty import MontyClassProxy

# CPython's own bound for turning an int into text.
_DIGITS = 4300
_DEPTH = 50


class TooLarge(Exception):
    """The result is more than fits an answer. The message says so."""


def as_json(value: Any, limit: int) -> Any:
    """``value`` in JSON's types, as docs/programs.md lists them. Raises TooLarge above ``limit`` bytes of JSON."""
    plain = _plain(value, 0)
    if len(json.dumps(plain)) > limit:
        raise TooLarge(f"the result is larger than {limit:,} bytes")
    return plain


def _plain(value: Any, depth: int) -> Any:
    if depth > _DEPTH:
        raise TooLarge(f"the result has more than {_DEPTH} levels")
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float | complex | Decimal):
        return _number(value)
    if isinstance(value, str):
        return readable(value)
    if isinstance(value, Mapping):
        return {_key(key): _plain(item, depth + 1) for key, item in value.items()}
    if isinstance(value, set | frozenset):
        return [_plain(item, depth + 1) for item in _in_order(value)]
    if isinstance(value, list | tuple | range | deque):
        return [_plain(item, depth + 1) for item in value]
    return _other(value, depth)


def _other(value: Any, depth: int) -> Any:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, date | time | timedelta):
        return str(value)
    if isinstance(value, MontyClassProxy):
        return {key: _plain(item, depth + 1) for key, item in value.attributes.items()}
    return readable(str(value))


def _number(value: complex | Decimal) -> Any:
    """Whole decimals become int, others float; what JSON has no number for becomes its text."""
    if isinstance(value, int):
        if abs(value).bit_length() > _DIGITS * 3.33:
            raise TooLarge(f"the result has more than {_DIGITS:,} digits")
        return value
    if isinstance(value, Decimal):
        if value.is_finite() and abs(value.adjusted()) < _DIGITS and value == value.to_integral_value():
            return int(value)
        value = float(value)
    if isinstance(value, complex):
        return str(value)
    return value if math.isfinite(value) else str(value)


def _key(key: Any) -> str:
    return readable(key) if isinstance(key, str) else str(_plain(key, _DEPTH - 1))


def _in_order(values: set[Any] | frozenset[Any]) -> list[Any]:
    try:
        return sorted(values)
    except TypeError:
        return sorted(values, key=str)


def readable(text: str) -> str:
    """Without lone surrogates, which have no UTF-8."""
    return text.encode("utf-8", "replace").decode()


def as_text(error: str, limit: int = 2000) -> str:
    """An error on one line."""
    line = " ".join(readable(error).split())
    return line if len(line) <= limit else line[:limit] + "…"
