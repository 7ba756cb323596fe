"""Which model the app uses, and what it tells its user about where questions go."""

from __future__ import annotations

from pathlib import Path

import pytest

from ui.answerer import Answerer


def test_it_survives_the_way_through_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SEODANG_MODEL", "SEODANG_ADAPTER", "SEODANG_LOAD_IN_4BIT"):
        monkeypatch.setenv(name, "before")
    for answerer in (
        Answerer(),
        Answerer("/models/한글", Path("/runs/a b"), True),
        Answerer("http://localhost:1/v1#m"),
    ):
        answerer.to_environment()
        assert Answerer.from_environment() == answerer


@pytest.mark.parametrize(
    ("model", "host"),
    [
        ("extractive", None), ("kakaocorp/kanana-1.5-2.1b-instruct-2505", None), ("/models/x", None),
        ("http://localhost:11434/v1#qwen", None), ("http://127.0.0.5:8000/v1#m", None), ("http://[::1]:8000/v1#m", None),
        ("https://api.example.com/v1#m", "api.example.com"), ("HTTP://192.168.0.7:8000/v1#m", "192.168.0.7"),
        ("http://localhost.example.com/v1#m", "localhost.example.com"),
    ],
)  # fmt: skip
def test_the_user_is_told_where_questions_go(model: str, host: str | None) -> None:
    assert Answerer(model).sends_to() == host
