"""Questions from a JSONL file, results to another."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ui.edge import fail
from ui.progress import LateProgress


def read_jsonl(file: Path, required: str) -> list[dict[str, Any]]:
    """Objects of a JSONL file, each with a string under ``required``; ends the command with a sentence otherwise."""
    try:
        lines = file.read_text(encoding="utf-8-sig").split("\n")
    except OSError as error:
        fail(f"{file} cannot be read ({error.strerror}); check the path.")
    except UnicodeDecodeError:
        fail(f"{file} is not UTF-8 text; save it as UTF-8 with one JSON object a line.")
    rows = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            fail(f"Line {number} of {file} is not JSON; write one object a line.")
        if not isinstance(row, dict) or not isinstance(row.get(required), str):
            fail(f'Line {number} of {file} has no "{required}" text; write one object a line with it.')
        rows.append({"id": str(number), **row})
    return rows


def run_batch(
    rows: Sequence[dict[str, Any]], output: Path, result: Callable[[dict[str, Any]], dict[str, Any]], unit: str
) -> None:
    """Writes one result line a row, each complete when it is written, in the order of the rows."""
    try:
        # "replace": a lone surrogate in a row's extra keys has no UTF-8.
        with output.open("w", encoding="utf-8", errors="replace") as file, LateProgress(unit) as progress:
            for done, row in enumerate(rows, 1):
                file.write(json.dumps(result(row), ensure_ascii=False) + "\n")
                progress.update(done, len(rows), "")
    except OSError as error:
        fail(f"{output} cannot be written ({error.strerror}); choose another file with --output.")


def report_problems(problems: Sequence[str], asked: int) -> None:
    """Ends the command with a sentence when some questions could not be asked."""
    if problems:
        fail(f"{len(problems)} of {asked} questions could not be asked: {problems[0]}")
