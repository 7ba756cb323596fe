"""A progress bar on standard error that appears when the work takes more than two seconds."""

from __future__ import annotations

import sys
import time
from types import TracebackType

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

_PATIENCE_SECONDS = 2.0


class LateProgress:
    """``update`` it as often as you like; nothing is shown before two seconds have passed, nor without a terminal."""

    def __init__(self, unit: str) -> None:
        self._unit = unit
        self._started = time.monotonic()
        self._bar: Progress | None = None
        self._enabled = sys.stderr.isatty()

    def __enter__(self) -> LateProgress:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        if self._bar is not None:
            self._bar.stop()

    def update(self, done: int, total: int | None, label: str = "", rate: float | None = None) -> None:
        """``rate`` in units a second; computed from ``done`` when it is not given."""
        elapsed = time.monotonic() - self._started
        if not self._enabled or elapsed < _PATIENCE_SECONDS:
            return
        if self._bar is None:
            self._bar = _bar()
            self._bar.start()
            self._task = self._bar.add_task("", total=total, rate="")
        speed = rate if rate is not None else done / elapsed
        self._bar.update(
            self._task, completed=done, total=total, description=label[-40:], rate=f"{speed:,.1f} {self._unit}/s"
        )


def _bar() -> Progress:
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}", markup=False),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
