"""What a user waits for at the command line, each in a new process: help, first answers, 10,000 unchanged files.

usage: command.py DATA [--files 10000] [--rounds 5]
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from tempfile import mkdtemp

sys.path.insert(0, str(Path(__file__).parent))

from provenance import provenance, write

SEODANG = Path(sys.executable).with_name("seodang")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    made = provenance()
    work = Path(mkdtemp())
    for corpus in ("korquad", "xquad"):
        seconds("ingest", given.data / corpus / "docs", "--library", work / corpus)
    figures = {
        "help_s": median(given.rounds, "--help"),
        "first_answer_ko_s": median(given.rounds, "ask", "임종석이 지명수배 된 날은?", "--library", work / "korquad"),
        "first_answer_en_s": median(
            given.rounds, "ask", "How many points did the Panthers defense surrender?", "--library", work / "xquad"
        ),
        **unchanged(work, given.files, given.rounds),
    }
    print(figures)
    write("command", made, {"figures": figures})


def unchanged(work: Path, files: int, rounds: int) -> dict[str, float]:
    folder = work / "many"
    for number in range(files):
        file = folder / f"{number // 100:03}" / f"{number}.txt"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"Note {number}. The reference of this note is {number * 7}.", encoding="utf-8")
    first = seconds("ingest", folder, "--library", work / "library")
    again = median(rounds, "ingest", folder, "--library", work / "library")
    return {"files": files, "ingest_new_s": round(first, 1), "ingest_unchanged_s": again}


def median(rounds: int, *arguments: object) -> float:
    return round(statistics.median(seconds(*arguments) for _ in range(rounds)), 2)


def seconds(*arguments: object) -> float:
    """Wall seconds of one run of the command."""
    started = time.perf_counter()
    subprocess.run(
        [SEODANG, *map(str, arguments)], check=True, capture_output=True, env={**os.environ, "HF_HUB_OFFLINE": "1"}
    )
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
