"""seodang ask, seodang chat"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ui.edge import DebugOption, JsonOption, LibraryOption, echo, emit, opened, reported, visible

if TYPE_CHECKING:
    from chatbot import Chatbot
    from chatbot.reply import Citation, Reply

ModelOption = Annotated[
    str, typer.Option("--model", envvar="SEODANG_MODEL", metavar="SPEC", help="extractive: quotes, no model needed.")
]


@reported
def ask(
    question: Annotated[str | None, typer.Argument(metavar="QUESTION", help="In Korean or English.")] = None,
    batch: Annotated[
        Path | None, typer.Option(metavar="IN.jsonl", readable=False, help='Lines {"id","question"}.')
    ] = None,
    output: Annotated[
        Path | None, typer.Option(metavar="OUT.jsonl", readable=False, help="One answer object a line.")
    ] = None,
    model: ModelOption = "extractive",
    library: LibraryOption = None,
    json: JsonOption = False,
    debug: DebugOption = False,
) -> None:
    """Answer a question from the documents, with citations, or say that they do not contain it."""
    if (question is None) == (batch is None) or (batch is None) != (output is None):
        raise typer.BadParameter("give a QUESTION, or --batch IN.jsonl with --output OUT.jsonl.", param_hint="QUESTION")
    from chatbot import Chatbot
    from ui.batch import read_jsonl, report_problems, run_batch

    rows = read_jsonl(batch, "question") if batch else []
    with opened(library) as found:
        chatbot = Chatbot(found, model)
        if question is not None:
            reply = chatbot.ask(question)
            emit(reply.as_json()) if json else _show(reply)
            return
        problems: list[str] = []
        assert output is not None
        run_batch(rows, output, lambda row: _answered(chatbot, row, problems), "questions")
    report_problems(problems, len(rows))


@reported
def chat(model: ModelOption = "extractive", library: LibraryOption = None, debug: DebugOption = False) -> None:
    """Ask in a conversation; an empty line or Ctrl-D ends it."""
    from chatbot import Chatbot
    from chatbot.reply import Reply
    from ingest.errors import IngestError

    with opened(library) as found:
        chatbot = Chatbot(found, model)
        history: list[Reply] = []
        while question := _prompt():
            try:
                for piece in chatbot.stream(question, history):
                    if isinstance(piece, Reply):
                        history.append(piece)
                    else:
                        typer.echo(piece, nl=False)
            except IngestError as error:
                typer.echo(f"seodang: {error}", err=True)
                continue
            typer.echo()
            _sources(history[-1])


def _prompt() -> str:
    try:
        return input("> ").strip()
    except EOFError:
        return ""


def _answered(chatbot: Chatbot, row: dict[str, Any], problems: list[str]) -> dict[str, Any]:
    """The answer object with the row's extra keys; a question that cannot be asked is refused with the reason."""
    from chatbot.reply import Reply
    from ingest.errors import QuestionError

    try:
        reply = chatbot.ask(row["question"])
    except QuestionError as error:
        problems.append(str(error))
        reply = Reply(row["question"], str(error), True, "question", "documents", chatbot.model)
    return {**row, **reply.as_json(), "id": row["id"]}


def _show(reply: Reply) -> None:
    echo(reply.answer)
    _sources(reply)


def _sources(reply: Reply) -> None:
    if reply.citations:
        echo()
    for citation in reply.citations:
        echo(f"[{citation.n}] {_place(citation)}")
        if reply.refused:
            echo("    " + " ".join(citation.quote.split()))


def _place(citation: Citation) -> str:
    page = f", p. {citation.page}" if citation.page else ""
    heading = f", {citation.heading}" if citation.heading else ""
    return f"{visible(citation.document)}{page}{heading}  [{citation.start}:{citation.end}]"
