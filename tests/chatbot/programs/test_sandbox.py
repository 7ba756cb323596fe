"""The sandbox as a whole: limits, host functions, users at the same time, processes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from chatbot.errors import Overloaded
from chatbot.programs import sandbox as module
from chatbot.programs import worker as worker_module
from chatbot.programs.errors import ProgramsUnavailable
from chatbot.programs.sandbox import ProgramLimits, Sandbox
from chatbot.programs.worker import CannotStart, Misbehaved, Worker
from ingest.frames import HEADER, packed

ROOT = Path(__file__).resolve().parents[3]
pytestmark = pytest.mark.integration
linux = pytest.mark.skipif(sys.platform != "linux", reason="the second layer is Linux's")


def test_inputs_are_variables_and_functions_can_be_called(sandbox: Sandbox) -> None:
    asked = []

    def search(query: str, k: int = 3) -> list[dict[str, Any]]:
        asked.append((query, k))
        return [{"text": query.upper(), "page": None}]

    source = "found = search('price', k=2)\nrows[0]['price'] * quantity, found[0]['text']"
    result = sandbox.run(source, {"rows": [{"price": 2.5}], "quantity": 4}, {"search": search})
    assert result.value == [10.0, "PRICE"]
    assert asked == [("price", 2)]


def test_host_functions_are_bounded() -> None:
    limits = ProgramLimits(calls=3, call_bytes=200, value_bytes=2_000)
    calls = []

    def f(x: Any) -> Any:
        calls.append(x)
        return "y" * 5_000 if x == "much" else x

    def failing(x: Any) -> Any:
        raise OSError("no such\nthing")

    with Sandbox(limits, workers=1) as sandbox:
        many = sandbox.run("for i in range(9):\n    f(i)", functions={"f": f})
        assert many.error is not None and "only 3 calls" in many.error
        assert calls == [0, 1, 2]
        large = sandbox.run("f('x' * 500)", functions={"f": f})
        assert large.error is not None and "arguments of f() are too large" in large.error
        answer = sandbox.run("f('much')", functions={"f": f})
        assert answer.error is not None and "answer of f() is too large" in answer.error
        failed = sandbox.run("failing(1)", functions={"failing": failing})
        assert failed.error is not None and failed.error.startswith("RuntimeError: failing() failed: no such thing")
        caught = sandbox.run(
            "try:\n    failing(1)\nexcept RuntimeError:\n    ans = 'caught'", functions={"failing": failing}
        )
        assert caught.value == "caught"
        absent = sandbox.run("g(1)", functions={"f": f})
        assert absent.error is not None and absent.error.startswith("NameError: name 'g'")


def test_time_of_host_functions_is_not_the_programs(sandbox: Sandbox) -> None:
    with Sandbox(ProgramLimits(seconds=0.3), workers=1) as quick:
        result = quick.run("wait()\nwait()", functions={"wait": lambda: time.sleep(0.8)})
    assert result.ok
    assert result.ms > 1_500


def test_names_and_inputs_are_checked(sandbox: Sandbox) -> None:
    with pytest.raises(ValueError, match="cannot be the name"):
        sandbox.run("1", {"_x": 1})
    with pytest.raises(ValueError, match="cannot be the name"):
        sandbox.run("1", {"a b": 1})
    with pytest.raises(ValueError, match="cannot be the name"):
        sandbox.run("1", {"f": 1}, {"f": abs})
    with pytest.raises(ValueError, match="not JSON"):
        sandbox.run("1", {"x": object()})
    with pytest.raises(ValueError, match="finite"):
        sandbox.run("1", {"x": float("nan")})
    with pytest.raises(ValueError, match="at most"):
        sandbox.run("1", {"x": "y" * 2_000_000})
    assert "longer than" in str(sandbox.run("x = 1\n" * 50_000).error)


def test_clock_stands_still_and_chance_is_the_same_each_time(sandbox: Sandbox) -> None:
    now = datetime(2024, 5, 1, 12, 30, tzinfo=UTC)
    source = "import datetime, random, time\nstr(datetime.datetime.now()), str(datetime.date.today()), random.random()"
    one, other = (sandbox.run(source, now=now).value for _ in range(2))
    assert one == other
    assert one[:2] == ["2024-05-01 12:30:00", "2024-05-01"]
    assert sandbox.run("import time\ntime.sleep(1000)\n1").ok
    zoned = sandbox.run("from datetime import datetime\ndatetime.now().isoformat()", now=datetime(2024, 1, 2, 3, 4))
    assert zoned.value == "2024-01-02T03:04:00"


def test_a_new_session_for_every_program(sandbox: Sandbox) -> None:
    assert sandbox.run("left = 5\nimport math\nmath").ok
    assert "NameError" in str(sandbox.run("left").error)


def test_text_of_any_kind_goes_through(sandbox: Sandbox) -> None:
    result = sandbox.run("print('한국어 \\U0001f600 \\x00')\n'값: ' + 이름 + '\\ud800'", {"이름": "서울 é\n"})
    assert result.stdout == "한국어 \U0001f600 \x00\n"
    assert result.value.startswith("값: 서울 é\n")
    assert sandbox.run("'\ud800'").ok  # a lone surrogate in the source itself


def test_many_programs_in_their_order() -> None:
    with Sandbox(workers=2) as sandbox:
        results = list(sandbox.run_many(f"ans = {i} * 2" if i % 7 else "1 / 0" for i in range(150)))
    assert [result.value for result in results] == [i * 2 if i % 7 else None for i in range(150)]


def test_users_at_the_same_time_get_their_own_answers() -> None:
    got: dict[int, Any] = {}
    with Sandbox(workers=2) as sandbox:

        def use(user: int) -> None:
            got[user] = [sandbox.run(f"[{user}, {i}]").value for i in range(20)]

        threads = [threading.Thread(target=use, args=(user,)) for user in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(sandbox.pids) <= 2
    assert got == {user: [[user, i] for i in range(20)] for user in range(12)}


def test_others_are_answered_while_one_runs_away() -> None:
    with Sandbox(ProgramLimits(seconds=1.0), workers=2) as sandbox:
        ended: list[str | None] = []
        runaway = threading.Thread(target=lambda: ended.append(sandbox.run("while True:\n    pass").error))
        runaway.start()
        answered = 0
        while not ended:
            answered += sandbox.run("1 + 1").value == 2
        runaway.join()
    assert answered > 10
    assert ended == ["TimeoutError: the program ran longer than 1 s (line 2: pass)"] or "longer than 1 s" in str(
        ended[0]
    )


def test_too_many_are_turned_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_WAITING", 2)
    refused = []
    with Sandbox(ProgramLimits(seconds=0.5), workers=1) as sandbox:

        def use() -> None:
            try:
                sandbox.run("while True:\n    pass")
            except Overloaded as error:
                refused.append(error.retry_after)

        threads = [threading.Thread(target=use) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert refused
    assert set(refused) == {2}


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@linux
def test_a_dead_worker_is_replaced_and_none_stays_behind() -> None:
    with Sandbox(workers=1) as sandbox:
        assert sandbox.run("1").value == 1
        first = sandbox.pids[0]
        inside = [int(pid) for pid in Path(f"/proc/{first}/task/{first}/children").read_text().split()]
        assert len(inside) == 1
        os.kill(inside[0], signal.SIGKILL)
        broken = sandbox.run("1")
        assert not broken.ok or broken.value == 1
        os.kill(sandbox.pids[0] if sandbox.pids else first, signal.SIGKILL) if sandbox.pids else None
        assert any(sandbox.run("2").value == 2 for _ in range(3))
        last = sandbox.pids[0]
        assert last != first
    deadline = time.monotonic() + 10
    while any(map(is_running, [first, last, *inside])):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_closed_sandbox_runs_nothing() -> None:
    sandbox = Sandbox(workers=1)
    sandbox.run("1")
    sandbox.close()
    sandbox.close()
    assert sandbox.pids == []
    with pytest.raises(ValueError, match="closed"):
        sandbox.run("1")


def test_without_the_interpreter_programs_are_off(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "pydantic_monty.py").write_text("raise ImportError('No module named pydantic_monty')")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    with Sandbox(workers=1) as sandbox, pytest.raises(ProgramsUnavailable, match=r"Programs are off: .* pip install"):
        sandbox.run("1")


@linux
def test_layers_are_all_there(sandbox: Sandbox) -> None:
    found = {layer.name: layer for layer in sandbox.layers()}
    assert list(found) == ["interpreter", "limits", "files", "system calls"]
    assert found["interpreter"].says == "pydantic-monty 1.4.0"
    assert all(layer.active for layer in found.values()), found

    def __init__(self, answer: bytes) -> None:
        self.answer = answer


@linux
def test_what_the_interpreter_cannot_start_in_is_left_out_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    tried = []

    class Picky(Worker):
        def __init__(self, limits: ProgramLimits, confined: bool = True, without: Collection[str] = ()) -> None:
            tried.append(tuple(without))
            if "system calls" not in without:
                raise CannotStart("Programs are off.")
            super().__init__(limits, confined, without)

    monkeypatch.setattr(module, "Worker", Picky)
    with Sandbox(workers=1) as sandbox:
        assert sandbox.run("1").value == 1
        assert [(layer.name, layer.active) for layer in sandbox.layers()] == [
            ("interpreter", True),
            ("limits", True),
            ("files", True),
            ("system calls", False),
        ]
        os.kill(sandbox.pids[0], signal.SIGKILL)
        time.sleep(0.1)
        assert sandbox.run("1").value == 1
    assert tried == [(), ("system calls",), ("system calls",)]


@pytest.mark.parametrize(
    "answer",
    [
        b"\xff\xff\xff\xff",
        HEADER.pack(5) + b"hello",
        HEADER.pack(2) + b"[]",
        HEADER.pack(4) + b"null",
        packed({"done": 2, "ok": True, "value": 1, "stdout": "", "error": None, "leave": False}),
        packed({"done": 1, "ok": True, "value": 1, "stdout": "", "error": None}),
        packed({"done": 1, "ok": True, "value": 1, "stdout": "", "error": "both", "leave": False}),
        packed({"done": 1, "ok": False, "value": 1, "stdout": "", "error": "x", "leave": False}),
        packed({"done": 1, "ok": 1, "value": 1, "stdout": "", "error": None, "leave": False}),
        packed({"done": 1, "ok": True, "value": 1, "stdout": 5, "error": None, "leave": False}),
        packed({"done": 1, "ok": True, "value": 1, "stdout": "", "error": None, "leave": False, "more": 1}),
        HEADER.pack(85) + b'{"done": 1, "ok": true, "value": NaN, "stdout": "", "error": null, "leave": false}   ',
        packed({"call": "open", "arguments": ["/etc/passwd"], "named": {}}),
        packed({"call": "f", "arguments": "x", "named": {}}),
        HEADER.pack(200_000) + b"[" * 200_000,
    ],
)
def test_a_forged_answer_costs_the_worker_and_nothing_else(monkeypatch: pytest.MonkeyPatch, answer: bytes) -> None:
    with Sandbox(workers=1) as sandbox:
        assert sandbox.run("1").ok
        worker = sandbox._free[0]
        worker._programs = 0
        monkeypatch.setattr(worker, "_send", lambda *_: None)
        worker._buffer += answer
        result = sandbox.run("1", functions={"f": abs})
        assert not result.ok
        assert result.error is not None and "no sensible answer" in result.error
        assert sandbox.pids == []
        assert sandbox.run("5").value == 5


def test_a_late_answer_is_not_taken_for_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    late = packed({"done": 1, "ok": True, "value": "late", "stdout": "", "error": None, "leave": False})
    with Sandbox(workers=1) as sandbox:
        sandbox.run("1")
        sandbox._free[0]._buffer += late
        assert sandbox.run("5").value != "late"
        assert sandbox.run("6").value == 6


def test_a_worker_that_does_not_read_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_module, "_GRACE_SECONDS", 0.2)
    worker = Worker(ProgramLimits(seconds=0.2))
    try:
        os.kill(worker.pid, signal.SIGSTOP)
        with pytest.raises(Misbehaved, match="longer than"):
            worker._send({"source": "x" * 5_000_000}, time.monotonic() + 0.3)
        result = worker.run({"source": "1", "inputs": {}, "functions": [], "now": "", "zone": ""}, {})
        assert not result.ok
        assert not worker.is_usable
    finally:
        worker.kill()


def test_limits_are_positive() -> None:
    with pytest.raises(ValueError, match="seconds"):
        ProgramLimits(seconds=0)


@linux
def test_workers_end_with_their_parent() -> None:
    source = "from chatbot.programs.sandbox import Sandbox\nimport os\ns = Sandbox(workers=1)\ns.run('1')\nprint(s.pids[0], flush=True)\nos._exit(0)"  # noqa: E501
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True, cwd=ROOT)
    deadline = time.monotonic() + 10
    while is_running(int(done.stdout)):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def command(*arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from ui.command import main; main()", "program", "run", *arguments],
        input=given, capture_output=True, text=True, check=False, cwd=ROOT,
    )  # fmt: skip


def test_the_command_runs_one_program(tmp_path: Path) -> None:
    file = tmp_path / "p.py"
    file.write_text("print('합계')\n6 * 7", encoding="utf-8")
    done = command(str(file))
    assert (done.returncode, done.stdout) == (0, "합계\n42\n")
    failed = command("-", "--json", given="1 / 0")
    assert failed.returncode == 1
    answer = json.loads(failed.stdout)
    assert set(answer) == {"id", "ok", "value", "stdout", "error", "ms"}
    assert answer["error"].startswith("ZeroDivisionError: division by zero (line 1")
    assert command(str(tmp_path / "absent.py")).returncode == 1
    assert command().returncode == 2
    assert command("-", "--batch", "x").returncode == 2


def test_the_command_runs_a_batch(tmp_path: Path) -> None:
    given, found = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    rows = [{"id": f"p{i}", "program": f"ans = {i} ** 2" if i != 3 else "ans = x"} for i in range(20)]
    given.write_text("".join(json.dumps(row) + "\n" for row in rows))
    done = command("--batch", str(given), "--output", str(found))
    assert done.returncode == 0, done.stderr
    results = [json.loads(line) for line in found.read_text().splitlines()]
    assert [result["id"] for result in results] == [row["id"] for row in rows]
    assert [result["value"] for result in results] == [i**2 if i != 3 else None for i in range(20)]
    assert [result["ok"] for result in results] == [i != 3 for i in range(20)]
    given.write_text('{"id": 1}\n')
    assert "program" in command("--batch", str(given), "--output", str(found)).stderr
