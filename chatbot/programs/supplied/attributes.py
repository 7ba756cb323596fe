# mypy: ignore-errors
# ruff: noqa
"""Attributes of builtin types that the interpreter lacks."""


def numerator(o):
    return int(o) if isinstance(o, int) else o.numerator


def denominator(o):
    return 1 if isinstance(o, int) else o.denominator


def real(o):
    return o if isinstance(o, (int, float)) else o.real


def imag(o):
    return type(o)(0) if isinstance(o, (int, float)) else o.imag


def start(o):
    return (o[0] if len(o) else 0) if isinstance(o, range) else o.start


def T(o):
    return o.transposed()
