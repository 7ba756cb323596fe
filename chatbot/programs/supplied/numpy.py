# mypy: ignore-errors
# ruff: noqa
"""numpy for plain arithmetic: arrays of one or two dimensions over lists, and the functions that programs use on them."""

import math

pi, e, inf, nan = math.pi, math.e, math.inf, math.nan
newaxis = None


def _flat(value):
    if isinstance(value, ndarray):
        value = value.rows
    if (
        isinstance(value, (list, tuple, set, range))
        or hasattr(value, "__iter__")
        and not isinstance(value, (str, dict))
    ):
        out = []
        for one in value:
            out.extend(_flat(one)) if isinstance(one, (list, tuple, ndarray)) else out.append(one)
        return out
    return [value]


def _rows(value):
    """Nested lists of plain numbers."""
    if isinstance(value, ndarray):
        return value.rows
    if isinstance(value, (list, tuple, range)):
        return [_rows(one) if isinstance(one, (list, tuple, ndarray, range)) else one for one in value]
    return [one for one in value]


def _is_many(value):
    return isinstance(value, (ndarray, list, tuple))


def _wrapped(value):
    return ndarray(value) if isinstance(value, list) else value


def _each(function, a):
    if isinstance(a, (list, tuple, ndarray)):
        return [_each(function, one) for one in (a.rows if isinstance(a, ndarray) else a)]
    return function(a)


def _pairs(function, a, b):
    """Element by element, numbers and rows spread as numpy does."""
    a = a.rows if isinstance(a, ndarray) else a
    b = b.rows if isinstance(b, ndarray) else b
    many_a, many_b = isinstance(a, (list, tuple)), isinstance(b, (list, tuple))
    if not many_a and not many_b:
        return function(a, b)
    deep_a, deep_b = many_a and _deep(a), many_b and _deep(b)
    if many_a and many_b and deep_a == deep_b:
        if len(a) != len(b):
            if len(a) == 1:
                a = list(a) * len(b)
            elif len(b) == 1:
                b = list(b) * len(a)
            else:
                raise ValueError(f"operands could not be broadcast together with shapes ({len(a)},) ({len(b)},) ")
        return [_pairs(function, one, other) for one, other in zip(a, b)]
    if deep_a or not many_b:
        return [_pairs(function, one, b) for one in a]
    return [_pairs(function, a, other) for other in b]


def _deep(values):
    return len(values) > 0 and isinstance(values[0], (list, tuple, ndarray))


def _divided(a, b):
    if b == 0:
        return math.nan if a == 0 or a != a else math.copysign(math.inf, a)
    return a / b


def _has_floats(rows):
    return any([isinstance(one, float) for one in _flat(rows)])


