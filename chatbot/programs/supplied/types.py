# mypy: ignore-errors
# ruff: noqa
"""The module types."""


class SimpleNamespace:
    def __init__(self, **named):
        for name in named:
            setattr(self, name, named[name])
