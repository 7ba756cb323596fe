"""seodang finetune"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from ui.edge import DebugOption, JsonOption, echo, emit, reported

if TYPE_CHECKING:
    from finetune.data.documents.shares import LibraryShares

finetune = typer.Typer(help="Fine-tune a model: prepare.", no_args_is_help=True)

OutputOption = Annotated[
    Path, typer.Option("--output", "-o", metavar="DIR", readable=False, help="The dataset to make.")
]


@finetune.callback()
def group() -> None:
    """Fine-tune a model on your documents or a dataset."""


@finetune.command("prepare")
@reported
def prepare(
    output: OutputOption,
    sources: Annotated[
        list[str] | None, typer.Argument(metavar="[FILE|FOLDER|OWNER/NAME]...", help="Files of rows, or hub datasets.")
    ] = None,
    eval_file: Annotated[
        list[str] | None, typer.Option(metavar="FILE", help="Rows for evaluation while training.")
    ] = None,
    test_file: Annotated[list[str] | None, typer.Option(metavar="FILE", help="Rows for the final test.")] = None,
    task: Annotated[
        str | None,
        typer.Option(
            help="chat, qa, classify, title, summarize, translate, extract, program or text; else recognised."
        ),
    ] = None,
    format: Annotated[
        str | None,
        typer.Option(help="alpaca, sharegpt, messages, prompt-completion, squad or columns; else recognised."),
    ] = None,
    column: Annotated[
        list[str] | None,
        typer.Option(metavar="FIELD=COLUMN", help="Which column is the question, answer, text, label, ..."),
    ] = None,
    label: Annotated[
        list[str] | None, typer.Option(metavar="VALUE=NAME", help="The name of a class or tag: 0=negative.")
    ] = None,
    together: Annotated[
        str | None, typer.Option("--group", metavar="COLUMN", help="Rows with one value there stay in one split.")
    ] = None,
    instruction: Annotated[
        str | None, typer.Option(metavar="TEXT", help='In the place of the task\'s own; "" for none.')
    ] = None,
    language: Annotated[Literal["ko", "en"] | None, typer.Option(help="Of the instruction; else the row's.")] = None,
    eval_share: Annotated[float | None, typer.Option(help="Of all rows; default 5 %, 16 to 128 rows.")] = None,
    test_share: Annotated[float | None, typer.Option(help="Of all rows; default 5 %, 16 to 1,000 rows.")] = None,
    near: Annotated[float | None, typer.Option(help="Likeness of near duplicates, 0 to 1; default 0.8.")] = None,
    seed: Annotated[int, typer.Option(help="Of the split and every other choice.")] = 0,
    most_rows: Annotated[int | None, typer.Option(min=1, help="Records to read of each file.")] = None,
    most_refused: Annotated[
        float | None, typer.Option(min=0, max=1, help="Share of a file's records that may be unusable; default 0.5.")
    ] = None,
    from_library: Annotated[
        Path | None, typer.Option(metavar="DIR", readable=False, help="Make rows from the documents of a library.")
    ] = None,
    questions_by: Annotated[
        str | None, typer.Option(metavar="SPEC", help="The model that asks about the documents; default: rules.")
    ] = None,
    questions: Annotated[int | None, typer.Option(min=1, help="At most, about each chunk; default 3.")] = None,
    most_questions: Annotated[int | None, typer.Option(min=1, help="About the library in all.")] = None,
    passages: Annotated[int | None, typer.Option(min=1, help="Shown with each question; default 5.")] = None,
    absent_share: Annotated[float | None, typer.Option(help="Rows without an answer; default 0.2.")] = None,
    program_share: Annotated[float | None, typer.Option(help="Rows that a program answers; default 0.1.")] = None,
    mode: Annotated[
        Literal["hybrid", "lexical", "dense"] | None,
        typer.Option(help="Of the search for distractors; default hybrid."),
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an older dataset.")] = False,
    json: JsonOption = False,
    debug: DebugOption = False,
) -> None:
    """Make training rows from files, hub datasets or a library's documents, and a report of what was left out."""
    from finetune.data.conversion import Wording
    from finetune.data.preparation import prepare as run
    from finetune.data.sources import Reading, Sources
    from finetune.data.splitting import Shares
    from ui.progress import LateProgress

    if not sources and from_library is None:
        raise typer.BadParameter("give files of rows, or --from-library DIR.", param_hint="FILE")
    wording = Wording(_pairs(label, "--label"), instruction, language, together)
    rows_task = None if task == "text" and not sources else task
    reading = Reading(
        format, rows_task, _pairs(column, "--column"), wording, most_rows, **_given(most_refused=most_refused)
    )
    library = None
    if from_library is not None:
        library = _library(
            from_library, task, model=questions_by, questions=questions, most=most_questions, passages=passages,
            absent=absent_share, program=program_share, mode=mode,
        )  # fmt: skip
    given = Sources(sources or (), eval_file or (), test_file or ())
    shares = Shares(eval_share, test_share, seed, **_given(near=near))
    with LateProgress("rows") as bar:
        manifest = run(
            given, output, reading, shares, library, overwrite, lambda done, name: bar.update(done, None, name)
        )
    emit({"output": str(output), **manifest}) if json else _show(manifest, output)


def _library(folder: Path, task: str | None, **options: Any) -> LibraryShares:
    from finetune.data.documents.shares import LibraryShares

    if task not in (None, "qa", "text"):
        raise typer.BadParameter("a library gives rows for qa or text.", param_hint="--task")
    return LibraryShares(folder.expanduser(), "text" if task == "text" else "qa", **_given(**options))


def _given(**options: Any) -> dict[str, Any]:
    """The options that were given; the others keep the default of their class."""
    return {name: value for name, value in options.items() if value is not None}


def _pairs(given: list[str] | None, option: str) -> dict[str, str]:
    pairs = {}
    for one in given or ():
        name, equals, value = one.partition("=")
        if not (name.strip() and equals and value.strip()):
            raise typer.BadParameter(f"write NAME=VALUE instead of {one!r}.", param_hint=option)
        pairs[name.strip()] = value.strip()
    return pairs


def _show(manifest: dict[str, Any], output: Path) -> None:
    splits = manifest["splits"]
    echo(", ".join(f"{splits[name]['rows']:,} rows for {name}" for name in splits))
    tasks = ", ".join(f"{name} {task['rows']:,}" for name, task in manifest["tasks"].items())
    echo(f"tasks: {tasks}")
    left = manifest["left_out"]
    echo(
        f"left out: {left['refused']:,} refused, {left['duplicate']:,} duplicates, {left['leak']:,} near held-out rows"
    )
    for reason, count in list(manifest["reasons"].items())[:5]:
        echo(f"    {count:,} x {reason}")
    echo(f"report: {output / 'report.md'}")
