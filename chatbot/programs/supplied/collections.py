# mypy: ignore-errors
# ruff: noqa
"""What the interpreter's collections lacks."""


def OrderedDict(*arguments, **named):
    return dict(*arguments, **named)


class ChainMap:
    def __init__(self, *maps):
        self.maps = list(maps)

    def __getitem__(self, key):
        for one in self.maps:
            if key in one:
                return one[key]
        raise KeyError(str(key))

    def __contains__(self, key):
        return any([key in one for one in self.maps])

    def __iter__(self):
        return iter(self.keys())

    def get(self, key, default=None):
        return self[key] if key in self else default

    def keys(self):
        out = {}
        for one in reversed(self.maps):
            out.update(one)
        return list(out)

    def items(self):
        return [(key, self[key]) for key in self.keys()]

    def values(self):
        return [self[key] for key in self.keys()]


abc_Iterable = (list, tuple, dict, set, frozenset, str, range, bytes)
abc_Sequence = (list, tuple, str, range, bytes)
abc_Mapping = dict
abc_Sized = (list, tuple, dict, set, frozenset, str, range, bytes)
abc_Set = (set, frozenset)
