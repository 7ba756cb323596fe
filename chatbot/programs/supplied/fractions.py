# mypy: ignore-errors
# ruff: noqa
"""The module fractions."""

import math
import decimal


def _ratio(value):
    """(numerator, denominator) of an int, float, Decimal, text or Fraction."""
    if isinstance(value, int):
        return (int(value), 1)
    if isinstance(value, float):
        if value != value or abs(value) == math.inf:
            raise ValueError("cannot convert NaN or infinity to integer ratio")
        mantissa, exponent = math.frexp(value)
        number, exponent = int(mantissa * 2**53), exponent - 53
        return (number * 2**exponent, 1) if exponent >= 0 else (number, 2**-exponent)
    if isinstance(value, str):
        return _read(value)
    if isinstance(value, decimal.Decimal):
        return _read(str(value))
    return (value.numerator, value.denominator)


def _read(text):
    stripped = text.strip().replace("_", "")
    if "/" in stripped:
        top, bottom = stripped.split("/")
        return (int(top), int(bottom))
    mantissa, _, exponent = stripped.lower().partition("e")
    whole, _, part = mantissa.partition(".")
    try:
        number = int(whole + part if whole + part not in ("", "-", "+") else "x")
        power = (int(exponent) if exponent else 0) - len(part)
    except ValueError:
        raise ValueError(f"Invalid literal for Fraction: {text!r}")
    return (number * 10**power, 1) if power >= 0 else (number, 10**-power)


def _is_exact(value):
    return isinstance(value, (int, Fraction))


class Fraction:
    def __init__(self, numerator=0, denominator=1):
        top, bottom = _ratio(numerator)
        other_top, other_bottom = _ratio(denominator)
        top, bottom = top * other_bottom, bottom * other_top
        if bottom == 0:
            raise ZeroDivisionError(f"Fraction({numerator}, 0)")
        common = math.gcd(top, bottom)
        if bottom < 0:
            common = -common
        self.numerator = top // common
        self.denominator = bottom // common

    def __add__(self, other):
        if not _is_exact(other):
            return float(self) + other
        top, bottom = _ratio(other)
        return Fraction(self.numerator * bottom + top * self.denominator, self.denominator * bottom)

    def __radd__(self, other):
        return self + other

    def __sub__(self, other):
        return self + -other

    def __rsub__(self, other):
        return -self + other

    def __mul__(self, other):
        if not _is_exact(other):
            return float(self) * other
        top, bottom = _ratio(other)
        return Fraction(self.numerator * top, self.denominator * bottom)

    def __rmul__(self, other):
        return self * other

    def __truediv__(self, other):
        if not _is_exact(other):
            return float(self) / other
        top, bottom = _ratio(other)
        return Fraction(self.numerator * bottom, self.denominator * top)

    def __rtruediv__(self, other):
        return Fraction(other) / self if _is_exact(other) else other / float(self)

    def __floordiv__(self, other):
        if not _is_exact(other):
            return float(self) // other
        top, bottom = _ratio(other)
        return (self.numerator * bottom) // (self.denominator * top)

    def __rfloordiv__(self, other):
        return Fraction(other) // self

    def __mod__(self, other):
        return self - other * (self // other)

    def __rmod__(self, other):
        return Fraction(other) % self

    def __pow__(self, other):
        if isinstance(other, Fraction) and other.denominator == 1:
            other = other.numerator
        if not isinstance(other, int):
            return float(self) ** float(other)
        if other >= 0:
            return Fraction(self.numerator**other, self.denominator**other)
        return Fraction(self.denominator**-other, self.numerator**-other)

    def __rpow__(self, other):
        return other**self.numerator if self.denominator == 1 else float(other) ** float(self)

    def __neg__(self):
        return Fraction(-self.numerator, self.denominator)

    def __pos__(self):
        return self

    def __abs__(self):
        return Fraction(abs(self.numerator), self.denominator)

    def __bool__(self):
        return self.numerator != 0

    def __float__(self):
        return self.numerator / self.denominator

    def __int__(self):
        return self.numerator // self.denominator if self.numerator >= 0 else -(-self.numerator // self.denominator)

    def __trunc__(self):
        return int(self)

    def __floor__(self):
        return self.numerator // self.denominator

    def __ceil__(self):
        return -(-self.numerator // self.denominator)

    def __round__(self, ndigits=None):
        if ndigits is None:
            down, rest = divmod(self.numerator, self.denominator)
            if rest * 2 < self.denominator:
                return down
            if rest * 2 > self.denominator:
                return down + 1
            return down + down % 2
        shift = 10 ** abs(ndigits)
        return Fraction(round(self * shift), shift) if ndigits > 0 else Fraction(round(self / shift) * shift)

    def __eq__(self, other):
        if isinstance(other, float):
            return float(self) == other
        if not _is_exact(other):
            return False
        return _ratio(other) == (self.numerator, self.denominator)

    def __hash__(self):
        return hash(self.numerator) if self.denominator == 1 else hash((self.numerator, self.denominator))

    def __lt__(self, other):
        if isinstance(other, float):
            return float(self) < other
        top, bottom = _ratio(other)
        return self.numerator * bottom < top * self.denominator

    def __gt__(self, other):
        if isinstance(other, float):
            return float(self) > other
        top, bottom = _ratio(other)
        return self.numerator * bottom > top * self.denominator

    def __le__(self, other):
        return not self > other if not hasattr(self, "__gt__") else not self.__gt__(other)

    def __ge__(self, other):
        return not self.__lt__(other)

    def __repr__(self):
        return f"Fraction({self.numerator}, {self.denominator})"

    def __str__(self):
        return str(self.numerator) if self.denominator == 1 else f"{self.numerator}/{self.denominator}"

    def limit_denominator(self, max_denominator=1000000):
        if self.denominator <= max_denominator:
            return Fraction(self)
        p0, q0, p1, q1 = 0, 1, 1, 0
        n, d = self.numerator, self.denominator
        while True:
            a = n // d
            q2 = q0 + a * q1
            if q2 > max_denominator:
                break
            p0, q0, p1, q1 = p1, q1, p0 + a * p1, q2
            n, d = d, n - a * d
        k = (max_denominator - q0) // q1
        one, other = Fraction(p0 + k * p1, q0 + k * q1), Fraction(p1, q1)
        return other if abs(other - self).__le__(abs(one - self)) else one

    def as_integer_ratio(self):
        return (self.numerator, self.denominator)

    def is_integer(self):
        return self.denominator == 1

    def from_float(value):
        return Fraction(value)

    def _sd_plain(self):
        return self.numerator if self.denominator == 1 else self.numerator / self.denominator


def gcd(a, b):
    return math.gcd(a, b)
