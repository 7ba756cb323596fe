"""Kill it anywhere, fill the disk anywhere: nothing acknowledged is lost, nothing half done is seen."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

RUNNER = Path(__file__).with_name("interruption.py")


# Thousands of fsyncs: in memory where the system has such a place.
MEMORY = Path("/dev/shm")


def interrupted(kind: str, *arguments: str) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(dir=MEMORY if os.access(MEMORY, os.W_OK) else None) as folder:
        done = subprocess.run(
            [sys.executable, str(RUNNER), kind, folder, *arguments], capture_output=True, text=True, check=False
        )
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    assert result["problems"] == [], "\n\n".join(result["problems"])
    return result


@pytest.mark.integration
@pytest.mark.parametrize("scenario", ["create", "update", "upload"])
def test_a_kill_at_every_write_step(scenario: str) -> None:
    assert interrupted(f"kill-{scenario}")["steps"] > 30


@pytest.mark.integration
@pytest.mark.parametrize("scenario", ["create", "update", "upload"])
def test_a_full_disk_at_every_write_step(scenario: str) -> None:
    result = interrupted(f"error-{scenario}")
    assert result["steps"] > 30
    assert any("is full; free some space" in sentence for sentence in result["sentences"])
    assert all(sentence.startswith("seodang: ") for sentence in result["sentences"])


@pytest.mark.integration
@pytest.mark.timeout(600)
def test_kills_spread_over_a_run() -> None:
    kills = int(os.environ.get("KILLS", "100"))
    result = interrupted("moments", str(kills))
    assert result["killed"] == kills
    assert result["in_the_middle"] > kills / 20, "too few kills fell between the first and the last document"
