"""What a program came to."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class ProgramResult:
    """``value`` is JSON: None, bool, int, finite float, str, list, or dict with str keys. docs/programs.md has the rest."""

    ok: bool
    value: Any
    stdout: str
    error: str | None
    """The exception as CPython names it, with the line of the program, on one line; None if ``ok``."""
    ms: float
    """From the request to the answer, in milliseconds."""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def failed(error: str, ms: float, stdout: str = "") -> ProgramResult:
    return ProgramResult(False, None, stdout, error, round(ms, 3))


def result_of(message: dict[str, Any], ms: float) -> ProgramResult:
    """The result in a worker's answer. Raises ValueError where the answer is not exactly one."""
    if set(message) != {"done", "ok", "value", "stdout", "error", "leave"}:
        raise ValueError("other keys than those of an answer")
    ok, stdout, error = message["ok"], message["stdout"], message["error"]
    if not isinstance(ok, bool) or not isinstance(stdout, str):
        raise ValueError("ok or stdout has another type")
    if ok != (error is None) or not isinstance(error, str | None) or (not ok and message["value"] is not None):
        raise ValueError("an answer that is both right and wrong")
    return ProgramResult(ok, checked(message["value"]), stdout, error, round(ms, 3))


def checked(value: Any) -> Any:
    """``value`` if JSON can say it. Raises ValueError otherwise, also for NaN and infinities."""
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("not a finite number")
    if isinstance(value, list):
        for item in value:
            checked(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str):
                raise ValueError("a key that is no text")
            checked(item)
    elif value is not None and not isinstance(value, bool | int | float | str):
        raise ValueError(f"{type(value).__name__} is not JSON")
    return value
