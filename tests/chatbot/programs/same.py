"""Programs of the tests, CPython's results for them, and when two results are the same."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent


@cache
def realistic() -> dict[str, str]:
    """Programs like those that models write, by kind and number."""
    return {
        f"{file.stem}-{number}": source.strip("\n")
        for file in sorted((FOLDER / "realistic").glob("*.txt"))
        for number, source in enumerate(file.read_text(encoding="utf-8").split("\n###\n"), 1)
    }


def by_cpython(sources: list[str]) -> list[dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, str(FOLDER / "cpython.py")],
        input=json.dumps(sources),
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def same(one: Any, other: Any) -> bool:
    """Equal, floats but for rounding; a number is no text."""
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    if isinstance(one, bool) or isinstance(other, bool) or isinstance(one, str) or isinstance(other, str):
        return type(one) is type(other) and bool(one == other)
    if isinstance(one, int | float) and isinstance(other, int | float):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)
    return bool(one == other)


def agree(product: Any, reference: dict[str, Any]) -> bool:
    """Whether a ProgramResult is what CPython's result says; what is only printed there may be the object here."""
    if product.stdout != reference["stdout"] or not product.ok:
        return False
    if reference["is_text"]:
        return bool(str(product.value) == reference["value"])
    return same(product.value, reference["value"])
