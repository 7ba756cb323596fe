# mypy: ignore-errors
# ruff: noqa
"""The module abc: names that only stand in class headers."""

ABC = ABCMeta = None


def abstractmethod(function):
    return function
