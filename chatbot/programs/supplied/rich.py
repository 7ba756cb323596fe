# mypy: ignore-errors
# ruff: noqa
"""Comparing, ordering and measuring objects that define how: the interpreter does it for its own types only."""


def lt(a, b):
    if hasattr(a, "__lt__"):
        return a.__lt__(b)
    if hasattr(b, "__gt__"):
        return b.__gt__(a)
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        for one, other in zip(a, b):
            if one != other:
                return lt(one, other)
        return len(a) < len(b)
    return a < b


def gt(a, b):
    if hasattr(a, "__gt__"):
        return a.__gt__(b)
    return lt(b, a)


def le(a, b):
    if hasattr(a, "__le__"):
        return a.__le__(b)
    if hasattr(b, "__ge__"):
        return b.__ge__(a)
    if hasattr(a, "__lt__") or hasattr(b, "__lt__"):
        return not lt(b, a)
    return a <= b


def ge(a, b):
    if hasattr(a, "__ge__"):
        return a.__ge__(b)
    return le(b, a)


def eq(a, b):
    if not hasattr(a, "__eq__") and hasattr(b, "__eq__"):
        return b.__eq__(a)
    return a == b


def ne(a, b):
    if hasattr(a, "__ne__"):
        return a.__ne__(b)
    if hasattr(b, "__ne__"):
        return b.__ne__(a)
    return a != b


def chain(operators, values):
    for i, operator in enumerate(operators):
        found = operator(values[i], values[i + 1])
        if i == len(operators) - 1 or not found:
            return found


def _ordered(values, key):
    """A merge sort by ``lt``, stable as CPython's."""
    rows = [(one if key is None else key(one), one) for one in values]
    width = 1
    while width < len(rows):
        merged = []
        for start in range(0, len(rows), 2 * width):
            left, right = rows[start : start + width], rows[start + width : start + 2 * width]
            i = j = 0
            while i < len(left) and j < len(right):
                if lt(right[j][0], left[i][0]):
                    merged.append(right[j])
                    j += 1
                else:
                    merged.append(left[i])
                    i += 1
            merged.extend(left[i:])
            merged.extend(right[j:])
        rows = merged
        width *= 2
    return [row[1] for row in rows]


def sorted_(values, *, key=None, reverse=False):
    values = list(values)
    if reverse:
        return _ordered(values[::-1], key)[::-1]
    return _ordered(values, key)


def sort(o, key=None, reverse=False):
    if not isinstance(o, list):
        return o.sort(key=key, reverse=reverse) if key is not None or reverse else o.sort()
    o[:] = sorted_(o, key=key, reverse=reverse)


class _Nothing:
    pass


def _best(values, key, default, better):
    if len(values) == 1:
        values = list(values[0])
    found = False
    for one in values:
        by = one if key is None else key(one)
        if not found or better(by, best_by):
            best, best_by, found = one, by, True
    if found:
        return best
    if isinstance(default, _Nothing):
        raise ValueError("max() arg is an empty sequence")
    return default


def max_(*values, key=None, default=_Nothing()):
    return _best(values, key, default, gt)


def min_(*values, key=None, default=_Nothing()):
    return _best(values, key, default, lt)


def len_(value):
    return value.__len__() if hasattr(value, "__len__") else len(value)


def bool_(value=False):
    return bool(value)
