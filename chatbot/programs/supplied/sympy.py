# mypy: ignore-errors
# ruff: noqa
"""sympy for school algebra: symbols, linear and quadratic equations, linear systems, exact fractions."""

import math
from fractions import Fraction

pi, E, oo = math.pi, math.e, math.inf


def _number(value):
    if isinstance(value, int):
        return Fraction(value)
    if isinstance(value, float):
        return value
    return value


def _less(a, b):
    return float(a) < float(b)


def _expression(value):
    return value if isinstance(value, Expr) else Expr({(): _number(value)})


class Expr:
    """A polynomial: {((symbol, power), ...): factor}."""

    def __init__(self, terms):
        self.terms = {key: factor for key, factor in terms.items() if not (factor == 0)}

    def __add__(self, other):
        other = _expression(other)
        terms = dict(self.terms)
        for key, factor in other.terms.items():
            terms[key] = terms[key] + factor if key in terms else factor
        return _simple(Expr(terms))

    def __radd__(self, other):
        return self + other

    def __sub__(self, other):
        return self + -_expression(other)

    def __rsub__(self, other):
        return _expression(other) + -self

    def __neg__(self):
        return Expr({key: -factor for key, factor in self.terms.items()})

    def __pos__(self):
        return self

    def __mul__(self, other):
        other = _expression(other)
        terms = {}
        for key, factor in self.terms.items():
            for other_key, other_factor in other.terms.items():
                powers = dict(key)
                for name, power in other_key:
                    powers[name] = powers.get(name, 0) + power
                both = tuple(sorted([(name, power) for name, power in powers.items() if power]))
                product = factor * other_factor
                terms[both] = terms[both] + product if both in terms else product
        return _simple(Expr(terms))

    def __rmul__(self, other):
        return self * other

    def __truediv__(self, other):
        other = _expression(other)
        if len(other.terms) != 1:
            raise ValueError("division by a sum with unknowns is not available; multiply the equation out")
        for key, factor in other.terms.items():
            inverse = Expr({tuple([(name, -power) for name, power in key]): Fraction(1) / factor})
        return self * inverse

    def __rtruediv__(self, other):
        return _expression(other) / self

    def __pow__(self, power):
        if isinstance(power, Expr):
            power = _value(power)
        if power == 0.5 and not self._unknowns():
            return _expression(sqrt(_value(self)))
        power = int(power)
        if power < 0:
            return Expr({(): Fraction(1)}) / self**-power
        out = Expr({(): Fraction(1)})
        for _ in range(power):
            out = out * self
        return out

    def __eq__(self, other):
        if not isinstance(other, (Expr, int, float, Fraction)):
            return False
        return (self - other).terms == {} if isinstance(self - other, Expr) else (self - other) == 0

    def __hash__(self):
        return hash(str(self))

    def __float__(self):
        return float(_value(self))

    def __int__(self):
        return int(_value(self))

    def __lt__(self, other):
        return float(self) < float(other)

    def __gt__(self, other):
        return float(self) > float(other)

    def __le__(self, other):
        return float(self) <= float(other)

    def __ge__(self, other):
        return float(self) >= float(other)

    def __round__(self, ndigits=None):
        return round(float(self), ndigits) if ndigits is not None else round(float(self))

    def __abs__(self):
        return _simple(_expression(abs(_value(self))))

    def _unknowns(self):
        return {name for key in self.terms for name, _ in key}

    def __str__(self):
        if not self.terms:
            return "0"
        out = []
        for key in sorted(self.terms, key=lambda key: (-sum([power for _, power in key]), key)):
            factor = self.terms[key]
            names = "*".join([name if power == 1 else f"{name}**{power}" for name, power in key])
            size = abs(factor)
            text = names if names and size == 1 else f"{size}*{names}" if names else str(size)
            out.append(("- " if float(factor) < 0 else "+ ") + text)
        text = " ".join(out)
        return text[2:] if text.startswith("+ ") else "-" + text[2:]

    def __repr__(self):
        return str(self)

    def _sd_plain(self):
        if self._unknowns():
            return str(self)
        value = _value(self)
        return value._sd_plain() if hasattr(value, "_sd_plain") else value

    def subs(self, old, new=None):
        pairs = list(old.items()) if isinstance(old, dict) else [(old, new)] if new is not None else list(old)
        out = self
        for name, value in pairs:
            total = Expr({})
            for key, factor in out.terms.items():
                power = dict(key).get(str(name), 0)
                rest = tuple([pair for pair in key if pair[0] != str(name)])
                total = total + Expr({rest: factor}) * _expression(value) ** power
            out = total
        return out

    def evalf(self, n=None, subs=None):
        whole = self.subs(subs) if subs else self
        return whole if whole._unknowns() else _expression(float(_value(whole)))

    def n(self):
        return self.evalf()

    def expand(self):
        return self

    def simplify(self):
        return self

    def coeff(self, name, power=1):
        return _expression(_by_power(self, str(name)).get(power, Expr({})))


def _simple(expression):
    return expression


def _value(expression):
    if not isinstance(expression, Expr):
        return expression
    if expression._unknowns():
        raise TypeError("Cannot convert expression to float")
    return expression.terms.get((), Fraction(0))


def Symbol(name, **assumptions):
    return Expr({((name, 1),): Fraction(1)})


def symbols(names, **assumptions):
    found = [Symbol(name) for name in names.replace(",", " ").split()]
    return found[0] if len(found) == 1 else tuple(found)


def var(names):
    return symbols(names)


def Integer(value):
    return _expression(int(value))


def Rational(top, bottom=1):
    return _expression(Fraction(top) / Fraction(bottom))


