# mypy: ignore-errors
# ruff: noqa
"""What the interpreter's sys lacks."""

float_info_max = 1.7976931348623157e308
float_info_min = 2.2250738585072014e-308
float_info_epsilon = 2.220446049250313e-16


def exit(code=None):
    raise SystemExit("")


def setrecursionlimit(limit):
    return None


def getrecursionlimit():
    return 1000


def set_int_max_str_digits(limit):
    return None


def stdout_write(text):
    print(text, end="")
    return len(text)


def stdout_flush():
    return None


def stdin_read(size=-1):
    return ""


def stdin_readline():
    return ""


def getsizeof(value, default=0):
    raise RuntimeError("sys.getsizeof() is not available here")
