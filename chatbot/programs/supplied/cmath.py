# mypy: ignore-errors
# ruff: noqa
"""The module cmath."""

import math

pi, e, inf, nan = math.pi, math.e, math.inf, math.nan


def phase(z):
    z = complex(z)
    return math.atan2(z.imag, z.real)


def polar(z):
    return (abs(complex(z)), phase(z))


def rect(r, phi):
    return complex(r * math.cos(phi), r * math.sin(phi))


def exp(z):
    z = complex(z)
    return rect(math.exp(z.real), z.imag)


def log(z, base=None):
    made = complex(math.log(abs(complex(z))), phase(z))
    return made if base is None else made / math.log(base)


def sqrt(z):
    z = complex(z)
    if z == 0:
        return 0j
    size = math.sqrt((abs(z.real) + abs(z)) / 2)
    other = abs(z.imag) / (2 * size)
    if z.real >= 0:
        return complex(size, math.copysign(other, z.imag))
    return complex(other, math.copysign(size, z.imag))


def isclose(a, b, *, rel_tol=1e-09, abs_tol=0.0):
    return a == b or abs(a - b) <= max(rel_tol * max(abs(a), abs(b)), abs_tol)
