"""The figures in the READMEs are those of benchmarks/results."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize(("name", "language"), [("README.md", 0), ("README.ko.md", 1)])
def test_readme_shows_the_measured_figures(name: str, language: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    monkeypatch.delitem(sys.modules, "tables", raising=False)
    import tables

    shown = (ROOT / name).read_text(encoding="utf-8").split(tables.START)[1].split(tables.END)[0]
    assert shown.strip() == tables.table(language).strip()
    assert shown.count("\n| ") == len(tables.figures()) + 2
