"""The process that runs programs, from inside: confines itself, starts the interpreter, answers one request at a time."""

from __future__ import annotations

import os
import sys
from typing import Any, BinaryIO

from chatbot.programs import language
from chatbot.programs.confinement import Layer, confine, die_with
from chatbot.programs.limits import ProgramLimits
from ingest.frames import HEADER, packed, unpacked

# A program that uses most of what is supplied: whatever it makes Python load must be loaded before files are closed.
_WARM_UP = (
    "from statistics import mean\nimport numpy as np\ndef g():\n    yield 1\n"
    "print(f'{max({1: 2}, key={1: 2}.get)}')\ndel x[0]\nclass A:\n    @property\n    def p(self): return 1\n"
)
_FIRST = {"source": "1", "inputs": {}, "functions": [], "now": "2000-01-01T00:00:00+00:00", "zone": ""}


def main() -> None:
    """Serves its parent until the pipe closes."""
    pipes = _Pipes()
    greeting = pipes.received()
    if greeting is None:
        return
    die_with(int(greeting["parent"]))
    limits = ProgramLimits(**greeting["limits"])
    try:
        from chatbot.programs.running import Interpreter, monty_binary

        binary = monty_binary()
    except ImportError as error:
        pipes.send({"missing": _absent(error)})
        return
    language.prepared(_WARM_UP)
    layers = [Layer("interpreter", True, Interpreter.version())]
    if greeting["confined"] is True:
        layers += confine(limits.memory_bytes, binary, greeting["without"])
    pipes.hush()
    try:
        interpreter = Interpreter(limits, binary)
        interpreter.start()
        first = interpreter.run(_FIRST)
    except Exception as error:
        first = {"error": f"{type(error).__name__}: {error}"}
    if first["error"] is not None:
        pipes.send({"unable": first["error"]})
        os._exit(1)
    with interpreter:
        pipes.send({"layers": [[layer.name, layer.active, layer.says] for layer in layers]})
        while (request := pipes.received()) is not None:
            answer = interpreter.run(request, pipes.ask)
            pipes.send({"done": request["run"], **answer})
        # Leaving the pool would signal its process, which this one may not; it ends when its pipe closes.
        os._exit(0)


def _absent(error: ImportError) -> str:
    return f"the interpreter is not installed here ({error}); install it with pip install 'pydantic-monty==1.4.0'"


class _Pipes:
    """The two pipes to the parent, out of reach of everything that this process starts."""

    def __init__(self) -> None:
        self._requests: BinaryIO = os.fdopen(os.dup(0), "rb")  # dup: not inherited by the interpreter's process
        self._answers: BinaryIO = os.fdopen(os.dup(1), "wb")
        self._nothing = os.open(os.devnull, os.O_RDWR)
        os.dup2(self._nothing, 0)
        os.dup2(self._nothing, 1)

    def hush(self) -> None:
        """Nobody reads standard error from here on."""
        sys.stderr.flush()
        os.dup2(self._nothing, 2)

    def received(self) -> dict[str, Any] | None:
        """The next frame, None at the end."""
        header = self._requests.read(HEADER.size)
        if len(header) < HEADER.size:
            return None
        body = self._requests.read(HEADER.unpack(header)[0])
        return unpacked(body)

    def send(self, message: dict[str, Any]) -> None:
        self._answers.write(packed(message))
        self._answers.flush()

    def ask(self, name: str, arguments: list[Any], named: dict[str, Any]) -> dict[str, Any]:
        """A call of one of the host's functions: what it gives or raises."""
        self.send({"call": name, "arguments": arguments, "named": named})
        answer = self.received()
        if answer is None:  # the parent is gone
            os._exit(0)
        return answer
