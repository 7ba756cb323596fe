"""The edge of the command line: options every command has, results on standard output, errors as one sentence."""

from __future__ import annotations

import errno
import functools
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

import typer
from typer.exceptions import TyperException

LibraryOption = Annotated[
    Path | None,
    typer.Option(
        "--library",
        envvar="SEODANG_LIBRARY",
        metavar="DIR",
        readable=False,
        help="The library; default: your data folder.",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="JSON on standard output.")]
DebugOption = Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")]

Command = TypeVar("Command", bound=Callable[..., None])


def reported(command: Command) -> Command:
    """Turns every error of a command into one sentence on standard error and exit status 1."""

    @functools.wraps(command)
    def run(*arguments: Any, debug: bool = False, **options: Any) -> None:
        try:
            command(*arguments, debug=debug, **options)
            sys.stdout.flush()
        except (typer.Exit, typer.Abort, TyperException):
            raise
        except KeyboardInterrupt:
            typer.echo("Stopped; everything acknowledged so far is kept.", err=True)
            raise typer.Exit(130) from None
        except BrokenPipeError:
            _close_output()
            raise typer.Exit(0) from None
        except Exception as error:
            if debug:
                raise
            if isinstance(error, OSError) and error.errno == errno.ENOSPC:
                _close_output()
                fail("The output cannot be written because its disk is full; free some space or write elsewhere.")
            fail(_sentence(error))

    return run  # type: ignore[return-value]


def fail(sentence: str) -> NoReturn:
    """Prints one sentence on standard error and ends with exit status 1."""
    typer.echo(f"seodang: {visible(sentence)}", err=True)
    raise typer.Exit(1)


def emit(value: Any) -> None:
    """One JSON value on one line of standard output, at once: a program may be waiting for it."""
    print(json.dumps(value, ensure_ascii=False), flush=True)  # noqa: T201


def echo(text: str = "") -> None:
    """A line of human-readable result on standard output; line breaks and controls of file names are kept visible."""
    print(text, flush=True)  # noqa: T201


def visible(name: str) -> str:
    """A file name on one line, whatever characters it has."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in name)


def library_folder(given: Path | None) -> Path:
    """The library that was named, or the default one."""
    from ui.config import default_library

    return given.expanduser() if given is not None else default_library()


@contextmanager
def opened(given: Path | None, create: bool = False) -> Iterator[Any]:
    """The library, closed at the end."""
    from ingest import Library

    with Library.open(library_folder(given), create=create) as library:
        yield library


def _sentence(error: Exception) -> str:
    from chatbot.errors import ChatbotError
    from ingest.errors import IngestError
    from ui.config import ConfigError

    if isinstance(error, IngestError | ChatbotError | ConfigError):
        return str(error)
    return (
        f"Something unexpected went wrong ({type(error).__name__}: {str(error)[:200]}); "
        "run the command again with --debug and report what it shows."
    )


def _close_output() -> None:
    # Otherwise the interpreter reports the broken pipe once more when it flushes at exit.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
