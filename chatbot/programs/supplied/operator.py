# mypy: ignore-errors
# ruff: noqa
"""The module operator."""


def itemgetter(*items):
    if len(items) == 1:
        return lambda o: o[items[0]]
    return lambda o: tuple([o[item] for item in items])


def attrgetter(*names):
    def get(o, name):
        for part in name.split("."):
            o = getattr(o, part)
        return o

    if len(names) == 1:
        return lambda o: get(o, names[0])
    return lambda o: tuple([get(o, name) for name in names])


def add(a, b):
    return a + b


def sub(a, b):
    return a - b


def mul(a, b):
    return a * b


def truediv(a, b):
    return a / b


def floordiv(a, b):
    return a // b


def mod(a, b):
    return a % b


def pow_(a, b):
    return a**b


def neg(a):
    return -a


def pos(a):
    return +a


def abs_(a):
    return abs(a)


def not_(a):
    return not a


def truth(a):
    return bool(a)


def and_(a, b):
    return a & b


def or_(a, b):
    return a | b


def xor(a, b):
    return a ^ b


def lshift(a, b):
    return a << b


def rshift(a, b):
    return a >> b


def invert(a):
    return ~a


def eq(a, b):
    return a == b


def ne(a, b):
    return a != b


def lt(a, b):
    return a < b


def le(a, b):
    return a <= b


def gt(a, b):
    return a > b


def ge(a, b):
    return a >= b


def is_(a, b):
    return a is b


def is_not(a, b):
    return a is not b


def concat(a, b):
    return a + b


def contains(a, b):
    return b in a


def getitem(a, b):
    return a[b]


def setitem(a, b, c):
    a[b] = c


def delitem(a, b):
    a.pop(b)


def countOf(a, b):
    return sum([1 for one in a if one == b])


def indexOf(a, b):
    return list(a).index(b)


def iadd(a, b):
    a += b
    return a


def imul(a, b):
    a *= b
    return a
