# mypy: ignore-errors
# ruff: noqa
"""What the interpreter's dataclasses lacks."""


def asdict(value):
    if hasattr(value, "__dataclass_fields__"):
        return {name: asdict(getattr(value, name)) for name in value.__dataclass_fields__}
    if isinstance(value, list):
        return [asdict(one) for one in value]
    if isinstance(value, dict):
        return {key: asdict(one) for key, one in value.items()}
    return value


def astuple(value):
    return tuple([getattr(value, name) for name in value.__dataclass_fields__])
