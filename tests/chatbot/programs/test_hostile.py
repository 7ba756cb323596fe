"""Hostile programs leave no trace: with both layers, and with each alone where that layer claims the class."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import pytest

from chatbot.programs.sandbox import ProgramLimits, Sandbox
from tests.chatbot.programs.canaries import HEADROOM, MEMORY, Bare, Canaries, Peak
from tests.chatbot.programs.hostile import KINDS, Hostile, hostile
from tests.chatbot.programs.same import by_cpython
from tests.chatbot.programs.variants import noise, variant

linux = pytest.mark.skipif(sys.platform != "linux", reason="the second layer is Linux's")
# What the second layer answers for; outputs, state and results are the host's and the interpreter's.
OF_THE_MACHINE = ("attributes", "builtins", "imports", "files", "environment", "network", "processes", "palchain")
SECONDS = 0.2
# The two processes before any program: Python and the interpreter.
BASE = 64 << 20


@contextmanager
def small_sandbox() -> Iterator[Sandbox]:
    with Sandbox(ProgramLimits(seconds=SECONDS, memory_bytes=MEMORY), workers=1) as sandbox:
        sandbox.run("1")
        yield sandbox


def of(kind: str) -> list[Hostile]:
    return [program for program in hostile() if program.kind == kind]


def harm(program: Hostile, sandbox: Sandbox, canaries: Canaries) -> list[str]:
    """What a program did to the machine, to its limits or to the next program."""
    source, started = canaries.filled(program.source), time.monotonic()
    with Peak(sandbox) as peak:
        result = sandbox.run(source)
    seconds = time.monotonic() - started
    if program.kind in ("processes", "network"):
        time.sleep(0.03)  # a signal or a connection would take a moment to arrive
    found = canaries.effects(f"{result.value}{result.stdout}{result.error}")
    if seconds > SECONDS + 1:
        found.append(f"took {seconds:.2f} s")
    if peak.bytes > BASE + MEMORY + HEADROOM:
        found.append(f"took {peak.bytes >> 20} MB")
    if len(result.stdout.encode()) > sandbox.limits.output_bytes:
        found.append("flooded its host")
    if len(str(result.value)) + len(str(result.error)) > 2 * sandbox.limits.value_bytes:
        found.append("flooded its host with a result")
    if program.kind == "forged" and result.value == "FORGED":
        found.append("forged its result")
    if program.after:
        after = sandbox.run(program.after)
        if not after.ok or after.value != expected()[program.name]:
            found.append(f"left something behind: {after.value!r} {after.error}")
    return found


@cache
def expected() -> dict[str, object]:
    """What the second programs of the class "state" give in a CPython that has run nothing else."""
    return {program.name: by_cpython([program.after])[0]["value"] for program in hostile() if program.kind == "state"}


def test_there_are_enough_of_them() -> None:
    assert len(hostile()) >= 300
    assert {program.kind for program in hostile()} == set(KINDS)
    assert len({program.source + program.after for program in hostile()}) > 460


def test_a_sample_does_nothing() -> None:
    with Canaries() as canaries, small_sandbox() as sandbox:
        sample = [one for kind in KINDS for one in of(kind)[:: max(1, len(of(kind)) // 4)] if kind != "resources"]
        assert len(sample) >= 40
        assert {one.name: done for one in sample if (done := harm(one, sandbox, canaries))} == {}


@pytest.mark.integration
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("layers", ["both", "interpreter alone"])
def test_nothing_happens(kind: str, layers: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Sandbox, "_confined", layers == "both")
    with Canaries() as canaries, small_sandbox() as sandbox:
        assert {one.name: done for one in of(kind) if (done := harm(one, sandbox, canaries))} == {}
        assert sandbox.run("6 * 7").value == 42


@pytest.mark.integration
@linux
@pytest.mark.parametrize("kind", OF_THE_MACHINE)
def test_nothing_happens_in_bare_python_in_the_second_layer(kind: str) -> None:
    with Canaries() as canaries, Bare(canaries, confined=True) as bare:
        done = {}
        for program in of(kind):
            ending = bare.run(program, 1.0)
            if effects := canaries.effects(ending.said):
                done[program.name] = effects
        assert done == {}


@pytest.mark.integration
@linux
def test_resources_in_bare_python_in_the_second_layer_are_bounded() -> None:
    with Canaries() as canaries, Bare(canaries, confined=True) as bare:
        for program in of("resources"):
            ending = bare.run(program, SECONDS)
            assert ending.seconds <= SECONDS + 1, program.name
            assert ending.peak_bytes <= MEMORY + HEADROOM + (16 << 20), program.name


@pytest.mark.integration
@linux
@pytest.mark.parametrize("kind", KINDS)
def test_each_works_on_bare_python(kind: str) -> None:
    """The control: what the sandbox withstands is real."""
    with Canaries() as canaries, Bare(canaries, confined=False) as bare:
        idle = [program.name for program in of(kind) if not works(program, bare, canaries)]
        assert idle == []


def works(program: Hostile, bare: Bare, canaries: Canaries) -> bool:
    slow = program.kind in ("resources", "floods")
    ending = bare.run(program, SECONDS if slow else 3.0)
    if program.kind == "resources":
        return ending.was_ended or "MemoryError" in ending.error
    if program.kind == "floods":
        return ending.was_ended or len(ending.said) > 5_000_000
    if program.kind == "forged":
        return bool(ending.value == "FORGED")
    if program.kind == "state":
        clean = bare.run(Hostile("state", "", program.after))
        return (ending.value, ending.error) != (clean.value, clean.error)
    deadline = time.monotonic() + 2
    while not (done := canaries.effects(ending.said)) and time.monotonic() < deadline:
        time.sleep(0.01)  # a signal takes a moment to arrive
    return bool(done)


@pytest.mark.integration
def test_variants_do_nothing() -> None:
    with Canaries() as canaries, small_sandbox() as sandbox:
        found = {number: harm(variant(number), sandbox, canaries) for number in range(400)}
        assert {number: done for number, done in found.items() if done} == {}


@pytest.mark.integration
def test_random_programs_break_nothing() -> None:
    with small_sandbox() as sandbox:
        for number in range(600):
            error = sandbox.run(noise(number)).error or ""
            assert not re.search("broke|no sensible answer|cannot be prepared|oddly", error), (number, error)
        assert sandbox.run("6 * 7").value == 42
