"""seodang search"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ui.edge import DebugOption, JsonOption, LibraryOption, echo, emit, opened, reported, visible

if TYPE_CHECKING:
    from ingest.hit import Hit


class ModeChoice(StrEnum):
    hybrid = "hybrid"
    lexical = "lexical"
    dense = "dense"


@reported
def search(
    query: Annotated[str | None, typer.Argument(metavar="QUERY", help="What to look for.")] = None,
    batch: Annotated[
        Path | None, typer.Option(metavar="IN.jsonl", readable=False, help='Lines {"id","question"}.')
    ] = None,
    output: Annotated[
        Path | None, typer.Option(metavar="OUT.jsonl", readable=False, help='Lines {"id","hits"}.')
    ] = None,
    k: Annotated[int, typer.Option("-k", min=1, max=1000, help="Passages to show.")] = 10,
    mode: Annotated[ModeChoice, typer.Option(help="How to search.")] = ModeChoice.hybrid,
    collection: Annotated[str | None, typer.Option(metavar="DIR", help="Only documents under this directory.")] = None,
    library: LibraryOption = None,
    json: JsonOption = False,
    debug: DebugOption = False,
) -> None:
    """Find passages."""
    if (query is None) == (batch is None) or (batch is None) != (output is None):
        raise typer.BadParameter("give a QUERY, or --batch IN.jsonl with --output OUT.jsonl.", param_hint="QUERY")
    from chatbot.retriever import Retriever
    from ingest.errors import QuestionError
    from ui.batch import read_jsonl, report_problems, run_batch

    rows = read_jsonl(batch, "question") if batch else []
    with opened(library) as found:
        retriever = Retriever(found)
        if query is not None:
            _show(retriever.search(query, k, mode.value, collection), json)
            return

        problems: list[str] = []

        def result(row: dict[str, Any]) -> dict[str, Any]:
            try:
                hits = retriever.search(row["question"], k, mode.value, collection)
            except QuestionError as error:
                problems.append(str(error))
                hits = []
            return {"id": row["id"], "hits": [as_json(hit) for hit in hits]}

        assert output is not None
        run_batch(rows, output, result, "questions")
    report_problems(problems, len(rows))


def as_json(hit: Hit) -> dict[str, Any]:
    """A hit with the keys of the contract."""
    keys = ("rank", "score", "document", "page", "heading", "start", "end", "text")
    return {key: getattr(hit, key) for key in keys}


def _show(hits: list[Hit], json: bool) -> None:
    for hit in hits:
        if json:
            emit(as_json(hit))
            continue
        page = f", p. {hit.page}" if hit.page else ""
        heading = f", {hit.heading}" if hit.heading else ""
        echo(f"{hit.rank}. {visible(hit.document)}{page}{heading}  [{hit.start}:{hit.end}]")
        echo("   " + " ".join(hit.text.split())[:300])
    if not hits and not json:
        echo("Nothing found.")
