"""What `seodang doctor` finds: every look yields a finding, and none of them stops the others."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from ui import examination
from ui.examination import Finding, examine


def test_language_models_that_cannot_be_loaded_are_told_with_what_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "peft" else name)
    [finding] = examination._language_models()
    assert finding.state == "note"
    assert "need peft;" in finding.says and "seodang[models]" in finding.says
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: name)
    assert [finding.state for finding in examination._language_models()] == ["good"]


def test_a_look_that_fails_is_a_finding_and_the_others_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> object:
        raise RuntimeError("the driver is gone")

    monkeypatch.setattr(examination, "_accelerator", broken)
    findings = examine(tmp_path / "none")
    assert Finding("GPU", "bad", "RuntimeError: the driver is gone") in findings
    named = [finding.what for finding in findings]
    assert {"machine", "packages", "Korean", "embedder", "language models", "library"} <= set(named)
    assert next(finding for finding in findings if finding.what == "library").state == "note"