class ndarray:
    def __init__(self, rows):
        self.rows = rows
        self.ndim = 2 if _deep(rows) else 1
        self.shape = (len(rows), len(rows[0])) if self.ndim == 2 else (len(rows),)
        self.size = len(rows) * (len(rows[0]) if self.ndim == 2 else 1)
        self.dtype = "float64" if _has_floats(rows) else "int64"

    def _sd_plain(self):
        return self.rows

    def __repr__(self):
        return f"array({_texts(self.rows, ', ')})"

    def __str__(self):
        return _texts(self.rows, " ")

    def __len__(self):
        return len(self.rows)

    def __iter__(self):
        return iter([_wrapped(one) for one in self.rows])

    def __contains__(self, value):
        return value in _flat(self.rows)

    def __bool__(self):
        if self.size != 1:
            raise ValueError(
                "The truth value of an array with more than one element is ambiguous. Use a.any() or a.all()"
            )
        return bool(_flat(self.rows)[0])

    def __float__(self):
        return float(_flat(self.rows)[0])

    def __int__(self):
        return int(_flat(self.rows)[0])

    def __getitem__(self, index):
        if isinstance(index, tuple):
            first, second = index
            if isinstance(first, int):
                return _wrapped(self.rows[first][second])
            return ndarray([row[second] for row in self.rows[first]])
        if isinstance(index, ndarray):
            index = index.rows
        if isinstance(index, list):
            if len(index) and isinstance(index[0], bool):
                return ndarray([one for one, chosen in zip(self.rows, index) if chosen])
            return ndarray([self.rows[i] for i in index])
        return _wrapped(self.rows[index])

    def __setitem__(self, index, value):
        value = value.rows if isinstance(value, ndarray) else value
        if isinstance(index, tuple):
            self.rows[index[0]][index[1]] = value
        elif isinstance(index, ndarray) and len(index.rows) and isinstance(index.rows[0], bool):
            for i, chosen in enumerate(index.rows):
                if chosen:
                    self.rows[i] = value
        elif isinstance(index, int) or isinstance(value, list):
            self.rows[index] = value
        else:
            self.rows[index] = [value] * len(self.rows[index])

    def __add__(self, other):
        return ndarray(_pairs(lambda a, b: a + b, self, other))

    def __radd__(self, other):
        return ndarray(_pairs(lambda a, b: a + b, other, self))

    def __sub__(self, other):
        return ndarray(_pairs(lambda a, b: a - b, self, other))

    def __rsub__(self, other):
        return ndarray(_pairs(lambda a, b: a - b, other, self))

    def __mul__(self, other):
        return ndarray(_pairs(lambda a, b: a * b, self, other))

    def __rmul__(self, other):
        return ndarray(_pairs(lambda a, b: a * b, other, self))

    def __truediv__(self, other):
        return ndarray(_pairs(_divided, self, other))

    def __rtruediv__(self, other):
        return ndarray(_pairs(_divided, other, self))

    def __floordiv__(self, other):
        return ndarray(_pairs(lambda a, b: a // b, self, other))

    def __mod__(self, other):
        return ndarray(_pairs(lambda a, b: a % b, self, other))

    def __pow__(self, other):
        return ndarray(_pairs(lambda a, b: a**b, self, other))

    def __rpow__(self, other):
        return ndarray(_pairs(lambda a, b: a**b, other, self))

    def __matmul__(self, other):
        return _functions["dot"](self, other)

    def __neg__(self):
        return ndarray(_each(lambda a: -a, self))

    def __abs__(self):
        return ndarray(_each(abs, self))

    def __and__(self, other):
        return ndarray(_pairs(lambda a, b: a & b, self, other))

    def __or__(self, other):
        return ndarray(_pairs(lambda a, b: a | b, self, other))

    def __invert__(self):
        return ndarray(_each(lambda a: not a if isinstance(a, bool) else ~a, self))

    def __lt__(self, other):
        return ndarray(_pairs(lambda a, b: a < b, self, other))

    def __gt__(self, other):
        return ndarray(_pairs(lambda a, b: a > b, self, other))

    def __le__(self, other):
        return ndarray(_pairs(lambda a, b: a <= b, self, other))

    def __ge__(self, other):
        return ndarray(_pairs(lambda a, b: a >= b, self, other))

    def __eq__(self, other):
        return ndarray(_pairs(lambda a, b: a == b, self, other))

    def __ne__(self, other):
        return ndarray(_pairs(lambda a, b: a != b, self, other))

    def sum(self, axis=None):
        return _functions["sum"](self, axis)

    def mean(self, axis=None):
        return _functions["mean"](self, axis)

    def std(self, axis=None, ddof=0):
        return _functions["std"](self, axis, ddof=ddof)

    def var(self, axis=None, ddof=0):
        return _functions["var"](self, axis, ddof=ddof)

    def max(self, axis=None):
        return _functions["max"](self, axis)

    def min(self, axis=None):
        return _functions["min"](self, axis)

    def prod(self, axis=None):
        return _functions["prod"](self, axis)

    def argmax(self):
        return _functions["argmax"](self)

    def argmin(self):
        return _functions["argmin"](self)

    def argsort(self):
        return _functions["argsort"](self)

    def cumsum(self):
        return _functions["cumsum"](self)

    def round(self, decimals=0):
        return _functions["round"](self, decimals)

    def any(self):
        return _functions["any"](self)

    def all(self):
        return _functions["all"](self)

    def dot(self, other):
        return _functions["dot"](self, other)

    def tolist(self):
        return _each(lambda a: a, self)

    def copy(self):
        return ndarray(self.tolist())

    def flatten(self):
        return ndarray(_flat(self))

    def ravel(self):
        return ndarray(_flat(self))

    def item(self):
        return _flat(self)[0]

    def sort(self):
        self.rows.sort()

    def transposed(self):
        return ndarray([list(row) for row in zip(*self.rows)]) if self.ndim == 2 else self

    def transpose(self):
        return self.transposed()

    def reshape(self, *shape):
        return _functions["reshape"](self, shape[0] if len(shape) == 1 and isinstance(shape[0], tuple) else shape)

    def astype(self, kind):
        name = kind if isinstance(kind, str) else kind.__name__ if hasattr(kind, "__name__") else str(kind)
        convert = int if "int" in name else float if "float" in name else bool if "bool" in name else str
        return ndarray(_each(convert, self))


def _texts(value, separator):
    if isinstance(value, list):
        return "[" + separator.join([_texts(one, separator) for one in value]) + "]"
    return (
        f"{value:.0f}."
        if isinstance(value, float) and value == value and abs(value) < 1e16 and value == int(value)
        else str(value)
    )


def array(values, dtype=None):
    if not _is_many(values) and not hasattr(values, "__iter__"):
        return values
    rows = _each(lambda a: a, _rows(values))
    numbers = _flat(rows)
    if any([isinstance(one, float) for one in numbers]) and not any([isinstance(one, str) for one in numbers]):
        rows = _each(float, rows)
    made = ndarray(rows)
    return made.astype(dtype) if dtype is not None else made


def asarray(values, dtype=None):
    return array(values, dtype)


def zeros(shape, dtype=float):
    return full(shape, dtype(0) if dtype in (int, float, bool) else 0.0)


def ones(shape, dtype=float):
    return full(shape, dtype(1) if dtype in (int, float, bool) else 1.0)


def full(shape, value):
    if isinstance(shape, tuple) and len(shape) == 2:
        return ndarray([[value] * shape[1] for _ in range(shape[0])])
    return ndarray([value] * (shape[0] if isinstance(shape, tuple) else shape))


def zeros_like(a):
    return ndarray(_each(lambda one: one * 0, a))


def ones_like(a):
    return ndarray(_each(lambda one: one * 0 + 1, a))


def eye(n):
    return ndarray([[1.0 if i == j else 0.0 for j in range(n)] for i in range(n)])


def identity(n):
    return eye(n)


def arange(start, stop=None, step=1, dtype=None):
    if stop is None:
        start, stop = 0, start
    count = max(0, math.ceil((stop - start) / step))
    made = ndarray([start + i * step for i in range(count)])
    return made.astype(dtype) if dtype is not None else made


def linspace(start, stop, num=50, endpoint=True):
    if num == 1:
        return ndarray([float(start)])
    step = (stop - start) / (num - 1 if endpoint else num)
    values = [start + i * step for i in range(num)]
    if endpoint:
        values[-1] = float(stop)
    return ndarray([float(one) for one in values])


def _reduced(function, a, axis):
    """Over everything, or along one axis of two."""
    if axis is None or not _is_many(a):
        return function(_flat(a))
    rows = _rows(a)
    if not _deep(rows):
        return function(rows)
    lines = rows if axis in (1, -1) else [list(column) for column in zip(*rows)]
    return ndarray([function(list(line)) for line in lines])


def _plus(values):
    return math.fsum(values) if any([isinstance(one, float) for one in values]) else sum(values)


def sum_(a, axis=None):
    return _reduced(_plus, a, axis)


def nansum(a):
    return _plus([one for one in _flat(a) if one == one])


def prod(a, axis=None):
    return _reduced(lambda values: math.prod(values), a, axis)


def mean(a, axis=None):
    return _reduced(lambda values: _plus(values) / len(values) if values else math.nan, a, axis)


def nanmean(a):
    return mean([one for one in _flat(a) if one == one])


def average(a, axis=None, weights=None):
    if weights is None:
        return mean(a, axis)
    values, weights = _flat(a), _flat(weights)
    return _plus([x * w for x, w in zip(values, weights)]) / _plus(weights)


def median(a, axis=None):
    return _reduced(lambda values: _quantile(values, 0.5), a, axis)


def _quantile(values, share):
    values = sorted(values)
    at = share * (len(values) - 1)
    below = math.floor(at)
    above = min(below + 1, len(values) - 1)
    if below == at:
        return float(values[below])
    return values[below] + (values[above] - values[below]) * (at - below)


def percentile(a, q, axis=None):
    return (
        ndarray([_quantile(_flat(a), one / 100) for one in _flat(q)]) if _is_many(q) else _quantile(_flat(a), q / 100)
    )


def quantile(a, q, axis=None):
    return ndarray([_quantile(_flat(a), one) for one in _flat(q)]) if _is_many(q) else _quantile(_flat(a), q)


def var(a, axis=None, ddof=0):
    def spread(values):
        middle = _plus(values) / len(values)
        return _divided(math.fsum([(one - middle) ** 2 for one in values]), len(values) - ddof)

    return _reduced(spread, a, axis)


def std(a, axis=None, ddof=0):
    return sqrt(var(a, axis, ddof=ddof))


def max_(a, axis=None):
    return _reduced(lambda values: max(values), a, axis)


def min_(a, axis=None):
    return _reduced(lambda values: min(values), a, axis)


def amax(a, axis=None):
    return max_(a, axis)


def amin(a, axis=None):
    return min_(a, axis)


def ptp(a):
    return max(_flat(a)) - min(_flat(a))


def argmax(a, axis=None):
    values = _flat(a)
    return values.index(max(values))


def argmin(a, axis=None):
    values = _flat(a)
    return values.index(min(values))


def cumsum(a):
    out, total = [], 0
    for one in _flat(a):
        total += one
        out.append(total)
    return ndarray(out)


def cumprod(a):
    out, total = [], 1
    for one in _flat(a):
        total *= one
        out.append(total)
    return ndarray(out)


def diff(a, n=1):
    values = _flat(a)
    for _ in range(n):
        values = [after - before for before, after in zip(values, values[1:])]
    return ndarray(values)


def _mapped(function, a):
    return ndarray(_each(function, a)) if _is_many(a) else function(a)


def _combined(function, a, b):
    return ndarray(_pairs(function, a, b)) if _is_many(a) or _is_many(b) else function(a, b)


def sqrt(a):
    return _mapped(lambda one: math.sqrt(one) if one >= 0 else math.nan, a)


def cbrt(a):
    return _mapped(lambda one: math.cbrt(one), a)


def square(a):
    return _mapped(lambda one: one * one, a)


def exp(a):
    return _mapped(lambda one: math.exp(one), a)


def _logarithm(function, one):
    return function(one) if one > 0 else -math.inf if one == 0 else math.nan


def log(a):
    return _mapped(lambda one: _logarithm(math.log, one), a)


def log2(a):
    return _mapped(lambda one: _logarithm(math.log2, one), a)


def log10(a):
    return _mapped(lambda one: _logarithm(math.log10, one), a)


def log1p(a):
    return _mapped(lambda one: math.log1p(one), a)


def sin(a):
    return _mapped(lambda one: math.sin(one), a)


def cos(a):
    return _mapped(lambda one: math.cos(one), a)


def tan(a):
    return _mapped(lambda one: math.tan(one), a)


def arctan(a):
    return _mapped(lambda one: math.atan(one), a)


def arcsin(a):
    return _mapped(lambda one: math.asin(one), a)


def arccos(a):
    return _mapped(lambda one: math.acos(one), a)


def arctan2(a, b):
    return _combined(lambda one, other: math.atan2(one, other), a, b)


def deg2rad(a):
    return _mapped(lambda one: math.radians(one), a)


def radians(a):
    return deg2rad(a)


def degrees(a):
    return _mapped(lambda one: math.degrees(one), a)


def rad2deg(a):
    return degrees(a)


def floor(a):
    return _mapped(lambda one: float(math.floor(one)), a)


def ceil(a):
    return _mapped(lambda one: float(math.ceil(one)), a)


def trunc(a):
    return _mapped(lambda one: float(math.trunc(one)), a)


def rint(a):
    return _mapped(lambda one: _rounded(one, 0), a)


def _rounded(one, decimals):
    if isinstance(one, int):
        return one if decimals >= 0 else int(_rounded(float(one), decimals))
    if decimals < 0:
        return float(f"{one / 10**-decimals:.0f}") * 10**-decimals
    return float(f"{one * 10**decimals:.0f}") / 10**decimals if abs(one) < 1e15 else one


def round_(a, decimals=0):
    return _mapped(lambda one: _rounded(one, decimals), a)


def around(a, decimals=0):
    return round_(a, decimals)


def abs_(a):
    return _mapped(lambda one: abs(one), a)


def absolute(a):
    return abs_(a)


def fabs(a):
    return _mapped(lambda one: float(abs(one)), a)


def sign(a):
    return _mapped(lambda one: (one > 0) - (one < 0), a)


def isnan(a):
    return _mapped(lambda one: one != one, a)


def isfinite(a):
    return _mapped(lambda one: math.isfinite(one), a)


def power(a, b):
    return _combined(lambda one, other: one**other, a, b)


def add(a, b):
    return _combined(lambda one, other: one + other, a, b)


def subtract(a, b):
    return _combined(lambda one, other: one - other, a, b)


def multiply(a, b):
    return _combined(lambda one, other: one * other, a, b)


def divide(a, b):
    return _combined(_divided, a, b)


def true_divide(a, b):
    return divide(a, b)


def floor_divide(a, b):
    return _combined(lambda one, other: one // other, a, b)


def mod(a, b):
    return _combined(lambda one, other: one % other, a, b)


def remainder(a, b):
    return mod(a, b)


def maximum(a, b):
    return _combined(lambda one, other: max(one, other), a, b)


def minimum(a, b):
    return _combined(lambda one, other: min(one, other), a, b)


def gcd(a, b):
    return _combined(lambda one, other: math.gcd(one, other), a, b)


def lcm(a, b):
    return _combined(lambda one, other: math.lcm(one, other), a, b)


def clip(a, low, high):
    return _mapped(
        lambda one: high if high is not None and one > high else low if low is not None and one < low else one, a
    )


def sort(a):
    return ndarray(sorted(_flat(a)))


def argsort(a):
    values = _flat(a)
    return ndarray(sorted(range(len(values)), key=lambda i: values[i]))


def unique(a, return_counts=False):
    values = _flat(a)
    found = sorted(set(values))
    if return_counts:
        return ndarray(found), ndarray([values.count(one) for one in found])
    return ndarray(found)


def where(condition, a=None, b=None):
    if a is None:
        return (ndarray([i for i, one in enumerate(_flat(condition)) if one]),)
    rows = _rows(condition)
    a = _rows(a) if _is_many(a) else [a] * len(rows)
    b = _rows(b) if _is_many(b) else [b] * len(rows)
    return ndarray([x if c else y for c, x, y in zip(rows, a, b)])


def nonzero(a):
    return where(a)


def count_nonzero(a):
    return len([one for one in _flat(a) if one])


def any_(a):
    return any([bool(one) for one in _flat(a)])


def all_(a):
    return all([bool(one) for one in _flat(a)])


def isclose(a, b, rtol=1e-05, atol=1e-08):
    return _combined(lambda one, other: abs(one - other) <= atol + rtol * abs(other), a, b)


def allclose(a, b, rtol=1e-05, atol=1e-08):
    return all(_flat(isclose(a, b, rtol, atol)))


def array_equal(a, b):
    return _rows(a) == _rows(b)


def isin(a, values):
    known = _flat(values)
    return _mapped(lambda one: one in known, a)


def in1d(a, values):
    return isin(a, values)


def concatenate(arrays, axis=0):
    out = []
    for one in arrays:
        out.extend(_rows(one))
    return ndarray(out)


def hstack(arrays):
    return concatenate(arrays)


def vstack(arrays):
    return ndarray([_rows(one) for one in arrays])


def append(a, values):
    return ndarray(_flat(a) + _flat(values))


def delete(a, index):
    return ndarray([one for i, one in enumerate(_flat(a)) if i != index])


def flip(a):
    return ndarray(_rows(a)[::-1])


def repeat(a, times):
    return ndarray([one for one in _flat(a) for _ in range(times)])


def tile(a, times):
    return ndarray(_flat(a) * times)


def transpose(a):
    return ndarray([list(row) for row in zip(*_rows(a))])


def reshape(a, shape):
    values = _flat(a)
    shape = [shape] if isinstance(shape, int) else list(shape)
    if len(shape) == 1:
        return ndarray(values)
    if len(shape) != 2:
        raise ValueError("arrays have at most two dimensions here")
    high = shape[0] if shape[0] != -1 else len(values) // shape[1]
    wide = shape[1] if shape[1] != -1 else len(values) // shape[0]
    if high * wide != len(values):
        raise ValueError(f"cannot reshape array of size {len(values)} into shape {tuple(shape)}")
    return ndarray([values[i * wide : (i + 1) * wide] for i in range(high)])


def dot(a, b):
    a, b = _rows(a) if _is_many(a) else a, _rows(b) if _is_many(b) else b
    if not isinstance(a, list) or not isinstance(b, list):
        return _combined(lambda one, other: one * other, a, b)
    if not _deep(a) and not _deep(b):
        return _plus([x * y for x, y in zip(a, b)])
    if not _deep(b):
        return ndarray([_plus([x * y for x, y in zip(row, b)]) for row in a])
    columns = [list(column) for column in zip(*b)]
    if not _deep(a):
        return ndarray([_plus([x * y for x, y in zip(a, column)]) for column in columns])
    return ndarray([[_plus([x * y for x, y in zip(row, column)]) for column in columns] for row in a])


def matmul(a, b):
    return dot(a, b)


def inner(a, b):
    return dot(a, b)


def outer(a, b):
    return ndarray([[x * y for y in _flat(b)] for x in _flat(a)])


def cross(a, b):
    a, b = _flat(a), _flat(b)
    return ndarray([a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]])


def trace(a):
    return sum([row[i] for i, row in enumerate(_rows(a))])


def corrcoef(a, b):
    one = _correlation(_flat(a), _flat(b))
    return ndarray([[1.0, one], [one, 1.0]])


def _correlation(a, b):
    x, y = mean(a), mean(b)
    top = math.fsum([(p - x) * (q - y) for p, q in zip(a, b)])
    return top / math.sqrt(math.fsum([(p - x) ** 2 for p in a]) * math.fsum([(q - y) ** 2 for q in b]))


def polyfit(x, y, deg):
    x, y = _flat(x), _flat(y)
    powers = [[one**p for p in range(deg, -1, -1)] for one in x]
    columns = [list(column) for column in zip(*powers)]
    left = [[_plus([a * b for a, b in zip(p, q)]) for q in columns] for p in columns]
    right = [_plus([a * b for a, b in zip(p, y)]) for p in columns]
    return ndarray(_solved(left, right))


def polyval(p, x):
    def at(one):
        total = 0
        for factor in _flat(p):
            total = total * one + factor
        return total

    return _mapped(at, x)


def roots(p):
    p = _flat(p)
    if len(p) == 2:
        return ndarray([-p[1] / p[0]])
    if len(p) != 3:
        raise ValueError("roots() is here for degree one and two")
    root = (p[1] * p[1] - 4 * p[0] * p[2]) ** 0.5
    return ndarray([(-p[1] + root) / (2 * p[0]), (-p[1] - root) / (2 * p[0])])


def interp(x, xp, fp):
    xp, fp = _flat(xp), _flat(fp)

    def at(one):
        if one <= xp[0]:
            return float(fp[0])
        for i in range(1, len(xp)):
            if one <= xp[i]:
                return fp[i - 1] + (fp[i] - fp[i - 1]) * (one - xp[i - 1]) / (xp[i] - xp[i - 1])
        return float(fp[-1])

    return _mapped(at, x)


def bincount(a):
    values = _flat(a)
    return ndarray([values.count(i) for i in range(max(values) + 1)])


def _solved(left, right):
    """Gauss-Jordan with partial pivoting."""
    size = len(left)
    rows = [[float(one) for one in row] + [float(value)] for row, value in zip(left, right)]
    for i in range(size):
        pivot = i
        for k in range(i, size):
            if abs(rows[k][i]) > abs(rows[pivot][i]):
                pivot = k
        if rows[pivot][i] == 0:
            raise ValueError("Singular matrix")
        rows[i], rows[pivot] = rows[pivot], rows[i]
        for k in range(size):
            if k != i and rows[k][i]:
                factor = rows[k][i] / rows[i][i]
                rows[k] = [a - factor * b for a, b in zip(rows[k], rows[i])]
    return [row[size] / row[i] for i, row in enumerate(rows)]


def linalg_solve(a, b):
    return ndarray(_solved(_rows(a), _flat(b)))


def linalg_inv(a):
    rows = _rows(a)
    columns = [_solved(rows, [1.0 if i == k else 0.0 for i in range(len(rows))]) for k in range(len(rows))]
    return ndarray([list(row) for row in zip(*columns)])


def linalg_det(a):
    rows = [[float(one) for one in row] for row in _rows(a)]
    sign = 1.0
    for i in range(len(rows)):
        pivot = i
        for k in range(i, len(rows)):
            if abs(rows[k][i]) > abs(rows[pivot][i]):
                pivot = k
        if rows[pivot][i] == 0:
            return 0.0
        if pivot != i:
            rows[i], rows[pivot] = rows[pivot], rows[i]
            sign = -sign
        for k in range(i + 1, len(rows)):
            factor = rows[k][i] / rows[i][i]
            rows[k] = [a - factor * b for a, b in zip(rows[k], rows[i])]
    return sign * math.prod([row[i] for i, row in enumerate(rows)])


def linalg_norm(a):
    return math.sqrt(math.fsum([one * one for one in _flat(a)]))


def int64(value):
    return int(value)


def int32(value):
    return int(value)


def int_(value):
    return int(value)


def float64(value):
    return float(value)


def float32(value):
    return float(value)


def float_(value):
    return float(value)


def bool_(value):
    return bool(value)


# A method that used the function of its own name directly would hide it from itself in the interpreter.
_functions = {
    "sum": sum_,
    "mean": mean,
    "std": std,
    "var": var,
    "max": max_,
    "min": min_,
    "prod": prod,
    "argmax": argmax,
    "argmin": argmin,
    "argsort": argsort,
    "cumsum": cumsum,
    "round": round_,
    "dot": dot,
    "reshape": reshape,
    "any": any_,
    "all": all_,
}
