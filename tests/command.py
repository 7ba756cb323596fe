"""Runs the command as a process and checks what holds for every run of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
QUICK = [sys.executable, str(ROOT / "tests/quick_command.py")]


def seodang(
    *arguments: str | bytes | Path,
    status: int | tuple[int, ...] = 0,
    cwd: Path | None = None,
    environment: dict[str, str] | None = None,
    timeout: float = 120,
    **options: Any,
) -> subprocess.CompletedProcess[bytes]:
    """One finished run. Whatever happened: no traceback, and an error is one line."""
    done = subprocess.run(
        [*QUICK, *arguments],
        cwd=cwd,
        env={**os.environ, **(environment or {})},
        timeout=timeout,
        check=False,
        **{"capture_output": True, "stdin": subprocess.DEVNULL, **options},
    )
    errors = done.stderr.decode("utf-8") if done.stderr else ""
    assert "Traceback" not in errors and "Exception ignored" not in errors, errors
    assert "unexpected went wrong" not in errors, errors
    assert done.returncode in ((status,) if isinstance(status, int) else status), (done.returncode, errors)
    if done.returncode == 1 and errors:
        assert errors.startswith(("seodang: ", "not read: ")), errors
    return done


def sentence(done: subprocess.CompletedProcess[bytes]) -> str:
    """The one sentence of a run that failed."""
    [line] = done.stderr.decode("utf-8").splitlines()
    assert line.startswith("seodang: "), line
    return line.removeprefix("seodang: ")


def one_json(done: subprocess.CompletedProcess[bytes]) -> Any:
    """The one JSON object of a run."""
    [value] = json_lines(done)
    return value


def json_lines(done: subprocess.CompletedProcess[bytes]) -> list[Any]:
    """Standard output as JSON, one value a line."""
    return [json.loads(line) for line in done.stdout.decode("utf-8").split("\n") if line]
