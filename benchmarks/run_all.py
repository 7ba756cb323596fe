"""Runs every benchmark one after the other. usage: run_all.py DATA"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SCRIPTS = ("retrieval.py", "answers.py", "ingest_speed.py", "search_scale.py", "command.py", "claims.py", "evidence.py",
           "programs.py", "program_answers.py")  # fmt: skip
WITHOUT_DATA = ("server.py",)


def main() -> None:
    if len(sys.argv) != 2:
        raise SystemExit("usage: run_all.py DATA (for make: make bench DATA=../shared/data)")
    for script in SCRIPTS:
        subprocess.run([sys.executable, str(Path(__file__).with_name(script)), sys.argv[1]], check=True)
    for script in WITHOUT_DATA:
        subprocess.run([sys.executable, str(Path(__file__).with_name(script))], check=True)


if __name__ == "__main__":
    main()