def Float(value, *digits):
    return _expression(float(value))


def N(value, *digits):
    return float(value)


def S(value):
    return sympify(value)


def sympify(value):
    return _expression(Fraction(value)) if isinstance(value, str) else _expression(value)


def sqrt(value):
    value = _value(value)
    if isinstance(value, (int, Fraction)) and value == int(value) and not float(value) < 0:
        root = math.isqrt(int(value))
        if root * root == int(value):
            return _expression(root)
    if isinstance(value, Fraction):
        top, bottom = math.isqrt(abs(value.numerator)), math.isqrt(value.denominator)
        if top * top == value.numerator and bottom * bottom == value.denominator:
            return _expression(Fraction(top, bottom))
    return _expression(math.sqrt(float(value)))


class Eq:
    def __init__(self, left, right=0):
        self.lhs = _expression(left)
        self.rhs = _expression(right)

    def __repr__(self):
        return f"Eq({self.lhs}, {self.rhs})"


def Equality(left, right):
    return Eq(left, right)


def _zero(equation):
    return equation.lhs - equation.rhs if isinstance(equation, Eq) else _expression(equation)


def simplify(value):
    return value


def expand(value):
    return value


def nsimplify(value, **options):
    return _expression(Fraction(str(float(value))).limit_denominator(1000))


def Abs(value):
    return abs(value)


def floor(value):
    return math.floor(float(value))


def ceiling(value):
    return math.ceil(float(value))


def factorial(value):
    return math.factorial(int(value))


def binomial(n, k):
    return math.comb(int(n), int(k))


def gcd(a, b):
    return math.gcd(int(a), int(b))


def lcm(a, b):
    return math.lcm(int(a), int(b))


def isprime(n):
    return n > 1 and all([n % i for i in range(2, math.isqrt(n) + 1)])


def log(value, base=None):
    return math.log(float(value)) if base is None else math.log(float(value), float(base))


def _by_power(expression, name):
    """{power of the symbol: the rest}."""
    out = {}
    for key, factor in expression.terms.items():
        power = dict(key).get(name, 0)
        rest = Expr({tuple([pair for pair in key if pair[0] != name]): factor})
        out[power] = out[power] + rest if power in out else rest
    return out


def _roots(expression, name):
    powers = _by_power(expression, name)
    lowest = min(powers, default=0)
    if lowest < 0:
        powers = {power - lowest: rest for power, rest in powers.items()}
    top = max(powers, default=0)
    a, b, c = powers.get(2, Expr({})), powers.get(1, Expr({})), powers.get(0, Expr({}))
    if top == 0:
        return []
    if top == 1:
        return [(-c) / b]
    a, b, c = _value(a), _value(b), _value(c)
    if top > 2:
        if set(powers) <= {0, top}:
            root = float(-c / _value(powers[top]))
            near = round(abs(root) ** (1 / top))
            exact = Fraction(near) if near**top == abs(root) else abs(root) ** (1 / top)
            if root < 0:
                return [_expression(-exact)] if top % 2 else []
            return [_expression(exact)] if top % 2 else [_expression(-exact), _expression(exact)]
        raise NotImplementedError("equations above degree two are not available; search for the value with a loop")
    inside = b * b - 4 * a * c
    if float(inside) < 0:
        return []
    root = _value(sqrt(inside))
    both = [(-b - root) / (2 * a), (-b + root) / (2 * a)]
    if both[0] == both[1]:
        both = both[:1]
    return [_expression(one) for one in (both if _less(0, a) else both[::-1])]


def solve(equations, *names, dict=False, **options):
    many = isinstance(equations, (list, tuple))
    zeros = [_zero(one) for one in (equations if many else [equations])]
    wanted = []
    for name in names:
        wanted.extend(name if isinstance(name, (list, tuple, set)) else [name])
    unknowns = [str(name) for name in wanted]
    if not unknowns:
        unknowns = sorted(set([name for zero in zeros for name in zero._unknowns()]))
    if len(unknowns) == 1 and len(zeros) == 1:
        found = _roots(zeros[0], unknowns[0])
        if dict:
            return [{Symbol(unknowns[0]): one} for one in found]
        return {Symbol(unknowns[0]): found[0]} if many and found else found
    found = _system(zeros, unknowns)
    if dict:
        return [found] if found else []
    return found


def _system(zeros, unknowns):
    """A linear system, by substitution."""
    found = {}
    left = list(zeros)
    for name in unknowns:
        for zero in left:
            powers = _by_power(zero, name)
            if set(powers) <= {0, 1} and 1 in powers and not powers[1]._unknowns():
                value = -powers.get(0, Expr({})) / powers[1]
                left = [other.subs(name, value) for other in left if other is not zero]
                found = {key: one.subs(name, value) for key, one in found.items()}
                found[name] = value
                break
    for zero in left:
        if not zero._unknowns() and not abs(float(zero)) < 1e-9:
            return []
    if any([zero._unknowns() for zero in left]):
        raise NotImplementedError("only linear systems are available; solve the equations by hand or with a loop")
    return {Symbol(name): found[name] for name in unknowns if name in found}


def solve_it(equation, variable):
    found = solve(equation, variable, dict=True)
    if not found:
        return {variable: None} if not isinstance(variable, list) else {one: None for one in variable}
    return found[0]


def solveset(equation, name=None, domain=None):
    return solve(equation, name) if name is not None else solve(equation)


def linsolve(equations, *names):
    wanted = list(names[0]) if names and isinstance(names[0], (list, tuple)) else list(names)
    found = solve(list(equations), *wanted)
    return [tuple([found[one] for one in wanted])]
