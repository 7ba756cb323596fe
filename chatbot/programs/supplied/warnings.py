# mypy: ignore-errors
# ruff: noqa
"""The module warnings: nothing is shown."""


def filterwarnings(*arguments, **named):
    return None


def simplefilter(*arguments, **named):
    return None


def warn(*arguments, **named):
    return None
