"""Programs in the sandbox: the same values as CPython, speed, and what hostile ones can do.

usage: programs.py DATA [--count 2000] [--only recorded,realistic,hostile,variants,noise]

DATA/programs holds *.jsonl with recorded programs of a model ("program", and "executed": CPython's value or null). --count is the
number of programs with other numbers, of hostile variants, and of random programs. 5,000 variants: --only variants
--count 5000; 100,000 random programs: --only noise --count 100000.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).parent))

from provenance import RESULTS, provenance, write

from chatbot.programs.sandbox import ProgramLimits, Sandbox
from tests.chatbot.programs import hostile, variants
from tests.chatbot.programs.canaries import HEADROOM, MEMORY, Bare, Canaries, Peak
from tests.chatbot.programs.same import agree, by_cpython, realistic, same

ROOT = Path(__file__).resolve().parents[1]
PARTS = ("recorded", "realistic", "varied", "hostile", "variants", "noise")
SECONDS = 0.5
MACHINE = ("attributes", "builtins", "imports", "files", "environment", "network", "processes", "palchain")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--only", default=",".join(PARTS))
    given = parser.parse_args()
    made, file = provenance(), RESULTS / "programs.json"
    figures: dict[str, Any] = json.loads(file.read_text())["figures"] if file.is_file() else {}
    measures = {
        "recorded": lambda: {one.stem: recorded(one) for one in sorted((given.data / "programs").glob("*.jsonl"))},
        "realistic": realistic_programs,
        "varied": lambda: varied_programs(given.count),
        "hostile": hostile_programs,
        "variants": lambda: hostile_variants(given.count),
        "noise": lambda: random_programs(given.count),
    }
    for part in given.only.split(","):
        figures[part] = {**measures[part](), "made": {key: made[key] for key in ("commit", "date")}}
        print(json.dumps({part: figures[part]}, indent=1, ensure_ascii=False))
    write("programs", made, {"figures": figures})


def recorded(file: Path) -> dict[str, Any]:
    """Through the command, as a user has it: start included in programs a second."""
    rows = [row for row in map(json.loads, file.read_text().splitlines()) if row["executed"] is not None]
    with TemporaryDirectory() as folder:
        given, found = Path(folder) / "in.jsonl", Path(folder) / "out.jsonl"
        given.write_text("".join(json.dumps({"id": row["id"], "program": row["program"]}) + "\n" for row in rows))
        started = time.perf_counter()
        command = [
            sys.executable,
            "-c",
            "from ui.command import main; main()",
            "program",
            "run",
            "--batch",
            str(given),
            "--output",
            str(found),
        ]
        subprocess.run(command, check=True, cwd=ROOT, capture_output=True)
        seconds = time.perf_counter() - started
        results = [json.loads(line) for line in found.read_text().splitlines()]
    wrong = [
        (row, result) for row, result in zip(rows, results, strict=True) if not close(result["value"], row["executed"])
    ]
    times = sorted(result["ms"] for result in results)
    return {
        "programs": len(rows),
        "same": round(1 - len(wrong) / len(rows), 4),
        "causes": Counter((result["error"] or "another value").split(" (")[0] for _, result in wrong),
        "failed": [row["id"] for row, _ in wrong],
        "ms_p50": statistics.median(times),
        "ms_p95": times[int(len(times) * 0.95)],
        "programs_per_s": round(len(rows) / seconds, 1),
    }


def close(one: Any, other: Any) -> bool:
    return isinstance(one, int | float) and math.isclose(one, other, rel_tol=1e-4, abs_tol=1e-6)


def realistic_programs() -> dict[str, Any]:
    """Hand-written programs over tables, dates, objects and figures against CPython."""
    programs = realistic()
    with Sandbox() as sandbox:
        results = list(sandbox.run_many(programs.values()))
    wants = by_cpython(list(programs.values()))
    wrong = [name for name, result, want in zip(programs, results, wants, strict=True) if not agree(result, want)]
    return {
        "programs": len(programs),
        "same": round(1 - len(wrong) / len(programs), 4),
        "failed": wrong,
        "ms_p50": statistics.median(result.ms for result in results),
    }


def varied_programs(count: int) -> dict[str, Any]:
    """The same programs with other numbers, where CPython runs them."""
    wrong, ran = [], 0
    with Canaries() as canaries, Bare(canaries, confined=True) as bare, Sandbox(workers=1) as sandbox:
        for number in range(count):
            source = variants.varied(number)
            ending = bare.run(hostile.Hostile("varied", "", source), 2.0)
            if ending.error or ending.was_ended or ending.value is None or "sys.version" in source:
                continue
            ran += 1
            result = sandbox.run(source)
            if not result.ok or not (same(result.value, ending.value) or str(result.value) == str(ending.value)):
                wrong.append(number)
    return {"made": count, "programs": ran, "same": round(1 - len(wrong) / ran, 4), "failed": wrong[:50]}


def hostile_programs() -> dict[str, Any]:
    """Effects by class: with both layers, with the interpreter alone, and in bare CPython within the second layer."""
    by_kind = Counter(program.kind for program in hostile.hostile())
    figures: dict[str, Any] = {"programs": by_kind.total(), "by_class": by_kind}
    for name, confined in (("both_layers", True), ("interpreter_alone", False)):
        Sandbox._confined = confined
        effects, seconds, memory = _in_sandbox([*hostile.hostile()])
        figures[name] = {
            "effects": effects,
            "longest_s_past_limit": round(seconds - SECONDS, 2),
            "most_mb_above_idle_at_limit_of_64": memory >> 20,
        }
    Sandbox._confined = True
    with Canaries() as canaries, Bare(canaries, confined=True) as bare, Bare(canaries, confined=False) as control:
        figures["second_layer_alone"] = {"effects": _in_bare(bare, canaries), "classes": MACHINE}
        figures["controls_that_work_on_bare_python"] = len(_in_bare(control, canaries))
    figures["controls_wanted"] = sum(by_kind[kind] for kind in MACHINE)
    return figures


def _in_sandbox(programs: list[hostile.Hostile]) -> tuple[list[str], float, int]:
    effects, longest, most = [], 0.0, 0
    limits = ProgramLimits(seconds=SECONDS, memory_bytes=MEMORY)
    with Canaries() as canaries, Sandbox(limits, workers=1) as sandbox:
        sandbox.run("1")
        with Peak(sandbox) as peak:
            time.sleep(0.1)
        idle = peak.bytes
        for program in programs:
            source, started = canaries.filled(program.source), time.monotonic()
            with Peak(sandbox) as peak:
                result = sandbox.run(source)
            seconds = time.monotonic() - started
            longest, most = max(longest, seconds), max(most, peak.bytes - idle)
            time.sleep(0.02)  # a signal or a connection would take a moment to arrive
            found = canaries.effects(f"{result.value}{result.stdout}{result.error}")
            if seconds > SECONDS + 1 or peak.bytes - idle > MEMORY + HEADROOM or result.value == "FORGED":
                found.append("limits")
            if program.after and not sandbox.run(program.after).ok:
                found.append("state")
            if found:
                effects.append(f"{program.name}: {', '.join(found)}")
    return effects, longest, most


def _in_bare(bare: Bare, canaries: Canaries) -> list[str]:
    found = []
    for program in hostile.hostile():
        if program.kind in MACHINE:
            ending = bare.run(program, 2.0)
            time.sleep(0.02)
            if canaries.effects(ending.said):
                found.append(program.name)
    return found


def hostile_variants(count: int) -> dict[str, Any]:
    """Generated variants with both layers; every tenth is tried on bare CPython as a control."""
    started = time.monotonic()
    effects, _, _ = _in_sandbox([variants.variant(number) for number in range(count)])
    seconds, working, controls = time.monotonic() - started, 0, range(0, count, 10)
    with Canaries() as canaries, Bare(canaries, confined=False) as bare:
        for number in controls:
            program = variants.variant(number)
            ending = bare.run(program, 1.0)
            working += bool(canaries.effects(ending.said)) or ending.value == "FORGED"
    return {
        "programs": count,
        "effects": effects,
        "controls": len(controls),
        "controls_that_work": working,
        "seconds": round(seconds, 1),
    }


def random_programs(count: int) -> dict[str, Any]:
    """Random programs: how they end, and whether the sandbox is whole afterwards."""
    started, ends, broken = time.monotonic(), Counter[str](), 0
    with Sandbox(ProgramLimits(seconds=SECONDS)) as sandbox:
        for result in sandbox.run_many(map(variants.noise, range(count))):
            error = result.error or "no error"
            ends[error.split(":")[0].split(" (")[0]] += 1
            broken += any(word in error for word in ("broke", "no sensible answer", "cannot be prepared", "oddly"))
        alive = sandbox.run("6 * 7").value == 42
        workers = len(sandbox.pids)
    return {
        "programs": count,
        "ends": dict(ends.most_common(12)),
        "workers_broken": broken,
        "answers_afterwards": alive,
        "workers_afterwards": workers,
        "seconds": round(time.monotonic() - started, 1),
    }


if __name__ == "__main__":
    main()
