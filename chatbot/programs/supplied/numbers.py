# mypy: ignore-errors
# ruff: noqa
"""The module numbers, for isinstance."""

Number = (int, float, complex)
Complex = (int, float, complex)
Real = (int, float)
Rational = int
Integral = int
