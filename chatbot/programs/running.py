"""One program in one fresh session of the interpreter, every limit set. Runs in the confined process only."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from importlib.metadata import PackageNotFoundError, files, version
from pathlib import Path
from typing import Any

from pydantic_monty import Monty, MontyCrashedError, MontyError, MontyRuntimeError, MontySyntaxError

from chatbot.programs import language
from chatbot.programs.complaint import complaint, kind_of
from chatbot.programs.limits import ProgramLimits
from chatbot.programs.values import TooLarge, as_json, as_text, readable

Ask = Callable[[str, list[Any], dict[str, Any]], dict[str, Any]]
# A program may look this many undefined names up besides its calls.
_LOOKUPS = 50
# How a program ends itself: exit(), sys.exit().
_END = "SystemExit"
_START = 200


def monty_binary() -> Path:
    """The interpreter's executable, from the package that brought it. Raises ImportError where it is missing."""
    try:
        brought = files("pydantic-monty-runtime") or []
    except PackageNotFoundError:
        brought = []
    for file in brought:
        if file.name in ("monty", "monty.exe"):
            path = Path(str(file.locate())).resolve()
            if path.is_file():
                return path
    raise ImportError("the package pydantic-monty-runtime has no executable here")


class _OutputFull(Exception):
    pass


class _Output:
    """What the program prints, up to the limit."""

    def __init__(self, limit: int) -> None:
        self._limit, self._pieces, self._size = limit, list[str](), 0
        self.is_full = self.is_muted = False

    def __call__(self, stream: str, text: str) -> None:
        if self.is_muted:
            return
        text = readable(text)
        self._size += len(text.encode())
        if self._size > self._limit:
            self.is_full = True
            room = self._limit - (self._size - len(text.encode()))
            self._pieces.append(text.encode()[:room].decode("utf-8", "ignore"))
            raise _OutputFull
        if stream == "stdout":
            self._pieces.append(text)

    def text(self) -> str:
        return "".join(self._pieces)


class Interpreter:
    """The pool of one interpreter process. ``start`` it, then use it as a context manager."""

    def __init__(self, limits: ProgramLimits, binary: Path) -> None:
        self._limits = limits
        self._pool = Monty(
            binary_path=binary,
            min_processes=1,
            max_processes=1,
            checkout_timeout=limits.seconds,
            feed_duration_limit_grace=0.4,
        )

    @staticmethod
    def version() -> str:
        return f"pydantic-monty {version('pydantic-monty')}"

    def start(self) -> None:
        """Starts the process. Raises whatever hinders it."""
        self._pool.__enter__()

    def __enter__(self) -> Interpreter:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.__exit__(None, None, None)

    def run(self, request: dict[str, Any], ask: Ask | None = None) -> dict[str, Any]:
        """The answer to one request: ``ok``, ``value``, ``stdout``, ``error``, and ``leave`` when no more should come."""
        output = _Output(self._limits.output_bytes)
        try:
            program = language.prepared(request["source"], [*request["inputs"], *request["functions"]])
        except language.Unreadable as error:
            return _answer(output, error=str(error))
        except Exception as odd:
            # No tree may end this process: whoever wrote the program gets an error, and the next one its turn.
            return _answer(output, error=f"RuntimeError: the program cannot be prepared ({type(odd).__name__}: {odd})")
        try:
            return _answer(output, self._value(program, request, output, ask))
        except MontyCrashedError:
            megabytes = self._limits.memory_bytes >> 20
            broken = f"MemoryError: the program broke the interpreter, or needs more than {megabytes} MB; it was ended"
            return _answer(output, error=broken, leave=True)
        except (MontyRuntimeError, MontySyntaxError) as raised:
            if output.is_full:
                kilobytes = self._limits.output_bytes // 1000
                return _answer(output, error=f"RuntimeError: the program printed more than {kilobytes} kB")
            return _answer(
                output, error=complaint(raised, program, self._limits), leave="was terminated" in str(raised)[:_START]
            )
        except TooLarge as error:
            return _answer(output, error=f"ValueError: {error}")
        except (MontyError, RuntimeError, TypeError, ValueError, OverflowError, RecursionError, MemoryError) as odd:
            return _answer(output, error=f"RuntimeError: the program ended oddly ({type(odd).__name__})", leave=True)

    def _value(self, program: language.Program, request: dict[str, Any], output: _Output, ask: Ask | None) -> Any:
        limits = self._limits
        with self._pool.checkout(
            limits={
                "max_feed_duration_secs": limits.seconds,
                "max_memory": limits.memory_bytes,
                "max_recursion_depth": limits.recursion,
                "max_suspensions": limits.calls + _LOOKUPS,
                "max_total_sleep_secs": 0.001,
            },
            os_policy=_policy(request["now"], request["zone"]),
            assert_message_annotations=False,
        ) as session:
            lookup = {name: _asking(name, ask, limits.value_bytes) for name in request["functions"]} if ask else {}

            def fed(code: str, inputs: dict[str, Any] | None = None) -> Any:
                return session.feed_run(code, inputs=inputs, external_lookup=lookup, print_callback=output)

            fed(program.prelude)
            try:
                fed(program.source, request["inputs"])
            except MontyRuntimeError as error:
                if not kind_of(error) == _END:
                    raise
            return as_json(_result(program, fed, output), limits.value_bytes)


def _result(program: language.Program, fed: Callable[[str], Any], output: _Output) -> Any:
    """The first of the program's possible results that is there and not None."""
    for candidate in program.results:
        output.is_muted = candidate.is_again
        try:
            value = fed(candidate.code)
        except MontyRuntimeError as error:
            if kind_of(error) == _END:
                continue
            if candidate.is_needed or kind_of(error) != "NameError":
                raise
            continue
        if value is not None:
            return value
    return None


def _policy(now: str, zone: str) -> Any:
    moment = datetime.fromisoformat(now)
    offset = moment.utcoffset()
    seconds = int(offset.total_seconds()) if offset else 0
    return {
        "datetime": moment,
        "timezone": {"offset_seconds": seconds, "name": zone or "UTC"},
        "sleep": "zero",
        "random_start": {"seed": 0},
    }


def _asking(name: str, ask: Ask, limit: int) -> Callable[..., Any]:
    """The program's side of a host function."""

    def call(*arguments: Any, **named: Any) -> Any:
        answer = ask(name, as_json(list(arguments), limit), as_json(named, limit))
        if "raises" in answer:
            raise RuntimeError(str(answer["raises"]))
        return answer["value"]

    return call


def _answer(output: _Output, value: Any = None, error: str | None = None, leave: bool = False) -> dict[str, Any]:
    return {
        "ok": error is None,
        "value": value,
        "stdout": output.text(),
        "error": None if error is None else as_text(error),
        "leave": leave,
    }
