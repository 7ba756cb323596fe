# mypy: ignore-errors
# ruff: noqa
"""The module pprint: short values on one line."""


def pprint(value, *arguments, **named):
    print(value if not isinstance(value, str) else repr(value))


def pformat(value, *arguments, **named):
    return repr(value)


def pp(value, *arguments, **named):
    print(value if not isinstance(value, str) else repr(value))
