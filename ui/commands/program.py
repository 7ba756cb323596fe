"""seodang program"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ui.edge import DebugOption, JsonOption, echo, emit, fail, reported

if TYPE_CHECKING:
    from chatbot.programs.result import ProgramResult

program = typer.Typer(help="Programs in the sandbox: run.", no_args_is_help=True)


@program.callback()
def group() -> None:
    """Programs in the sandbox: run."""


@program.command("run")
@reported
def run(
    file: Annotated[
        str | None, typer.Argument(metavar="FILE|-", help="A Python program, - for standard input.")
    ] = None,
    batch: Annotated[
        Path | None, typer.Option(metavar="IN.jsonl", readable=False, help='Lines {"id","program"}.')
    ] = None,
    output: Annotated[
        Path | None, typer.Option(metavar="OUT.jsonl", readable=False, help='Lines {"id","ok","value",...}.')
    ] = None,
    json: JsonOption = False,
    debug: DebugOption = False,
) -> None:
    """Run programs in the sandbox: no files, no network, limited time and memory."""
    if (file is None) == (batch is None) or (batch is None) != (output is None):
        raise typer.BadParameter("give a FILE or -, or --batch IN.jsonl with --output OUT.jsonl.", param_hint="FILE")
    if batch is not None and output is not None:
        _run_batch(batch, output)
        return
    assert file is not None
    from chatbot.programs.sandbox import Sandbox

    with Sandbox(workers=1) as sandbox:
        result = sandbox.run(_read(file))
    _show(result, file, json)
    if not result.ok:
        raise typer.Exit(1)


def _run_batch(batch: Path, output: Path) -> None:
    """A program that ends with an error has a line that says so; the command has done its work all the same."""
    from chatbot.programs.sandbox import Sandbox
    from ui.batch import read_jsonl, run_batch

    rows = read_jsonl(batch, "program")
    with Sandbox() as sandbox:
        results = sandbox.run_many(row["program"] for row in rows)

        def result(row: dict[str, Any]) -> dict[str, Any]:
            return {"id": row["id"], **next(results).as_json()}

        run_batch(rows, output, result, "programs")


def _read(file: str) -> str:
    try:
        data = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        fail(f"{file} cannot be read ({error.strerror}); check the path.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        fail(f"{file} is not UTF-8 text; save it as UTF-8.")


def _show(result: ProgramResult, file: str, json: bool) -> None:
    if json:
        emit({"id": file, **result.as_json()})
        return
    if result.stdout:
        echo(result.stdout.rstrip("\n"))
    if result.error is not None:
        typer.echo(result.error, err=True)
    elif result.value is not None:
        echo(str(result.value))
