"""How much a program may take; every limit is always set."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True)
class ProgramLimits:
    """Limits of one program. A program that passes one ends with an error; others do not notice."""

    seconds: float = 2.0
    """Running time, calls of the host's functions not counted."""
    memory_bytes: int = 64 << 20
    """Heap of the program."""
    recursion: int = 1000
    """Depth of calls; CPython has the same."""
    source_bytes: int = 100_000
    """UTF-8 text of the program."""
    output_bytes: int = 64_000
    """What it prints, UTF-8."""
    value_bytes: int = 1_000_000
    """Its result as JSON; also all of its inputs, and one answer of a host function."""
    calls: int = 20
    """Calls of the host's functions, all together."""
    call_bytes: int = 16_000
    """Arguments of one such call as JSON."""
    call_seconds: float = 30.0
    """Time that all such calls may take together."""

    def __post_init__(self) -> None:
        for field in fields(self):
            if getattr(self, field.name) <= 0:
                raise ValueError(f"{field.name} must be more than 0")
