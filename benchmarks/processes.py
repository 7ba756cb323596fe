"""Runs one part of a benchmark in a process of its own, so that no part warms or fills another's memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any


def in_own_process(script: str, *arguments: str) -> dict[str, Any]:
    """The JSON object that ``script arguments`` prints on its last line; {"error": ...} when it fails."""
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "OMP_WAIT_POLICY": "PASSIVE", "TOKENIZERS_PARALLELISM": "false"}
    done = subprocess.run(
        [sys.executable, script, *arguments], capture_output=True, text=True, env=environment, check=False
    )
    if done.returncode:
        return {"error": (done.stderr.strip().splitlines() or ["no message"])[-1][:300]}
    result: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return result
