# mypy: ignore-errors
# ruff: noqa
"""What the interpreter's typing lacks."""

Text = str
NamedTuple = None
NoReturn = None
Number = (int, float)


def cast(kind, value):
    return value


def NewType(name, kind):
    return lambda value: value


def TypedDict(*arguments, **named):
    return dict


DefaultDict = dict
OrderedDict = dict
Counter = dict
Deque = list
Hashable = object
Sized = object
Collection = list
MutableMapping = dict
MutableSequence = list
Reversible = list
SupportsFloat = float
SupportsInt = int
AnyStr = str
Pattern = str
Match = str
TypeAlias = None
Self = None
