# mypy: ignore-errors
# ruff: noqa
"""Builtins that the interpreter lacks or that differ from CPython's, and the helpers of rewritten programs."""

import csv

_printed = []
_mentioned = (str, list, dict, set, frozenset, tuple, int, float, complex, bytes, bool)


def shown(value):
    """The result of the program, small enough to leave the sandbox."""
    value = _leaving(value, 0)
    if len(repr(value)) > 2_000_000:
        raise ValueError("the result is too large")
    return value


def _leaving(value, depth):
    if value is None or isinstance(value, (bool, int, float, str, bytes, complex)):
        return value
    if depth > 50:
        raise ValueError("the result has more than 50 levels")
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_leaving(one, depth + 1) for one in (_ordered(value) if isinstance(value, (set, frozenset)) else value)]
    if isinstance(value, dict):
        return {_leaving_key(key): _leaving(value[key], depth + 1) for key in value}
    name = type(value).__name__
    if name in ("date", "datetime", "time", "timedelta", "Decimal", "range", "deque", "Counter", "defaultdict"):
        return value
    if hasattr(value, "_sd_plain"):
        return _leaving(value._sd_plain(), depth + 1)
    if hasattr(value, "_asdict"):
        return [_leaving(one, depth + 1) for one in value]
    text = str(value)
    if text.startswith("<") and " object at " in text and not name.startswith("builtin"):
        return value
    return text


def _leaving_key(key):
    if isinstance(key, (str, int, float, bool)) or key is None:
        return key
    return str(key)


def _ordered(values):
    try:
        return sorted(values)
    except TypeError:
        return list(values)


def print_(*values, sep=" ", end="\n", file=None, flush=False):
    print(*values, sep=sep, end=end, file=file)
    if file is None and values:
        _printed.append(values[0] if len(values) == 1 else (" " if sep is None else sep).join(map(str, values)))
        if len(_printed) > 1:
            _printed.pop(0)


def printed():
    """What was printed last: the object itself where it was one alone, else its text."""
    return _printed[0] if _printed else None


def printed_object():
    return _printed[0] if _printed and not isinstance(_printed[0], str) else None


def round_(number, ndigits=None):
    """As CPython rounds: by the exact decimal value of the float."""
    if not isinstance(number, float) or number != number or number in (float("inf"), -float("inf")):
        return round(number) if ndigits is None else round(number, ndigits)
    if ndigits is None:
        return int(f"{number:.0f}")
    if 0 <= ndigits <= 300:
        return float(f"{number:.{ndigits}f}")
    return round(number, ndigits)


def set_(values):
    """A set that gives whole numbers in CPython's order: by their place in its table (Objects/setobject.c)."""
    values = list(values)
    made = set(values)
    if len(made) < 2 or len(made) > 1000 or not all([type(one) == int for one in values]):
        return made
    table, mask, used = [None] * 8, 7, 0
    for one in dict.fromkeys(values):
        _place(table, mask, one)
        used += 1
        if used * 5 >= mask * 3:
            size = 8
            while size <= used * 4:
                size *= 2
            kept, table, mask = table, [None] * size, size - 1
            for other in kept:
                if other is not None:
                    _place(table, mask, other)
    return set([one for one in table if one is not None])


def _place(table, mask, number):
    hashed = abs(number) % (2**61 - 1)
    hashed = (-hashed if hashed != 1 else -2) % 2**64 if number < 0 else hashed
    at, left = hashed & mask, hashed
    while True:
        for probe in range(at, at + 10 if at + 9 <= mask else at + 1):
            if table[probe] is None:
                table[probe] = number
                return
        left //= 32
        at = (at * 5 + 1 + left) & mask


def method(owner, name, function):
    """``owner.name`` as a value; ``function(owner, ...)`` calls it."""
    try:
        return getattr(owner, name)
    except AttributeError:
        pass
    if type(owner) == type(int):
        return function
    return lambda *arguments, **named: function(owner, *arguments, **named)


def class_method(owner, name, function):
    """A method of the type itself, as a value."""
    try:
        return getattr(owner, name)
    except AttributeError:
        return lambda *arguments, **named: function(owner, *arguments, **named)


