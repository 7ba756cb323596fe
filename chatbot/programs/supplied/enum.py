# mypy: ignore-errors
# ruff: noqa
"""The module enum: classes of it are made by ``made``."""

Enum = IntEnum = StrEnum = Flag = IntFlag = None


def auto():
    return 0


def unique(cls):
    return cls


class _Member:
    def __init__(self, owner, name, value):
        self.owner = owner
        self.name = name
        self.value = value

    def __str__(self):
        return f"{self.owner}.{self.name}"

    def __repr__(self):
        return f"<{self.owner}.{self.name}: {self.value!r}>"

    def __lt__(self, other):
        return self.value < (other.value if hasattr(other, "value") else other)

    def __eq__(self, other):
        return (
            hasattr(other, "value") and hasattr(other, "owner") and (self.owner, self.name) == (other.owner, other.name)
        )

    def __hash__(self):
        return hash(self.name)

    def _sd_plain(self):
        return self.value


class _Kind:
    def __init__(self, name, pairs):
        self.__name__ = name
        self.members = [_Member(name, key, value) for key, value in pairs]
        for member in self.members:
            setattr(self, member.name, member)

    def __iter__(self):
        return iter(self.members)

    def __getitem__(self, name):
        for member in self.members:
            if member.name == name:
                return member
        raise KeyError(name)

    def __call__(self, value):
        for member in self.members:
            if member.value == value:
                return member
        raise ValueError(f"{value!r} is not a valid {self.__name__}")

    def __contains__(self, member):
        return member in self.members


def made(name, pairs):
    return _Kind(name, pairs)
