"""Recorded programs of a real model in the sandbox: the same values as CPython, how long each takes, how many a second.

usage: programs.py DATA

DATA/programs holds gsm8k.jsonl and svamp.jsonl: program, and executed, the value that CPython computed (null where it fails).
Times are those of the whole path: request, rewriting, a session of its own, the answer checked.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))
sys.path.insert(0, str(Path(__file__).parent))

from provenance import provenance, write

from chatbot.programs.sandbox import Sandbox


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    given = parser.parse_args()
    made = provenance()
    figures = {}
    for name in ("gsm8k", "svamp"):
        lines = (given.data / "programs" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
        rows = [row for row in map(json.loads, lines) if row["executed"] is not None]
        figures[name] = measure(rows)
        print(name, figures[name], flush=True)
    write("programs", made, {"figures": figures})


def measure(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Values compared, failures by cause, milliseconds one after the other and programs a second in a batch."""
    with Sandbox() as sandbox:
        sandbox.run("1")  # the first worker starts
        single = [sandbox.run(row["program"]) for row in rows]
        began = time.perf_counter()
        results = list(sandbox.run_many(row["program"] for row in rows))
        seconds = time.perf_counter() - began
    wrong = [
        (row, result)
        for row, result in zip(rows, results, strict=True)
        if not (result.ok and same(result.value, row["executed"]))
    ]
    times = sorted(result.ms for result in single)
    return {
        "programs": len(rows),
        "same": round(1 - len(wrong) / len(rows), 4),
        "wrong": [
            {"id": row["id"], "executed": row["executed"], "value": r.value, "error": r.error} for row, r in wrong
        ],
        "causes": dict(Counter((result.error or "another value").split(":")[0] for _, result in wrong)),
        "ms_p50": round(statistics.median(times), 2),
        "ms_p95": round(times[int(0.95 * len(times))], 2),
        "programs_a_second": round(len(rows) / seconds, 1),
    }


def same(value: Any, executed: Any) -> bool:
    """Whether two values are the same number, or print the same."""
    try:
        return math.isclose(float(value), float(executed), rel_tol=1e-4, abs_tol=1e-6)
    except (TypeError, ValueError):
        return str(value) == str(executed)


if __name__ == "__main__":
    main()
