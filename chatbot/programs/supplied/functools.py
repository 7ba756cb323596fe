# mypy: ignore-errors
# ruff: noqa
"""What the interpreter's functools lacks."""


def wraps(wrapped, *rest):
    return lambda function: function


def update_wrapper(wrapper, wrapped, *rest):
    return wrapper


def total_ordering(cls):
    return cls


class _Compared:
    def __init__(self, value, compare):
        self.value = value
        self.compare = compare

    def __lt__(self, other):
        return self.compare(self.value, other.value) < 0

    def __gt__(self, other):
        return self.compare(self.value, other.value) > 0

    def __eq__(self, other):
        return self.compare(self.value, other.value) == 0


def cmp_to_key(compare):
    return lambda value: _Compared(value, compare)
