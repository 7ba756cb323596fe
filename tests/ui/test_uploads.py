"""The queue of uploads."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from ingest.errors import LibraryReadOnly
from ui.upload_status import overview_html, result_html
from ui.uploads import Upload, Uploads
from ui.words import words


@dataclass(frozen=True)
class Report:
    unchanged: int = 0
    failed: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Failure:
    path: str
    reason: str


@dataclass(frozen=True)
class At:
    stage: str
    done: int
    total: int


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.005)


def test_progress_is_seen_while_it_runs_and_one_error_stops_nothing() -> None:
    gate = threading.Event()

    def add(name: str, content: bytes, progress: Callable[[Any], None]) -> Report:
        if content == b"full":
            raise LibraryReadOnly("The disk is full; make room.")
        if content == b"defect":
            raise RuntimeError("oh")
        progress(At("embed", 1, 4))
        assert gate.wait(10)
        return Report(unchanged=int(content == b"same"))

    uploads = Uploads(add, lambda error: "something unexpected")  # type: ignore[arg-type]
    uploads.submit([("1", b"full"), ("2", b"defect"), ("<3>", b"abc"), ("4", b"same")])
    until(lambda: (current := uploads.overview().current) is not None and current.part > 0)
    overview = uploads.overview()
    assert overview.current == Upload("<3>", 3, "working", "embed", 0.25)
    assert overview.active and overview.seconds_left is not None and overview.rate is not None
    drawn = overview_html(overview, words("en"))
    assert 'value="56"' in drawn and "&lt;3&gt;" in drawn and "Learning the meaning" in drawn and "Waiting: 1" in drawn
    gate.set()
    until(lambda: not uploads.overview().active)
    assert [upload.state for upload in uploads.overview().uploads] == ["failed", "failed", "added", "unchanged"]
    assert [upload.reason for upload in uploads.overview().uploads[:2]] == [
        "The disk is full; make room.", "something unexpected",
    ]  # fmt: skip
    assert "Documents learned: 1. Already here" in result_html(uploads.overview(), words("en"))
    uploads.clear()
    assert not uploads.overview().uploads


def test_what_was_added_is_told_for_a_while_and_what_failed_until_dismissed(monkeypatch: pytest.MonkeyPatch) -> None:
    uploads = Uploads(lambda name, content, progress: Report(failed=(Failure(name, "bad"),) * (name == "bad")), str)
    uploads.submit([("good", b"x"), ("bad", b"x")])
    until(lambda: not uploads.overview().active)
    assert uploads.overview().count("added") == 1
    now = time.monotonic()
    monkeypatch.setattr("ui.uploads.time.monotonic", lambda: now + 200)
    assert [upload.name for upload in uploads.overview().uploads] == ["bad"]


def test_files_that_arrive_meanwhile_are_taken_too() -> None:
    gate = threading.Event()
    seen: list[str] = []

    def add(name: str, content: bytes, progress: Callable[[Any], None]) -> Report:
        seen.append(name)
        assert gate.wait(10)
        return Report()

    uploads = Uploads(add, lambda error: "")  # type: ignore[arg-type]
    uploads.submit([("1", b"x")])
    until(lambda: seen == ["1"])
    uploads.submit([("2", b"x"), ("3", b"x")])
    uploads.clear()
    gate.set()
    until(lambda: uploads.overview().count("added") == 3)
    assert seen == ["1", "2", "3"]