def delete(owner, key):
    if hasattr(owner, "__delitem__"):
        owner.__delitem__(key)
    elif isinstance(owner, (list, dict)):
        owner.pop(key)
    elif isinstance(owner, (str, tuple)):
        raise TypeError(f"'{type(owner).__name__}' object doesn't support item deletion")
    else:
        kept = [one for i, one in enumerate(owner) if i != key and i != key + len(owner)]
        owner.clear()
        owner.extend(kept)


_KEPT = 10_000


def put(out, value=None):
    """``yield value``: generators run ahead of who reads them."""
    out.append(value)
    if len(out) >= _KEPT:
        raise KeyboardInterrupt("enough")


def put_all(out, values):
    for value in values:
        out.append(value)
        if len(out) >= _KEPT:
            raise KeyboardInterrupt("enough")


def collected(function, arguments, named):
    out = []
    try:
        function(out, *arguments, **named)
    except KeyboardInterrupt:
        return _Ahead(out)
    return iter(out)


class _Ahead:
    def __init__(self, values):
        self.values = values
        self.at = 0

    def __iter__(self):
        return self

    def __next__(self):
        if self.at >= len(self.values):
            raise RuntimeError("a generator may give at most 10000 values here; use a list or a loop")
        self.at += 1
        return self.values[self.at - 1]


class Lazy:
    """A generator expression of one loop."""

    def __init__(self, value, condition, values):
        self.value = value
        self.condition = condition
        self.values = iter(values)

    def __iter__(self):
        return self

    def __next__(self):
        while True:
            one = next(self.values)
            if self.condition is None or self.condition(one):
                return self.value(one)


def message(*arguments):
    """The one text that an exception takes."""
    return str(arguments[0]) if len(arguments) == 1 else str(arguments)


def exit_(code=None):
    raise SystemExit("")


def input_(prompt=""):
    raise RuntimeError("input() has nothing to read here; write the value into the program or use a named input")


def callable_(value):
    name = type(value).__name__
    return (
        "function" in name
        or "method" in name
        or type(value) == type(int)
        or hasattr(value, "__call__")
        or name == "partial"
    )


def issubclass_(one, other):
    if isinstance(other, tuple):
        return any(issubclass_(one, each) for each in other)
    return one == other or other in ancestors.get(one.__name__, ()) or (one == bool and other == int)


ancestors = {}


def descends(name, parents):
    found = list(parents)
    for parent in parents:
        found.extend(ancestors.get(parent.__name__, ()))
    ancestors[name] = found


def isinstance_(value, kind):
    if isinstance(kind, tuple):
        return any(isinstance_(value, each) for each in kind)
    return isinstance(value, kind) or kind in ancestors.get(type(value).__name__, ())


def static(function):
    return Static(function)


class Static:
    def __init__(self, function):
        self.function = function

    def __call__(self, *arguments, **named):
        return self.function(*arguments, **named)


def property_(owner, has, get, plain):
    return get(owner) if hasattr(owner, has) else plain(owner)


def property_set(owner, has, set, plain, value):
    if hasattr(owner, has):
        set(owner, value)
    else:
        plain(owner, value)


def delattr_(owner, name):
    setattr(owner, name, None)


def object_():
    return _Object()


class _Object:
    pass


def bytearray_(values=b""):
    raise TypeError("bytearray is not available; use a list of numbers")


def ascii_(value):
    return "".join(
        c if ord(c) < 128 else "\\x%02x" % ord(c) if ord(c) < 256 else "\\u%04x" % ord(c) for c in repr(value)
    )


def vars_(value):
    return value.__dict__


def absent(module, name):
    raise AttributeError(f"module '{module}' has no attribute '{name}' here; compute it with plain Python")


def absent_module(module, instead):
    raise ModuleNotFoundError(f"No module named '{module}' here; {instead}")


def name_of(value):
    try:
        return value.__name__
    except AttributeError:
        text = str(value)
        for start in ("<function '", "<function "):
            if text.startswith(start):
                return text[len(start) :].split(" at ")[0].strip("'").split(".")[-1]
        raise


EOFError_ = csv.Error
